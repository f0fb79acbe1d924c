public import Records

/// The company's database as a loader sees it: a loader adds rows, and asks which objects are there. Batches go
/// through a pipeline, so that the server works on one while the next one is checked; each batch is a
/// transaction. Where objects are slow to judge, a batch holds what was judged within a few seconds, so that a
/// load that is cut off has lost no more than that.
///
/// A loader that is killed has added some whole batches, and the next run continues after them: an object
/// counts as loaded by a row of its own, which is added in the same transaction as all its other rows.
public final class CompanyDatabase: CompanyStore {
  /// The maximum number of objects in a transaction.
  public static let maxBatchItems = 1_000

  private let source: String
  /// The connection that adds rows.
  private let adding: PostgreSQL
  /// The connection that asks, since a pipeline that is busy answers no question.
  private let asking: PostgreSQL
  private let limits: BatchLimits
  private let now: () -> Duration
  /// The moment of the first object or finding that waits; nil where none waits.
  private var waitingSince: Duration?

  private var waiting: [CompanyItem] = []
  private var waitingFindings: [Finding] = []
  private var waitingBytes = 0
  /// The batch that the server works on; nil where there is none.
  private var flying: Batch?
  private var added = CompanyCounts()
  private var refused: [Finding] = []

  private struct Batch {
    let items: [CompanyItem]
    let findings: [Finding]
    let commands: [Command]
  }

  /// A statement that adds many rows of one kind. The triggers of a table cost as much for one row as for a
  /// thousand.
  private struct Command {
    enum Kind: CaseIterable { case files, timestamps, keyObjects, recordObjects, revisions, keys, findings }
    let kind: Kind
    let values: [PostgreSQL.Value]
  }

  // MARK: - Opening

  /// Opens a database that was prepared.
  /// - Parameters:
  ///   - source: the place that the objects come from, which is stored beside each row.
  ///   - now: a monotonic clock.
  ///   - isCancelled: called while the program waits for the database; true cancels.
  /// - Throws: `libraryMissing`, `address`, `cannotConnect`, `notPrepared`, `fromTheFuture`, `refused`.
  public init(
    _ address: String, source: String, maxBatchItems: Int = CompanyDatabase.maxBatchItems,
    now: @escaping () -> Duration, isCancelled: @escaping () -> Bool
  ) throws(CompanyError) {
    self.source = Finding.shown(source)
    self.now = now
    limits = BatchLimits(maxItems: maxBatchItems)
    asking = try PostgreSQL(address, isCancelled: isCancelled)
    try CompanySchema.check(asking)
    adding = try PostgreSQL(address, isCancelled: isCancelled)
    for kind in Command.Kind.allCases {
      _ = try adding.prepare(Self.statement(of: kind), for: .load)
    }
    try adding.enterPipeline()
  }

  // MARK: - Asking

  public func notLoaded(_ keys: [String]) throws(CompanyError) -> Set<String> {
    guard !keys.isEmpty else { return [] }
    // The keys have no character that an array's text would have to escape, see `DeliveredObject.key`.
    let rows = try asking.rows(
      "SELECT weldtech.not_loaded($1)", [.text("{\(keys.joined(separator: ","))}")], for: .ask)
    return Set(rows.compactMap(\.first).compactMap(\.self))
  }

  public func concerns() throws(CompanyError) -> CompanyConcerns {
    let rows = try asking.rows(
      """
      SELECT area, kind, subject, id, revision, sha256, source, detail, records, total FROM weldtech.concern()
      """, for: .report)
    var concerns = CompanyConcerns()
    for row in rows {
      guard row.count == 10, let area = row[0].flatMap(CompanyConcern.Area.init(rawValue:)), let kind = row[1],
        let subject = row[2], let revision = row[4].flatMap({ Int($0) }),
        let recordCount = row[8].flatMap({ Int($0) }), let total = row[9].flatMap({ Int($0) })
      else { throw .row(view: "concern") }
      concerns.totals[area] = total
      concerns.rows.append(
        CompanyConcern(
          area: area, kind: kind, subject: Finding.shown(subject), id: row[3].flatMap(InstallationID.init),
          revision: revision, sha256: row[5] ?? "", source: Finding.shown(row[6] ?? ""), detail: row[7] ?? "",
          recordCount: recordCount))
    }
    return concerns
  }

  // MARK: - Adding

  public func add(_ item: CompanyItem) throws(CompanyError) {
    waiting.append(item)
    waitingBytes += item.size
    if !(try submitWhatIsDue()) { try adding.pump() }
  }

  public func add(_ finding: Finding) throws(CompanyError) {
    waitingFindings.append(finding)
    _ = try submitWhatIsDue()
  }

  /// Submits what waits where a limit is reached.
  /// - Returns: whether a batch was submitted.
  private func submitWhatIsDue() throws(CompanyError) -> Bool {
    let moment = now()
    let since = waitingSince ?? moment
    waitingSince = since
    guard
      limits.areReached(
        by: max(waiting.count, waitingFindings.count), bytes: waitingBytes, age: moment - since)
    else { return false }
    try submit()
    return true
  }

  public func flush() throws(CompanyError) -> (added: CompanyCounts, refused: [Finding]) {
    try submit()
    try collect()
    return (added, refused)
  }

  /// Sends what waits as one transaction, once the one before it is done.
  private func submit() throws(CompanyError) {
    try collect()
    guard !waiting.isEmpty || !waitingFindings.isEmpty else { return }
    let commands = commands(of: waiting, waitingFindings)
    let batch = Batch(items: waiting, findings: waitingFindings, commands: commands)
    (waiting, waitingFindings, waitingBytes, waitingSince) = ([], [], 0, nil)
    try send(commands)
    flying = batch
  }

  /// Waits for the batch that the server works on. Where the server refused a row, each object of the batch is
  /// added by itself, so that an object that the database cannot take keeps out no other.
  private func collect() throws(CompanyError) {
    guard let batch = flying else { return }
    flying = nil
    guard let state = try outcome(of: batch.commands) else { return }
    guard Self.isOfTheRow(state) else { throw .refused(.load, state: state) }
    for item in batch.items {
      let commands = commands(of: [item], [])
      try send(commands)
      guard let state = try outcome(of: commands) else { continue }
      guard Self.isOfTheRow(state) else { throw .refused(.load, state: state) }
      refused.append(Finding(key: item.key, kind: .database, detail: state))
    }
    let findings = commands(of: [], batch.findings)
    try send(findings)
    if let state = try outcome(of: findings) { throw .refused(.load, state: state) }
  }

  private func send(_ commands: [Command]) throws(CompanyError) {
    try adding.enqueue(sql: "BEGIN")
    for command in commands {
      try adding.enqueue(adding.prepare(Self.statement(of: command.kind), for: .load), command.values)
      try adding.pump()
    }
    try adding.enqueue(sql: "COMMIT")
    try adding.enqueueSync()
  }

  /// Waits for a transaction and counts what it added.
  /// - Returns: the SQLSTATE for which the transaction was rolled back; nil where it is durable.
  private func outcome(of commands: [Command]) throws(CompanyError) -> String? {
    let outcomes = try adding.outcomes(of: commands.count + 2)
    for case .failed(let state) in outcomes {
      try adding.enqueue(sql: "ROLLBACK")
      try adding.enqueueSync()
      _ = try adding.outcomes(of: 1)
      return state
    }
    for (command, outcome) in zip(commands, outcomes.dropFirst()) {
      guard case .done(let changed) = outcome, changed > 0 else { continue }
      switch command.kind {
      case .revisions: added.revisions += changed
      case .files: added.files += changed
      case .timestamps: added.timestamps += changed
      case .keyObjects: added.keys += changed
      case .recordObjects, .keys, .findings: break
      }
    }
    return nil
  }

  /// Whether a SQLSTATE is about the values of a row: a data exception or a violated constraint.
  private static func isOfTheRow(_ state: String) -> Bool { state.hasPrefix("22") || state.hasPrefix("23") }

  // MARK: - Rows

  private static func statement(of kind: Command.Kind) -> String {
    // ON CONFLICT without a target needs no right to read the table.
    switch kind {
    case .files, .timestamps, .keyObjects, .recordObjects:
      """
      INSERT INTO weldtech.object (key, bytes, source)
      SELECT key, bytes::bigint, $3 FROM unnest($1::text[], $2::text[]) AS new (key, bytes) ON CONFLICT DO NOTHING
      """
    case .revisions:
      """
      INSERT INTO weldtech.revision (raw, files, agreement, source)
      SELECT raw, files::text[], agreement, $4 FROM unnest($1::bytea[], $2::text[], $3::text[])
        AS new (raw, files, agreement)
      ON CONFLICT DO NOTHING
      """
    case .keys:
      """
      INSERT INTO weldtech.delivered_key (key_id, sha256, installation, module_serial, raw, source)
      SELECT key_id, sha256, installation, module_serial, raw, $6
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
        AS new (key_id, sha256, installation, module_serial, raw)
      ON CONFLICT DO NOTHING
      """
    case .findings:
      """
      INSERT INTO weldtech.finding (key, kind, detail, is_loaded, source)
      SELECT key, kind, detail, is_loaded::boolean, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        AS new (key, kind, detail, is_loaded)
      ON CONFLICT DO NOTHING
      """
    }
  }

  /// The statements that add objects and findings; none for kinds of which there is no row.
  private func commands(of items: [CompanyItem], _ findings: [Finding]) -> [Command] {
    var revisions: (raw: [[UInt8]], files: [String], agreements: [String]) = ([], [], [])
    var keys: (ids: [String], sha256: [String], installations: [String], serials: [String], raw: [[UInt8]]) =
      ([], [], [], [], [])
    var objects: [Command.Kind: (keys: [String], bytes: [String])] = [:]
    var found = findings.map { (finding: $0, isLoaded: false) }
    for item in items {
      switch item.contents {
      case .presence: break
      case .revision(let raw, let files, let agreement):
        revisions.raw.append(raw)
        revisions.files.append("{\(files.map(\.hex).joined(separator: ","))}")
        revisions.agreements.append(agreement.rawValue)
      case .key(let keyID, let sha256, let installation, let moduleSerial, let raw):
        keys.ids.append(keyID)
        keys.sha256.append(sha256.hex)
        keys.installations.append(installation.text)
        keys.serials.append(moduleSerial)
        keys.raw.append(raw)
      }
      let kind = Self.kind(ofObject: item.key)
      objects[kind, default: ([], [])].keys.append(item.key)
      objects[kind, default: ([], [])].bytes.append("\(item.bytes)")
      found += item.doubts.map { ($0, true) }
    }
    var commands: [Command] = []
    func add(_ kind: Command.Kind, _ values: [PostgreSQL.Value]) {
      commands.append(Command(kind: kind, values: values + [.text(source)]))
    }
    if !revisions.raw.isEmpty {
      add(.revisions, [.byteArrays(revisions.raw), .texts(revisions.files), .texts(revisions.agreements)])
    }
    if !keys.raw.isEmpty {
      add(
        .keys,
        [
          .texts(keys.ids), .texts(keys.sha256), .texts(keys.installations), .texts(keys.serials),
          .byteArrays(keys.raw),
        ])
    }
    for kind in Command.Kind.allCases {
      if let rows = objects[kind] { add(kind, [.texts(rows.keys), .texts(rows.bytes)]) }
    }
    if !found.isEmpty {
      add(
        .findings,
        [
          .texts(found.map(\.finding.key)), .texts(found.map(\.finding.kind.rawValue)),
          .texts(found.map(\.finding.detail)), .texts(found.map { $0.isLoaded ? "t" : "f" }),
        ])
    }
    return commands
  }

  private static func kind(ofObject key: String) -> Command.Kind {
    switch key.utf8.first {
    case UInt8(ascii: "f"): .files
    case UInt8(ascii: "t"): .timestamps
    case UInt8(ascii: "k"): .keyObjects
    default: .recordObjects
    }
  }
}
