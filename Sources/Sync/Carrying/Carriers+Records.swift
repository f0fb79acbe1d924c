import FoundationEssentials
import Records

/// This extension delivers the waiting revisions of one installation, in their order, on one thread.
extension Carriers {
  /// The maximum number of times that one run builds a record's waiting revisions on the platform's record.
  private static let maxRebuilds = 4

  /// Delivers the waiting revisions of an installation, the oldest first.
  /// - Parameter originals: when the originals of its photos go.
  func deliver(_ turn: Turn, originals: OriginalsPolicy) throws -> TurnOutcome {
    guard turn.hasKey else { return TurnOutcome(setback: Setback(.keyPending)) }
    let outcome = try deliver(turn.waiting, originals)
    guard let setback = outcome.setback, setback.reason == .conflict else { return outcome }
    return try deliver(afterRebuilding: turn.id, setback, originals)
  }

  // MARK: - Revisions

  /// Delivers revisions that follow one another, up to the first that is not acknowledged.
  private func deliver(_ waiting: [WaitingRevision], _ originals: OriginalsPolicy) throws -> TurnOutcome {
    for (place, revision) in waiting.enumerated() {
      var outcome = try deliver(revision, originals)
      outcome.setback = outcome.setback?.of(revision: revision.record.revision)
      // The caller makes the last outcome of a turn durable together with the turn's own.
      if outcome.setback != nil || place == waiting.count - 1 { return outcome }
      let acknowledged = outcome
      try desk.ask { try $0.enter(acknowledged) }
    }
    return TurnOutcome()
  }

  /// Delivers one revision with its files.
  private func deliver(_ revision: WaitingRevision, _ originals: OriginalsPolicy) throws -> TurnOutcome {
    let record = revision.record
    let judged = try files.judgement(ofFilesOf: record)
    if let fault = judged.fault ?? revision.judge() {
      return TurnOutcome(setback: Setback(fault))
    }
    let reason = try desk.ask { office -> SyncReason? in
      if let reason = office.report.stoppedBy { return reason }
      try office.outbox.markAttempted(record: record.id, revision: record.revision, at: office.clock.now())
      return nil
    }
    if let reason { return TurnOutcome(setback: Setback(reason)) }
    do {
      // A lost original is reported when its turn comes, and does not keep the record back.
      let before =
        originals == .always ? record.originals.filter { !judged.lostOriginals.contains($0.sha256) } : []
      let setback = try send(record, before, originals)
      return TurnOutcome(setback: setback, isTried: true, acknowledged: setback == nil ? record : nil)
    } catch is RunStopped {
      return TurnOutcome(setback: try stopped())
    } catch let error as SyncError {
      return TurnOutcome(setback: Setback(error), isTried: true)
    } catch is FileUnavailable {
      return TurnOutcome(setback: Setback(.fileMissing), isTried: true)
    }
  }

  /// The reason why the run was stopped.
  func stopped() throws -> Setback { Setback(try desk.ask { $0.report.stoppedBy } ?? .interrupted) }

  /// Sends a revision's files, and then the revision.
  /// - Parameter before: the originals that go before the record.
  /// - Returns: the setback; nil where the platform acknowledged the revision.
  private func send(_ record: PendingRecord, _ before: [PendingFile], _ originals: OriginalsPolicy) throws
    -> Setback?
  {
    try deliver(record.files + before, of: record.id)
    var refusal = refusal(of: record)
    if case .incomplete(let missing, let keys) = refusal, !(missing.isEmpty && keys.isEmpty) {
      // A key that was delivered to another place, or that the platform has lost, is sent again as it was
      // sealed.
      guard try deliver(keys, of: record.id) else { return refusal.map { Setback($0) } }
      // A file that the platform once acknowledged and now lacks is sent again, but only once. An original is
      // sent again, too, where a platform that knows of no copies demands it. A file that the record does not
      // name is never sent, whatever the platform asks for.
      let originals = originals == .never ? [] : record.originals
      let acknowledged = record.acknowledgedFiles.filter { missing.contains($0.sha256) }
      for file in acknowledged {
        if let fault = try files.fault(of: file) { return Setback(fault) }
      }
      let files = (record.files + originals).filter { missing.contains($0.sha256) } + acknowledged
      try deliver(files, of: record.id)
      if !(files.isEmpty && keys.isEmpty) { refusal = self.refusal(of: record) }
    }
    return refusal.map { Setback($0) }
  }

  /// Delivers keys again that were delivered before.
  /// - Returns: whether all of them are keys of the installation that were kept as they were delivered.
  private func deliver(_ keys: [String], of id: InstallationID) throws -> Bool {
    guard !keys.isEmpty else { return true }
    let sealed = try desk.ask { office in
      try keys.compactMap { try office.outbox.sealedKey($0, of: id) }
    }
    guard sealed.count == keys.count else { return false }
    for key in sealed { try retry { () throws(SyncError) in try destination.deliver(key) } }
    return true
  }

  /// Sends one record.
  /// - Returns: the error; nil where the platform acknowledged the record.
  private func refusal(of record: PendingRecord) -> SyncError? {
    do throws(SyncError) {
      try retry { () throws(SyncError) in try destination.deliver(record) }
      return nil
    } catch {
      return error
    }
  }

  // MARK: - A record that has gone on without this laptop

  /// Builds the waiting revisions of a record on the platform's record, which has newer revisions, and delivers
  /// them.
  private func deliver(
    afterRebuilding id: InstallationID, _ conflict: Setback, _ originals: OriginalsPolicy
  ) throws -> TurnOutcome {
    var before: Data?
    for _ in 0..<Self.maxRebuilds {
      let current: Data?
      do throws(SyncError) {
        current = try retry { () throws(SyncError) in try destination.installation(id) }
      } catch {
        return TurnOutcome(setback: Setback(error), isTried: true)
      }
      // Where the platform has no record, or still the one that the revisions were built on, another attempt
      // would fail as well.
      guard let current, current != before else {
        let isWaiting = current == nil
        let setback = try desk.ask { office in
          if isWaiting, try office.outbox.waitsForAnother(id) { return Setback(.predecessorElsewhere) }
          try office.outbox.markConflict(record: id, at: office.clock.now())
          return conflict
        }
        return TurnOutcome(setback: setback)
      }
      before = current
      enum Built: Sendable {
        case revisions([WaitingRevision])
        case setback(Setback)
      }
      let built = try desk.ask { office -> Built in
        switch try office.outbox.rebuild(id, on: current, at: office.clock.now()) {
        case .conflict: .setback(conflict)
        case .waits: .setback(Setback(.predecessorElsewhere))
        case .damaged(let fault): .setback(Setback(fault).of(revision: conflict.revision ?? 1))
        case .revisions(let records): .revisions(try records.map { try office.waiting($0) })
        }
      }
      switch built {
      case .setback(let setback): return TurnOutcome(setback: setback)
      case .revisions(let waiting):
        let outcome = try deliver(waiting, originals)
        if outcome.setback?.reason != .conflict { return outcome }
      }
    }
    return TurnOutcome(setback: Setback(.overtaken))
  }
}
