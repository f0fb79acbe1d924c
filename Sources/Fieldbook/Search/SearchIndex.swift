import Records

/// The rows of `search` and their index. They are made from the stored records, so that they can be rebuilt at
/// any time.
struct SearchIndex {
  let database: Database

  // MARK: - Keeping it

  /// Brings the words of one record up to date, within the transaction that stores the record.
  func update(_ id: InstallationID) throws(FieldbookError) {
    try forEachEntry("WHERE installation.id = ?", [.text(id.text)]) { (entry) throws(FieldbookError) in
      let kept = try database.first(
        "SELECT number, words, unit_order, street_order FROM search WHERE installation = ?", [.text(id.text)]
      ) { (number: $0.integer(0), words: SearchWords(asKept: $0.text(1)), orders: [$0.text(2), $0.text(3)]) }
      guard let kept else { return try insert(entry) }
      // Most steps of the walk change no word.
      if kept.words == entry.words, kept.orders == [entry.unitOrder, entry.streetOrder] { return }
      try database.run(
        "INSERT INTO search_index (search_index, rowid, pairs) VALUES ('delete', ?, ?)",
        [.integer(kept.number), .text(kept.words.pairs)])
      try database.run(
        "UPDATE search SET words = ?, unit_order = ?, street_order = ? WHERE number = ?",
        [
          .text(entry.words.text), .text(entry.unitOrder), .text(entry.streetOrder), .integer(kept.number),
        ])
      try index(entry.words, as: kept.number)
    }
  }

  /// Whether the row of one record has the record's words and its places in the orders.
  func isSound(_ id: InstallationID) throws(FieldbookError) -> Bool {
    var isSound = false
    try forEachEntry("WHERE installation.id = ?", [.text(id.text)]) { (entry) throws(FieldbookError) in
      let kept = try database.first(
        "SELECT words, unit_order, street_order FROM search WHERE installation = ?", [.text(id.text)]
      ) { [$0.text(0), $0.text(1), $0.text(2)] }
      isSound = kept == [entry.words.text, entry.unitOrder, entry.streetOrder]
    }
    return isSound
  }

  /// Fills the empty tables with the words of all records.
  func fill() throws(FieldbookError) {
    try forEachEntry("") { (entry) throws(FieldbookError) in try insert(entry) }
    try database.run("INSERT INTO search_index (search_index) VALUES ('optimize')")
  }

  private func insert(_ entry: Entry) throws(FieldbookError) {
    try database.run(
      "INSERT INTO search (installation, words, unit_order, street_order) VALUES (?, ?, ?, ?)",
      [.text(entry.installation), .text(entry.words.text), .text(entry.unitOrder), .text(entry.streetOrder)])
    let number = try database.first("SELECT last_insert_rowid()") { $0.integer(0) }
    if let number { try index(entry.words, as: number) }
  }

  private func index(_ words: SearchWords, as number: Int) throws(FieldbookError) {
    try database.run(
      "INSERT INTO search_index (rowid, pairs) VALUES (?, ?)", [.integer(number), .text(words.pairs)])
  }

  // MARK: - Reading records

  private struct Entry {
    let installation: String
    let words: SearchWords
    let unitOrder: String
    let streetOrder: String
  }

  /// The paths in a record of brand, model and serial number, which are searched as one word because people write them together.
  private static let welder = ["welder.brand", "welder.model", "welder.serialNumber"]
  /// The paths in a record of the other words, each of which is searched by itself.
  private static let single = [
    "owner.responsibleName", "owner.responsiblePhone", "owner.community", "agreement.signatory.name",
    "agreement.signatory.phone", "seal.number", "module.serialNumber", "technician.name", "survey.filledBy",
  ]
  /// The paths in a record of lists whose words under `keys` are searched: the seals, modules, labels and owners that a welder
  /// had before, and who reported a fault.
  private static let lists = [
    "seal.previousNumbers", "retiredModules", "earlierLabels", "earlierOwners", "repairs",
  ]
  private static let keys = [
    "code", "serialNumber", "unitName", "responsibleName", "responsiblePhone", "street", "community", "number",
    "reporter", "reporterPhone",
  ]

  /// The condition that a member of a list is a word that is searched: it is a text, and a member of an array or under a key.
  private static let isWord =
    "type = 'text' AND (typeof(key) = 'integer' OR key IN (\(keys.map { "'\($0)'" }.joined(separator: ", "))))"

  /// Reads the words of records by SQLite's own reader of JSON, which is many times as fast as decoding whole records. A
  /// record that cannot be read has its code and its unit's name.
  private func forEachEntry(
    _ clauses: String, _ values: [SQLValue] = [], _ body: (Entry) throws(FieldbookError) -> Void
  ) throws(FieldbookError) {
    let columns = (["owner.street"] + Self.welder + Self.single).map { "body ->> '$.\($0)'" }
    let lists = Self.lists.map { "body -> '$.\($0)'" }.joined(separator: ", ")
    _ = try database.rows(
      """
      SELECT id, unit_name, code,
        (SELECT group_concat(value, char(10)) FROM json_tree(json_array(\(lists))) WHERE \(Self.isWord)),
        \(columns.joined(separator: ", "))
      FROM (
        SELECT installation.id, installation.unit_name, installation.code,
          CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ELSE '{}' END AS body
        FROM installation LEFT JOIN record ON record.installation = installation.id \(clauses) LIMIT -1)
      """, values
    ) { (row) throws(FieldbookError) in
      func word(_ place: Int) -> String { row.text(Int32(4 + place)) }
      let (unit, street) = (row.text(1), word(0))
      let welder = Self.welder.indices.map { word(1 + $0) }.filter { !$0.isEmpty }.joined(separator: " ")
      let others = Self.single.indices.map { word(1 + Self.welder.count + $0) }
      let members = row.text(3).utf8.split(separator: UInt8(ascii: "\n")).map { String($0) ?? "" }
      try body(
        Entry(
          installation: row.text(0),
          words: SearchWords([unit, row.text(2), street, welder] + others + members),
          unitOrder: SearchWords.order(of: unit), streetOrder: SearchWords.order(of: street)))
    }
  }
}
