import Records
import Terminal

extension Walk {
  /// Inspects the files, stores them, and attaches them as evidence; where one is not a whole photo, none is
  /// attached.
  /// - Parameters:
  ///   - reason: the reason why a photo is right although it resembles one of another installation.
  ///   - reviewer: the reviewer that answers the questions about a photo; nil asks on the terminal.
  ///   - title: the words for the photo in place of its path.
  /// - Throws: `PhotoRejected`, `PhotoDeclined`, and the fieldbook's refusals.
  func photograph(
    _ installation: LockedInstallation, stage: Photo.Stage, files: [String], reason: WrittenText? = nil,
    reviewer: (any PhotoReviewer)? = nil, title: Text? = nil
  ) throws -> (installation: Installation, remarks: [PhotoRemark]) {
    try require(installation.record.step(of: stage), of: installation)
    var intake = PhotoIntake(
      walk: self, reason: reason, installation: installation.record, reviewer: reviewer, title: title)
    let photos = try files.compactMap { try intake.take($0, stage: stage) }
    return (try append(photos.map { .photographed($0) }, to: installation), intake.remarks)
  }

  /// Records a seal. Where the present seal has the same number and no new photo is given, nothing changes.
  /// - Parameter reason: the reason why the photo is right although it resembles one of another installation.
  func seal(
    _ installation: LockedInstallation, number: String, photoFile: String?, reason: WrittenText? = nil
  ) throws -> (installation: Installation, remarks: [PhotoRemark]) {
    try require(.seal, of: installation)
    var intake = PhotoIntake(walk: self, reason: reason, installation: installation.record)
    let (photo, sha256) = try photoFile.map { try intake.takeAgain($0, stage: .seal) } ?? (nil, nil)
    let isOn = installation.record.sealHolds && installation.record.seal?.number == number
    if isOn, sha256 == nil || sha256 == installation.record.seal?.photoSha256 {
      return (installation.record, [])
    }
    var previous = installation.record.seal?.previousNumbers ?? []
    if !isOn, let before = installation.record.seal { previous.append(before.number) }
    let seal = Seal(
      number: number, photoSha256: sha256, appliedAt: now(), previousNumbers: previous)
    let events = [.sealed(seal)] + (photo.map { [InstallationEvent.photographed($0)] } ?? [])
    return (try append(events, to: installation), intake.remarks)
  }

  func handOver(_ installation: LockedInstallation, _ handover: Handover) throws -> Installation {
    try require(.handover, of: installation)
    if handover.note == nil,
      Handover.needsNote(trained: handover.trainedOperators, of: installation.record.owner)
    {
      throw HandoverNeedsNote(operators: installation.record.owner.operators ?? 0)
    }
    return try append(.handedOver(handover), to: installation)
  }
}
