import FoundationEssentials
import Records

/// What waits of one installation, delivered by one thread in its order.
extension Carriers {
  /// The maximum number of times that one run builds a record's waiting revisions on the platform's.
  private static let maxRebuilds = 4

  /// Delivers what waits of an installation, oldest revision first.
  /// - Parameter originals: when the originals of its photos go.
  /// - Returns: nil where the platform has acknowledged all of it.
  func setback(afterDelivering id: InstallationID, originals: OriginalsPolicy) throws -> Setback? {
    if try desk.ask({ $0.withoutKey.contains(id) }) { return Setback(.keyPending) }
    for record in try desk.ask({ try $0.outbox.pendingRecords(of: id) }) {
      guard let setback = try setback(afterDelivering: record, originals) else { continue }
      if setback.reason == .conflict { return try self.setback(afterRebuilding: id, setback, originals) }
      return setback
    }
    return nil
  }

  // MARK: - One revision

  /// Delivers one revision with its files.
  /// - Returns: nil where the platform acknowledged it.
  private func setback(afterDelivering record: PendingRecord, _ originals: OriginalsPolicy) throws -> Setback? {
    if let setback = try setback(before: record) { return setback.of(revision: record.revision) }
    let setback: Setback?
    do {
      setback = try send(record, originals)
    } catch let error as SyncError {
      setback = Setback(error)
    } catch is FileUnavailable {
      setback = Setback(.fileMissing)
    } catch is RunStopped {
      return try stopped()
    }
    let reason = setback?.reason
    try desk.ask { office in
      if reason == nil {
        try office.outbox.acknowledge(
          record: record.id, revision: record.revision, sha256: record.sha256, at: office.clock.now())
      }
      office.note(reason)
    }
    return setback?.of(revision: record.revision)
  }

  /// The reason why the run was stopped.
  func stopped() throws -> Setback { Setback(try desk.ask { $0.report.stoppedBy } ?? .interrupted) }

  /// Finds what keeps a revision from being sent, and marks it as attempted where nothing does.
  private func setback(before record: PendingRecord) throws -> Setback? {
    if let fault = try files.fault(ofFilesOf: record) { return Setback(SyncReason(fault)) }
    let reason = try desk.ask { office -> SyncReason? in
      if let reason = office.report.stoppedBy { return reason }
      if let fault = try office.outbox.fault(withoutFilesOf: record) { return SyncReason(fault) }
      try office.outbox.markAttempted(record: record.id, revision: record.revision, at: office.clock.now())
      return nil
    }
    return reason.map { Setback($0) }
  }

  /// Sends a revision's files, and then the revision.
  /// - Returns: nil where the platform acknowledged it.
  private func send(_ record: PendingRecord, _ originals: OriginalsPolicy) throws -> Setback? {
    // An original that is lost is named when its turn comes, and keeps no record.
    let before = try originals == .always ? record.originals.filter { try !isMissing($0) } : []
    try deliver(record.files + before, of: record.id)
    var refusal = refusal(of: record)
    if case .incomplete(let missing, let keys) = refusal, keys.isEmpty, !missing.isEmpty {
      // A file that the platform once acknowledged and now lacks is sent again, but only once; so is an original that
      // a platform insists on which knows of no copies. A file that the record does not name is never sent, whatever
      // the platform asks for.
      let originals = originals == .never ? [] : record.originals
      let files = (record.files + originals + record.acknowledgedFiles).filter { missing.contains($0.sha256) }
      try deliver(files, of: record.id)
      if !files.isEmpty { refusal = self.refusal(of: record) }
    }
    return refusal.map { Setback($0) }
  }

  private func isMissing(_ file: PendingFile) throws -> Bool {
    if case .fileMissing = try files.fault(of: file) { true } else { false }
  }

  /// Sends one record.
  /// - Returns: nil where the platform acknowledged the record.
  private func refusal(of record: PendingRecord) -> SyncError? {
    do throws(SyncError) {
      try retry { () throws(SyncError) in try destination.deliver(record) }
      return nil
    } catch {
      return error
    }
  }

  // MARK: - A record that has gone on without this laptop

  /// Builds what waits of a record on the platform's, which has gone on meanwhile, and delivers that.
  /// - Returns: nil where the platform has acknowledged all of it.
  private func setback(
    afterRebuilding id: InstallationID, _ conflict: Setback, _ originals: OriginalsPolicy
  ) throws -> Setback? {
    var before: Data?
    for _ in 0..<Self.maxRebuilds {
      let current: Data?
      do throws(SyncError) {
        current = try retry { () throws(SyncError) in try destination.installation(id) }
      } catch {
        let setback = Setback(error)
        try desk.ask { $0.note(setback.reason) }
        return setback
      }
      // A platform that has no other record and yet takes no revision after it will not take the next one either.
      guard let current, current != before else {
        let isWaiting = current == nil
        return try desk.ask { office in
          if isWaiting, try office.outbox.waitsForAnother(id) { return Setback(.predecessorElsewhere) }
          try office.outbox.markConflict(record: id, at: office.clock.now())
          return conflict
        }
      }
      before = current
      switch try desk.ask({ try $0.outbox.rebuild(id, on: current, at: $0.clock.now()) }) {
      case .conflict: return conflict
      case .waits: return Setback(.predecessorElsewhere)
      case .damaged(let fault): return Setback(SyncReason(fault)).of(revision: conflict.revision ?? 1)
      case .revisions(let records):
        let setback = try setback(afterDelivering: records, originals)
        if setback?.reason != .conflict { return setback }
      }
    }
    return Setback(.overtaken)
  }

  /// Delivers revisions that follow one another, up to the first that is not acknowledged.
  private func setback(afterDelivering records: [PendingRecord], _ originals: OriginalsPolicy) throws
    -> Setback?
  {
    for record in records {
      if let setback = try setback(afterDelivering: record, originals) { return setback }
    }
    return nil
  }
}
