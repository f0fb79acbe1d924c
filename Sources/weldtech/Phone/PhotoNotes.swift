import Companion
import Fieldbook
import Files
import FoundationEssentials
import Records
import Terminal

/// Facts about the photos of a task on a phone that the record does not have: the shot of each photo, and the
/// questions without an answer. They are stored in the task's folder, so that a killed task continues where it
/// stopped.
struct PhotoNotes {
  /// A question about an upload. The upload is attached when the question is answered.
  struct Asked: Codable {
    var upload: String
    var shot: String
    var path: String
    var sha256: String
    var code: String
    var zh: String
    var en: String
    var needsReason: Bool
    var resembling: String?
    /// The codes of the questions that were answered with yes before.
    var accepted: [String]

    init(_ question: PhotoQuestion, about upload: CompanionUpload, accepted: Set<String>) {
      self.upload = upload.id
      shot = upload.shot
      path = upload.path
      sha256 = upload.sha256
      code = question.code
      zh = question.text.zh
      en = question.text.en
      needsReason = question.needsReason
      resembling = question.resembling
      self.accepted = accepted.sorted()
    }

    var text: Text { Text(zh: zh, en: en) }
    var arrived: CompanionUpload { CompanionUpload(id: upload, shot: shot, path: path, sha256: sha256) }
  }

  private struct Document: Codable {
    var shots: [String: String] = [:]
    var asked: [String: Asked] = [:]
  }

  private static let maxBytes = 1 << 20

  private let workplace: Workplace
  private let path: String
  private var document: Document

  /// Reads the notes of a task.
  /// - Parameter folder: the folder of the task.
  init(workplace: Workplace, folder: String) {
    self.workplace = workplace
    path = "\(folder)/photo-notes.json"
    let kept = HomeFile.contents(of: path, maxBytes: Self.maxBytes)
    document =
      kept.flatMap { try? JSONReader.decode(Document.self, from: $0, maxBytes: Self.maxBytes) } ?? Document()
    // An upload whose file is gone cannot be attached any more.
    document.asked = document.asked.filter { FilePath($0.value.path).kind == .regular }
  }

  /// The id of a photo's shot; nil where the photo did not come from this task.
  func shot(of sha256: String) -> String? { document.shots[sha256] }

  /// The question about a shot's upload that has no answer yet; nil for none.
  func asked(of shot: String) -> Asked? { document.asked[shot] }

  /// Stores the shot of a photo.
  mutating func keep(shot: String, of sha256: String) throws {
    guard document.shots[sha256] != shot else { return }
    document.shots[sha256] = shot
    try write()
  }

  /// Stores the question about a shot's upload; nil removes it.
  mutating func keep(_ asked: Asked?, of shot: String) throws {
    guard asked != nil || document.asked[shot] != nil else { return }
    document.asked[shot] = asked
    try write()
  }

  private func write() throws {
    try HomeFile.write(try RecordCoding.encode(document), to: path, below: workplace.home)
  }
}
