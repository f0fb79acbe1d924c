import Characters
import FoundationEssentials
public import Records

/// A unit of the records, as its last record describes it.
public struct KnownUnit: Hashable, Sendable {
  public let owner: Owner
  /// The number of the unit's welders on this laptop.
  public let welders: Int
  public let lastOpenedAt: Timestamp
}

/// A brand and model of the records, with the last welder of that model.
public struct KnownModel: Hashable, Sendable {
  public let welder: Welder
  /// Whether the unit that was asked about has such a welder.
  public let isOfUnit: Bool
}

/// A street and a community of the records.
public struct KnownPlace: Hashable, Sendable {
  public let street: String
  public let community: String?
}

/// Reads what the records already say, so that nobody types it twice. Void records are left out, and a record
/// that cannot be read hides no other record.
extension Fieldbook {
  // MARK: - Units

  /// The units whose name, person, phone, street or community contains every word of a text, the last visited first.
  /// - Parameters:
  ///   - text: words separated by blanks; an empty text finds every unit.
  ///   - limit: maximum number of units, from 1.
  public func units(matching text: String = "", limit: Int) throws(FieldbookError) -> [KnownUnit] {
    let words = TextNormalization.typed(text).lowercased().split(separator: " ").prefix(8).map(String.init)
    let matches = words.indices.map { _ in "instr(words, ?) > 0" }.joined(separator: " AND ")
    let found = try database.rows(
      """
      WITH \(Self.parts(["owner"])), named AS (
        SELECT owner, opened_at, opened_seconds, id, \(Self.unitKey) AS unit,
          lower((owner ->> '$.unitName') || char(10) || (owner ->> '$.responsibleName') || char(10)
            || (owner ->> '$.responsiblePhone') || char(10) || (owner ->> '$.street') || char(10)
            || coalesce(owner ->> '$.community', '')) AS words
        FROM parts WHERE owner IS NOT NULL),
      ranked AS (
        SELECT owner, words, opened_at, opened_seconds, id, count(*) OVER (PARTITION BY unit) AS welders,
          row_number() OVER (PARTITION BY unit ORDER BY opened_seconds DESC, id DESC) AS place
        FROM named)
      SELECT owner, opened_at, welders FROM ranked WHERE place = 1 \(matches.isEmpty ? "" : "AND \(matches)")
      ORDER BY opened_seconds DESC, id DESC LIMIT ?
      """, words.map { .text($0) } + [.integer(max(1, limit))]
    ) { row in
      (owner: Self.decode(Owner.self, row.text(0)), openedAt: Timestamp(row.text(1)), welders: row.integer(2))
    }
    return found.compactMap { row in
      guard let owner = row.owner, let openedAt = row.openedAt else { return nil }
      return KnownUnit(owner: owner, welders: row.welders, lastOpenedAt: openedAt)
    }
  }

  /// The streets with their communities, the last used first.
  /// - Parameter limit: maximum number of places, from 1.
  public func places(limit: Int) throws(FieldbookError) -> [KnownPlace] {
    try database.rows(
      """
      WITH \(Self.parts(["owner"]))
      SELECT owner ->> '$.street' AS street, owner ->> '$.community', max(opened_seconds) FROM parts
      WHERE street IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT ?
      """, [.integer(max(1, limit))]
    ) { KnownPlace(street: $0.text(0), community: $0.optionalText(1)) }
  }

  // MARK: - Welders

  /// The models of the records, those of a unit first, the last used first, each with its last welder.
  /// - Parameters:
  ///   - unitID: the unit whose models come first; nil for none.
  ///   - limit: maximum number of models, from 1.
  public func models(ofUnit unitID: String?, limit: Int) throws(FieldbookError) -> [KnownModel] {
    try models("", [.text(unitID), .integer(max(1, limit))])
  }

  /// The last welder of a model, whatever the case of its letters; a nil `brand` matches every brand. It is nil
  /// where no record has the model.
  public func model(brand: String?, model: String) throws(FieldbookError) -> KnownModel? {
    let condition = "AND model = ?3" + (brand == nil ? "" : " AND brand = ?4")
    return try models(
      condition,
      [.text(String?.none), .integer(1), .text(model.lowercased())]
        + (brand.map { [.text($0.lowercased())] } ?? [])
    ).first
  }

  private func models(_ condition: String, _ values: [SQLValue]) throws(FieldbookError) -> [KnownModel] {
    let found = try database.rows(
      """
      WITH \(Self.parts(["owner", "welder"])), named AS (
        SELECT welder, opened_seconds, lower(welder ->> '$.model') AS model,
          lower(coalesce(welder ->> '$.brand', '')) AS brand, \(Self.unitKey) IS coalesce((SELECT same_as FROM unit_merge WHERE unit = ?1), ?1) AS is_of_unit
        FROM parts WHERE welder ->> '$.model' IS NOT NULL)
      SELECT welder, max(opened_seconds + is_of_unit * \(Self.unitFirst)) AS place FROM named
      WHERE true \(condition) GROUP BY brand, model ORDER BY place DESC LIMIT ?2
      """, values
    ) { (welder: Self.decode(Welder.self, $0.text(0)), isOfUnit: $0.integer(1) >= Self.unitFirst) }
    return found.compactMap { row in row.welder.map { KnownModel(welder: $0, isOfUnit: row.isOfUnit) } }
  }

  // MARK: - The last of a kind

  /// The number of the seal that was recorded last; nil where there is none.
  public func lastSealNumber() throws(FieldbookError) -> String? {
    try lastFacts(of: "sealed", "number")
  }

  /// The operating rules of the last handover; nil where there is none.
  public func lastOperatingRules() throws(FieldbookError) -> OperatingRules? {
    try lastFacts(of: "handedOver", "operatingRules").flatMap { OperatingRules(rawValue: $0) }
  }

  private func lastFacts(of event: String, _ key: String) throws(FieldbookError) -> String? {
    try database.first(
      """
      SELECT CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> ? END
      FROM event WHERE name = ? ORDER BY seq DESC LIMIT 1
      """, [.text("$.facts.\(key)"), .text(event)]
    ) { $0.optionalText(0) } ?? nil
  }

  // MARK: - Private helpers

  /// A number above every date in seconds since 1970. It is added to the dates of a unit's models, so that
  /// these come first.
  private static let unitFirst = 100_000_000_000

  /// The SQL of a record's unit in the ledger, where merged units are one unit.
  private static let unitKey = "(SELECT unit FROM ledger WHERE installation = id)"

  /// The SQL of a table `parts` with these parts of all records that are not void; each record is read once. A
  /// part is null where it cannot be read.
  private static func parts(_ names: [String]) -> String {
    let columns = names.map { "CASE WHEN json_valid(body) THEN body -> '$.\($0)' END AS \($0)" }
    return """
      parts AS MATERIALIZED (
        SELECT id, opened_at, opened_seconds, \(columns.joined(separator: ", ")) FROM (
          SELECT installation.id, opened_at, opened_seconds, CAST(record.body AS TEXT) AS body
          FROM installation JOIN record ON record.installation = installation.id
          WHERE installation.status <> 'void'))
      """
  }

  private static func decode<Value: Decodable>(_: Value.Type, _ json: String) -> Value? {
    try? RecordCoding.decode(Value.self, from: Data(json.utf8))
  }
}
