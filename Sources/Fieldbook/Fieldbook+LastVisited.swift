public import Records

extension Fieldbook {
  /// Finds the last inspection that this laptop made against the platform's record, as the next revision of
  /// that record; nil where this laptop made no inspection of the welder.
  /// - Parameter reference: a label code, the address in a label's symbol, or the beginning of an id.
  /// - Throws: `ambiguous`, `damagedRow`, `store`.
  public func lastVisited(_ reference: String) throws(FieldbookError) -> Installation? {
    guard let id = try visitedID(matching: reference) else { return nil }
    let row = try database.first(
      "SELECT body, number FROM visit WHERE installation = ? ORDER BY number DESC LIMIT 1", [.text(id.text)]
    ) { (body: $0.blob(0), number: $0.integer(1)) }
    guard let row else { return nil }
    guard let installation = try? RecordCoding.decode(Installation.self, from: row.body) else {
      throw .damagedRow(table: "visit", key: String(row.number))
    }
    return installation
  }
}
