import FoundationEssentials
public import Records

extension Fieldbook {
  // MARK: - Opening a record

  /// Registers a welder: takes its code, opens its record and appends the photos that come with it, all or
  /// nothing. A retired welder's record closes at once and is queued.
  /// - Parameters:
  ///   - id: a new id, made by the caller, or the id of a surveyed record, which becomes the record of the
  ///     welder.
  ///   - registered: the registration. For a fit welder, `code` is the code of a label from stock, or nil to
  ///     take the next code of this laptop's blocks. For a retired welder, `code` is nil and `retiredReason` is
  ///     not.
  ///   - photos: the photos, which are already in `files`; a retired welder needs at least one.
  ///   - draft: the number of the draft with the answers, which is removed; nil where there is no draft.
  ///   - reason: the reason why the welder is registered although another record has it; nil refuses such a
  ///     welder.
  ///   - now: the clock, read within the transaction so that the dates of the log's entries are in order.
  /// - Throws: `welderKnown`, `clockBehind`, `clockImplausible`, `photoUsed`, `pictureUsed`, `photoResembles`,
  ///   `refused(.certificateExpired)`, `codesExhausted`, `codeBound`, `retiredNeedsReason`,
  ///   `retiredNeedsPhoto`, `retiredTakesNoCode`, `alreadyOpen`, `draftGone`, `fileMissing`, `fileDamaged`,
  ///   `store`.
  public func open(
    _ id: InstallationID, _ registered: InstallationEvent.Registered, photos: [Photo] = [],
    endingDraft draft: Int? = nil, duplicateReason reason: WrittenText? = nil,
    at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    let isRetired = registered.welder.condition == .retired
    if isRetired {
      if registered.code != nil { throw .retiredTakesNoCode }
      if registered.retiredReason == nil { throw .retiredNeedsReason }
      if photos.isEmpty { throw .retiredNeedsPhoto }
    }
    let opened = try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      guard registered.technician.mayWork(on: at.day) else {
        throw FieldbookError.refused(.certificateExpired(registered.technician.certificateExpires))
      }
      let known = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(id.text)]) { _ in true }
      let surveyed = try known == true ? record(of: id) : nil
      if let surveyed, surveyed.status != .surveyed { throw FieldbookError.alreadyOpen(id) }
      var registered = registered
      registered.duplicate = try duplicate(of: registered.welder, otherThan: id, reason: reason)
      if !isRetired { registered.code = try bindCode(registered.code, to: id) }
      var seq: Int64
      var installation: Installation
      if let surveyed {
        installation = surveyed
        (seq, _) = try log(.registered(registered), at: at, into: &installation)
      } else {
        let entry = try EventLog.append(.registered(registered), to: id, at: at, in: database)
        installation = Installation(id: id, registered: registered, at: at, entrySha256: entry.sha256)
        seq = entry.seq
      }
      for photo in photos {
        (seq, _) = try log(.photographed(photo), at: at, into: &installation)
      }
      if surveyed == nil {
        try insertProjection(of: installation)
      } else {
        try updateProjection(of: installation)
      }
      if isRetired { try close(installation, seq: seq) }
      // Where two programs open a record from the same draft, the second fails here.
      if let draft { try endDraft(draft) }
      return installation
    }
    // Old pages of the write-ahead log may still hold the draft's earlier answers.
    if draft != nil { shedOldPages() }
    return opened
  }

  // MARK: - Going on with it

  /// Appends events to a record, all or none. Each event is checked again here, under the lock, against the
  /// present record. `signed`, `repairClosed`, `refused` and `voided` close the record and queue it with its
  /// files; a void record in work that nobody outside this laptop can know of is not queued. The code of a void
  /// or refused record that nobody outside can know of is free again. `corrected`, `transferred` and
  /// `repairBegun` open a signed record again. `repairOpened`, `moved` and `withdrawn` make a revision that is
  /// closed and queued at once.
  /// - Parameters:
  ///   - lock: the installation's lock, held since before the work for these events began.
  ///   - technician: the technician at work, whose certificate is checked; nil in a company's office, which only corrects,
  ///     plans and voids what was surveyed.
  ///   - now: the clock, read within the transaction so that the dates of the log's entries are in order.
  /// - Returns: the record with the events in it.
  /// - Throws: `notFound`, `refused`, `welderKnown`, `moduleKnown`, `moduleDead`, `recordGoneOn`,
  ///   `alreadyRegistered`, `fileMissing`, `fileDamaged`, `notADigest`, `keyUnknown` (for `paired`: the key has
  ///   to be committed first), `photoUsed`, `pictureUsed`, `photoResembles`, `sealUsed`, `clockBehind`,
  ///   `clockImplausible`, `unencodable`, `store`.
  public func append(
    _ events: [InstallationEvent], holding lock: InstallationLock, by technician: Technician?,
    at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try checkHeld(lock)
    return try append(events, to: lock.installation, by: technician, at: now())
  }

  /// Closes a record with its agreement, and queues it with its files.
  /// - Parameters:
  ///   - proven: the record that the agreement was made of, as `provenRecord` returned it.
  ///   - lock: the installation's lock, held since before `provenRecord` was called.
  /// - Throws: `recordChanged` where an event was added since, and the errors of `append`.
  public func close(
    _ proven: Installation, with agreement: AgreementRecord, holding lock: InstallationLock,
    by technician: Technician, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try checkHeld(lock)
    guard lock.installation == proven.id else { throw .recordChanged(proven.id) }
    return try append([.signed(agreement)], to: proven.id, from: proven, by: technician, at: now())
  }

  /// Closes a record with the owner's confirmation of its repair, and queues it with its files.
  /// - Parameters:
  ///   - proven: the record that the confirmation was made of, as `provenRecord` returned it.
  ///   - lock: the installation's lock, held since before `provenRecord` was called.
  /// - Throws: `recordChanged` where an event was added since, and the errors of `append`.
  public func close(
    _ proven: Installation, with confirmation: InstallationEvent.RepairClosed, holding lock: InstallationLock,
    by technician: Technician, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try checkHeld(lock)
    guard lock.installation == proven.id else { throw .recordChanged(proven.id) }
    return try append([.repairClosed(confirmation)], to: proven.id, from: proven, by: technician, at: now())
  }

  /// Checks that a lock is still held, because a released lock proves nothing.
  func checkHeld(_ lock: InstallationLock) throws(FieldbookError) {
    guard lock.isHeld else { throw .recordChanged(lock.installation) }
  }

  func append(
    _ event: InstallationEvent, to id: InstallationID, by technician: Technician?,
    at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    try append([event], to: id, by: technician, at: now())
  }

  /// Appends events to a record.
  /// - Parameter proven: the record to continue, if the log still has exactly its entries; nil continues the
  ///   stored record.
  func append(
    _ events: [InstallationEvent], to id: InstallationID, from proven: Installation? = nil,
    by technician: Technician?, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) -> Installation {
    var forgets = false
    let result = try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      var installation: Installation
      if let proven {
        try checkIsWhole(proven)
        installation = proven
      } else {
        installation = try record(of: id)
      }
      var closing: Int64?
      for event in events {
        // A revision that the previous event closed is stored before the next revision begins.
        if let seq = closing { forgets = try close(installation, seq: seq) || forgets }
        closing = nil
        if let seq = try take(event, into: &installation, by: technician, at: at) { closing = seq }
      }
      try updateProjection(of: installation)
      if let closing { forgets = try close(installation, seq: closing) || forgets }
      return installation
    }
    if forgets { shedOldPages() }
    return result
  }

  /// Applies one event to a record and writes it into the log.
  /// - Returns: the sequence number of an event that closes the record; nil for any other event.
  private func take(
    _ event: InstallationEvent, into installation: inout Installation, by technician: Technician?, at: Timestamp
  ) throws(FieldbookError) -> Int64? {
    try checkMayHappen(event, to: installation, by: technician, at: at)
    var event = event
    if case .refused(var refused) = event {
      refused.releasesCode = try !isKnownOutside(installation)
      if installation.technician == nil { refused.technician = technician }
      event = .refused(refused)
    }
    let wasInWork = installation.isInWork
    if !wasInWork { installation.beginRevision(after: try closedDigest(of: installation)) }
    let seq = try log(event, at: at, into: &installation).seq
    switch event {
    case .signed, .repairOpened, .repairClosed, .withdrawn: return seq
    case .moved: return wasInWork ? nil : seq
    // The owner of a retired welder signs nothing, so its corrected record closes at once.
    case .corrected: return installation.status == .retired ? seq : nil
    case .refused(let refused):
      if refused.releasesCode { try releaseCode(of: installation.id) }
      return seq
    case .voided:
      let mustBeTold = wasInWork ? try isKnownOutside(installation) : true
      if mustBeTold { return seq }
      try releaseCode(of: installation.id)
      return nil
    default: return nil
    }
  }

  /// Checks that no event was added to the log since `proven` was computed.
  private func checkIsWhole(_ proven: Installation) throws(FieldbookError) {
    let last = try database.first(
      """
      SELECT count(*), (SELECT sha256 FROM event WHERE installation = ?1 ORDER BY seq DESC LIMIT 1)
      FROM event WHERE installation = ?1
      """, [.text(proven.id.text)]
    ) { (count: $0.integer(0), sha256: $0.text(1)) }
    // The history of a record that was taken over begins with entries of other logs.
    let others = try adoption(of: proven.id)?.installation?.history.count ?? 0
    guard let last, last.count + others == proven.history.count, last.sha256 == proven.history.last?.sha256
    else {
      throw .recordChanged(proven.id)
    }
  }

  // MARK: - Taking one back that cannot be read

  /// Voids a record. A record that cannot be read is voided all the same, as the sum of those of its events
  /// that can be read.
  /// - Throws: the errors of `append`.
  public func void(
    _ reason: WrittenText, holding lock: InstallationLock, by technician: Technician?,
    at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) {
    try checkHeld(lock)
    let id = lock.installation
    do throws(FieldbookError) {
      _ = try append([.voided(reason: reason)], to: id, by: technician, at: now())
    } catch .damagedRow(_, _) {
      try voidUnreadable(id, reason: reason, by: technician, at: now())
    } catch .notFound(_) {
      // The row of the record's summary exists, but the record itself does not.
      _ = try status(of: id)
      try voidUnreadable(id, reason: reason, by: technician, at: now())
    }
  }

  private func voidUnreadable(
    _ id: InstallationID, reason: WrittenText, by technician: Technician?, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      let entries = try readableEvents(of: id).entries
      if var installation = try addUp(entries) {
        let closing = try take(.voided(reason: reason), into: &installation, by: technician, at: at)
        try replaceProjection(with: installation)
        if let closing { try close(installation, seq: closing) }
        return
      }
      // Where even the registration cannot be read, there is no record to send, and only its id to mark as
      // void.
      if let technician, !technician.mayWork(on: at.day) {
        throw FieldbookError.refused(.certificateExpired(technician.certificateExpires))
      }
      let event = InstallationEvent.voided(reason: reason)
      _ = try EventLog.append(event, to: id, at: at, in: database)
      try claim(event, for: id)
      try database.run(
        "UPDATE installation SET status = ?, next_step = NULL WHERE id = ?",
        [.text(Installation.Status.void.rawValue), .text(id.text)])
    }
  }

  // MARK: - Whether it may happen

  private func checkMayHappen(
    _ event: InstallationEvent, to installation: Installation, by technician: Technician?, at: Timestamp
  ) throws(FieldbookError) {
    let step: Step
    guard let technician else { return try checkMayBeDoneInOffice(event, installation) }
    switch event {
    case .registered, .surveyed, .adopted: throw .alreadyRegistered
    case .planned:
      if let refusal = installation.refusalOfPlanning { throw .refused(refusal) }
      return
    case .photographed(let photo):
      // The `after` photo shows the plate with a code that can be read. It is taken with the label, and sealing
      // is the step after the label.
      step = photo.stage == .after ? .seal : installation.step(of: photo.stage)
    case .flashBegun, .flashed: step = .flash
    case .inspected, .paired: step = .pair
    case .labelled: step = .label
    case .sealed: step = .seal
    case .tested, .protected: step = .test
    case .handedOver: step = .handover
    case .signed: step = .sign
    case .welderInspected: throw .refused(.closed)  // `append(_:holding:at:)` appends inspections
    case .moduleRetired(let retired):
      step = .repair
      if let refusal = installation.refusal(ofRetiring: retired.serialNumber) { throw .refused(refusal) }
    case .repairClosed: step = .confirm
    case .repairOpened, .repairBegun, .transferred, .moved, .withdrawn:
      return try checkMayBeChanged(by: event, installation, technician, at: at)
    case .corrected(let correction):
      return try checkMayBeCorrected(by: correction, installation, technician, at: at)
    case .refused:
      if let refusal = installation.refusalOfRefusing { throw .refused(refusal) }
      guard technician.mayWork(on: at.day) else {
        throw .refused(.certificateExpired(technician.certificateExpires))
      }
      return
    case .voided:
      // Voiding is no step of the walk: a record that was made in error can be voided at any time, but only
      // once.
      if installation.status == .void { throw .refused(.void) }
      guard technician.mayWork(on: at.day) else {
        throw .refused(.certificateExpired(technician.certificateExpires))
      }
      return
    }
    if let refusal = installation.refusal(of: step, by: technician, on: at.day) { throw .refused(refusal) }
    if case .labelled(let label) = event, let code = installation.code, label.code != code {
      throw .refused(.otherCode(code))
    }
    if case .paired(let paired) = event {
      try checkCommitted(keyID: paired.keyID, for: installation.id, moduleSerial: paired.serialNumber)
      if installation.isInRepair, let present = installation.module?.serialNumber,
        present != paired.serialNumber
      {
        throw .refused(.moduleOnRecord(present))
      }
      if paired.duplicate == nil, !installation.isPaired(with: paired.serialNumber) {
        _ = try duplicate(ofModule: paired.serialNumber, otherThan: installation.id, reason: nil)
      }
    }
  }

  /// Checks an event of a company's office, where nobody has a certificate.
  private func checkMayBeDoneInOffice(_ event: InstallationEvent, _ installation: Installation)
    throws(FieldbookError)
  {
    if let refusal = installation.refusalOfPlanning { throw .refused(refusal) }
    switch event {
    case .planned, .corrected, .voided: return
    default: throw .refused(.surveyed)
    }
  }

  private func checkMayBeCorrected(
    by correction: InstallationEvent.Corrected, _ installation: Installation, _ technician: Technician,
    at: Timestamp
  ) throws(FieldbookError) {
    if let refusal = installation.refusalOfCorrecting { throw .refused(refusal) }
    guard technician.mayWork(on: at.day) else {
      throw .refused(.certificateExpired(technician.certificateExpires))
    }
    try checkIsNewest(installation)
    let names = correction.changes.map(\.field)
    if correction.duplicate == nil, names.contains(.brand) || names.contains(.serialNumber) {
      var corrected = installation
      corrected.apply(.corrected(correction), at: at, entrySha256: "")
      _ = try duplicate(of: corrected.welder, otherThan: installation.id, reason: nil)
    }
  }

  /// Checks an event that changes the record of an installed welder.
  private func checkMayBeChanged(
    by event: InstallationEvent, _ installation: Installation, _ technician: Technician, at: Timestamp
  ) throws(FieldbookError) {
    let refusal: StepRefusal? =
      switch event {
      case .withdrawn: installation.refusalOfWithdrawing
      case .repairBegun:
        installation.isInRepair ? .repairOpen : installation.refusal(of: .repair, by: technician, on: at.day)
      case .moved: installation.refusalOfChanging(isMove: true)
      case .repairOpened(let opened): installation.refusal(ofReporting: opened)
      default: installation.refusalOfChanging()
      }
    if let refusal { throw .refused(refusal) }
    guard technician.mayWork(on: at.day) else {
      throw .refused(.certificateExpired(technician.certificateExpires))
    }
    try checkIsNewest(installation)
  }

  /// Checks that the platform's record has no revision that this fieldbook lacks, since the platform would
  /// refuse a revision of an older record.
  private func checkIsNewest(_ installation: Installation) throws(FieldbookError) {
    let known = try lastKnownToPlatform(installation.id)?.installation.revision ?? 0
    let isCarriedOver = try isCarriedOver(installation.id)
    let isConflicted = try isConflicted(installation.id)
    if isCarriedOver || isConflicted || known > installation.revision {
      throw .recordGoneOn(installation.id)
    }
  }

  /// Whether anyone outside this laptop can know of the record, because a module may hold its key or code, or a
  /// label may bear its code.
  private func isKnownOutside(_ installation: Installation) throws(FieldbookError) -> Bool {
    if installation.label != nil || installation.module?.pairedAt != nil { return true }
    let key = try database.first(
      "SELECT 1 FROM pairing_key WHERE installation = ?", [.text(installation.id.text)]
    ) { _ in true }
    return key == true
  }

  // MARK: - Writing

  func log(_ event: InstallationEvent, at: Timestamp, into installation: inout Installation)
    throws(FieldbookError) -> (seq: Int64, sha256: String)
  {
    try checkIsFree(event, for: installation)
    for file in RecordFile.named(by: event) {
      let size = try files.size(of: file.sha256)
      if let bytes = file.bytes, bytes != size { throw .fileDamaged(sha256: file.sha256) }
    }
    let entry = try EventLog.append(event, to: installation.id, at: at, in: database)
    installation.apply(event, at: at, entrySha256: entry.sha256)
    try claim(event, for: installation.id)
    return entry
  }

  func closedDigest(of installation: Installation) throws(FieldbookError) -> String {
    let digest = try database.first(
      "SELECT sha256 FROM revision WHERE installation = ? AND revision = ?",
      [.text(installation.id.text), .integer(installation.revision)]
    ) { $0.text(0) }
    guard let digest else { throw .revisionUnknown(installation.id, revision: installation.revision) }
    return digest
  }

  /// Stores the exact bytes of a closed record and queues them with its files.
  /// - Returns: whether the secrets of delivered keys were erased.
  @discardableResult
  func close(_ installation: Installation, seq: Int64) throws(FieldbookError) -> Bool {
    let body = try closedBody(of: installation)
    let id = SQLValue.text(installation.id.text)
    let revision = SQLValue.integer(installation.revision)
    try database.run(
      """
      INSERT INTO revision (installation, revision, seq, body, sha256, previous_sha256)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        id, revision, .integer(seq), .blob(body), .text(Self.digest(of: body)),
        .text(installation.previousSha256),
      ])
    try database.run(
      "INSERT INTO delivery (installation, revision, bytes) VALUES (?, ?, ?)",
      [id, revision, .integer(body.count)])
    let queued = try database.rows("SELECT sha256 FROM delivery_file WHERE installation = ?", [id]) {
      $0.text(0)
    }
    for (position, file) in try filesHere(of: installation).enumerated() {
      // A file that was queued with an earlier revision is not sent again, and may be gone since.
      if queued.contains(file.sha256) { continue }
      try database.run(
        """
        INSERT INTO delivery_file (installation, sha256, position, bytes, filename, is_original)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          id, .text(file.sha256), .integer(position), .integer(try files.size(of: file.sha256)),
          .text(file.filename), .integer(file.isOriginal ? 1 : 0),
        ])
    }
    return try forgetDeliveredKeys(of: installation.id)
  }
}
