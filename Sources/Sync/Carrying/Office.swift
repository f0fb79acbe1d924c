import Records

/// The state that only the thread that called `run` touches: the record, the addresses of unfinished uploads,
/// and the report.
final class Office {
  /// The number of installations that are read from the queue at once.
  private static let pageSize = 256

  let outbox: any Outbox
  let uploads: any UploadMemory
  let clock: any Clock
  let onEvent: (SyncEvent) -> Void
  var report = SyncReport()
  /// The installations whose module's key was not delivered.
  var withoutKey: Set<InstallationID> = []

  /// The parts of the queue that are still to go through, the next one first.
  private var parts: [QueuePart]
  private var page: ArraySlice<QueuedInstallation> = []
  private var position: QueuePosition?
  /// The installations that were given to a thread, with the places of their outcomes in the report. The queue
  /// lists an installation again for a later revision, and where this run has set the installation aside.
  private var places: [InstallationID: Int] = [:]
  private let runStop: RunStop

  /// Makes the state of one run.
  /// - Parameter parts: the parts of the queue to go through, in their order.
  init(
    outbox: any Outbox, uploads: any UploadMemory, clock: any Clock, parts: [QueuePart], stop: RunStop,
    onEvent: @escaping (SyncEvent) -> Void
  ) {
    self.outbox = outbox
    self.uploads = uploads
    self.clock = clock
    self.parts = parts
    runStop = stop
    self.onEvent = onEvent
  }

  // MARK: - The queue

  /// Whether an installation waits, which `next` then returns.
  func hasNext() throws -> Bool {
    while page.isEmpty, let part = parts.first {
      page = try outbox.queue(part, after: position, limit: Self.pageSize)[...]
      position = page.last?.position
      if page.isEmpty {
        parts.removeFirst()
        position = nil
      }
    }
    return !page.isEmpty
  }

  /// Returns the next installation for a thread; nil after the last one. Once the run is stopped, all further
  /// installations get the reason of the stop as their outcome.
  func next() throws -> Turn? {
    while try hasNext() {
      let id = page.removeFirst().id
      guard places[id] == nil else { continue }
      places[id] = report.outcomes.count
      let reason = report.stoppedBy
      report.outcomes.append(DeliveryOutcome(id, reason))
      guard reason == nil else {
        onEvent(.recordFinished(DeliveryOutcome(id, reason)))
        continue
      }
      guard !withoutKey.contains(id) else { return Turn(id: id, hasKey: false, waiting: []) }
      return Turn(id: id, hasKey: true, waiting: try outbox.pendingRecords(of: id).map { try waiting($0) })
    }
    return nil
  }

  /// Reads what is needed to judge a revision before it is sent.
  func waiting(_ record: PendingRecord) throws -> WaitingRevision {
    WaitingRevision(record: record, judge: try outbox.judging(record))
  }

  /// Enters the outcome of one revision into the outbox and the report.
  func enter(_ outcome: TurnOutcome) throws {
    if let record = outcome.acknowledged {
      try outbox.acknowledge(
        record: record.id, revision: record.revision, sha256: record.sha256, at: clock.now())
    }
    if outcome.isTried { note(outcome.setback?.reason) }
  }

  /// Enters the outcome of an installation, and sets the installation aside where a repetition cannot help.
  func finish(_ id: InstallationID, _ last: TurnOutcome) throws {
    try enter(last)
    let outcome = DeliveryOutcome(id, last.setback?.reason)
    if let place = places[id] { report.outcomes[place] = outcome }
    if let setback = last.setback {
      // A failure that may pass says nothing about why the record was set aside.
      if setback.reason.isFinal, let revision = setback.revision {
        try outbox.setAside(
          id, revision: revision, reason: setback.reason.rawValue, detail: setback.detail, at: clock.now())
      }
    } else if last.acknowledged == nil {
      // The record needs no delivery any more, for instance because the platform's record has what waited.
      try outbox.takeUp(id)
    }
    onEvent(.recordFinished(outcome))
  }

  // MARK: - The run

  /// Ends the run where the reason concerns the rest of the queue, too.
  /// - Parameter reason: the reason why one item was not delivered; nil where it was.
  func note(_ reason: SyncReason?) {
    report.timeouts = reason == .timedOut ? report.timeouts + 1 : 0
    // The first timeout may concern the record; two in a row concern the platform, and every further item would
    // cost minutes.
    if let reason, reason.stopsTheRun || report.timeouts > 1 { stop(for: reason) }
  }

  /// Stops the run. The reason of an earlier stop stays.
  func stop(for reason: SyncReason) {
    report.stoppedBy = report.stoppedBy ?? reason
    runStop.request()
  }
}

/// What a thread needs of one installation before it sends anything of it.
struct Turn: Sendable {
  let id: InstallationID
  /// Whether the key of the installation's module was delivered; true where no key waited.
  let hasKey: Bool
  /// The waiting revisions, oldest first.
  let waiting: [WaitingRevision]
}

/// A waiting revision, and the closure that judges it.
struct WaitingRevision: Sendable {
  let record: PendingRecord
  /// Finds a fault of the record or of its log, on any thread; its files are judged by their store.
  let judge: @Sendable () -> EvidenceFault?
}

/// What became of an installation's turn, or of one of its revisions.
struct TurnOutcome: Sendable {
  /// The reason why the turn or the revision was not delivered; nil where it was delivered.
  var setback: Setback?
  /// Whether something was sent, so that the outcome says something about the rest of the queue.
  var isTried = false
  /// The revision that the platform has acknowledged and the fieldbook does not know of yet.
  var acknowledged: PendingRecord?
}

/// Why a record was not delivered.
struct Setback: Hashable, Sendable {
  let reason: SyncReason
  /// The platform's own word for the reason, the name of a file, or the key of an object; nil where there is
  /// none.
  var detail: String?
  /// The revision that was tried; nil where none was.
  var revision: Int?

  init(_ reason: SyncReason, detail: String? = nil) {
    self.reason = reason
    self.detail = detail
  }

  init(_ fault: EvidenceFault) {
    reason = SyncReason(fault)
    switch fault {
    case .fileMissing(let name, _), .fileDamaged(let name, _): detail = name
    case .record, .entry, .unreadableEntry, .revision: break
    }
  }

  init(_ error: SyncError) {
    reason = SyncReason(error)
    switch error {
    case .refused(let status, let code): detail = ["\(status)", code].compactMap(\.self).joined(separator: " ")
    case .occupied(let key): detail = key
    default: break
    }
  }

  /// Returns this setback with the revision that was tried. A revision that it has already stays.
  func of(revision: Int) -> Setback {
    var setback = self
    setback.revision = setback.revision ?? revision
    return setback
  }
}
