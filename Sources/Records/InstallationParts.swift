import Characters
public import FoundationEssentials

// The parts of an installation's record, in the order of `show --json`. Keys are those of the contract, and
// amounts carry their unit in the key.

/// The installation's id, made on the laptop: a UUID in lower case.
public struct InstallationID: Hashable, Sendable, Codable, CustomStringConvertible {
  public let text: String

  public init(_ uuid: UUID) { text = uuid.uuidString.lowercased() }

  /// Reads an id; nil where `text` is not a UUID.
  public init?(_ text: String) {
    guard text.utf8.count == 36 else { return nil }
    // An id in this program's own form is kept as it is, because parsing 100,000 UUIDs of a list takes long.
    guard !Self.isWritten(text) else {
      self.text = text
      return
    }
    guard let uuid = UUID(uuidString: text) else { return nil }
    self.text = uuid.uuidString.lowercased()
  }

  /// Whether a text of 36 bytes is a UUID as this program writes it.
  private static func isWritten(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.indices.allSatisfy { place in
        switch place {
        case 8, 13, 18, 23: bytes[place] == UInt8(ascii: "-")
        default: bytes[place].isLowerCaseHexDigit
        }
      }
    } ?? false
  }

  public var description: String { text }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = InstallationID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an installation id")
    }
    self = id
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// 技术人员: a technician, and the technician's company.
public struct Technician: Hashable, Sendable, Codable {
  public var name: PersonName
  public var phone: PhoneNumber
  public var company: WrittenText
  public var certificate: WrittenText
  public var certificateExpires: CalendarDay

  public init(
    name: PersonName, phone: PhoneNumber, company: WrittenText, certificate: WrittenText,
    certificateExpires: CalendarDay
  ) {
    self.name = name
    self.phone = phone
    self.company = company
    self.certificate = certificate
    self.certificateExpires = certificateExpires
  }

  /// Whether the technician may work on `day`. A certificate is valid up to and including the day that it
  /// names.
  public func mayWork(on day: CalendarDay) -> Bool { day <= certificateExpires }
}

/// The unit that owns the machine, and its 责任人.
public struct Owner: Hashable, Sendable, Codable {
  /// The id of the unit, made when the unit was first registered; all welders of one unit share it.
  public var unitID: WrittenText?
  public var unitName: WrittenText
  /// 企业类型; nil for a surveyed unit whose list does not say it.
  public var unitType: UnitType?
  public var responsibleName: PersonName
  public var responsiblePhone: PhoneNumber
  public var street: WrittenText
  public var community: WrittenText?
  public var industry: Industry
  public var industryNote: WrittenText?
  /// The number of people who weld at the unit; nil where nobody said.
  public var operators: Int?
  /// The number of the operators who hold a certificate; nil where nobody said.
  public var certifiedOperators: Int?

  private enum CodingKeys: String, CodingKey {
    case unitName, unitType, responsibleName, responsiblePhone, street, community, industry, industryNote
    case operators, certifiedOperators
    case unitID = "unitId"
  }

  public init(
    unitID: WrittenText?, unitName: WrittenText, unitType: UnitType?, responsibleName: PersonName,
    responsiblePhone: PhoneNumber, street: WrittenText, community: WrittenText?, industry: Industry,
    industryNote: WrittenText?, operators: Int?, certifiedOperators: Int?
  ) {
    self.unitID = unitID
    self.unitName = unitName
    self.unitType = unitType
    self.responsibleName = responsibleName
    self.responsiblePhone = responsiblePhone
    self.street = street
    self.community = community
    self.industry = industry
    self.industryNote = industryNote
    self.operators = operators
    self.certifiedOperators = certifiedOperators
  }
}

/// 电焊机: the welding machine.
public struct Welder: Hashable, Sendable, Codable {
  public var brand: WrittenText?
  public var model: WrittenText?
  public var serialNumber: WrittenText?
  public var weldingProcess: WeldingProcess
  public var supply: Supply
  public var sourceType: SourceType
  /// 附件1's 最大电流安数A: the maximum current that the machine draws from its supply.
  public var supplyMaxAmps: Double
  /// 附件1's 焊机最大电流: the maximum current of the arc.
  public var maxCurrentAmps: Double
  public var maxPowerKilowatts: Double?
  public var purpose: WrittenText?
  public var purchasedOn: CalendarDay?
  public var condition: Condition

  public init(
    brand: WrittenText?, model: WrittenText?, serialNumber: WrittenText?, weldingProcess: WeldingProcess,
    supply: Supply, sourceType: SourceType, supplyMaxAmps: Double, maxCurrentAmps: Double,
    maxPowerKilowatts: Double?, purpose: WrittenText?, purchasedOn: CalendarDay?, condition: Condition
  ) {
    self.brand = brand
    self.model = model
    self.serialNumber = serialNumber
    self.weldingProcess = weldingProcess
    self.supply = supply
    self.sourceType = sourceType
    self.supplyMaxAmps = supplyMaxAmps
    self.maxCurrentAmps = maxCurrentAmps
    self.maxPowerKilowatts = maxPowerKilowatts
    self.purpose = purpose
    self.purchasedOn = purchasedOn
    self.condition = condition
  }
}

/// 智能模块: the module on this welder, as far as it is known. The walk fills in one field after the other.
public struct ModuleRecord: Hashable, Sendable, Codable {
  public var serialNumber: String?
  public var chip: String?
  public var firmwareVersion: String?
  /// SHA-256 of the firmware's image, lower-case hex.
  public var firmwareSha256: String?
  /// The first eight bytes of SHA-256 over the pairing key, lower-case hex.
  public var keyID: String?
  public var imei: String?
  public var iccid: String?
  public var pairedAt: Timestamp?
  /// The module's own account of itself before it was last changed; nil for a module that was blank.
  public var inspection: ModuleInspection?
  /// The way in which the module's key replaced another; nil where the module had none before.
  public var replacement: KeyReplacement?
  /// The module's state at the last event that has one; nil where none has.
  public var state: ModuleState?
  /// The flashing by authority that was begun last and has no entry of its own; nil where there is none.
  public var flashing: FlashAttempt?

  private enum CodingKeys: String, CodingKey {
    case serialNumber, chip, firmwareVersion, firmwareSha256, imei, iccid, pairedAt, inspection, replacement
    case state, flashing
    case keyID = "keyId"
  }

  public init() {}

  /// Takes over what a flashing has put on record before the module was known by its serial number.
  init(firmwareOf other: ModuleRecord) {
    (chip, firmwareVersion, firmwareSha256) = (other.chip, other.firmwareVersion, other.firmwareSha256)
  }
}

/// The name and version of the scheme that was chosen at registration.
public struct SchemeReference: Hashable, Sendable, Codable {
  public var name: String
  public var version: String

  public init(name: String, version: String) {
    self.name = name
    self.version = version
  }
}

public struct Photo: Hashable, Sendable, Codable {
  public enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
    case before, after, seal
    /// The welder as it was found by whoever repairs it or takes it out of use.
    case found
    /// The paper by which the unit authorised whoever signs for it.
    case authority

    /// The Chinese word for what the photo shows, on screen and paper.
    public var word: String {
      switch self {
      case .before: "安装前"
      case .after: "安装后"
      case .seal: "封条"
      case .found: "维修现场"
      case .authority: "授权书"
      }
    }

    /// The step of the walk to which the photo belongs.
    public var step: Step {
      switch self {
      case .before: .photoBefore
      case .after: .photoAfter
      case .seal: .seal
      case .found: .repair
      case .authority: .sign
      }
    }
  }

  public enum TimeSource: String, Hashable, Sendable, Codable {
    /// The file's date was not plausible, so the time is that of the laptop when the photo was attached.
    case clock
    /// The camera wrote the time into the photo.
    case exif
  }

  public var stage: Stage
  public var sha256: String
  public var bytes: Int
  /// The media type by the file's content, `image/jpeg` or `image/png`.
  public var mediaType: String
  /// The best available time of the photo: what the camera wrote, or else the moment when the file was last written.
  public var takenAt: Timestamp
  /// The source of `takenAt`; nil where it is the file's date.
  public var takenAtSource: TimeSource?
  public var widthPixels: Int
  public var heightPixels: Int
  /// What the camera wrote into the photo; nil where it wrote nothing of use, and for a photo of an earlier program.
  public var exif: PhotoExif?
  /// The contradictions between what the camera wrote and what is known otherwise; nil where there are none.
  public var contradictions: [PhotoContradiction]?
  /// The photos on this laptop that show nearly the same, the nearest first; nil where there are none.
  public var resembles: [PhotoResemblance]?
  /// The reason why the photo is right although it resembles one of another installation; nil where it
  /// resembles none.
  public var reason: WrittenText?
  /// The copy that is uploaded before the photo itself; nil for a photo of an earlier program.
  public var copy: Copy?

  /// The upload copy of a photo: a small JPEG with a watermark that names its original by its SHA-256.
  public struct Copy: Hashable, Sendable, Codable {
    /// SHA-256 of the copy, lower-case hex.
    public var sha256: String
    /// The size of the copy in bytes, 1 or more.
    public var bytes: Int

    public init(sha256: String, bytes: Int) {
      self.sha256 = sha256
      self.bytes = bytes
    }
  }

  public init(
    stage: Stage, sha256: String, bytes: Int, mediaType: String, takenAt: Timestamp, widthPixels: Int,
    heightPixels: Int
  ) {
    self.stage = stage
    self.sha256 = sha256
    self.bytes = bytes
    self.mediaType = mediaType
    self.takenAt = takenAt
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
  }
}

/// One run of the functional test.
public struct TestReport: Hashable, Sendable, Codable {
  public enum Outcome: Hashable, Sendable {
    case passed, failed
    /// The step needs a network that is not available; `reason` is a dotted code.
    case notRun(reason: String)
  }

  public struct Step: Hashable, Sendable, Codable {
    public var name: String
    /// The measured value in `unit`; nil where nothing was measured.
    public var measured: Double?
    public var unit: String
    /// The lower limit of `measured`, inclusive; nil for no limit.
    public var lower: Double?
    /// The upper limit of `measured`, inclusive; nil for no limit.
    public var upper: Double?
    public var passed: Bool
    /// The reason why the step was not run, as a dotted code; nil where it was run. A step that was not run
    /// never counts as passed.
    public var notRun: String?

    public init(
      name: String, measured: Double?, unit: String, lower: Double?, upper: Double?, outcome: Outcome
    ) {
      self.name = name
      self.measured = measured
      self.unit = unit
      self.lower = lower
      self.upper = upper
      passed = outcome == .passed
      if case .notRun(let reason) = outcome { notRun = reason } else { notRun = nil }
    }

    public var outcome: Outcome {
      if let notRun { return .notRun(reason: notRun) }
      return passed ? .passed : .failed
    }
  }

  public var plan: String
  public var startedAt: Timestamp
  /// Whether a step passed and none failed. Steps that were not run are listed by `openSteps` and by `next`.
  public var passed: Bool
  public var steps: [Step]
  /// The module's state at the end of the test; nil for a test of an earlier program.
  public var moduleState: ModuleState?

  public init(plan: String, startedAt: Timestamp, steps: [Step]) {
    self.plan = plan
    self.startedAt = startedAt
    self.steps = steps
    passed = !steps.isEmpty && !steps.contains { $0.outcome == .failed } && steps.contains { $0.passed }
  }

  public var openSteps: [Step] { steps.filter { $0.notRun != nil } }
}

public struct LabelRecord: Hashable, Sendable, Codable {
  public var code: LabelCode
  /// The text in the QR symbol.
  public var payload: String
  public var template: String
  /// Whether the label was read back by an independent decoder, or confirmed from stock by its printed code.
  public var verified: Bool

  public init(code: LabelCode, payload: String, template: String, verified: Bool) {
    self.code = code
    self.payload = payload
    self.template = template
    self.verified = verified
  }
}

public struct Seal: Hashable, Sendable, Codable {
  public var number: String
  public var photoSha256: String?
  public var appliedAt: Timestamp
  /// The numbers of earlier broken seals of this installation, oldest first.
  public var previousNumbers: [String]

  public init(number: String, photoSha256: String?, appliedAt: Timestamp, previousNumbers: [String]) {
    self.number = number
    self.photoSha256 = photoSha256
    self.appliedAt = appliedAt
    self.previousNumbers = previousNumbers
  }
}

public struct Handover: Hashable, Sendable, Codable {
  public var trainedOperators: Int
  public var operatingRules: OperatingRules
  public var note: WrittenText?
  /// The names of those who were trained; nil where nobody wrote them down.
  public var trainees: [PersonName]?

  public init(
    trainedOperators: Int, operatingRules: OperatingRules, note: WrittenText?, trainees: [PersonName]? = nil
  ) {
    self.trainedOperators = trainedOperators
    self.operatingRules = operatingRules
    self.note = note
    self.trainees = trainees
  }
}

/// The payer of the module, by section four of the plan.
public struct Funding: Hashable, Sendable, Codable {
  public enum Payer: String, Hashable, Sendable, Codable { case banner, owner }
  public enum Reason: String, Hashable, Sendable, Codable {
    case fittedBeforeDeadline, fittedAfterDeadline, industryDepartment, retired
  }

  public var payer: Payer
  public var reason: Reason

  public init(payer: Payer, reason: Reason) {
    self.payer = payer
    self.reason = reason
  }

  /// The first day on which the Banner no longer pays for modules at units of a 苏木镇 or 街道.
  public static let deadline = CalendarDay(daysSince1970: 20_072)

  public init(industry: Industry, fittedOn day: CalendarDay) {
    if industry.isUnderIndustryDepartment {
      self.init(payer: .owner, reason: .industryDepartment)
    } else if day < Self.deadline {
      self.init(payer: .banner, reason: .fittedBeforeDeadline)
    } else {
      self.init(payer: .owner, reason: .fittedAfterDeadline)
    }
  }
}

/// One line of the record's history: the event, its time, and the digest of the log entry with all details.
public struct HistoryEntry: Hashable, Sendable, Codable {
  public var at: Timestamp
  public var event: String
  /// SHA-256 of the log entry, lower-case hex, which also covers the entry before.
  public var sha256: String
  /// Whether the test passed; nil for other events.
  public var passed: Bool?
  /// True for a flashing that wrote nothing because the module already had this image; nil otherwise.
  public var skipped: Bool?
  /// The reason in the event; nil where it has none.
  public var reason: WrittenText?
  public var serialNumber: String?
  /// The id of the event's key, for a flashing that of the erased key, lower-case hex; nil where the event has
  /// none.
  public var keyID: String?
  public var sealNumber: String?
  /// The version that a flashing put in, or found there; nil for other events, and for entries of an earlier program.
  public var firmwareVersion: String?
  /// The version that ran before a flashing; nil where it is not known, and for other events.
  public var previousFirmwareVersion: String?
  /// True for a flashing that erased the module's key; else nil.
  public var keyErased: Bool?
  /// The way in which a pairing's key replaced another; nil for other events.
  public var replacement: KeyReplacement?
  /// The authority by which a paired module took an image or made room for its ROM bootloader; else nil.
  public var authority: FlashAuthority?
  /// The module's counts after a flashing; nil where its firmware keeps none, and for other events.
  public var openSealCounts: OpenSealCounts?
  /// True for a flashing during which the seal's loop stayed closed, false for one during which it was opened;
  /// nil where that is not known, and for other events.
  public var sealStayedClosed: Bool?
  /// The verdict of an inspection; nil for other events.
  public var verdict: Inspection.Verdict?
  /// True where the record has the module's state from this event; else nil.
  public var statesModule: Bool?
  /// The fields that a survey, a correction or a move changed; nil for other events.
  public var changes: [FieldChange]?
  /// The steps whose results a correction or a new owner made untrue; nil where there are none.
  public var redo: [Step]?
  /// The other records of the same welder or module, and why this one is right; nil where there are none.
  public var duplicate: Duplicate?
  /// The number of the repair that the entry opens or begins; nil for other events.
  public var repair: Int?
  /// The state in which a repair found the seal; nil for other events.
  public var sealFound: Repair.SealFound?
  /// True where the entry makes the welder unsafe until a test that counts has passed; else nil.
  public var isUnsafe: Bool?
  /// True where the entry says that somebody has tampered with the welder; else nil.
  public var isTampered: Bool?
  /// True where the module that was taken out no longer answers; else nil.
  public var isDead: Bool?
  /// The source and revision of a record that was taken over; nil for other events.
  public var adoption: Adoption?

  private enum CodingKeys: String, CodingKey {
    case at, event, sha256, passed, skipped, reason, serialNumber, sealNumber, firmwareVersion,
      previousFirmwareVersion, keyErased, replacement, authority, openSealCounts, sealStayedClosed, verdict,
      statesModule, changes, redo, duplicate, repair, sealFound, adoption
    case keyID = "keyId"
    case isUnsafe = "unsafe"
    case isTampered = "tampered"
    case isDead = "dead"
  }

  public init(at: Timestamp, event: String, sha256: String) {
    self.at = at
    self.event = event
    self.sha256 = sha256
  }
}
