import Characters
public import Records

extension Fieldbook {
  /// Appends an inspection to the record of an installed welder. It makes a revision of its own, without a new signature,
  /// which is queued. Nothing is added to a record that is not as it was written.
  /// - Parameters:
  ///   - lock: the installation's lock, held since before the inspection began.
  ///   - now: the clock, read within the transaction so that the dates of the log's entries are in order.
  /// - Throws: `evidence`, `refused` where the welder is not installed, `clockBehind`, `clockImplausible`, `store`.
  public func append(
    _ inspection: Inspection, holding lock: InstallationLock, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try checkHeld(lock)
    return try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      var installation = try prove(lock.installation).record
      guard installation.isInstalled else { throw FieldbookError.refused(.needs([.sign])) }
      installation.beginRevision(after: try closedDigest(of: installation))
      let seq = try log(.welderInspected(inspection), at: at, into: &installation).seq
      try updateProjection(of: installation)
      try close(installation, seq: seq)
      return installation
    }
  }

  // MARK: - The record that a welder is held against

  /// A record of this fieldbook, with the first fault in it.
  public struct OwnRecord: Sendable {
    public let id: InstallationID
    /// The record to compare a welder with: the stored record, or the sum of its events where the stored record
    /// was changed and the events were not; nil where neither can be read.
    public let installation: Installation?
    /// The first fault; nil where all is as it was written.
    public let fault: EvidenceFault?
  }

  /// Finds the record of this fieldbook that a label code or an id names, also where its rows were removed or changed and
  /// only the log still has it.
  /// - Returns: nil where this fieldbook never had such a record.
  /// - Throws: `ambiguous`, `referenceTooShort`, `home`, `store`.
  public func ownRecord(matching reference: String) throws(FieldbookError) -> OwnRecord? {
    let text = TextNormalization.typed(reference).lowercased()
    let code = LabelCode(written: text)
    var id: InstallationID?
    do throws(FieldbookError) {
      id = try resolve(reference)
    } catch .notFound(_) {}
    if let code, try id.map({ (id) throws(FieldbookError) in try keptCode(of: id) != code }) ?? true {
      // The row of the code or of the record may have been changed or removed.
      id = try loggedInstallation(withCode: code) ?? id
    } else if id == nil {
      id = try loggedInstallation(beginningWith: text)
    }
    guard let id else { return nil }
    let fault = try recordFault(of: id)
    let kept = try? installation(id)
    let sum = (try? readableEvents(of: id).entries).flatMap { try? addUp($0) }
    switch fault {
    case nil: return OwnRecord(id: id, installation: kept, fault: nil)
    // The events were changed, so that the stored record says more than their sum.
    case .entry, .unreadableEntry: return OwnRecord(id: id, installation: kept ?? sum, fault: fault)
    case .record, .revision, .fileMissing, .fileDamaged:
      return OwnRecord(id: id, installation: sum ?? kept, fault: fault)
    }
  }

  /// The code in the stored record; nil where the record is missing, has no code or cannot be read.
  private func keptCode(of id: InstallationID) throws(FieldbookError) -> LabelCode? {
    do throws(FieldbookError) {
      return try record(of: id).code
    } catch .notFound(_) {
      return nil
    } catch .damagedRow(_, _) {
      return nil
    }
  }

  /// The last installation that the log says was registered or taken over with this code, and that has not
  /// released it; nil where there is none.
  private func loggedInstallation(withCode code: LabelCode) throws(FieldbookError) -> InstallationID? {
    let ids = try database.rows(
      """
      SELECT installation FROM event WHERE name IN ('registered', 'adopted') AND instr(CAST(body AS TEXT), ?) > 0
      ORDER BY seq DESC
      """, [.text(code.description)]
    ) { InstallationID($0.text(0)) }
    for case let id? in ids {
      let entries = try readableEvents(of: id).entries
      let hasCode = entries.contains { entry in
        switch entry.event {
        case .registered(let registered): registered.code == code
        case .adopted(let adopted): adopted.installation?.code == code
        default: false
        }
      }
      guard hasCode else { continue }
      let isOver = entries.contains { entry in
        switch entry.event {
        case .voided: true
        case .refused(let refused): refused.releasesCode
        default: false
        }
      }
      if !isOver { return id }
    }
    return nil
  }

  /// The only installation in the log whose id begins with a text of at least four characters; nil where there
  /// is none, or more than one.
  private func loggedInstallation(beginningWith text: String) throws(FieldbookError) -> InstallationID? {
    guard text.utf8.count >= Self.shortestReference,
      text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isLowerCaseHexDigit })
    else { return nil }
    let ids = try database.rows(
      "SELECT DISTINCT installation FROM event WHERE installation >= ? AND installation < ? LIMIT 2",
      [.text(text), .text(text + "g")]
    ) { InstallationID($0.text(0)) }
    return ids.count == 1 ? ids[0] : nil
  }

  // MARK: - Whether it is as it was written

  /// Finds the first part of a record that is not as it was written. It checks the record's events, the stored
  /// record, its row, its code, the bytes and the places in the queue of its closed revisions, and at last its
  /// files.
  /// - Returns: nil where all is as it was written.
  /// - Throws: `notFound` where neither the log nor a row has the installation, `home`, `store`.
  public func recordFault(of id: InstallationID) throws(FieldbookError) -> EvidenceFault? {
    do throws(FieldbookError) {
      let proven = try database.snapshot { () throws(FieldbookError) in
        guard try isKnown(id) else { throw FieldbookError.notFound(id.text) }
        do throws(FieldbookError) {
          let (record, entries) = try prove(id)
          try checkRow(of: record)
          try checkRevisions(of: record, entries)
          return record
        } catch .notFound(_) {
          throw .evidence(id, .record)
        } catch .damagedRow(_, _) {
          throw .evidence(id, .record)
        } catch .revisionUnknown(_, let revision) {
          throw .evidence(id, .revision(revision))
        }
      }
      for file in try filesHere(of: proven) { try check(file, of: id) }
      return nil
    } catch .evidence(_, let fault) {
      return fault
    }
  }

  private func isKnown(_ id: InstallationID) throws(FieldbookError) -> Bool {
    try database.first(
      """
      SELECT EXISTS (SELECT 1 FROM event WHERE installation = ?1)
        OR EXISTS (SELECT 1 FROM installation WHERE id = ?1)
      """, [.text(id.text)]
    ) { $0.integer(0) == 1 } ?? false
  }

  /// Checks the row of the record's summary, and that the code leads to the record.
  private func checkRow(of record: Installation) throws(FieldbookError) {
    var expected = record
    if try isDelivered(record.id, revision: record.revision) { expected.markDelivered() }
    let row = (try? summaries("WHERE id = ?", [.text(record.id.text)]))?.first
    guard row == InstallationSummary(expected) else { throw .evidence(record.id, .record) }
    if record.status == .void { return }
    if let code = record.code, try installation(boundTo: code) != record.id {
      throw .evidence(record.id, .record)
    }
  }

  /// Checks that each closed revision is there, is the sum of its events, names the previous revision, and is
  /// in the queue or was there.
  private func checkRevisions(of record: Installation, _ entries: [LogEntry]) throws(FieldbookError) {
    let id = record.id
    let revisions = try database.rows(
      """
      SELECT revision, seq, body, sha256, previous_sha256,
        EXISTS (SELECT 1 FROM delivery
          WHERE delivery.installation = revision.installation AND delivery.revision = revision.revision)
      FROM revision WHERE installation = ? ORDER BY revision
      """, [.text(id.text)]
    ) {
      (
        number: $0.integer(0), seq: Int64($0.integer(1)), body: $0.blob(2), sha256: $0.text(3),
        previous: $0.optionalText(4), isQueued: $0.integer(5) == 1
      )
    }
    for revision in revisions {
      guard Self.digest(of: revision.body) == revision.sha256, revision.isQueued,
        let kept = try? RecordCoding.decode(Installation.self, from: revision.body),
        kept.revision == revision.number, kept.previousSha256 == revision.previous,
        let closed = try addUp(entries.filter { $0.seq <= revision.seq }), kept.isSame(as: closed)
      else { throw .evidence(id, .revision(revision.number)) }
    }
    let first = (try adoption(of: id)?.revision ?? 0) + 1
    let missing =
      record.isInstalled
      ? (min(first, record.revision)...record.revision).first { number in
        !revisions.contains { $0.number == number }
      } : nil
    if let missing { throw .evidence(id, .revision(missing)) }
  }
}
