import Companion
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// Takes the photos of one task on a phone. Each photo is judged like any other photo of the walk, its
/// questions are asked on the page, and the page shows the photo once the record has it.
final class PhonePhotos {
  private let walk: Walk
  private let installation: LockedInstallation
  private let task: PhoneTask
  let shots: [PhotoShot]
  /// The reason that the command line gave for photos that resemble one of another welder.
  private let reason: WrittenText?
  private(set) var remarks: [PhotoRemark] = []
  /// The number of photos that this run has attached.
  private(set) var attached = 0
  private var notes: PhotoNotes
  /// The names of the pictures that the page can fetch already.
  private var published: Set<String> = []
  /// The function that puts the present photos and questions on the page. It is called before an action gets
  /// its outcome, so that a page that shows the outcome shows them too.
  var onChange: () -> Void = {}
  /// The function that attaches the photo at a path and returns what was noticed on it; nil attaches it as a
  /// photo of its stage.
  var attaching: ((_ path: String, _ shot: PhotoShot, _ reviewer: PagePhotoReviewer) throws -> [PhotoRemark])?

  /// - Parameter taskName: the name of the task's folder.
  init(
    _ walk: Walk, _ installation: LockedInstallation, _ task: PhoneTask, taskName: String, shots: [PhotoShot],
    reason: WrittenText?
  ) {
    self.walk = walk
    self.installation = installation
    self.task = task
    self.shots = shots
    self.reason = reason
    notes = PhotoNotes(
      workplace: walk.workplace, folder: PhoneFolders(workplace: walk.workplace).folder(of: taskName))
  }

  private var console: Console { walk.workplace.console }

  // MARK: - The view

  /// The view of all shots, with the photos taken for each.
  func view() -> [CompanionView.Shot] {
    shots.map(view)
  }

  func view(of shot: PhotoShot) -> CompanionView.Shot {
    CompanionView.Shot(
      id: shot.id, stage: shot.stage, title: shot.title[console.language], hint: shot.hint[console.language],
      isNeeded: shot.isNeeded, photos: photos(of: shot).map(shown),
      question: notes.asked(of: shot.id).map(question))
  }

  /// The photos of a shot. Photos that did not come from this page belong to the first shot of their stage.
  private func photos(of shot: PhotoShot) -> [Photo] {
    installation.record.photos.filter { photo in
      guard photo.stage == shot.stage else { return false }
      if let known = notes.shot(of: photo.sha256), shots.contains(where: { $0.id == known }) {
        return known == shot.id
      }
      return shots.first { $0.stage == photo.stage }?.id == shot.id
    }
  }

  private func shown(_ photo: Photo) -> CompanionView.Taken {
    CompanionView.Taken(
      name: publish(photo.copy?.sha256 ?? photo.sha256), takenAt: photo.takenAt.screenText)
  }

  /// Publishes a picture that the fieldbook keeps.
  /// - Returns: the name of the picture. Where it cannot be read, nothing is published under this name, and the
  ///   page shows an empty frame.
  private func publish(_ sha256: String) -> String {
    let name = "photo-\(sha256.prefix(32))"
    if published.contains(name) { return name }
    if let bytes = try? walk.fieldbook.files.contents(of: sha256) {
      let isJPEG = bytes.starts(with: [0xFF, 0xD8])
      task.session.publish(bytes, mediaType: isJPEG ? "image/jpeg" : "image/png", named: name)
      published.insert(name)
    }
    return name
  }

  private func question(_ asked: PhotoNotes.Asked) -> CompanionView.Question {
    let text = asked.text
    let ending =
      asked.needsReason
      ? Text(zh: "。确实是这台焊机的照片，请写明原因", en: ". If it is a photo of this welder, say why")
      : Text(zh: "。仍然用这张吗？", en: ". Take it all the same?")
    return CompanionView.Question(
      upload: asked.upload, code: asked.code,
      text: Text(zh: "这张照片\(text.zh)\(ending.zh)", en: "This photo \(text.en)\(ending.en)")[console.language],
      needsReason: asked.needsReason, picture: asked.resembling.map(picture))
  }

  /// Publishes a photo that the photo in question resembles, as its copy where there is one.
  /// - Returns: the name of the picture.
  private func picture(_ sha256: String) -> String {
    let copy = installation.record.photos.first { $0.sha256 == sha256 }?.copy?.sha256
    return publish(copy ?? sha256)
  }

  /// The needed shots without a photo.
  var missing: [PhotoShot] { shots.filter { $0.isNeeded && photos(of: $0).isEmpty } }

  // MARK: - Taking

  /// Processes an action about photos.
  /// - Returns: false for an action about something else.
  /// - Throws: the errors that end the command, such as for a record that has changed or a disk that is full.
  func take(_ action: CompanionAction) throws -> Bool {
    switch action.kind {
    case .photo(let upload, let accepts, let reason):
      guard let shot = shots.first(where: { $0.id == upload.shot }) else {
        task.session.drop(upload)
        task.refuse(action, Text(zh: "现在不用这张照片", en: "this photo is not wanted now"))
        return true
      }
      try attach(upload, as: shot, accepts: accepts, reason: reason, action)
      return true
    case .retake(let shot):
      if let asked = notes.asked(of: shot) {
        try notes.keep(nil, of: shot)
        task.session.drop(asked.arrived)
      }
      onChange()
      task.done(action)
      return true
    default: return false
    }
  }

  private func attach(
    _ upload: CompanionUpload, as shot: PhotoShot, accepts: Set<String>, reason given: String?,
    _ action: CompanionAction
  ) throws {
    if let other = shotThatHas(upload.sha256, otherThan: shot) {
      try forget(upload, of: shot)
      onChange()
      return task.refuse(
        action,
        Text(
          zh: "这张照片已经用作“\(other.title.zh)”，请另拍一张", en: "this photo is '\(other.title.en)' already: take another"
        ))
    }
    let before = notes.asked(of: shot.id)
    let yes = accepts.union(before?.upload == upload.id ? before?.accepted ?? [] : [])
    do {
      let written = try walk.workplace.written(given, as: .note, option: "reason")
      let reviewer = PagePhotoReviewer(accepts: yes, reason: written)
      if attaching == nil, shot.isPlate { try refuseOtherPlate(onPhoto: upload.path) }
      try notes.keep(shot: shot.id, of: upload.sha256)
      let noticed =
        try attaching?(upload.path, shot, reviewer)
        ?? walk.photograph(
          installation, stage: shot.stage, files: [upload.path], reason: reason, reviewer: reviewer,
          title: shot.title
        ).remarks
      // From here on the record has the photo, so that the next run finds it after a kill.
      remarks += noticed
      attached += 1
      try forgetQuestion(about: upload, of: shot)
      onChange()
      // The outcome is on disk before the upload is removed; otherwise a run killed in between would leave
      // neither.
      task.done(action)
      task.session.drop(upload)
      tell(shot)
    } catch let asked as PhotoAsked {
      try notes.keep(PhotoNotes.Asked(asked.question, about: upload, accepted: yes), of: shot.id)
      if let before, before.upload != upload.id { task.session.drop(before.arrived) }
      onChange()
      task.refuse(action, Text(zh: "这张照片\(asked.question.text.zh)", en: "this photo \(asked.question.text.en)"))
    } catch let rejected as EntryRejected {
      // The record cannot keep the reason as it was written, so that the question stays.
      task.refuse(action, rejected.fault.message)
    } catch {
      // A photo that cannot be evidence is dropped. Any other error ends the command, and the upload stays for
      // the next run.
      guard WalkSlip.isSlip(error) else {
        task.refuse(action, explain(error).message)
        task.waitUntilSeen()
        throw error
      }
      try forget(upload, of: shot)
      onChange()
      let failure = explain(error)
      console.say(Text(zh: "  \(failure.message.zh)", en: "  \(failure.message.en)"), .yellow)
      task.refuse(
        action,
        Text(
          zh: "\(failure.message.zh)。\(failure.hint.zh)", en: "\(failure.message.en). \(failure.hint.en)"))
    }
  }

  /// Refuses a photo of another welder's plate. A photo on which no plate can be read is accepted.
  /// - Throws: `StepRefused`.
  private func refuseOtherPlate(onPhoto path: String) throws {
    guard let code = installation.record.code,
      let plate = try? PlateReader(workplace: walk.workplace).plate(onPhoto: path), plate.code != code
    else { return }
    throw StepRefused(step: .label, refusal: .otherCode(code))
  }

  /// Another shot of the same stage for which the record has this same photo, so that the photo is not moved
  /// away from that shot; nil for none.
  private func shotThatHas(_ sha256: String, otherThan shot: PhotoShot) -> PhotoShot? {
    shots.first { other in
      other.id != shot.id && other.stage == shot.stage && photos(of: other).contains { $0.sha256 == sha256 }
    }
  }

  private func forget(_ upload: CompanionUpload, of shot: PhotoShot) throws {
    try forgetQuestion(about: upload, of: shot)
    task.session.drop(upload)
  }

  private func forgetQuestion(about upload: CompanionUpload, of shot: PhotoShot) throws {
    if notes.asked(of: shot.id)?.upload == upload.id { try notes.keep(nil, of: shot.id) }
  }

  private func tell(_ shot: PhotoShot) {
    let taken = shots.count { !photos(of: $0).isEmpty }
    console.say(
      Text(
        zh: "  收到“\(shot.title.zh)”：\(shots.count) 张照片已有 \(taken) 张",
        en: "  \(shot.title.en): \(taken) of \(shots.count) photos"), .green)
  }

  // MARK: - A round of photos

  /// Shows the shots and takes photos, until the page or Enter on the laptop ends the round and no needed photo
  /// is missing.
  /// - Parameter isOver: a function that returns whether the photos have served their purpose, which then ends
  ///   the round instead of the page or Enter; nil for none.
  /// - Throws: `Cancelled`.
  func serve(title: Text, until isOver: (() -> Bool)? = nil) throws {
    onChange = { [unowned self] in task.show(.photos(CompanionView.Photos(shots: view())), title: title) }
    defer { onChange = {} }
    onChange()
    if missing.isEmpty, isOver == nil { sayEnter() }
    while isOver?() != true {
      if task.isEnterPressed() {
        if missing.isEmpty, isOver == nil { return }
        console.say(Text(zh: "  还缺：\(names.zh)", en: "  still missing: \(names.en)"), .yellow)
      }
      guard let action = try task.next() else { continue }
      let wasMissing = !missing.isEmpty
      if try take(action) {
        if wasMissing, missing.isEmpty, isOver == nil { sayEnter() }
      } else if case .finish = action.kind {
        guard missing.isEmpty, isOver == nil else {
          task.refuse(action, Text(zh: "还缺：\(names.zh)", en: "still missing: \(names.en)"))
          continue
        }
        task.done(action)
        return
      } else {
        task.refuseOutOfPlace(action)
      }
    }
  }

  private var names: Text {
    let missing = missing.isEmpty ? shots : missing
    return Text(
      zh: missing.map(\.title.zh).joined(separator: "、"), en: missing.map(\.title.en).joined(separator: ", "))
  }

  private func sayEnter() {
    guard console.canPrompt else { return }
    console.say(
      Text(
        zh: "  必需的照片已齐；手机上点“完成”，或在这里回车",
        en: "  all that is needed is there: finish on the phone, or press Enter here"))
  }
}
