import FoundationEssentials
import Photos
import Records
import Terminal

extension Walk {
  /// Inspects the files, stores them, and attaches them as evidence; where one is not a whole photo, none is
  /// attached.
  func photograph(_ installation: LockedInstallation, stage: Photo.Stage, files: [String]) throws
    -> Installation
  {
    let step: Step = stage == .after ? .photoAfter : .photoBefore
    try require(step, of: installation)
    var known = Set(installation.record.photos.filter { $0.stage == stage }.map(\.sha256))
    // A photo that is given again, after an interrupted run or twice in one line, is the same photo.
    let photos = try files.map { try photo(stage: stage, file: $0) }.filter { known.insert($0.sha256).inserted }
    return try append(photos.map { .photographed($0) }, to: installation)
  }

  /// Inspects one file and stores it; the record does not name it yet.
  func photo(stage: Photo.Stage, file: String) throws -> Photo {
    let (bytes, facts) = try inspect(file)
    let sha256 = try fieldbook.files.store(bytes)
    guard let written = workplace.modified(file), isPlausible(written) else {
      workplace.console.say(
        Text(
          zh: "\(file) 的文件日期不合理，拍摄时间记为现在", en: "the date of \(file) is not plausible: taken down as now"),
        .yellow)
      var photo = facts.photo(stage: stage, sha256: sha256, takenAt: now())
      photo.takenAtSource = .clock
      return photo
    }
    return facts.photo(stage: stage, sha256: sha256, takenAt: written)
  }

  /// Whether a photo can be from that moment: not before 24 July 2024, the day of the plan that orders this
  /// work, and not in the future.
  private func isPlausible(_ written: Timestamp) -> Bool {
    written.isWritable && written.day >= CalendarDay(daysSince1970: 19_928) && written <= now()
  }

  private func inspect(_ file: String) throws(PhotoRejected) -> (Data, PhotoFacts) {
    do {
      return try PhotoInspector.inspect(fileAt: file)
    } catch {
      throw PhotoRejected(file: file, error: error)
    }
  }

  /// Records a seal. The present seal stays as it is: the same number again changes nothing, except that its
  /// photo is added.
  func seal(_ installation: LockedInstallation, number: String, photoFile: String?) throws -> Installation {
    try require(.seal, of: installation)
    let photo = try photoFile.map { try self.photo(stage: .seal, file: $0) }
    let isOn = installation.record.sealHolds && installation.record.seal?.number == number
    if isOn, photo == nil || photo?.sha256 == installation.record.seal?.photoSha256 {
      return installation.record
    }
    var previous = installation.record.seal?.previousNumbers ?? []
    if !isOn, let before = installation.record.seal { previous.append(before.number) }
    let seal = Seal(
      number: number, photoSha256: photo?.sha256, appliedAt: now(), previousNumbers: previous)
    return try append([.sealed(seal)] + (photo.map { [.photographed($0)] } ?? []), to: installation)
  }

  func handOver(_ installation: LockedInstallation, _ handover: Handover) throws -> Installation {
    try require(.handover, of: installation)
    return try append(.handedOver(handover), to: installation)
  }
}

/// The error that a file is not a whole photo.
struct PhotoRejected: Error {
  let file: String
  let error: PhotoError
}
