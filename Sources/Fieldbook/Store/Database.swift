import CSQLite
import FoundationEssentials

/// One connection to the SQLite file: write-ahead log, synced at every commit, foreign keys on.
final class Database {
  let path: String
  /// SQLite's connection, open as long as this object lives.
  let handle: OpaquePointer
  /// The reason why nothing can be written; nil where it can.
  let refusal: StoreFault?
  /// Prepared statements that are not in use, by their SQL.
  private var idle: [String: OpaquePointer] = [:]
  /// Whether a transaction was begun that has not been ended here. SQLite may have rolled it back by itself since.
  private var isWithinTransaction = false
  /// The failure by which SQLite rolled back the transaction that was begun; nil where it has not.
  private var rollback: FieldbookError?
  /// Whether old pages are removed after the transaction that is open.
  private var shedsOldPages = false
  /// The maximum number of idle statements, which is more than any one transaction uses.
  private static let maxIdle = 64

  // MARK: - Opening

  /// Opens the database, or makes it. Where the disk is full or cannot be written, it is opened for reading
  /// only.
  /// - Parameter busyMilliseconds: the time to wait for another process's transaction, milliseconds.
  /// - Throws: `home`, `strangeEntry`, `store`.
  init(path: String, busyMilliseconds: Int32) throws(FieldbookError) {
    self.path = path
    let connection = try Connection.open(path, busyMilliseconds: busyMilliseconds)
    handle = connection.handle
    refusal = connection.refusal
  }

  /// Makes an empty database in memory, of which nothing reaches a disk.
  /// - Throws: `store`.
  init(inMemory: Void) throws(FieldbookError) {
    path = ":memory:"
    handle = try Connection.openInMemory()
    refusal = nil
  }

  deinit {
    for statement in idle.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  // MARK: - Using

  /// Runs one or more SQL statements without values.
  func execute(_ script: String) throws(FieldbookError) {
    try check(sqlite3_exec(handle, script, nil, nil, nil))
  }

  /// Runs a statement that changes rows.
  /// - Returns: the number of rows changed.
  @discardableResult
  func run(_ sql: String, _ values: [SQLValue] = []) throws(FieldbookError) -> Int {
    _ = try rows(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  func rows<Element>(
    _ sql: String, _ values: [SQLValue] = [], read: (Row) throws(FieldbookError) -> Element
  ) throws(FieldbookError) -> [Element] {
    let statement = try prepare(sql, values)
    defer { put(statement, back: sql) }
    var elements: [Element] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: elements.append(try read(Row(statement: statement)))
      case SQLITE_DONE: return elements
      case let code: throw fault(code)
      }
    }
  }

  /// Calls `body` with each row of a result, without keeping any row.
  func forEach(_ sql: String, _ values: [SQLValue] = [], _ body: (Row) -> Void) throws(FieldbookError) {
    let statement = try prepare(sql, values)
    defer { put(statement, back: sql) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: body(Row(statement: statement))
      case SQLITE_DONE: return
      case let code: throw fault(code)
      }
    }
  }

  func first<Element>(
    _ sql: String, _ values: [SQLValue] = [], read: (Row) throws(FieldbookError) -> Element
  ) throws(FieldbookError) -> Element? {
    let statement = try prepare(sql, values)
    defer { put(statement, back: sql) }
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return try read(Row(statement: statement))
    case SQLITE_DONE: return nil
    case let code: throw fault(code)
    }
  }

  /// Runs `body` in a transaction, as a whole or not at all, with the write lock from the start. Within another
  /// transaction, the changes become durable with the outer transaction.
  func transaction<Value>(_ body: () throws(FieldbookError) -> Value) throws(FieldbookError) -> Value {
    if let refusal { throw .store(refusal) }
    return try transaction("BEGIN IMMEDIATE", body)
  }

  /// Runs `body` so that all its reads see one state.
  func snapshot<Value>(_ body: () throws(FieldbookError) -> Value) throws(FieldbookError) -> Value {
    try transaction("BEGIN", body)
  }

  private func transaction<Value>(_ begin: String, _ body: () throws(FieldbookError) -> Value)
    throws(FieldbookError) -> Value
  {
    try checkIsNotRolledBack()
    if isInTransaction { return try savepoint(body) }
    try execute(begin)
    isWithinTransaction = true
    defer { (isWithinTransaction, rollback) = (false, nil) }
    do {
      let value = try body()
      try checkIsNotRolledBack()
      try execute("COMMIT")
      if shedsOldPages { shedOldPages() }
      return value
    } catch {
      // After some failures, SQLite has already rolled back by itself. A transaction that cannot be rolled back
      // ends with the connection.
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  private var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Keeps statements that belong to a transaction from being executed by themselves, once SQLite has rolled
  /// the transaction back.
  private func checkIsNotRolledBack() throws(FieldbookError) {
    if isWithinTransaction, !isInTransaction { throw rollback ?? .store(.other(SQLITE_ABORT)) }
  }

  /// Runs `body` as a part of the transaction that is open, as a whole or not at all.
  private func savepoint<Value>(_ body: () throws(FieldbookError) -> Value) throws(FieldbookError) -> Value {
    // A savepoint hides an earlier savepoint of the same name until it is released.
    try execute("SAVEPOINT part")
    do {
      let value = try body()
      try execute("RELEASE part")
      return value
    } catch {
      // There is no savepoint to return to where the failure has rolled back the whole transaction.
      if isInTransaction { try execute("ROLLBACK TO part; RELEASE part") }
      throw error
    }
  }

  // MARK: - Old pages

  /// Removes the old pages from the write-ahead log, which may still hold erased secrets and answers. Within a
  /// transaction, this happens after the commit. Where another process is reading, the pages stay until the
  /// next call.
  func shedOldPages() {
    shedsOldPages = isInTransaction
    if !shedsOldPages { try? execute("PRAGMA wal_checkpoint(TRUNCATE)") }
  }

  // MARK: - Statements

  private func prepare(_ sql: String, _ values: [SQLValue]) throws(FieldbookError) -> OpaquePointer {
    try checkIsNotRolledBack()
    let prepared: OpaquePointer
    if let known = idle.removeValue(forKey: sql) { prepared = known } else { prepared = try compile(sql) }
    do {
      for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), of: prepared) }
    } catch {
      sqlite3_finalize(prepared)
      throw error
    }
    return prepared
  }

  private func compile(_ sql: String) throws(FieldbookError) -> OpaquePointer {
    var prepared: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, sql, -1, &prepared, nil))
    guard let prepared else { throw .store(.other(SQLITE_MISUSE)) }
    return prepared
  }

  /// Keeps a statement for the next use; meanwhile it holds no value and no lock.
  private func put(_ statement: OpaquePointer, back sql: String) {
    sqlite3_reset(statement)
    sqlite3_clear_bindings(statement)
    // Where a statement was in use twice at once, only one copy is kept.
    if idle.count >= Self.maxIdle || idle[sql] != nil {
      sqlite3_finalize(statement)
    } else {
      idle[sql] = statement
    }
  }

  private func bind(_ value: SQLValue, at index: Int32, of statement: OpaquePointer) throws(FieldbookError) {
    switch value {
    case .null: try check(sqlite3_bind_null(statement, index))
    case .integer(let number): try check(sqlite3_bind_int64(statement, index, number))
    case .text(let text):
      try check(wt_sqlite3_bind_text(statement, index, text, Int32(clamping: text.utf8.count)))
    case .blob(let bytes):
      let code = bytes.withUnsafeBytes {
        wt_sqlite3_bind_blob(statement, index, $0.baseAddress, Int32(clamping: $0.count))
      }
      try check(code)
    }
  }

  private func check(_ code: Int32) throws(FieldbookError) {
    guard code == SQLITE_OK else { throw fault(code) }
  }

  private func fault(_ code: Int32) -> FieldbookError {
    let fault = Connection.fault(code, of: handle, path: path)
    let error: FieldbookError =
      switch fault {
      // A database that could not be opened for writing fails with the reason found then.
      case .readOnly, .cannotOpen, .diskFull: .store(refusal ?? fault)
      default: .store(fault)
      }
    if isWithinTransaction, !isInTransaction { rollback = rollback ?? error }
    return error
  }
}

/// A row of a result, valid only until its statement moves on. Columns count from 0.
struct Row {
  fileprivate let statement: OpaquePointer

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }

  func real(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  /// The text of a column; empty where the column is null.
  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  /// Calls `body` with the bytes of a column without copying them; the buffer is empty where the column is
  /// null.
  func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    let start = sqlite3_column_blob(statement, column)
    return body(
      UnsafeRawBufferPointer(
        start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, column))))
  }

  /// The bytes of a column; empty where the column is null.
  func blob(_ column: Int32) -> Data {
    guard let start = sqlite3_column_blob(statement, column) else { return Data() }
    return Data(bytes: start, count: Int(sqlite3_column_bytes(statement, column)))
  }
}
