extension InstallationEvent {
  /// A fault of an installed welder is reported. The record gets a revision that closes at once, so that the
  /// platform hears of it before anybody has gone there.
  public struct RepairOpened: Hashable, Sendable, Codable {
    public var technician: Technician
    public var fault: WrittenText
    /// The person who reports the fault; nil where nobody said who it is.
    public var reporter: Repair.Reporter?
    /// Whether nobody may use the welder until a test that counts has passed.
    public var isUnsafe: Bool
    /// True where the reporter says that the welder may be used until it is repaired; nil where nobody said so.
    public var isUsable: Bool?
    public var isTampered: Bool

    private enum CodingKeys: String, CodingKey {
      case technician, fault, reporter
      case isUnsafe = "unsafe"
      case isUsable = "usable"
      case isTampered = "tampered"
    }

    public init(
      technician: Technician, fault: WrittenText, reporter: Repair.Reporter? = nil, isUnsafe: Bool = false,
      isUsable: Bool? = nil, isTampered: Bool = false
    ) {
      self.technician = technician
      self.fault = fault
      self.reporter = reporter
      self.isUnsafe = isUnsafe
      self.isUsable = isUsable
      self.isTampered = isTampered
    }
  }

  /// The technician has come to the welder, and says what was found before anything is changed. The record is
  /// in work from here on.
  public struct RepairBegun: Hashable, Sendable, Codable {
    public var technician: Technician
    public var seal: Repair.SealFound
    /// The verdict of the inspection just before; nil where the module did not answer.
    public var verdict: Inspection.Verdict?
    /// True where the welder turns out to be unsafe; nil where the report stays as it is.
    public var isUnsafe: Bool?
    /// True where somebody turns out to have tampered with the welder; nil where the report stays as it is.
    public var isTampered: Bool?
    public var note: WrittenText?
    /// The photos of the seal and of the welder as they were found; at least one.
    public var photos: [Photo]

    private enum CodingKeys: String, CodingKey {
      case technician, seal, verdict, note, photos
      case isUnsafe = "unsafe"
      case isTampered = "tampered"
    }

    public init(
      technician: Technician, seal: Repair.SealFound, verdict: Inspection.Verdict?, isUnsafe: Bool? = nil,
      isTampered: Bool? = nil, note: WrittenText? = nil, photos: [Photo]
    ) {
      self.technician = technician
      self.seal = seal
      self.verdict = verdict
      self.isUnsafe = isUnsafe
      self.isTampered = isTampered
      self.note = note
      self.photos = photos
    }
  }

  /// The module is taken out, and another takes its place.
  public struct ModuleRetired: Hashable, Sendable, Codable {
    /// The serial number of the module on record.
    public var serialNumber: String
    /// The id of the module's key, lower-case hex; nil where the record has none.
    public var keyID: String?
    /// Whether the module no longer answers, which a photo has to show.
    public var isDead: Bool
    public var reason: WrittenText
    public var photos: [Photo]

    private enum CodingKeys: String, CodingKey {
      case serialNumber, reason, photos
      case keyID = "keyId"
      case isDead = "dead"
    }

    public init(
      serialNumber: String, keyID: String?, isDead: Bool, reason: WrittenText, photos: [Photo]
    ) {
      self.serialNumber = serialNumber
      self.keyID = keyID
      self.isDead = isDead
      self.reason = reason
      self.photos = photos
    }
  }

  /// The owner has confirmed the repair, and the record closes.
  public struct RepairClosed: Hashable, Sendable, Codable {
    /// What was done, in the technician's words; nil where the list of changes says it all.
    public var done: WrittenText?
    public var addendum: AgreementRecord

    public init(done: WrittenText?, addendum: AgreementRecord) {
      self.done = done
      self.addendum = addendum
    }
  }

  /// The welder has another owner, who is trained and signs anew. The record is in work until the owner has
  /// signed.
  public struct Transferred: Hashable, Sendable, Codable {
    /// The technician who hands the welder over to the new owner.
    public var technician: Technician
    public var owner: Owner
    /// The steps whose results the new owner makes untrue, in the order of the walk.
    public var redo: [Step]

    public init(technician: Technician, owner: Owner, redo: [Step] = []) {
      self.technician = technician
      self.owner = owner
      self.redo = redo
    }
  }

  /// The welder stands elsewhere, or is used for something else. Nobody signs for such a change.
  public struct Moved: Hashable, Sendable, Codable {
    /// The fields that have another value now: street, community and purpose; at least one.
    public var changes: [FieldChange]

    public init(changes: [FieldChange]) { self.changes = changes }

    /// The fields that a move changes.
    public static let fields: [RegistrationField] = [.street, .community, .purpose]
  }

  /// An installed welder is taken out of use for good. Its module is free for another one.
  public struct Withdrawn: Hashable, Sendable, Codable {
    public var technician: Technician
    public var reason: WrittenText
    /// The photos of the welder; at least one.
    public var photos: [Photo]

    public init(technician: Technician, reason: WrittenText, photos: [Photo]) {
      self.technician = technician
      self.reason = reason
      self.photos = photos
    }
  }

  /// The photos that the event makes evidence of its installation.
  public var photos: [Photo] {
    switch self {
    case .photographed(let photo): [photo]
    case .repairBegun(let begun): begun.photos
    case .moduleRetired(let retired): retired.photos
    case .withdrawn(let withdrawn): withdrawn.photos
    case .surveyed, .planned, .registered, .flashBegun, .flashed, .inspected, .paired, .labelled, .sealed,
      .tested, .protected,
      .handedOver, .signed, .voided, .welderInspected, .corrected, .refused, .repairOpened, .repairClosed,
      .transferred, .moved, .adopted:
      []
    }
  }

  /// The document that the event has signed: an agreement, or the confirmation of a repair.
  public var signedDocument: AgreementRecord? {
    switch self {
    case .signed(let agreement): agreement
    case .repairClosed(let closed): closed.addendum
    default: nil
    }
  }
}
