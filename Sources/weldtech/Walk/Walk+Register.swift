import Cryptography
import FoundationEssentials
import Records

extension Walk {
  struct Registered {
    var installation: Installation
    /// The scheme; nil for a retired welder.
    var scheme: InstallationScheme?
    /// What was noticed on the photos.
    var remarks: [PhotoRemark]
    /// The number of the draft that the record was made of; nil where there was none.
    var draft: Int?
  }

  /// Opens an installation: chooses the scheme, takes a code and stores the record.
  /// - Parameters:
  ///   - code: the code of a label from stock; nil takes the next one of this laptop's block.
  ///   - reason: the reason why a photo is right although it resembles one of another installation.
  ///   - duplicateReason: the reason why the welder is registered although another record has it; asked for
  ///     where it is nil and somebody can answer.
  ///   - draft: the number of the draft with the answers, which is removed when the record is opened; nil where
  ///     there is none.
  ///   - surveyed: the id of the surveyed record that becomes the welder's record; nil opens a new record.
  func register(
    _ registration: Registration, code: LabelCode?, photos: [String], reason: WrittenText? = nil,
    duplicateReason: WrittenText? = nil, draft: Int? = nil, surveyed: InstallationID? = nil
  ) throws -> Registered {
    guard let surveyed else {
      return try register(
        registration, as: InstallationID(UUID()), survey: nil, code: code, photos: photos, reason: reason,
        duplicateReason: duplicateReason, draft: draft)
    }
    return try alone(with: surveyed) { locked in
      try register(
        registration, as: surveyed, survey: locked.record, code: code, photos: photos, reason: reason,
        duplicateReason: duplicateReason, draft: draft)
    }
  }

  /// Opens the installation under an id.
  /// - Parameter survey: the surveyed record, which is locked; nil for a new record.
  private func register(
    _ registration: Registration, as id: InstallationID, survey: Installation?, code: LabelCode?,
    photos: [String],
    reason: WrittenText?, duplicateReason: WrittenText?, draft: Int?
  ) throws -> Registered {
    let technician = try technician()
    let isRetired = registration.welder.condition == .retired
    let scheme = isRetired ? nil : try workplace.catalogue().scheme(for: registration.welder)
    var intake = PhotoIntake(walk: self, reason: reason, registering: id, code: code)
    let kept = try photos.compactMap { try intake.take($0, stage: .before) }
    if !isRetired, code == nil { try workplace.codeSupply().fetchIfExhausted() }
    var owner = registration.owner
    if let survey, owner.unitID == Self.unitID(of: survey.owner) { owner.unitID = nil }
    owner.unitID = owner.unitID ?? Self.unitID(of: owner)
    let event = InstallationEvent.Registered(
      technician: technician, owner: owner, welder: registration.welder, code: code,
      scheme: scheme.map { SchemeReference(name: $0.name, version: $0.version) },
      retiredReason: registration.retiredReason, remarks: registration.remarks)
    let installation = try workplace.withDuplicateReason(duplicateReason, leadsBack: draft != nil) {
      try fieldbook.open(id, event, photos: kept, endingDraft: draft, duplicateReason: $0, at: now())
    }
    workplace.concerned = installation.id
    return Registered(installation: installation, scheme: scheme, remarks: intake.remarks, draft: draft)
  }

  /// The id of a unit, derived from the words that identify the unit locally, so that its welders share the id,
  /// even on two offline laptops.
  static func unitID(of owner: Owner) -> WrittenText {
    let digest = SHA256Digest(of: Data("\(owner.unitName)\n\(owner.responsiblePhone.full)".utf8)).hex
    return WrittenText(asKept: "U-\(digest.prefix(12))")
  }
}
