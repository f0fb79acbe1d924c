public import Cryptography
import FoundationEssentials
public import Records

/// One pass over the queue, oldest first: keys, then each record's files, then the record, and when all records are through
/// the timestamps of their agreements and the originals of photos whose copies went before. A record that fails blocks no other. Where the platform's record has
/// gone on without this laptop, what waits is built on it anew and delivered in the same pass, if it is no more than
/// inspections. Rejected credentials, an unreachable platform or two timeouts in a row end the run, and the rest stays
/// pending.
public struct SyncRun {
  /// The services that a run uses.
  public struct Surroundings {
    /// Waits between attempts; may return early where the run is cancelled.
    public var sleep: (Duration) -> Void
    public var retry: RetryPolicy
    /// When the originals of photos go whose copies go before the record.
    public var originals: OriginalsPolicy
    /// Pins the platform's certificate at the first contact; throws to refuse the certificate.
    public var pin: (Certificate) throws -> Void
    public var onEvent: (SyncEvent) -> Void

    public init(
      sleep: @escaping (Duration) -> Void, retry: RetryPolicy = RetryPolicy(),
      originals: OriginalsPolicy = .later, pin: @escaping (Certificate) throws -> Void,
      onEvent: @escaping (SyncEvent) -> Void = { _ in }
    ) {
      self.sleep = sleep
      self.retry = retry
      self.originals = originals
      self.pin = pin
      self.onEvent = onEvent
    }
  }

  private let outbox: any Outbox
  private let files: any FileStore
  private let client: PlatformClient
  private let clock: any Clock
  private let uploads: any UploadMemory
  private let pinned: Certificate?
  private let surroundings: Surroundings
  private let retry: Retry
  private let pieceSize = PieceSize()

  /// Makes a run.
  /// - Parameter platformCertificate: the pinned certificate; nil at the first contact.
  public init(
    outbox: any Outbox, files: any FileStore, client: PlatformClient, clock: any Clock,
    uploads: any UploadMemory, platformCertificate: Certificate?, surroundings: Surroundings
  ) {
    self.outbox = outbox
    self.files = files
    self.client = client
    self.clock = clock
    self.uploads = uploads
    pinned = platformCertificate
    self.surroundings = surroundings
    retry = Retry(policy: surroundings.retry, sleep: surroundings.sleep, onEvent: surroundings.onEvent)
  }

  // MARK: - Running

  /// Lists what `run` would send, without a network.
  /// - Throws: the errors of the outbox.
  public func plan() throws -> SyncPlan {
    let records = try outbox.pendingRecords()
    // Several revisions of a record wait with the same files.
    var seen: Set<InstallationID> = []
    let before = records.filter { seen.insert($0.id).inserted }.flatMap(\.originals)
    let after = try outbox.pendingOriginals().filter { !seen.contains($0.installation) }.map(\.file)
    return SyncPlan(
      keys: try outbox.pendingKeys(), records: records,
      originals: surroundings.originals == .never ? [] : before + after,
      timestamps: try outbox.pendingTimestamps())
  }

  /// Delivers everything that is pending. An empty queue needs no network.
  /// - Throws: `SyncError.platformKeyChanged` before anything is sent, and the errors of the outbox, the upload
  ///   memory and `pin`. All other errors are in the report.
  public func run() throws -> SyncReport {
    try run(
      records: outbox.pendingRecords(), withOriginals: surroundings.originals != .never, withTimestamps: true)
  }

  /// Delivers keys only. A functional test needs them at the platform before it requests a start there.
  public func deliverKeys() throws -> SyncReport {
    try run(records: [], withOriginals: false, withTimestamps: false)
  }

  private func run(records: [PendingRecord], withOriginals: Bool, withTimestamps: Bool) throws -> SyncReport {
    var report = SyncReport()
    let keys = try outbox.pendingKeys()
    let hasOriginals = withOriginals ? try !outbox.pendingOriginals().isEmpty : false
    let hasTimestamps = withTimestamps ? try !outbox.pendingTimestamps().isEmpty : false
    guard !keys.isEmpty || !records.isEmpty || hasOriginals || hasTimestamps else { return report }

    var certificate: Certificate?
    do throws(SyncError) {
      certificate = try platformCertificate()
    } catch {
      if case .platformKeyChanged = error { throw error }
      report.stoppedBy = SyncReason(error)
    }
    if let certificate, pinned == nil { try surroundings.pin(certificate) }

    for key in keys { try deliver(key, to: certificate, &report) }
    var undelivered: [InstallationID: SyncReason] = [:]
    // All that waited of these records was sent in other revisions, or cannot be sent.
    var rebuilt: Set<InstallationID> = []
    for record in records where !rebuilt.contains(record.id) {
      var reason = try reason(afterDelivering: record, undelivered, &report)
      if reason == .conflict {
        rebuilt.insert(record.id)
        reason = try self.reason(afterRebuilding: record.id, &report)
      }
      surroundings.onEvent(.recordFinished(DeliveryOutcome(record.id, reason)))
      undelivered[record.id] = undelivered[record.id] ?? reason
    }
    report.outcomes = outcomes(of: records, undelivered)
    // What was just delivered has timestamps and originals, too.
    if withTimestamps { for timestamp in try outbox.pendingTimestamps() { try follow(timestamp, &report) } }
    if withOriginals { for original in try outbox.pendingOriginals() { try follow(original, &report) } }
    return report
  }

  /// Gives one outcome for each record, in the order of the oldest revisions.
  private func outcomes(
    of records: [PendingRecord], _ undelivered: [InstallationID: SyncReason]
  ) -> [DeliveryOutcome] {
    var seen: Set<InstallationID> = []
    return records.filter { seen.insert($0.id).inserted }.map { DeliveryOutcome($0.id, undelivered[$0.id]) }
  }

  // MARK: - Keys

  /// Gets the pinned certificate once the platform has presented the same; at the first contact it is the one
  /// that the platform presents. The request also shows, before anything is sent, whether the answer comes from
  /// the platform or from a captive portal.
  private func platformCertificate() throws(SyncError) -> Certificate {
    do throws(SyncError) {
      let offered = try retry { () throws(SyncError) in try client.platformKey() }
      if let pinned, offered.publicKeyDigest != pinned.publicKeyDigest {
        throw .platformKeyChanged(pinned: pinned.fingerprint, offered: offered.fingerprint)
      }
      let bits = offered.rsaBits
      if bits < Certificate.minRSABits {
        guard pinned != nil else { throw .platformKeyShort(bits: bits) }
        surroundings.onEvent(.platformKeyShort(bits: bits))
      }
      return pinned ?? offered
    } catch {
      // A platform may distribute its certificate by other ways only.
      if let pinned, case .refused(status: 404, _) = error { return pinned }
      throw error
    }
  }

  private func deliver(_ key: PendingKey, to certificate: Certificate?, _ report: inout SyncReport) throws {
    var reason = report.stoppedBy
    if reason == nil, let certificate {
      guard let secret = try outbox.secret(ofKey: key.keyID) else {
        return note(key, .keyMissing, &report)
      }
      try outbox.markAttempted(key: key.keyID, at: clock.now())
      do throws(SyncError) {
        try retry { () throws(SyncError) in try client.deliver(key, secret: secret, to: certificate) }
      } catch {
        reason = SyncReason(error)
        stop(&report, where: reason)
      }
      if reason == nil { try outbox.acknowledge(key: key.keyID, at: clock.now()) }
    }
    note(key, reason, &report)
  }

  private func note(_ key: PendingKey, _ reason: SyncReason?, _ report: inout SyncReport) {
    report.keys.append(KeyOutcome(key: key, reason: reason))
    surroundings.onEvent(
      reason.map { .keyPending(keyID: key.keyID, $0) } ?? .keyDelivered(keyID: key.keyID))
  }

  private func stop(_ report: inout SyncReport, where reason: SyncReason?) {
    report.timeouts = reason == .timedOut ? report.timeouts + 1 : 0
    // The first timeout may concern the record; two in a row concern the platform, and every further item would
    // cost minutes.
    guard let reason, reason.stopsTheRun || report.timeouts > 1 else { return }
    report.stoppedBy = report.stoppedBy ?? reason
  }

  // MARK: - Records

  /// Delivers one record with its files.
  /// - Returns: nil where the platform acknowledged the record.
  private func reason(
    afterDelivering record: PendingRecord, _ undelivered: [InstallationID: SyncReason],
    _ report: inout SyncReport
  ) throws -> SyncReason? {
    var reason = report.stoppedBy
    if reason == nil, undelivered[record.id] != nil { reason = .predecessor }
    if reason == nil, report.keys.contains(where: { $0.key.installation == record.id && $0.reason != nil }) {
      reason = .keyPending
    }
    if reason == nil { reason = try outbox.fault(of: record).map { SyncReason($0) } }
    if reason == nil {
      reason = try deliver(record)
      stop(&report, where: reason)
    }
    return reason
  }

  /// The maximum number of times that one run builds a record's waiting revisions on the platform's.
  private static let maxRebuilds = 4

  /// Builds what waits of a record on the platform's, which has gone on meanwhile, and delivers that.
  /// - Returns: nil where the platform has acknowledged all of it.
  private func reason(afterRebuilding id: InstallationID, _ report: inout SyncReport) throws -> SyncReason? {
    var before: Data?
    for _ in 0..<Self.maxRebuilds {
      let current: Data?
      do throws(SyncError) {
        current = try retry { () throws(SyncError) in try client.installation(id) }
      } catch {
        let reason = SyncReason(error)
        stop(&report, where: reason)
        return reason
      }
      // A platform that has no other record and yet takes no revision after it will not take the next one either.
      guard let current, current != before else {
        if current == nil, try outbox.waitsForAnother(id) { return .predecessorElsewhere }
        try outbox.markConflict(record: id, at: clock.now())
        return .conflict
      }
      before = current
      switch try outbox.rebuild(id, on: current, at: clock.now()) {
      case .conflict: return .conflict
      case .waits: return .predecessorElsewhere
      case .damaged(let fault): return SyncReason(fault)
      case .revisions(let records):
        let reason = try self.reason(afterDelivering: records, &report)
        if reason != .conflict { return reason }
      }
    }
    return .overtaken
  }

  /// Delivers revisions that follow one another, up to the first that is not acknowledged.
  private func reason(afterDelivering records: [PendingRecord], _ report: inout SyncReport) throws
    -> SyncReason?
  {
    for record in records {
      if let fault = try outbox.fault(of: record) { return SyncReason(fault) }
      let reason = try deliver(record)
      stop(&report, where: reason)
      if let reason { return reason }
    }
    return nil
  }

  private func deliver(_ record: PendingRecord) throws -> SyncReason? {
    try outbox.markAttempted(record: record.id, revision: record.revision, at: clock.now())
    do {
      let before = surroundings.originals == .always ? record.files + record.originals : record.files
      for file in before { try deliver(file, of: record.id) }
      var refusal = refusal(of: record)
      if case .incomplete(let missing, let keys) = refusal, keys.isEmpty, !missing.isEmpty {
        // A file that the platform once acknowledged and now lacks is sent again, but only once; so is an original that
        // a platform insists on which knows of no copies. A file that the record does not name is never sent, whatever
        // the platform asks for.
        let originals = surroundings.originals == .never ? [] : record.originals
        let files = (record.files + originals + record.acknowledgedFiles).filter {
          missing.contains($0.sha256)
        }
        for file in files { try deliver(file, of: record.id) }
        if !files.isEmpty { refusal = self.refusal(of: record) }
      }
      if let refusal { return SyncReason(refusal) }
    } catch let error as SyncError {
      return SyncReason(error)
    } catch is FileUnavailable {
      return .fileMissing
    }
    try outbox.acknowledge(
      record: record.id, revision: record.revision, sha256: record.sha256, at: clock.now())
    return nil
  }

  /// Sends one record.
  /// - Returns: nil where the platform acknowledged the record.
  private func refusal(of record: PendingRecord) -> SyncError? {
    do throws(SyncError) {
      try retry { () throws(SyncError) in try client.deliver(record) }
      return nil
    } catch {
      return error
    }
  }

  private func deliver(_ file: PendingFile, of id: InstallationID) throws {
    try send(file, of: id, timestampOf: nil)
    try outbox.acknowledge(file: file.sha256, of: id, at: clock.now())
  }

  private func send(_ file: PendingFile, of id: InstallationID, timestampOf agreement: FileDigest?) throws {
    surroundings.onEvent(.fileBegun(sha256: file.sha256, bytes: file.bytes, of: id))
    let delivery = FileDelivery(
      client: client, memory: uploads, retry: retry, pieceSize: pieceSize, onEvent: surroundings.onEvent)
    try delivery.deliver(file, timestampOf: agreement) {
      do {
        return [UInt8](try files.contents(of: file.sha256.hex))
      } catch {
        throw FileUnavailable()
      }
    }
  }

  // MARK: - What follows a record

  /// Delivers the timestamp of an agreement whose record the platform has. One that fails blocks no other.
  private func follow(_ timestamp: PendingTimestamp, _ report: inout SyncReport) throws {
    var reason = report.stoppedBy
    if reason == nil { reason = try outbox.fault(of: timestamp).map { SyncReason($0) } }
    if reason == nil {
      do {
        try send(timestamp.file, of: timestamp.installation, timestampOf: timestamp.agreement)
        try outbox.acknowledge(
          timestamp: timestamp.file.sha256, of: timestamp.agreement, at: clock.now())
      } catch let error as SyncError {
        reason = SyncReason(error)
      } catch is FileUnavailable {
        reason = .fileMissing
      }
      stop(&report, where: reason)
    }
    let outcome = TimestampOutcome(timestamp: timestamp, reason: reason)
    report.timestamps.append(outcome)
    surroundings.onEvent(.timestampFinished(outcome))
  }

  /// Delivers an original whose record the platform has. One that fails blocks no other.
  private func follow(_ original: PendingOriginal, _ report: inout SyncReport) throws {
    var reason = report.stoppedBy
    if reason == nil { reason = try outbox.fault(of: original).map { SyncReason($0) } }
    if reason == nil {
      do {
        try deliver(original.file, of: original.installation)
      } catch let error as SyncError {
        reason = SyncReason(error)
      } catch is FileUnavailable {
        reason = .fileMissing
      }
      stop(&report, where: reason)
    }
    let outcome = OriginalOutcome(original: original, reason: reason)
    report.originals.append(outcome)
    surroundings.onEvent(.originalFinished(outcome))
  }
}

/// The error that the file store could not give a file.
private struct FileUnavailable: Error {}
