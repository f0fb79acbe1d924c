import Characters

/// All that an inspection has found, before it is held against the record.
public struct InspectionFindings: Hashable, Sendable {
  /// The fault of the record itself.
  public enum RecordFault: Hashable, Sendable {
    /// The record on this laptop is not as it was written; `code` is the fault's dotted code, such as
    /// `evidence.entry`.
    case changed(code: String)
    /// The platform has another record; the value is the digest of its bytes, or the id of its installation.
    case elsewhere(String)
    /// The platform acknowledged the record, and has only an earlier revision of it, or none (nil).
    case lost(revision: Int?)
    /// A file of the record is not on this laptop; the value is its name, such as `photo-before-1.jpg`.
    case fileMissing(name: String)
    /// A file of the record has other contents than those that were stored; the value is its name.
    case fileChanged(name: String)
    /// The record is as it was written, and could not be compared with the platform's for this reason.
    case notCompared(InspectionCheck.Reason, found: String?)
  }

  /// What was read of the label.
  public enum Label: Hashable, Sendable {
    case notGiven
    /// No symbol can be read on the photo.
    case unreadable
    /// The code was typed, and the symbol was not read.
    case code(LabelCode)
    /// The texts of the symbols that were scanned or read on a photo, each once.
    case texts([String])
  }

  /// The outcome of the module's proof of its key.
  public enum KeyProof: Hashable, Sendable {
    case proven, wrong
    /// The answer was another key's, because a pairing has begun and was not finished.
    case pending
    /// Nobody could judge the proof.
    case notJudged(InspectionCheck.Reason)
  }

  /// A release that this laptop has.
  public struct Release: Hashable, Sendable {
    public let version: String
    /// SHA-256 of the image file, lower-case hex.
    public let sha256: String
    /// SHA-256 of the application in the image, as a module reports it, lower-case hex.
    public let imageSha256: String

    public init(version: String, sha256: String, imageSha256: String) {
      self.version = version
      self.sha256 = sha256
      self.imageSha256 = imageSha256
    }
  }

  /// What the module reports of itself.
  public struct Module: Hashable, Sendable {
    public var serialNumber: String
    public var firmwareVersion: String
    public var keyID: String?
    public var installation: String?
    public var code: String
    public var platform: String
    /// SHA-256 of the platform's public key, lower-case hex.
    public var trustAnchor: String
    public var sealIsClosed: Bool
    public var state: ModuleState
    public var proof: KeyProof

    public init(
      serialNumber: String, firmwareVersion: String, keyID: String?, installation: String?, code: String,
      platform: String, trustAnchor: String, sealIsClosed: Bool, state: ModuleState, proof: KeyProof
    ) {
      self.serialNumber = serialNumber
      self.firmwareVersion = firmwareVersion
      self.keyID = keyID
      self.installation = installation
      self.code = code
      self.platform = platform
      self.trustAnchor = trustAnchor
      self.sealIsClosed = sealIsClosed
      self.state = state
      self.proof = proof
    }
  }

  public var recordFault: RecordFault?
  public var label: Label
  public var module: Module
  /// The releases whose signatures were checked.
  public var releases: [Release]
  /// The platform's address in this laptop's setup; nil where it has none.
  public var platform: String?
  /// SHA-256 of the public key that this laptop has pinned, lower-case hex; nil where it has none.
  public var trustAnchor: String?
  /// The number on the seal; nil where nobody read it.
  public var sealNumber: String?

  public init(
    recordFault: RecordFault?, label: Label, module: Module, releases: [Release], platform: String?,
    trustAnchor: String?, sealNumber: String?
  ) {
    self.recordFault = recordFault
    self.label = label
    self.module = module
    self.releases = releases
    self.platform = platform
    self.trustAnchor = trustAnchor
    self.sealNumber = sealNumber
  }
}

extension Installation {
  /// Compares an installed welder with its record.
  public func checks(of findings: InspectionFindings) -> [InspectionCheck] {
    let module = findings.module
    return [
      recordCheck(findings.recordFault), labelCheck(findings.label),
      check(.serialNumber, self.module?.serialNumber, module.serialNumber, .otherModule), keyCheck(module),
      check(.installation, id.text, module.installation, .otherInstallation),
      check(.code, code?.description, module.code, .otherCode), settingsCheck(findings),
    ] + firmwareChecks(findings) + [
      module.sealIsClosed ? InspectionCheck(.seal) : InspectionCheck(.seal, .sealOpen),
      sealNumberCheck(findings.sealNumber),
    ] + countChecks(of: module) + [
      InspectionCheck(.readProtection, recorded: isProtected ? "protected" : "none")
    ]
  }

  /// Compares a welder with its record where an answer of its module cannot be read. Only the checks that need
  /// no other answer of the module are made.
  /// - Parameters:
  ///   - request: the name of the request whose answer was unusable.
  ///   - serialNumber: the serial number that the module reported; nil where it reported none.
  public func checks(
    unusableAnswerTo request: String, serialNumber: String?, recordFault: InspectionFindings.RecordFault?,
    label: InspectionFindings.Label, sealNumber: String?
  ) -> [InspectionCheck] {
    [recordCheck(recordFault), labelCheck(label)]
      + (serialNumber.map { [check(.serialNumber, module?.serialNumber, $0, .otherModule)] } ?? [])
      + [
        sealNumberCheck(sealNumber),
        InspectionCheck(.readProtection, recorded: isProtected ? "protected" : "none"),
        InspectionCheck(.answer, .answerUnusable, found: request),
      ]
  }

  // MARK: - Record, label and pairing

  private func check(
    _ topic: InspectionCheck.Topic, _ recorded: String?, _ found: String?, _ reason: InspectionCheck.Reason
  ) -> InspectionCheck {
    recorded == found && found != nil
      ? InspectionCheck(topic, recorded: recorded, found: found)
      : InspectionCheck(topic, reason, recorded: recorded, found: found)
  }

  private func recordCheck(_ fault: InspectionFindings.RecordFault?) -> InspectionCheck {
    switch fault {
    case .changed(let code): InspectionCheck(.record, .recordChanged, found: code)
    case .elsewhere(let other): InspectionCheck(.record, .recordElsewhere, found: other)
    case .lost(let revision): InspectionCheck(.record, .recordLost, found: revision.map(String.init))
    case .fileMissing(let name): InspectionCheck(.record, .recordFileMissing, found: name)
    case .fileChanged(let name): InspectionCheck(.record, .recordFileChanged, found: name)
    case .notCompared(let reason, let found): InspectionCheck(.record, reason, found: found)
    case nil: InspectionCheck(.record)
    }
  }

  private func labelCheck(_ label: InspectionFindings.Label) -> InspectionCheck {
    let recorded = self.label?.payload ?? code?.description
    switch label {
    case .notGiven: return InspectionCheck(.label, .notGiven, recorded: recorded)
    case .unreadable: return InspectionCheck(.label, .labelUnreadable, recorded: recorded)
    case .code(let typed):
      let found = typed.description
      let check =
        typed == code
        ? InspectionCheck(.label, recorded: recorded, found: found)
        : InspectionCheck(.label, .otherLabel, recorded: recorded, found: found)
      return check.given(as: .code)
    case .texts(let texts): return symbolCheck(texts, recorded: recorded).given(as: .symbol)
    }
  }

  private func symbolCheck(_ texts: [String], recorded: String?) -> InspectionCheck {
    func differs(_ reason: InspectionCheck.Reason, _ found: String?) -> InspectionCheck {
      InspectionCheck(.label, reason, recorded: recorded, found: found)
    }
    // A photo may show a symbol for payments beside the label.
    let labels = texts.filter { LabelCode(written: $0) != nil }
    let codes = Set(labels.compactMap { LabelCode(written: $0) })
    guard let text = labels.first else { return differs(.notALabel, texts.first) }
    guard codes.count == 1, let found = codes.first else {
      return differs(.severalLabels, codes.map(\.description).sorted().joined(separator: " "))
    }
    guard found == code else { return differs(.otherLabel, text) }
    if let payload = self.label?.payload, let other = labels.first(where: { $0 != payload }) {
      return differs(.otherPayload, other)
    }
    return InspectionCheck(.label, recorded: recorded, found: text)
  }

  private func keyCheck(_ found: InspectionFindings.Module) -> InspectionCheck {
    let recorded = module?.keyID
    func check(_ reason: InspectionCheck.Reason) -> InspectionCheck {
      InspectionCheck(.key, reason, recorded: recorded, found: found.keyID)
    }
    guard found.keyID != nil else { return check(.noKey) }
    guard found.keyID == recorded else { return check(.otherKey) }
    return switch found.proof {
    case .proven: InspectionCheck(.key, recorded: recorded, found: found.keyID)
    case .wrong: check(.keyWrong)
    case .pending: check(.keyPending)
    case .notJudged(let reason): check(reason)
    }
  }

  private func settingsCheck(_ findings: InspectionFindings) -> InspectionCheck {
    guard let platform = findings.platform else { return InspectionCheck(.settings, .noPlatform) }
    guard findings.module.platform == platform else {
      return InspectionCheck(.settings, .otherPlatform, recorded: platform, found: findings.module.platform)
    }
    if let anchor = findings.trustAnchor, anchor != findings.module.trustAnchor {
      return InspectionCheck(.settings, .otherTrustAnchor, recorded: anchor, found: findings.module.trustAnchor)
    }
    return InspectionCheck(.settings, recorded: platform, found: findings.module.platform)
  }

  private func sealNumberCheck(_ number: String?) -> InspectionCheck {
    let recorded = seal?.number
    guard let number else { return InspectionCheck(.sealNumber, .notGiven, recorded: recorded) }
    if seal?.previousNumbers.contains(where: { Self.isSameSeal($0, number) }) == true,
      recorded.map({ Self.isSameSeal($0, number) }) != true
    {
      return InspectionCheck(.sealNumber, .earlierSeal, recorded: recorded, found: number)
    }
    guard let recorded, Self.isSameSeal(recorded, number) else {
      return InspectionCheck(.sealNumber, .otherSeal, recorded: recorded, found: number)
    }
    return InspectionCheck(.sealNumber, recorded: recorded, found: number)
  }

  /// Whether two numbers are those of one seal. Letter case, blanks, the kind of a hyphen and a blank in its
  /// place are ways of typing, and make no difference.
  private static func isSameSeal(_ left: String, _ right: String) -> Bool {
    plain(left, blank: "") == plain(right, blank: "") || plain(left, blank: "-") == plain(right, blank: "-")
  }

  private static func plain(_ sealNumber: String, blank: String) -> String {
    let typed = TextNormalization.typed(sealNumber)
    let parts = typed.split(whereSeparator: \.isWhitespace).joined(separator: blank)
    return String(parts.map { TextNormalization.isHyphen($0) ? "-" : $0 }).uppercased()
  }

  // MARK: - Firmware

  /// Compares the firmware with the one that the module reported at the last event on record, or else with the
  /// release that was flashed.
  private func firmwareChecks(_ findings: InspectionFindings) -> [InspectionCheck] {
    let state = findings.module.state
    let release = findings.releases.first { $0.imageSha256 == state.imageSha256 }
    let flashed = findings.releases.first { $0.sha256 == module?.firmwareSha256 }?.imageSha256
    let expected =
      eventsSinceState.contains(where: \.writesFirmware) ? flashed : module?.state?.imageSha256 ?? flashed
    let recorded = expected ?? module?.firmwareVersion
    let isSame = expected.map { $0 == state.imageSha256 }
    let firmware: InspectionCheck =
      switch isSame {
      case true?: InspectionCheck(.firmware, recorded: recorded, found: state.imageSha256)
      case false?: InspectionCheck(.firmware, .otherFirmware, recorded: recorded, found: state.imageSha256)
      case nil where module?.firmwareVersion != findings.module.firmwareVersion:
        InspectionCheck(
          .firmware, .otherFirmware, recorded: recorded, found: findings.module.firmwareVersion)
      case nil: InspectionCheck(.firmware, .nothingToCompare, recorded: recorded, found: state.imageSha256)
      }
    let version = findings.module.firmwareVersion
    if let release { return [firmware, InspectionCheck(.release, found: release.version)] }
    // A release that is newer than this laptop's is no fault of the module's.
    return [
      firmware, InspectionCheck(.release, isSame == true ? .releaseElsewhere : .notARelease, found: version),
    ]
  }

  // MARK: - Counts

  /// Compares the module's counts with those on record. The counts of another module are compared with nothing.
  private func countChecks(of found: InspectionFindings.Module) -> [InspectionCheck] {
    let now = found.state
    let before = found.serialNumber == module?.serialNumber ? module?.state : nil
    let events = eventsSinceState
    let isFlashed = events.contains(where: \.writesFirmware)
    let isProtectedSince = events.contains { $0.event == "protected" }
    // A flashing that failed is on record by its beginning, and may have used its authority.
    func hasBegun(_ deed: FlashAuthority.Deed) -> Bool {
      events.contains { $0.event == "flashBegun" && $0.authority?.deed == deed }
    }
    let isUpdateTold = isFlashed || hasBegun(.update)
    let isEntryTold = isFlashed || isProtectedSince || hasBegun(.bootloader)
    func check(
      _ topic: InspectionCheck.Topic, _ before: UInt64?, _ now: UInt64?, _ reason: InspectionCheck.Reason?,
      wasCounted: Bool = true
    ) -> InspectionCheck {
      let (recorded, found) = (before.map(String.init), now.map(String.init))
      guard let now else {
        let isWithheld = before != nil && wasCounted
        return InspectionCheck(topic, isWithheld ? .countWithheld : .notCounted, recorded: recorded)
      }
      guard let before else { return InspectionCheck(topic, .nothingToCompare, found: found) }
      if now < before { return InspectionCheck(topic, .countedBack, recorded: recorded, found: found) }
      guard now > before, let reason else { return InspectionCheck(topic, recorded: recorded, found: found) }
      return InspectionCheck(topic, reason, recorded: recorded, found: found)
    }
    // A state without this count is of a firmware that did not keep it, so that the count begins at 0.
    func since(_ count: KeyPath<ModuleState, UInt64?>) -> UInt64? { before.map { $0[keyPath: count] ?? 0 } }
    let hasCounted = before?.provenUpdates != nil
    return [
      check(.sealOpenings, before?.sealOpenings, now.sealOpenings, .sealOpened),
      check(.starts, before?.starts, now.starts, nil),
      check(
        .provenReplacements, before?.provenReplacements, now.provenReplacements, .replacedWithProof),
      check(.serviceReplacements, before?.serviceReplacements, now.serviceReplacements, .replacedByService),
      // On a bad cable, the laptop of a recorded flashing may have asked more than once.
      check(
        .provenUpdates, since(\.provenUpdates), now.provenUpdates, isUpdateTold ? nil : .updatedWithProof,
        wasCounted: hasCounted),
      check(
        .serviceUpdates, since(\.serviceUpdates), now.serviceUpdates, .updatedByService,
        wasCounted: hasCounted),
      check(
        .provenEntries, since(\.provenEntries), now.provenEntries,
        isEntryTold ? nil : .enteredWithProof, wasCounted: hasCounted),
      check(
        .serviceEntries, since(\.serviceEntries), now.serviceEntries, .enteredByService,
        wasCounted: hasCounted),
    ]
  }

  /// The history after the last event with the module's state.
  private var eventsSinceState: ArraySlice<HistoryEntry> {
    let last = history.lastIndex { $0.statesModule == true }
    return last.map { history[($0 + 1)...] } ?? history[...]
  }

  /// Whether the chip is protected from reading, by what is on record. Lifting the protection erases the key,
  /// so that a later pairing means that the protection may be gone.
  public var isProtected: Bool {
    guard let protected = history.lastIndex(where: { $0.event == "protected" }) else { return false }
    return !history[protected...].contains { $0.event == "paired" }
  }
}

extension HistoryEntry {
  /// Whether the entry is a flashing that wrote something.
  var writesFirmware: Bool { event == "flashed" && skipped != true }
}
