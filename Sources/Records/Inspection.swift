/// Whoever inspects an installed welder.
public struct Inspector: Hashable, Sendable, Codable {
  public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    /// 技术人员: the technician of an installer company.
    case technician
    /// 检查人员: somebody of an authority or a department, who installs nothing.
    case inspector
  }

  public var role: Role
  public var name: PersonName
  public var phone: PhoneNumber
  /// The company, the authority or the department.
  public var company: WrittenText
  /// The number of the training certificate or of the inspector's card; nil where there is none.
  public var certificate: WrittenText?

  public init(
    role: Role, name: PersonName, phone: PhoneNumber, company: WrittenText, certificate: WrittenText?
  ) {
    self.role = role
    self.name = name
    self.phone = phone
    self.company = company
    self.certificate = certificate
  }

  public init(_ technician: Technician) {
    self.init(
      role: .technician, name: technician.name, phone: technician.phone, company: technician.company,
      certificate: technician.certificate)
  }
}

/// The comparison of an installed welder with its record, made with the case closed and without a change to the
/// module.
public struct Inspection: Hashable, Sendable, Codable {
  public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing differs from the record, and the module has proved its key.
    case asRecorded
    /// Something differs from the record.
    case differs
    /// Nothing differs, but nobody could judge the module's proof of its key.
    case notProven
  }

  /// The place that the record came from.
  public enum Source: String, Hashable, Sendable, Codable, CaseIterable { case fieldbook, platform }

  public var inspector: Inspector
  public var inspectedAt: Timestamp
  public var source: Source
  /// The revision that the welder was held against.
  public var againstRevision: Int
  /// SHA-256 of that revision's bytes, lower-case hex.
  public var againstSha256: String?
  public var verdict: Verdict
  /// The checks in the order of the paper.
  public var checks: [InspectionCheck]
  /// The module's state at the inspection.
  public var state: ModuleState?

  public init(
    inspector: Inspector, inspectedAt: Timestamp, source: Source, againstRevision: Int, againstSha256: String?,
    checks: [InspectionCheck], state: ModuleState?
  ) {
    self.inspector = inspector
    self.inspectedAt = inspectedAt
    self.source = source
    self.againstRevision = againstRevision
    self.againstSha256 = againstSha256
    self.checks = checks
    self.state = state
    verdict = Self.verdict(of: checks)
  }

  /// The checks that found a difference.
  public var differences: [InspectionCheck] { checks.filter { $0.outcome == .differs } }

  /// The verdict of the checks. A check that was not run does not change it, except the proof of the module's
  /// key: without that proof the module may be any other one that repeats what this one says.
  private static func verdict(of checks: [InspectionCheck]) -> Verdict {
    if checks.contains(where: { $0.outcome == .differs }) { return .differs }
    let isProven = checks.contains { $0.topic == .key && $0.outcome == .passed }
    return isProven ? .asRecorded : .notProven
  }
}

/// One thing that an inspection looks at.
public struct InspectionCheck: Hashable, Sendable, Codable {
  /// The thing that is looked at, in the order of the paper.
  public enum Topic: String, Hashable, Sendable, CaseIterable {
    case record, label, serialNumber, key, installation, code, settings, firmware, release, seal, sealNumber
    case sealOpenings, starts, provenReplacements, serviceReplacements, provenUpdates, serviceUpdates
    case provenEntries, serviceEntries, readProtection
    /// Whether the module's answers can be read; an inspection has this check only where an answer cannot be
    /// read.
    case answer
  }

  public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable { case passed, differs, notRun }

  /// The reason of a difference, or the reason why a check was not run.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    // MARK: Differences

    /// The record on this laptop is not as it was written.
    case recordChanged
    /// The platform has another record than the one that this laptop closed.
    case recordElsewhere
    /// The platform acknowledged the record to this laptop, and does not have it, or has only an earlier revision.
    case recordLost
    case otherLabel, severalLabels, notALabel, otherPayload
    case otherModule
    /// The module holds another key, or none.
    case otherKey, noKey
    /// The module names the key of the record and does not have it.
    case keyWrong
    /// Somebody has begun to pair the module anew.
    case keyPending
    case otherInstallation, otherCode, otherPlatform, otherTrustAnchor
    case otherFirmware, notARelease
    case sealOpen, otherSeal, earlierSeal
    case sealOpened
    case replacedWithProof, replacedByService, updatedWithProof, updatedByService, enteredWithProof
    case enteredByService
    /// The module counts less than the record says, so that its memory is not what it was.
    case countedBack
    /// The module no longer reports a count that it reported at the last event on record.
    case countWithheld
    /// The module answered, and what it answered cannot be read.
    case answerUnusable

    // MARK: Not run

    /// A file of the record is missing on this laptop, or has other contents; the welder has no part in that.
    case recordFileMissing, recordFileChanged
    /// The platform's list of the code, or its record, cannot be used, so that the record was not compared with it.
    case listUnusable, remoteUnusable

    case notGiven, labelUnreadable
    /// There is no platform in this laptop's setup.
    case noPlatform
    case platformUnreachable, platformRefused
    /// The platform was never given the key.
    case keyUnknown
    /// There is nothing on record, or on this laptop, to hold the found value against.
    case nothingToCompare
    /// The running firmware is the one on record, and is not among the releases of this laptop.
    case releaseElsewhere
    /// The module's firmware does not keep this count.
    case notCounted

    /// Whether the reason is one of a difference.
    public var isDifference: Bool {
      switch self {
      case .recordChanged, .recordElsewhere, .recordLost, .otherLabel, .severalLabels, .notALabel,
        .otherPayload, .otherModule, .answerUnusable, .otherKey, .noKey, .keyWrong, .keyPending,
        .otherInstallation, .otherCode, .otherPlatform,
        .otherTrustAnchor, .otherFirmware, .notARelease, .sealOpen, .otherSeal, .earlierSeal, .sealOpened,
        .replacedWithProof, .replacedByService, .updatedWithProof, .updatedByService, .enteredWithProof,
        .enteredByService, .countedBack, .countWithheld:
        true
      case .recordFileMissing, .recordFileChanged, .listUnusable, .remoteUnusable, .notGiven,
        .labelUnreadable, .noPlatform, .platformUnreachable, .platformRefused, .keyUnknown,
        .nothingToCompare, .releaseElsewhere, .notCounted:
        false
      }
    }
  }

  /// The way in which a label was read.
  public enum LabelReading: String, Hashable, Sendable, CaseIterable {
    /// The label's symbol was scanned, or read on a photo.
    case symbol
    /// The label's code was typed, which says nothing of its symbol.
    case code
  }

  /// The topic's name. The record of a newer program may have names that `Topic` lacks.
  public var name: String
  public var outcome: Outcome
  /// The value on record; nil where the record has none.
  public var recorded: String?
  /// The value that was found; nil where none was found.
  public var found: String?
  /// The reason's name; nil for a check that passed.
  public var reason: String?
  /// The way in which the label was read, a name of `LabelReading`; nil for other checks and where nothing was read.
  public var givenAs: String?

  public init(_ topic: Topic, recorded: String? = nil, found: String? = nil) {
    name = topic.rawValue
    outcome = .passed
    self.recorded = recorded
    self.found = found
  }

  /// Makes a check that did not pass; the reason says whether it was run.
  public init(_ topic: Topic, _ reason: Reason, recorded: String? = nil, found: String? = nil) {
    name = topic.rawValue
    outcome = reason.isDifference ? .differs : .notRun
    self.recorded = recorded
    self.found = found
    self.reason = reason.rawValue
  }

  /// Returns this check of a label with the way in which the label was read.
  func given(as reading: LabelReading) -> InspectionCheck {
    var check = self
    check.givenAs = reading.rawValue
    return check
  }

  public var topic: Topic? { Topic(rawValue: name) }
  public var why: Reason? { reason.flatMap(Reason.init) }

  /// The growth of a count since the record, from 0; nil for a smaller count and for values that are no counts.
  public var growth: UInt64? {
    guard let before = recorded.flatMap(UInt64.init), let now = found.flatMap(UInt64.init), now >= before else {
      return nil
    }
    return now - before
  }
}
