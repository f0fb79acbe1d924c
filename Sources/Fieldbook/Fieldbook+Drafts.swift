import FoundationEssentials
public import Records

/// Drafts hold names and phones. A draft that is dropped is overwritten in the database and in its write-ahead
/// log. A draft whose record is opened is removed in the transaction that opens the record.
extension Fieldbook {
  /// Keeps the answers of a registration; they are on disk when this returns.
  /// - Parameter number: the draft that these answers replace; nil for a new one.
  /// - Returns: the draft's number.
  /// - Throws: `draftGone` where another program has opened or dropped it, `clockImplausible`, `store`.
  public func keep(
    _ answers: RegistrationDraft.Answers, asDraft number: Int?, at now: Timestamp
  ) throws(FieldbookError) -> Int {
    guard let body = try? RecordCoding.encode(answers) else { throw .unencodable(event: "draft") }
    let at = try Self.time(now)
    return try database.transaction { () throws(FieldbookError) in
      guard let number else {
        try database.run("INSERT INTO draft (changed_at, body) VALUES (?, ?)", [at, .blob(body)])
        return try database.first("SELECT last_insert_rowid()") { $0.integer(0) } ?? 0
      }
      let changed = try database.run(
        "UPDATE draft SET changed_at = ?, body = ? WHERE number = ?", [at, .blob(body), .integer(number)])
      guard changed == 1 else { throw FieldbookError.draftGone(number) }
      return number
    }
  }

  /// The drafts that can be read, the last changed first.
  /// - Parameter limit: maximum number of drafts, from 1.
  public func drafts(limit: Int = 100) throws(FieldbookError) -> [RegistrationDraft] {
    try database.rows(
      "SELECT number, changed_at, body FROM draft ORDER BY changed_at DESC, number DESC LIMIT ?",
      [.integer(max(1, limit))]
    ) { draft(in: $0) }.compactMap { $0 }
  }

  /// Reads one draft.
  /// - Throws: `draftGone` where there is none of this number, `damagedRow`, `store`.
  public func draft(_ number: Int) throws(FieldbookError) -> RegistrationDraft {
    let found = try database.first(
      "SELECT number, changed_at, body FROM draft WHERE number = ?", [.integer(number)]
    ) { draft(in: $0) }
    guard let found else { throw .draftGone(number) }
    guard let draft = found else { throw .damagedRow(table: "draft", key: String(number)) }
    return draft
  }

  /// Removes a draft and overwrites its answers on disk.
  /// - Throws: `draftGone` where there is none of this number, `store`.
  public func dropDraft(_ number: Int) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in try endDraft(number) }
    shedOldPages()
  }

  /// Removes a draft within the caller's transaction.
  func endDraft(_ number: Int) throws(FieldbookError) {
    let removed = try database.run("DELETE FROM draft WHERE number = ?", [.integer(number)])
    guard removed == 1 else { throw .draftGone(number) }
  }

  private func draft(in row: Row) -> RegistrationDraft? {
    guard let changedAt = Timestamp(row.text(1)),
      let answers = try? RecordCoding.decode(RegistrationDraft.Answers.self, from: row.blob(2))
    else { return nil }
    return RegistrationDraft(number: row.integer(0), changedAt: changedAt, answers: answers)
  }
}
