import Characters
public import Records

extension Fieldbook {
  /// Finds the record, as the platform's next revision, of the last inspection that this laptop made against the platform's
  /// record; nil where it made none of that welder.
  /// - Parameter reference: a label code, the address in a label's symbol, or the beginning of an id.
  /// - Throws: `damagedRow`, `store`.
  public func lastVisited(_ reference: String) throws(FieldbookError) -> Installation? {
    let code = LabelCode(written: reference)
    let beginning = TextNormalization.typed(reference).lowercased()
    guard code != nil || beginning.utf8.count >= Self.shortestReference else { return nil }
    let row = try database.first(
      """
      SELECT body, number FROM visit WHERE code = ?1 OR (?1 IS NULL AND substr(installation, 1, length(?2)) = ?2)
      ORDER BY number DESC LIMIT 1
      """, [.text(code), .text(beginning)]
    ) { (body: $0.blob(0), number: $0.integer(1)) }
    guard let row else { return nil }
    guard let installation = try? RecordCoding.decode(Installation.self, from: row.body) else {
      throw .damagedRow(table: "visit", key: String(row.number))
    }
    return installation
  }
}
