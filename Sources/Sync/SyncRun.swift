public import Cryptography
public import Records
import Synchronization

/// One pass over the queue, oldest first: keys, then each record's files, then the record, and when all records
/// are through the timestamps of their agreements and the originals of photos whose copies went before. Many of
/// them are on the way at once. Only the calling thread writes the record, and one transaction holds all
/// changes that have arrived meanwhile. A record that fails blocks no other. Where the platform's record has
/// newer revisions, the waiting revisions are built on it anew and delivered in the same pass, if they are
/// inspections only. A record that a repetition cannot deliver is set aside, and comes last in the next pass.
/// Rejected credentials, an unreachable platform or two timeouts in a row end the run, and the rest stays
/// pending.
public struct SyncRun {
  /// The services that a run uses.
  public struct Surroundings {
    /// Waits between attempts, on any thread; may return early where the run is cancelled.
    public var sleep: @Sendable (Duration) -> Void
    public var retry: RetryPolicy
    /// The policy for the originals of photos whose copies go before the record.
    public var originals: OriginalsPolicy
    /// The number of keys and records that are on the way at once, 1 or more.
    public var maxRecordsAtOnce: Int
    /// The number of files that are on the way at once, 1 or more.
    public var maxFilesAtOnce: Int
    /// Records that were set aside and were tried later than this are left out; nil tries all of them again.
    public var triesSetAsideBefore: Timestamp?
    /// Pins the platform's certificate at the first contact; throws to refuse the certificate.
    public var pin: (Certificate) throws -> Void
    /// Called with each event, on the thread that called `run`.
    public var onEvent: (SyncEvent) -> Void

    public init(
      sleep: @escaping @Sendable (Duration) -> Void, retry: RetryPolicy = RetryPolicy(),
      originals: OriginalsPolicy = .later, maxRecordsAtOnce: Int = 64, maxFilesAtOnce: Int = 6,
      triesSetAsideBefore: Timestamp? = nil, pin: @escaping (Certificate) throws -> Void,
      onEvent: @escaping (SyncEvent) -> Void = { _ in }
    ) {
      self.sleep = sleep
      self.retry = retry
      self.originals = originals
      self.maxRecordsAtOnce = maxRecordsAtOnce
      self.maxFilesAtOnce = maxFilesAtOnce
      self.triesSetAsideBefore = triesSetAsideBefore
      self.pin = pin
      self.onEvent = onEvent
    }
  }

  private let outbox: any Outbox
  private let files: any FileStore
  private let destination: any Destination
  private let clock: any Clock
  private let uploads: any UploadMemory
  private let pinned: Certificate?
  private let stop: RunStop
  private let surroundings: Surroundings

  /// Makes a run to the platform.
  /// - Parameter platformCertificate: the pinned certificate; nil at the first contact.
  public init(
    outbox: any Outbox, files: any FileStore, client: PlatformClient, clock: any Clock,
    uploads: any UploadMemory, platformCertificate: Certificate?, surroundings: Surroundings
  ) {
    self.init(
      outbox: outbox, files: files, destination: client, clock: clock, uploads: uploads,
      pinned: platformCertificate, surroundings: surroundings)
  }

  /// Makes a run to a bucket or a folder, which repeats its requests itself.
  /// - Parameters:
  ///   - platformCertificate: the pinned certificate, to which keys are sealed.
  ///   - retry: the retry that the objects' store uses; once the run is stopped, the store repeats no request.
  public init(
    outbox: any Outbox, files: any FileStore, objects: ObjectDestination, clock: any Clock,
    uploads: any UploadMemory, platformCertificate: Certificate, retry: Retry, surroundings: Surroundings
  ) {
    var surroundings = surroundings
    surroundings.retry.attempts = 1
    self.init(
      outbox: outbox, files: files, destination: objects, clock: clock, uploads: uploads,
      pinned: platformCertificate, stop: retry.stop, surroundings: surroundings)
  }

  private init(
    outbox: any Outbox, files: any FileStore, destination: any Destination, clock: any Clock,
    uploads: any UploadMemory, pinned: Certificate?, stop: RunStop = RunStop(), surroundings: Surroundings
  ) {
    self.outbox = outbox
    self.files = files
    self.destination = destination
    self.clock = clock
    self.uploads = uploads
    self.pinned = pinned
    self.stop = stop
    self.surroundings = surroundings
  }

  // MARK: - Running

  /// Counts what `run` would send, and lists its keys, without a network.
  /// - Throws: the errors of the outbox.
  public func plan() throws -> SyncPlan {
    var totals = try outbox.totals()
    if surroundings.originals == .never { (totals.originals, totals.originalBytes) = (0, 0) }
    return SyncPlan(keys: try outbox.pendingKeys(), totals: totals)
  }

  /// Delivers everything that is pending. An empty queue needs no network.
  /// - Throws: `SyncError.platformKeyChanged` before anything is sent, and the errors of the outbox, the upload
  ///   memory and `pin`. All other errors are in the report.
  public func run() throws -> SyncReport {
    try run([.fresh, .setAside(triedBefore: surroundings.triesSetAsideBefore)], withFollowers: true)
  }

  /// Delivers keys only. A functional test needs them at the platform before it requests a start there.
  public func deliverKeys() throws -> SyncReport { try run([], withFollowers: false) }

  private func run(_ parts: [QueuePart], withFollowers: Bool) throws -> SyncReport {
    let office = Office(
      outbox: outbox, uploads: uploads, clock: clock, parts: parts, stop: stop, onEvent: surroundings.onEvent)
    let keys = try outbox.pendingKeys()
    guard try !keys.isEmpty || office.hasNext() || (withFollowers && hasFollowers()) else {
      return office.report
    }

    // Threads that pause at the same time cost the run the time of one pause, so the limit grows with their
    // number.
    var policy = surroundings.retry
    policy.maxPauses = policy.maxPauses * surroundings.maxRecordsAtOnce
    let desk = Desk<Office>()
    let carriers = Carriers(
      desk: desk, destination: destination, files: files,
      retry: Retry(
        policy: policy, stop: stop, sleep: surroundings.sleep,
        onEvent: { event in desk.post { $0.onEvent(event) } }))
    let certificate = try platformCertificate(carriers, office)
    if let certificate, pinned == nil { try surroundings.pin(certificate) }

    try deliver(keys, to: certificate, carriers, office)
    try deliverRecords(carriers, office)
    // What was just delivered has timestamps and originals, too.
    if withFollowers {
      try follow(outbox.pendingTimestamps(), carriers, office)
      if surroundings.originals != .never { try follow(outbox.pendingOriginals(), carriers, office) }
    }
    return office.report
  }

  private func hasFollowers() throws -> Bool {
    if surroundings.originals != .never, try !outbox.pendingOriginals().isEmpty { return true }
    return try !outbox.pendingTimestamps().isEmpty
  }

  /// Runs `send` for each number below `count`, for many of them at once.
  /// - Parameter transfers: the number of files that go at once; 0 where `send` brings none.
  private func forEach(
    below count: Int, atOnce: Int, transfers: Int, _ carriers: Carriers, _ office: Office,
    _ send: @escaping @Sendable (Int) throws -> Void
  ) throws {
    guard count > 0 else { return }
    let next = Counter()
    try carriers.run(office, senders: min(count, atOnce), transfers: transfers) {
      while true {
        let number = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        try send(number)
      }
    }
  }

  private final class Counter: Sendable {
    let value = Atomic(0)
  }

  // MARK: - Keys

  /// Gets the pinned certificate once the platform has presented the same; at the first contact it is the one
  /// that the platform presents. The request also shows, before anything is sent, whether the answer comes from
  /// the platform or from a captive portal.
  /// - Returns: nil where the run cannot begin; the report says why.
  /// - Throws: `platformKeyChanged`.
  private func platformCertificate(_ carriers: Carriers, _ office: Office) throws -> Certificate? {
    let pinned = pinned
    let answers = Outcomes<Result<Certificate, SyncError>>(1)
    try forEach(below: 1, atOnce: 1, transfers: 0, carriers, office) { _ in
      do throws(SyncError) {
        answers.set(.success(try Self.certificate(pinned, carriers)), at: 0)
      } catch {
        answers.set(.failure(error), at: 0)
      }
    }
    switch answers.all.first {
    case .success(let certificate): return certificate
    case .failure(.platformKeyChanged(let pinned, let offered)):
      throw SyncError.platformKeyChanged(pinned: pinned, offered: offered)
    case .failure(let error):
      office.stop(for: SyncReason(error))
      return nil
    case nil: return nil
    }
  }

  private static func certificate(_ pinned: Certificate?, _ carriers: Carriers) throws(SyncError) -> Certificate
  {
    do throws(SyncError) {
      let presented = try carriers.retry { () throws(SyncError) in
        try carriers.destination.presentedCertificate()
      }
      guard let offered = presented ?? pinned else { throw .platformKeyUnreadable }
      if let pinned, offered.publicKeyDigest != pinned.publicKeyDigest {
        throw .platformKeyChanged(pinned: pinned.fingerprint, offered: offered.fingerprint)
      }
      let bits = offered.rsaBits
      if bits < Certificate.minRSABits {
        guard pinned != nil else { throw .platformKeyShort(bits: bits) }
        carriers.desk.post { $0.onEvent(.platformKeyShort(bits: bits)) }
      }
      return pinned ?? offered
    } catch {
      // A platform may distribute its certificate by other ways only.
      if let pinned, case .refused(status: 404, _) = error { return pinned }
      throw error
    }
  }

  private func deliver(
    _ keys: [PendingKey], to certificate: Certificate?, _ carriers: Carriers, _ office: Office
  ) throws {
    try forEach(
      below: keys.count, atOnce: surroundings.maxRecordsAtOnce, transfers: 0, carriers, office
    ) { number in
      try carriers.deliver(keys[number], to: certificate)
    }
    let places = Dictionary(keys.enumerated().map { ($1.keyID, $0) }, uniquingKeysWith: { first, _ in first })
    office.report.keys.sort { places[$0.key.keyID, default: 0] < places[$1.key.keyID, default: 0] }
    office.withoutKey = Set(office.report.keys.lazy.filter { $0.reason != nil }.map(\.key.installation))
  }

  // MARK: - Records, and what follows them

  private func deliverRecords(_ carriers: Carriers, _ office: Office) throws {
    // In a run that is stopped, `next` enters the outcome of everything that waits, so no thread is needed.
    guard office.report.stoppedBy == nil, try office.hasNext() else {
      _ = try office.next()
      return
    }
    let originals = surroundings.originals
    try carriers.run(
      office, senders: surroundings.maxRecordsAtOnce, transfers: surroundings.maxFilesAtOnce
    ) {
      var turn = try carriers.desk.ask { try $0.next() }
      while let current = turn {
        let outcome = try carriers.deliver(current, originals: originals)
        turn = try carriers.desk.ask { office in
          try office.finish(current.id, outcome)
          return try office.next()
        }
      }
    }
  }

  /// Delivers the timestamps of agreements whose record the platform has. One that fails blocks no other.
  private func follow(_ timestamps: [PendingTimestamp], _ carriers: Carriers, _ office: Office) throws {
    let outcomes = Outcomes<TimestampOutcome>(timestamps.count)
    let atOnce = surroundings.maxFilesAtOnce
    try forEach(below: timestamps.count, atOnce: atOnce, transfers: atOnce, carriers, office) { number in
      let timestamp = timestamps[number]
      let reason = try carriers.reason(
        afterFollowing: timestamp.file, of: timestamp.installation, timestampOf: timestamp.agreement)
      let outcome = TimestampOutcome(timestamp: timestamp, reason: reason)
      outcomes.set(outcome, at: number)
      carriers.desk.post { $0.onEvent(.timestampFinished(outcome)) }
    }
    office.report.timestamps = outcomes.all
  }

  /// Delivers the originals whose record the platform has. One that fails blocks no other.
  private func follow(_ originals: [PendingOriginal], _ carriers: Carriers, _ office: Office) throws {
    let outcomes = Outcomes<OriginalOutcome>(originals.count)
    let atOnce = surroundings.maxFilesAtOnce
    try forEach(below: originals.count, atOnce: atOnce, transfers: atOnce, carriers, office) { number in
      let original = originals[number]
      let reason = try carriers.reason(
        afterFollowing: original.file, of: original.installation, timestampOf: nil)
      let outcome = OriginalOutcome(original: original, reason: reason)
      outcomes.set(outcome, at: number)
      carriers.desk.post { $0.onEvent(.originalFinished(outcome)) }
    }
    office.report.originals = outcomes.all
  }

  /// The outcomes of several items in the items' order, whichever item ends first.
  private final class Outcomes<Outcome: Sendable>: Sendable {
    private let slots: Mutex<[Outcome?]>

    init(_ count: Int) { slots = Mutex(Array(repeating: nil, count: count)) }

    var all: [Outcome] { slots.withLock { $0.compactMap(\.self) } }

    func set(_ outcome: Outcome, at place: Int) { slots.withLock { $0[place] = outcome } }
  }
}
