/// An event of an installation. Events are facts: they are appended to the fieldbook's log and never changed,
/// and the record is their sum.
public enum InstallationEvent: Hashable, Sendable {
  case surveyed(Surveyed)
  case planned(Planned)
  case registered(Registered)
  case photographed(Photo)
  case flashBegun(FlashAttempt)
  case flashed(Flashed)
  case inspected(ModuleInspection)
  case paired(Paired)
  case labelled(LabelRecord)
  case sealed(Seal)
  case tested(TestReport)
  case protected(Protected)
  case handedOver(Handover)
  case signed(AgreementRecord)
  case voided(reason: WrittenText)
  case welderInspected(Inspection)
  case corrected(Corrected)
  case refused(Refused)
  case repairOpened(RepairOpened)
  case repairBegun(RepairBegun)
  case moduleRetired(ModuleRetired)
  case repairClosed(RepairClosed)
  case transferred(Transferred)
  case moved(Moved)
  case withdrawn(Withdrawn)
  case adopted(Adopted)

  public struct Registered: Hashable, Sendable, Codable {
    public var technician: Technician
    public var owner: Owner
    public var welder: Welder
    /// The code of the label; nil for a retired welder.
    public var code: LabelCode?
    /// The scheme by which the welder is fitted; nil for a retired one.
    public var scheme: SchemeReference?
    /// The reason why the welder was retired; nil for a fit one.
    public var retiredReason: WrittenText?
    public var remarks: WrittenText?
    /// The other records of the same welder, and why this one is right; nil where there are none.
    public var duplicate: Duplicate?

    public init(
      technician: Technician, owner: Owner, welder: Welder, code: LabelCode?, scheme: SchemeReference?,
      retiredReason: WrittenText?, remarks: WrittenText?
    ) {
      self.technician = technician
      self.owner = owner
      self.welder = welder
      self.code = code
      self.scheme = scheme
      self.retiredReason = retiredReason
      self.remarks = remarks
    }
  }

  public struct Flashed: Hashable, Sendable, Codable {
    public var chip: String
    /// The chip's 96-bit unique id, lower-case hex.
    public var chipID: String?
    public var firmwareVersion: String
    /// The version that ran before; nil where it is not known.
    public var previousFirmwareVersion: String?
    public var firmwareSha256: String
    /// Whether the module already ran this image, so that nothing was written.
    public var skipped: Bool
    /// True where the chip's pairing key was erased; nil otherwise.
    public var keyErased: Bool?
    /// The way in which a paired module was brought to take the image; nil where the module was not asked.
    public var authority: FlashAuthority?
    /// The module's own counts after the flashing; nil where its firmware keeps none.
    public var openSealCounts: OpenSealCounts?
    /// True where the seal's loop stayed closed, so that the seal still holds, false where it was opened; nil
    /// where that is not known.
    public var sealStayedClosed: Bool?

    private enum CodingKeys: String, CodingKey {
      case chip, firmwareVersion, previousFirmwareVersion, firmwareSha256, skipped, keyErased, authority,
        openSealCounts, sealStayedClosed
      case chipID = "chipId"
    }

    public init(
      chip: String, chipID: String?, firmwareVersion: String, previousFirmwareVersion: String? = nil,
      firmwareSha256: String, skipped: Bool, keyErased: Bool? = nil, authority: FlashAuthority? = nil,
      openSealCounts: OpenSealCounts? = nil,
      sealStayedClosed: Bool? = nil
    ) {
      self.previousFirmwareVersion = previousFirmwareVersion
      self.keyErased = keyErased
      self.authority = authority
      self.openSealCounts = openSealCounts
      self.sealStayedClosed = sealStayedClosed
      self.chip = chip
      self.chipID = chipID
      self.firmwareVersion = firmwareVersion
      self.firmwareSha256 = firmwareSha256
      self.skipped = skipped
    }
  }

  /// The chip's flash was protected from reading, after which only the module's own firmware updates it.
  public struct Protected: Hashable, Sendable, Codable {
    /// The chip's 96-bit unique id, lower-case hex.
    public var chipID: String
    /// The way in which a paired module was brought to make room for its ROM bootloader; nil where the module
    /// was not asked.
    public var authority: FlashAuthority?

    private enum CodingKeys: String, CodingKey {
      case authority
      case chipID = "chipId"
    }

    public init(chipID: String, authority: FlashAuthority? = nil) {
      self.chipID = chipID
      self.authority = authority
    }
  }

  /// The module has committed the key, and its configuration has been read back.
  public struct Paired: Hashable, Sendable, Codable {
    public var serialNumber: String
    public var keyID: String
    public var imei: String?
    public var iccid: String?
    /// The way in which the key replaced another; nil where the module had none before.
    public var replacement: KeyReplacement?
    /// The module's state at the end of the pairing; nil for a pairing of an earlier program.
    public var state: ModuleState?
    /// The other records that name this module, and why this one is right; nil where there are none.
    public var duplicate: Duplicate?

    private enum CodingKeys: String, CodingKey {
      case serialNumber, imei, iccid, replacement, state, duplicate
      case keyID = "keyId"
    }

    public init(
      serialNumber: String, keyID: String, imei: String?, iccid: String?, replacement: KeyReplacement? = nil,
      state: ModuleState? = nil, duplicate: Duplicate? = nil
    ) {
      self.duplicate = duplicate
      self.serialNumber = serialNumber
      self.keyID = keyID
      self.imei = imei
      self.iccid = iccid
      self.replacement = replacement
      self.state = state
    }
  }

  /// Fields of the registration were corrected.
  public struct Corrected: Hashable, Sendable, Codable {
    /// The fields that have another value now, in the order of `RegistrationField`; at least one.
    public var changes: [FieldChange]
    /// The scheme by which the corrected welder is fitted; nil where it stays the same.
    public var scheme: SchemeReference?
    /// The steps whose results the correction makes untrue, in the order of the walk.
    public var redo: [Step]
    /// The other records of the corrected welder, and why this one is right; nil where there are none.
    public var duplicate: Duplicate?

    public init(
      changes: [FieldChange], scheme: SchemeReference? = nil, redo: [Step] = [], duplicate: Duplicate? = nil
    ) {
      self.changes = changes
      self.scheme = scheme
      self.redo = redo
      self.duplicate = duplicate
    }
  }

  /// The owner does not want the installation, or withdrew before signing.
  public struct Refused: Hashable, Sendable, Codable {
    public var reason: WrittenText
    /// Whether nobody had seen the record's code, so that another installation may have the code and the record
    /// loses it.
    public var releasesCode: Bool
    /// Who wrote the refusal down, where the record was surveyed and had no technician; else nil.
    public var technician: Technician?

    public init(reason: WrittenText, releasesCode: Bool) {
      self.reason = reason
      self.releasesCode = releasesCode
    }
  }

  /// The kinds of events, by their names in the log and in the record's history. A name stays for ever.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case surveyed, planned, registered, photographed, flashBegun, flashed, inspected, paired, labelled,
      sealed, tested, protected, handedOver, signed, voided, welderInspected, corrected, refused,
      repairOpened, repairBegun, moduleRetired, repairClosed, transferred, moved, withdrawn, adopted
  }

  public var kind: Kind {
    switch self {
    case .surveyed: .surveyed
    case .planned: .planned
    case .registered: .registered
    case .photographed: .photographed
    case .flashBegun: .flashBegun
    case .flashed: .flashed
    case .inspected: .inspected
    case .paired: .paired
    case .labelled: .labelled
    case .sealed: .sealed
    case .tested: .tested
    case .protected: .protected
    case .handedOver: .handedOver
    case .signed: .signed
    case .voided: .voided
    case .welderInspected: .welderInspected
    case .corrected: .corrected
    case .refused: .refused
    case .repairOpened: .repairOpened
    case .repairBegun: .repairBegun
    case .moduleRetired: .moduleRetired
    case .repairClosed: .repairClosed
    case .transferred: .transferred
    case .moved: .moved
    case .withdrawn: .withdrawn
    case .adopted: .adopted
    }
  }

  /// The event's name in the log and in the record's history.
  public var name: String { kind.rawValue }
}

extension InstallationEvent: Codable {
  private enum Key: String, CodingKey { case event, facts }
  private struct Reason: Codable { var reason: WrittenText }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .event)
    switch self {
    case .surveyed(let facts): try container.encode(facts, forKey: .facts)
    case .planned(let facts): try container.encode(facts, forKey: .facts)
    case .registered(let facts): try container.encode(facts, forKey: .facts)
    case .photographed(let facts): try container.encode(facts, forKey: .facts)
    case .flashBegun(let facts): try container.encode(facts, forKey: .facts)
    case .flashed(let facts): try container.encode(facts, forKey: .facts)
    case .inspected(let facts): try container.encode(facts, forKey: .facts)
    case .paired(let facts): try container.encode(facts, forKey: .facts)
    case .labelled(let facts): try container.encode(facts, forKey: .facts)
    case .sealed(let facts): try container.encode(facts, forKey: .facts)
    case .protected(let facts): try container.encode(facts, forKey: .facts)
    case .tested(let facts): try container.encode(facts, forKey: .facts)
    case .handedOver(let facts): try container.encode(facts, forKey: .facts)
    case .signed(let facts): try container.encode(facts, forKey: .facts)
    case .voided(let reason): try container.encode(Reason(reason: reason), forKey: .facts)
    case .welderInspected(let facts): try container.encode(facts, forKey: .facts)
    case .corrected(let facts): try container.encode(facts, forKey: .facts)
    case .refused(let facts): try container.encode(facts, forKey: .facts)
    case .repairOpened(let facts): try container.encode(facts, forKey: .facts)
    case .repairBegun(let facts): try container.encode(facts, forKey: .facts)
    case .moduleRetired(let facts): try container.encode(facts, forKey: .facts)
    case .repairClosed(let facts): try container.encode(facts, forKey: .facts)
    case .transferred(let facts): try container.encode(facts, forKey: .facts)
    case .moved(let facts): try container.encode(facts, forKey: .facts)
    case .withdrawn(let facts): try container.encode(facts, forKey: .facts)
    case .adopted(let facts): try container.encode(facts, forKey: .facts)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func facts<Facts: Decodable>(_: Facts.Type = Facts.self) throws -> Facts {
      try container.decode(Facts.self, forKey: .facts)
    }
    let name = try container.decode(String.self, forKey: .event)
    guard let kind = Kind(rawValue: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .event, in: container, debugDescription: "unknown event \(name)")
    }
    switch kind {
    case .surveyed: self = .surveyed(try facts())
    case .planned: self = .planned(try facts())
    case .registered: self = .registered(try facts())
    case .photographed: self = .photographed(try facts())
    case .flashBegun: self = .flashBegun(try facts())
    case .flashed: self = .flashed(try facts())
    case .inspected: self = .inspected(try facts())
    case .paired: self = .paired(try facts())
    case .labelled: self = .labelled(try facts())
    case .sealed: self = .sealed(try facts())
    case .protected: self = .protected(try facts())
    case .tested: self = .tested(try facts())
    case .handedOver: self = .handedOver(try facts())
    case .signed: self = .signed(try facts())
    case .voided: self = .voided(reason: try facts(Reason.self).reason)
    case .welderInspected: self = .welderInspected(try facts())
    case .corrected: self = .corrected(try facts())
    case .refused: self = .refused(try facts())
    case .repairOpened: self = .repairOpened(try facts())
    case .repairBegun: self = .repairBegun(try facts())
    case .moduleRetired: self = .moduleRetired(try facts())
    case .repairClosed: self = .repairClosed(try facts())
    case .transferred: self = .transferred(try facts())
    case .moved: self = .moved(try facts())
    case .withdrawn: self = .withdrawn(try facts())
    case .adopted: self = .adopted(try facts())
    }
  }
}
