import CPQ

/// One connection to a PostgreSQL database, by libpq. It belongs to one thread at a time.
///
/// No value that was bound and no text of the server gets into an error: a server's message quotes values. The
/// SQLSTATE says what happened, https://www.postgresql.org/docs/15/errcodes-appendix.html.
final class PostgreSQL {
  /// A value that is bound to a statement.
  enum Value {
    case null
    case text(String)
    case bytes([UInt8])
    /// An array of `text`.
    case texts([String])
    /// An array of `bytea`.
    case byteArrays([[UInt8]])

    /// The object ids of PostgreSQL's types. https://www.postgresql.org/docs/15/catalog-pg-type.html
    private static let (byteaType, textType) = (17, 25)

    /// The value in PostgreSQL's binary form; nil where it is sent as text.
    fileprivate var binary: [UInt8]? {
      switch self {
      case .null, .text: nil
      case .bytes(let bytes): bytes
      case .texts(let texts): Self.array(texts.map(\.utf8), of: Self.textType)
      case .byteArrays(let arrays): Self.array(arrays, of: Self.byteaType)
      }
    }

    /// An array of one dimension without nulls, as `array_send` writes it: the number of dimensions, whether
    /// there are nulls, the type of the elements, their number and the number of the first one, and each
    /// element behind its length; all of them are 32 bits, the highest first.
    private static func array(_ elements: [some Collection<UInt8>], of type: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(20 + elements.reduce(0) { $0 + $1.count + 4 })
      func add(_ number: Int) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { bytes.append(contentsOf: $0) }
      }
      for number in [1, 0, type, elements.count, 1] { add(number) }
      for element in elements {
        add(element.count)
        bytes.append(contentsOf: element)
      }
      return bytes
    }
  }

  /// libpq's connection, open as long as this object lives.
  private let handle: UnsafeMutableRawPointer
  private var prepared: [String: String] = [:]
  private let question: Question

  // MARK: - Connecting

  /// Connects to a database.
  /// - Parameters:
  ///   - address: a URL of libpq without a password; what it leaves open comes from the environment and from
  ///     libpq's files.
  ///   - isCancelled: called several times a second while the program waits for an answer; true cancels.
  /// - Throws: `libraryMissing`, `address`, `cannotConnect`, `refused`.
  init(_ address: String, isCancelled: @escaping () -> Bool) throws(CompanyError) {
    guard wt_pq_is_there() != 0 else { throw .libraryMissing }
    try Self.judge(address)
    var reason = [CChar](repeating: 0, count: 1_024)
    guard let handle = wt_pq_connect(address, &reason, reason.count) else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw .cannotConnect(reason: text)
    }
    self.handle = handle
    question = Question(isCancelled)
    // Only what is on the server's disk counts as stored, whatever the server was set to. Times are read as
    // they are written.
    try execute(
      "SET synchronous_commit = on; SET DateStyle = ISO; SET standard_conforming_strings = on; SET search_path = ''",
      for: .connect)
  }

  deinit { wt_pq_close(handle) }

  /// Judges an address without connecting.
  /// - Throws: `address`.
  static func judge(_ address: String) throws(CompanyError) {
    guard ["postgresql://", "postgres://"].contains(where: address.hasPrefix),
      !address.utf8.contains(0)
    else { throw .address(.notPostgreSQL) }
    switch wt_pq_judge_address(address) {
    case 0: return
    case 1: throw .address(.password)
    default: throw .address(.unreadable)
    }
  }

  // MARK: - One statement

  /// Runs SQL of this program without values, several statements at once if need be.
  func execute(_ script: String, for purpose: CompanyError.Statement) throws(CompanyError) {
    let result = wt_pq_execute(handle, script)
    defer { wt_pq_clear(result) }
    try check(result, for: purpose)
  }

  /// Runs a statement and keeps all its rows.
  func rows(_ sql: String, _ values: [Value] = [], for purpose: CompanyError.Statement) throws(CompanyError)
    -> [[String?]]
  {
    var rows: [[String?]] = []
    try forEachRow(sql, values, for: purpose) { (row) throws(CompanyError) in rows.append(row) }
    return rows
  }

  /// Goes through the rows of a result without keeping any.
  func forEachRow(
    _ sql: String, _ values: [Value] = [], for purpose: CompanyError.Statement,
    _ body: ([String?]) throws(CompanyError) -> Void
  ) throws(CompanyError) {
    let name = try prepare(sql, for: purpose)
    guard send(name, values) else { throw failure(nil, for: purpose) }
    _ = wt_pq_row_by_row(handle)
    var failed: CompanyError?
    while let result = try next() {
      defer { wt_pq_clear(result) }
      guard failed == nil else { continue }
      do throws(CompanyError) {
        try check(result, for: purpose)
        for row in 0..<wt_pq_row_count(result) { try body(Self.fields(of: result, row)) }
      } catch { failed = error }
    }
    if let failed { throw failed }
    guard wt_pq_is_up(handle) != 0 else { throw .connectionLost }
  }

  private static func fields(of result: UnsafeMutableRawPointer, _ row: Int32) -> [String?] {
    var fields: [String?] = []
    var column: Int32 = 0
    while column < wt_pq_column_count(result) {
      var length: Int32 = 0
      let start = wt_pq_field(result, row, column, &length)
      fields.append(
        start.map {
          String(decoding: UnsafeRawBufferPointer(start: $0, count: Int(length)), as: UTF8.self)
        })
      column += 1
    }
    return fields
  }

  /// Prepares a statement once.
  func prepare(_ sql: String, for purpose: CompanyError.Statement) throws(CompanyError) -> String {
    if let name = prepared[sql] { return name }
    let name = "weldtech\(prepared.count)"
    let result = wt_pq_prepare(handle, name, sql)
    defer { wt_pq_clear(result) }
    try check(result, for: purpose)
    prepared[sql] = name
    return name
  }

  // MARK: - A pipeline

  /// What became of one command of a pipeline.
  enum Outcome {
    /// The command succeeded, and changed this number of rows.
    case done(changed: Int)
    /// An earlier command failed, so that this one was not executed.
    case notExecuted
    case failed(state: String)
  }

  func enterPipeline() throws(CompanyError) {
    guard wt_pq_enter_pipeline(handle) == 1 else { throw .connectionLost }
  }

  func leavePipeline() throws(CompanyError) {
    guard wt_pq_leave_pipeline(handle) == 1 else { throw .connectionLost }
  }

  /// Puts a command into the pipeline.
  func enqueue(_ name: String, _ values: [Value]) throws(CompanyError) {
    guard send(name, values) else { throw .connectionLost }
  }

  func enqueue(sql: String) throws(CompanyError) {
    guard wt_pq_send_sql(handle, sql) == 1 else { throw .connectionLost }
  }

  /// Ends a series of commands, after which their outcomes can be waited for.
  func enqueueSync() throws(CompanyError) {
    guard wt_pq_sync(handle) == 1, wt_pq_pump(handle) == 1 else { throw .connectionLost }
  }

  /// Lets waiting bytes go out while the caller does something else.
  func pump() throws(CompanyError) {
    guard wt_pq_pump(handle) == 1 else { throw .connectionLost }
  }

  /// Waits for the outcomes of `count` commands and of the synchronisation behind them.
  func outcomes(of count: Int) throws(CompanyError) -> [Outcome] {
    var outcomes: [Outcome] = []
    for _ in 0..<count {
      guard let result = try next() else { throw .connectionLost }
      outcomes.append(outcome(result))
      wt_pq_clear(result)
      // The results of each command end with nil.
      if let more = try next() {
        wt_pq_clear(more)
        throw .connectionLost
      }
    }
    guard let sync = try next() else { throw .connectionLost }
    defer { wt_pq_clear(sync) }
    guard wt_pq_status(sync) == WT_PQ_SYNC else { throw .connectionLost }
    return outcomes
  }

  private func outcome(_ result: UnsafeMutableRawPointer) -> Outcome {
    switch wt_pq_status(result) {
    case WT_PQ_ABORTED: return .notExecuted
    case WT_PQ_DONE, WT_PQ_ROWS:
      return .done(changed: wt_pq_changed(result).flatMap { Int(String(cString: $0)) } ?? 0)
    default: return .failed(state: String(cString: wt_pq_state(result)))
    }
  }

  // MARK: - Sending and receiving

  private func send(_ name: String, _ values: [Value]) -> Bool {
    // The values lie behind one another, each with a zero byte at its end, which a text needs.
    var bytes: [UInt8] = []
    var places: [Int?] = []
    var lengths: [Int32] = []
    var formats: [Int32] = []
    for value in values {
      if case .null = value {
        places.append(nil)
        lengths.append(0)
        formats.append(0)
        continue
      }
      places.append(bytes.count)
      if let binary = value.binary {
        bytes += binary
        formats.append(1)
      } else if case .text(let text) = value {
        bytes += text.utf8
        formats.append(0)
      }
      lengths.append(Int32(clamping: bytes.count - (places.last?.flatMap { $0 } ?? 0)))
      bytes.append(0)
    }
    return bytes.withUnsafeBytes { buffer in
      let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      let pointers: [UnsafePointer<CChar>?] = places.map { place in place.flatMap { start?.advanced(by: $0) } }
      return pointers.withUnsafeBufferPointer {
        wt_pq_send(handle, name, Int32(values.count), $0.baseAddress, lengths, formats)
      } == 1
    }
  }

  /// Waits for the next result; nil is the end of one command's results.
  private func next() throws(CompanyError) -> UnsafeMutableRawPointer? {
    var cancelled: Int32 = 0
    let result = wt_pq_next(
      handle, askWhetherCancelled, Unmanaged.passUnretained(question).toOpaque(), &cancelled)
    if cancelled != 0 { throw .cancelled }
    if result == nil, wt_pq_is_up(handle) == 0 { throw .connectionLost }
    return result
  }

  private func check(_ result: UnsafeMutableRawPointer?, for purpose: CompanyError.Statement)
    throws(CompanyError)
  {
    switch wt_pq_status(result) {
    case WT_PQ_DONE, WT_PQ_ROWS, WT_PQ_ROW: return
    default: throw failure(result, for: purpose)
    }
  }

  private func failure(_ result: UnsafeMutableRawPointer?, for purpose: CompanyError.Statement) -> CompanyError
  {
    guard wt_pq_is_up(handle) != 0 else { return .connectionLost }
    return .refused(purpose, state: String(cString: wt_pq_state(result)))
  }
}

/// Holds a closure for C.
private final class Question {
  let isCancelled: () -> Bool
  init(_ isCancelled: @escaping () -> Bool) { self.isCancelled = isCancelled }
}

private func askWhetherCancelled(_ context: UnsafeMutableRawPointer?) -> Int32 {
  guard let context else { return 0 }
  return Unmanaged<Question>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
}
