/// A repair of an installed welder, from the report of its fault to the owner's confirmation.
public struct Repair: Hashable, Sendable, Codable {
  /// The state in which the technician finds the seal.
  public enum SealFound: String, Hashable, Sendable, Codable, CaseIterable {
    /// The seal is whole and has the number on record.
    case intact
    /// The seal is torn, cut or has another number.
    case broken
    /// There is no seal on the case.
    case missing
  }

  /// Whoever reports a fault.
  public struct Reporter: Hashable, Sendable, Codable {
    public var name: PersonName
    /// The reporter's phone number; nil where none was left.
    public var phone: PhoneNumber?

    public init(name: PersonName, phone: PhoneNumber?) {
      self.name = name
      self.phone = phone
    }
  }

  /// What the technician finds at the welder before anything is changed.
  public struct Finding: Hashable, Sendable, Codable {
    public var at: Timestamp
    /// The technician on the spot.
    public var technician: Technician
    public var seal: SealFound
    /// The number of the seal on record when the technician came; nil where the record had none.
    public var sealNumber: String?
    /// The verdict of the inspection that the repair begins with; nil where the module did not answer.
    public var verdict: Inspection.Verdict?
    public var note: WrittenText?
    /// SHA-256 of the photos of the seal and of the welder as they were found, lower-case hex; at least one.
    public var photoSha256: [String]
  }

  /// The number of the repair among those of the welder, from 1.
  public var number: Int
  public var fault: WrittenText
  /// The person who reports the fault; nil where nobody said who it is.
  public var reporter: Reporter?
  public var openedAt: Timestamp
  /// The technician who put the report on record.
  public var technician: Technician
  /// Whether the fault makes the welder unsafe, so that nobody may use it until a test that counts has passed.
  public var isUnsafe: Bool
  /// True where whoever reported the fault said that the welder may be used until it is mended; nil where
  /// nobody said so.
  public var isUsable: Bool?
  /// Whether somebody took the module apart or off without a right to (违规拆装).
  public var isTampered: Bool
  /// What the technician found at the welder; nil until the technician has come.
  public var found: Finding?
  /// What was done, in the technician's words; nil where the list of changes says it all.
  public var done: WrittenText?
  /// The end of the repair; nil until the owner has confirmed the repair, or the welder was retired.
  public var closedAt: Timestamp?
  /// The owner's confirmation; nil until it is signed, and where the welder was retired instead.
  public var addendum: AgreementRecord?

  private enum CodingKeys: String, CodingKey {
    case number, fault, reporter, openedAt, technician, found, done, closedAt, addendum
    case isUnsafe = "unsafe"
    case isUsable = "usable"
    case isTampered = "tampered"
  }

  init(number: Int, opened: InstallationEvent.RepairOpened, at: Timestamp) {
    self.number = number
    fault = opened.fault
    reporter = opened.reporter
    openedAt = at
    technician = opened.technician
    isUnsafe = opened.isUnsafe
    isUsable = opened.isUsable
    isTampered = opened.isTampered
  }

  /// Whether the technician is at the welder, so that the record is in work.
  public var isBegun: Bool { found != nil && closedAt == nil }
}

/// A module that was on the welder before the present one.
public struct RetiredModule: Hashable, Sendable, Codable {
  public var serialNumber: String
  /// The id of the module's last key on this welder, lower-case hex; nil where it was never paired.
  public var keyID: String?
  public var chip: String?
  public var firmwareVersion: String?
  public var pairedAt: Timestamp?
  public var retiredAt: Timestamp
  /// Whether the module no longer answers, so that it is never used again. Any other module may be fitted
  /// elsewhere.
  public var isDead: Bool
  public var reason: WrittenText
  /// SHA-256 of the photos of the module, lower-case hex; empty for one that still answers and was not photographed.
  public var photoSha256: [String]

  private enum CodingKeys: String, CodingKey {
    case serialNumber, chip, firmwareVersion, pairedAt, retiredAt, reason, photoSha256
    case keyID = "keyId"
    case isDead = "dead"
  }
}

/// An owner whom the welder had before the present one.
public struct EarlierOwner: Hashable, Sendable, Codable {
  public var owner: Owner
  /// The moment at which the transfer was put on record.
  public var until: Timestamp
  /// SHA-256 of the agreement that this owner signed last, lower-case hex.
  public var agreementSha256: String?
}

/// A label that was on the welder before the present one.
public struct EarlierLabel: Hashable, Sendable, Codable {
  public var label: LabelRecord
  /// The moment at which the next label took its place.
  public var until: Timestamp
}
