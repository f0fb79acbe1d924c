import FoundationEssentials
public import Records

/// The words of a record by which its welder is told from others. A damaged record has none of them.
public struct RecordWords: Hashable, Sendable {
  public let id: InstallationID
  public let brand: String?
  public let model: String?
  public let serialNumber: String?
  public let moduleSerial: String?

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

  /// Reads the words of the records with one of these statuses, the last opened first.
  func recordWords(in statuses: [Installation.Status]) throws(FieldbookError) -> [RecordWords] {
    let marks = statuses.map { _ in "?" }.joined(separator: ", ")
    return try recordWords(
      "WHERE installation.status IN (\(marks)) ORDER BY opened_seconds DESC, installation.id DESC",
      statuses.map { .text($0.rawValue) })
  }

  private func recordWords(_ clauses: String, _ values: [SQLValue]) throws(FieldbookError) -> [RecordWords] {
    try database.rows(
      """
      SELECT installation.id, ledger.brand, ledger.model, ledger.serial, ledger.module_serial
      FROM installation LEFT JOIN ledger ON ledger.installation = installation.id \(clauses)
      """, values
    ) { row -> RecordWords? in
      guard let id = InstallationID(row.text(0)) else { return nil }
      return RecordWords(
        id: id, brand: row.optionalText(1), model: row.optionalText(2), serialNumber: row.optionalText(3),
        moduleSerial: row.optionalText(4))
    }.compactMap(\.self)
  }
}
