import Fieldbook
import FoundationEssentials
import Records

/// Stores in the task's folder when the text of an agreement was first put on the page, so that a run after a
/// break does not record a later moment.
struct SigningNotes {
  private struct Document: Codable {
    var textSha256: String
    var shownAt: Timestamp
  }

  private static let maxBytes = 4_096

  private let workplace: Workplace
  private let path: String

  /// Makes the notes of a task.
  /// - Parameter folder: the folder of the task.
  init(workplace: Workplace, folder: String) {
    self.workplace = workplace
    path = "\(folder)/shown.json"
  }

  /// The moment when the text was first shown; nil where another text was shown, or none.
  /// - Parameter sha256: the SHA-256 of the text, lower-case hex.
  func shownAt(of sha256: String) -> Timestamp? {
    let kept = HomeFile.contents(of: path, maxBytes: Self.maxBytes)
    let document = kept.flatMap {
      try? JSONReader.decode(Document.self, from: $0, maxBytes: Self.maxBytes)
    }
    return document?.textSha256 == sha256 ? document?.shownAt : nil
  }

  func keep(_ shownAt: Timestamp, of sha256: String) throws {
    let document = Document(textSha256: sha256, shownAt: shownAt)
    try HomeFile.write(try RecordCoding.encode(document), to: path, below: workplace.home)
  }
}
