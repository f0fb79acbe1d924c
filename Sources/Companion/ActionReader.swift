import FoundationEssentials
import Records

/// Reads an action as the page sends it. Texts are bounded in length here; the receiver of the action judges
/// the contents, field by field, so that the page can show each fault at its field.
struct ActionReader {
  /// The reason why an action is not accepted.
  enum Fault: Error, Hashable {
    /// The document is not an action.
    case malformed
    /// The upload that a photo names is not there, or not complete.
    case noSuchUpload
  }

  private static let maxValues = 64
  private static let maxPathCharacters = 64
  private static let maxValueBytes = 8_000
  private static let maxTextBytes = 2_000
  private static let maxCodes = 16

  private struct Document: Decodable {
    let id: String
    let kind: String
    let upload: String?
    let shot: String?
    let accepts: [String]?
    let reason: String?
    let number: Int?
    let name: String?
    let text: String?
    let values: [String: String]?
    let capacity: String?
    let lastDigits: String?
    let consents: Bool?
    let readToEnd: Bool?
    let textSha256: String?
    let strokes: Strokes?
  }

  private struct Strokes: Codable {
    struct Point: Codable {
      let x: Double
      let y: Double
      let t: Double
      let p: Double?
    }

    let width: Double
    let height: Double
    let strokes: [[Point]]
  }

  private let document: Document

  /// Reads the document of an action.
  /// - Throws: `malformed`.
  init(_ bytes: Data) throws(Fault) {
    guard
      let document = try? JSONReader.decode(
        Document.self, from: bytes, maxBytes: CompanionLimits.maxActionBytes),
      Self.isID(document.id)
    else { throw .malformed }
    self.document = document
  }

  var id: String { document.id }

  /// Reads the kind of the action with its values.
  /// - Parameter upload: a function that returns a complete upload by its id; nil where there is none.
  /// - Throws: `malformed`, `noSuchUpload`.
  func kind(_ upload: (String) -> CompanionUpload?) throws(Fault) -> CompanionAction.Kind {
    switch document.kind {
    case "photo":
      let codes = document.accepts ?? []
      guard codes.count <= Self.maxCodes, codes.allSatisfy({ $0.utf8.count <= 64 }) else { throw .malformed }
      guard let id = document.upload else { throw .malformed }
      guard let upload = upload(id) else { throw .noSuchUpload }
      guard document.shot == upload.shot else { throw .malformed }
      let reason = try document.reason.map(Self.bounded)
      return .photo(upload, accepts: Set(codes), reason: reason)
    case "retake":
      guard let shot = document.shot, Self.isShot(shot) else { throw .malformed }
      return .retake(shot: shot)
    case "finish": return .finish
    case "unit":
      switch (document.number, document.name) {
      case (let number?, nil): return .unit(.number(number))
      case (nil, let name?): return .unit(.new(name: try Self.bounded(name)))
      default: throw .malformed
      }
    case "search": return .search(try Self.bounded(document.text))
    case "model":
      guard let number = document.number else { throw .malformed }
      return .model(number: number)
    case "answers": return .answers(try values())
    case "submit": return .submit(try values())
    case "sign": return .sign(try signature())
    default: throw .malformed
    }
  }

  private func values() throws(Fault) -> [String: String] {
    guard let values = document.values, values.count <= Self.maxValues,
      values.allSatisfy({
        $0.key.utf8.count <= Self.maxPathCharacters && $0.value.utf8.count <= Self.maxValueBytes
      })
    else { throw .malformed }
    return values
  }

  private func signature() throws(Fault) -> CompanionAction.Signature {
    guard let strokes = document.strokes, let consents = document.consents, let readToEnd = document.readToEnd,
      let digest = document.textSha256, FileDigest(digest) != nil,
      let bytes = try? RecordCoding.encode(strokes)
    else { throw .malformed }
    return CompanionAction.Signature(
      name: try Self.bounded(document.name), capacity: try Self.bounded(document.capacity),
      lastDigits: try Self.bounded(document.lastDigits), consents: consents, readToEnd: readToEnd,
      textSha256: digest, strokes: bytes)
  }

  private static func bounded(_ text: String?) throws(Fault) -> String {
    guard let text, text.utf8.count <= maxTextBytes else { throw .malformed }
    return text
  }

  // MARK: - Names

  /// Whether a text is 1 to 64 characters of `A-Z a-z 0-9 -`.
  static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == 0x2D
      }
  }

  /// Whether a text is 1 to 64 characters of `a-z 0-9 -`.
  static func isShot(_ text: String) -> Bool {
    isID(text) && text.utf8.allSatisfy { !(0x41...0x5A).contains($0) }
  }
}
