import Characters
import FoundationEssentials
public import Records

/// The words of a record that lists show and searches look through. A damaged record has none of them.
public struct RecordWords: Hashable, Sendable {
  public let id: InstallationID
  public let brand: String?
  public let model: String?
  public let serialNumber: String?
  public let moduleSerial: String?
  /// The names, phone numbers and addresses of the people and the unit, the seals and what else can be searched.
  let others: [String]

  /// The welder in one line: brand, model and serial number, as far as they are known.
  public var welder: String { [brand, model, serialNumber].compactMap(\.self).joined(separator: " ") }
}

extension Fieldbook {
  /// Reads the words of records by their ids.
  /// - Throws: `store`.
  public func words(of ids: [InstallationID]) throws(FieldbookError) -> [InstallationID: RecordWords] {
    var words: [InstallationID: RecordWords] = [:]
    for id in ids {
      for row in try recordWords("WHERE installation.id = ?", [.text(id.text)]) { words[id] = row }
    }
    return words
  }

  /// Finds the records in which a text occurs in code, id, unit, person, phone, welder, module or seal, whatever its width,
  /// case and blanks.
  /// - Returns: the ids, the last opened first.
  /// - Throws: `store`.
  func installations(mentioning text: String) throws(FieldbookError) -> Set<InstallationID> {
    let wanted = TextNormalization.folded(text)
    // A phone number is written with hyphens and blanks in many ways.
    let digits = wanted.filter { !TextNormalization.isHyphen($0) }
    let isNumber = digits.count >= 4 && digits.allSatisfy { $0.isASCII && $0.isNumber }
    return Set(
      try recordWords("").filter { words in
        let all = [words.id.text, words.brand, words.model, words.serialNumber, words.moduleSerial]
          .compactMap(\.self)
        return (all + words.others + [words.welder]).contains { word in
          let folded = TextNormalization.folded(word)
          return folded.contains(wanted)
            || isNumber && folded.filter({ !TextNormalization.isHyphen($0) }).contains(digits)
        }
      }.map(\.id))
  }

  /// Reads the words of the records with one of these statuses, the last opened first.
  func recordWords(in statuses: [Installation.Status]) throws(FieldbookError) -> [RecordWords] {
    let marks = statuses.map { _ in "?" }.joined(separator: ", ")
    return try recordWords(
      "WHERE installation.status IN (\(marks)) ORDER BY opened_seconds DESC, installation.id DESC",
      statuses.map { .text($0.rawValue) })
  }

  /// The places in a record of the words that only searches look through.
  private static let searched = [
    "$.code", "$.owner.unitName", "$.owner.responsibleName", "$.owner.responsiblePhone", "$.owner.street",
    "$.owner.community", "$.agreement.signatory.name", "$.agreement.signatory.phone", "$.seal.number",
    "$.technician.name",
  ]
  private static let shown = [
    "$.welder.brand", "$.welder.model", "$.welder.serialNumber", "$.module.serialNumber",
  ]

  /// Reads words by SQLite's own reader of JSON, which is many times as fast as decoding whole records.
  private func recordWords(_ clauses: String, _ values: [SQLValue] = []) throws(FieldbookError) -> [RecordWords]
  {
    let places = (Self.shown + Self.searched).map { "'\($0)'" }.joined(separator: ", ")
    return try database.rows(
      """
      SELECT installation.id, unit_name, code,
        CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), \(places),
          '$.seal.previousNumbers') END
      FROM installation LEFT JOIN record ON record.installation = installation.id \(clauses)
      """, values
    ) { row -> RecordWords? in
      guard let id = InstallationID(row.text(0)) else { return nil }
      let read = row.optionalText(3).flatMap {
        try? RecordCoding.decode([JSONValue].self, from: Data($0.utf8))
      }
      let words = (read ?? []).map { value -> String? in if case .string(let text) = value { text } else { nil }
      }
      func word(_ index: Int) -> String? { words.indices.contains(index) ? words[index] : nil }
      var others = words.dropFirst(Self.shown.count).compactMap(\.self)
      if case .array(let seals)? = read?.last {
        others += seals.compactMap { if case .string(let number) = $0 { number } else { nil } }
      }
      return RecordWords(
        id: id, brand: word(0), model: word(1), serialNumber: word(2), moduleSerial: word(3),
        others: others + [row.text(1), row.optionalText(2)].compactMap(\.self))
    }.compactMap(\.self)
  }
}
