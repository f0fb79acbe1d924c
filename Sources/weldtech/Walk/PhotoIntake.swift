import Cryptography
import Fieldbook
import FoundationEssentials
import Photos
import Records
import Terminal

/// Takes photos for one step: inspects them, points out what deserves another look, and stores those that are attached.
struct PhotoIntake {
  /// The title of the option for a reason.
  static let reasonTitle = Text(
    zh: "照片与另一台焊机的相近时，写明为什么没有错", en: "why a photo is right although it resembles one of another welder")
  /// The maximum number of photos of an earlier program that one command looks at, so that nobody waits for long.
  private static let maxOldPhotos = 50
  /// The maximum number of other photos that a record names as resembling a photo.
  private static let maxResemblances = 5

  let walk: Walk
  /// The reason why a photo is right although it resembles one of another installation; nil where it is not
  /// known yet and must be asked for.
  private(set) var reason: WrittenText?
  /// The id of the installation, which is in the copies' watermarks.
  let id: InstallationID
  /// The code of the installation, which is in the copies' watermarks; nil for a retired welder, and at registration
  /// where no code was assigned yet.
  let code: LabelCode?
  /// The installation; nil where it is being registered.
  let installation: Installation?
  /// Whoever answers the questions about a photo.
  private let reviewer: any PhotoReviewer
  /// The words for a photo in place of its path, which says nothing of a photo from a phone; nil takes the path.
  private let title: Text?
  private(set) var remarks: [PhotoRemark] = []
  /// The photos taken so far, which the fieldbook does not know as evidence yet.
  private var taken: [(photo: Photo, file: String, marks: PictureMarks)] = []
  private var hasLookedAtOldPhotos = false
  private let copies = UploadCopy()

  /// Prepares to take photos for an installation.
  /// - Parameter reviewer: the reviewer that answers the questions; nil asks on the terminal.
  init(
    walk: Walk, reason: WrittenText?, installation: Installation, reviewer: (any PhotoReviewer)? = nil,
    title: Text? = nil
  ) {
    self.walk = walk
    self.reason = reason
    self.installation = installation
    self.reviewer = reviewer ?? TerminalPhotoReviewer(workplace: walk.workplace)
    self.title = title
    id = installation.id
    code = installation.code
  }

  /// Prepares to take photos for an installation that is being registered.
  init(walk: Walk, reason: WrittenText?, registering id: InstallationID, code: LabelCode?) {
    self.walk = walk
    self.reason = reason
    reviewer = TerminalPhotoReviewer(workplace: walk.workplace)
    title = nil
    self.id = id
    self.code = code
    installation = nil
  }

  private var console: Console { walk.workplace.console }

  // MARK: - Taking

  /// Inspects one file and stores it; the record does not name it yet.
  /// - Returns: nil for a photo that the step has already, as after an interrupted run or twice in one line.
  /// - Throws: `PhotoRejected`, `PhotoDeclined`, `FieldbookError.pictureUsed`, `FieldbookError.photoResembles`.
  mutating func take(_ file: String, stage: Photo.Stage) throws -> Photo? {
    try takeAgain(file, stage: stage).photo
  }

  /// Inspects one file as `take` does, and also returns its digest.
  /// - Returns: the photo, nil where the step has it already, and its SHA-256 in lower-case hex.
  mutating func takeAgain(_ file: String, stage: Photo.Stage) throws -> (photo: Photo?, sha256: String) {
    let prepared = try prepare(file)
    let facts = prepared.facts
    let sha256 = SHA256Digest(of: prepared.bytes).hex
    let known = (installation?.photos ?? []).filter { $0.stage == stage }.map(\.sha256)
    if known.contains(sha256) || taken.contains(where: { $0.photo.sha256 == sha256 }) { return (nil, sha256) }
    for flaw in facts.flaws { try lookAgain(file, flaw.rawValue, flaw.text(sharpness: facts.sharpness)) }
    let resembles = try resemblances(of: facts.marks, sha256: sha256, stage: stage, file: file)
    var photo = dated(facts, stage: stage, sha256: sha256, file: file)
    photo.resembles = resembles.isEmpty ? nil : resembles
    photo.reason = resembles.contains { $0.installation != installation?.id } ? reason : nil
    let copy = try copies.jpeg(
      of: prepared, watermark: Watermark(code: code, id: id, photo: photo), sha256: sha256)
    _ = try walk.fieldbook.files.store(prepared.bytes)
    photo.copy = Photo.Copy(sha256: try walk.fieldbook.files.store(copy), bytes: copy.count)
    try walk.fieldbook.keep(facts.marks, of: sha256)
    taken.append((photo, file, facts.marks))
    return (photo, sha256)
  }

  private func prepare(_ file: String) throws(PhotoRejected) -> PreparedPhoto {
    do {
      return try PhotoInspector.prepare(fileAt: file)
    } catch {
      throw PhotoRejected(file: name(of: file)[console.language], error: error)
    }
  }

  // MARK: - Another look

  /// Points out what was noticed on a photo, and asks the reviewer whether the photo is attached all the same.
  /// - Throws: `PhotoDeclined`.
  /// - Parameter other: the SHA-256 of the other photo that the photo resembles, lower-case hex; nil for any
  ///   other question.
  private mutating func lookAgain(_ file: String, _ code: String, _ what: Text, like other: String? = nil)
    throws
  {
    remark(file, code, what)
    if try !reviewer.accepts(PhotoQuestion(code: code, text: what, needsReason: false, resembling: other)) {
      throw PhotoDeclined(file: name(of: file)[console.language])
    }
  }

  private mutating func remark(_ file: String, _ code: String, _ what: Text) {
    let name = name(of: file)
    remarks.append(PhotoRemark(file: name[console.language], code: code, message: what[console.language]))
    guard !reviewer.knows(code) else { return }
    console.say(Text(zh: "照片 \(name.zh) \(what.zh)", en: "photo \(name.en) \(what.en)"), .yellow)
  }

  private func name(of file: String) -> Text { title ?? Text(verbatim: file) }

  // MARK: - Photos that look like it

  private mutating func resemblances(
    of marks: PictureMarks, sha256: String, stage: Photo.Stage, file: String
  ) throws -> [PhotoResemblance] {
    try lookAtOldPhotos()
    let fieldbook = try walk.fieldbook
    let known = try fieldbook.pictures(like: marks, except: sha256)
    var named: [PhotoResemblance] = []
    for picture in known {
      let other = picture.resemblance
      let isHere = other.installation == installation?.id
      if picture.isSame, !isHere || other.stage != stage {
        // The refusal names the photo only by its digest, so that the path is shown here.
        let path = fieldbook.files.path(of: other.sha256)
        remark(file, "same", Self.resembles(other, of: isHere ? nil : other.installation, at: path))
        throw FieldbookError.pictureUsed(sha256: sha256, by: other.installation, stage: other.stage)
      }
      if named.isEmpty || !isHere && reason == nil {
        let path = fieldbook.files.path(of: other.sha256)
        if isHere {
          try lookAgain(
            file, "resembles", Self.resembles(other, of: nil, at: path), like: other.sha256)
        } else {
          try needReason(file, sha256, other, at: path)
        }
      }
      named.append(other)
    }
    for other in taken {
      let isSame = marks.pixels == other.marks.pixels
      guard let distance = isSame ? 0 : marks.distance(to: other.marks) else { continue }
      if named.isEmpty {
        try lookAgain(
          file, "resembles", Text(zh: "与 \(other.file) 几乎一样", en: "shows nearly the same as \(other.file)"))
      }
      guard let id = installation?.id else { break }
      named.append(
        PhotoResemblance(
          installation: id, stage: other.photo.stage, sha256: other.photo.sha256, distance: distance))
    }
    return Array(named.prefix(Self.maxResemblances))
  }

  /// Points out that a photo resembles one of another installation, and asks for the reason.
  /// - Throws: `FieldbookError.photoResembles` where nobody can be asked for a reason; `PhotoDeclined`.
  private mutating func needReason(
    _ file: String, _ sha256: String, _ other: PhotoResemblance, at path: String
  ) throws {
    remark(file, "resembles", Self.resembles(other, of: other.installation, at: path))
    guard reason == nil else { return }
    switch try reviewer.reason(
      for: PhotoQuestion(
        code: PhotoQuestion.otherWelder, text: Self.resembles(other, of: other.installation), needsReason: true,
        resembling: nil))
    {
    case .given(let given): reason = given
    case .declined: throw PhotoDeclined(file: name(of: file)[console.language])
    case .nobody: throw FieldbookError.photoResembles(sha256: sha256, other)
    }
  }

  /// The resemblance to another photo, as the rest of a sentence that begins with the photo.
  /// - Parameter path: the path of the other photo on this laptop; nil for words that a phone shows.
  private static func resembles(
    _ other: PhotoResemblance, of installation: InstallationID?, at path: String? = nil
  ) -> Text {
    let stage = other.stage.title
    let whose = installation.map { String($0.text.prefix(8)) }
    return Text(
      zh: "与\(whose.map { "记录 \($0) " } ?? "同一台焊机")的“\(stage.zh)”照片几乎一样\(path.map { "：\($0)" } ?? "")",
      en:
        "shows nearly the same as a photo of \(whose ?? "this welder") (\(stage.en))\(path.map { ": \($0)" } ?? "")"
    )
  }

  /// Computes the marks of photos that an earlier program stored without marks, so that new photos are compared
  /// with them as well; at most `maxOldPhotos` at a time.
  private mutating func lookAtOldPhotos() throws {
    guard !hasLookedAtOldPhotos else { return }
    hasLookedAtOldPhotos = true
    let fieldbook = try walk.fieldbook
    var looked = 0
    var left = 0
    for sha256 in try fieldbook.photosWithoutMarks() {
      // A file that is missing may come back with a backup.
      guard (try? fieldbook.files.size(of: sha256)) != nil else { continue }
      guard looked < Self.maxOldPhotos else {
        left += 1
        continue
      }
      guard let bytes = try? fieldbook.files.contents(of: sha256) else { continue }
      try fieldbook.keep(try? PhotoInspector.inspect(bytes).marks, of: sha256)
      looked += 1
    }
    if left > 0 {
      console.say(
        Text(
          zh: "还有 \(left) 张以前的照片没有比对，以后逐步比对",
          en: "\(left) earlier photos are not compared yet; the next photos go on"),
        .dim)
    }
  }

  // MARK: - Time and place

  /// The photo with the most reliable time, and with the contradictions of its camera's data. The time is the
  /// camera's where it is plausible, else the file's, else now.
  private mutating func dated(_ facts: PhotoFacts, stage: Photo.Stage, sha256: String, file: String) -> Photo {
    let written = walk.workplace.modified(file)
    let clock = walk.workplace.clock
    let context = PhotoContext(
      now: clock.now(), written: written, openedAt: stage == .after ? installation?.openedAt : nil,
      others: ((installation?.photos ?? []) + taken.map(\.photo)).compactMap(\.exif?.place))
    let exif = facts.camera.flatMap { PhotoExif($0, zoneOf: clock) }
    var photo: Photo
    if let takenAt = exif?.takenAt, context.isPlausible(takenAt) {
      photo = facts.photo(stage: stage, sha256: sha256, takenAt: takenAt)
      photo.takenAtSource = .exif
    } else if let written, context.isPlausible(written) {
      photo = facts.photo(stage: stage, sha256: sha256, takenAt: written)
    } else {
      console.say(
        Text(
          zh: "\(name(of: file).zh) 的文件日期不合理，拍摄时间记为现在",
          en: "the date of \(name(of: file).en) is not plausible: taken down as now"),
        .yellow)
      photo = facts.photo(stage: stage, sha256: sha256, takenAt: context.now)
      photo.takenAtSource = .clock
    }
    photo.exif = exif
    let contradictions = context.contradictions(of: exif)
    photo.contradictions = contradictions.isEmpty ? nil : contradictions
    for contradiction in contradictions { remark(file, contradiction.rawValue, contradiction.text) }
    return photo
  }
}

/// What was noticed on a photo that was attached.
struct PhotoRemark: Encodable, Hashable {
  var file: String
  /// The raw value of a `PhotoFlaw` or a `PhotoContradiction`, or `resembles`.
  var code: String
  /// The sentence in the console's language.
  var message: String
}

/// The error that a file is not a whole photo.
struct PhotoRejected: Error {
  let file: String
  let error: PhotoError
}

/// The error that the technician was asked about a photo and did not want it.
struct PhotoDeclined: Error {
  let file: String
}
