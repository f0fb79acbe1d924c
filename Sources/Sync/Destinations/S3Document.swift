import CExpat

/// The small XML documents of a bucket: errors, lists and the answers about uploads in parts. Depth and number
/// of elements are bounded, and a document type is refused, so that there are no entities.
struct S3Document {
  private static let maxDepth = 16
  private static let maxElements = 50_000

  /// The name of the outermost element, without a prefix.
  let root: String
  private let texts: [String: [String]]

  /// Reads a document; nil where it is none, or exceeds the bounds.
  init?(_ bytes: [UInt8]) {
    // A bucket keeps a slow answer alive by blanks before the document.
    let bytes = Array(bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) })
    guard !bytes.isEmpty, bytes.count <= Int(Int32.max), let parser = XML_ParserCreate(nil) else { return nil }
    defer { XML_ParserFree(parser) }
    let reading = Reading(parser)
    XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
    XML_SetElementHandler(
      parser, { data, name, _ in if let name { Reading.of(data)?.begin(String(cString: name)) } },
      { data, _ in Reading.of(data)?.end() })
    XML_SetCharacterDataHandler(parser) { data, text, count in
      guard let text, count > 0 else { return }
      Reading.of(data)?.text += UnsafeRawBufferPointer(start: text, count: Int(count))
    }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in Reading.of(data)?.refuse() }
    let status = withExtendedLifetime(reading) {
      bytes.withUnsafeBytes { bytes in
        XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
      }
    }
    guard status == XML_STATUS_OK, !reading.isRefused, let root = reading.root else { return nil }
    self.root = root
    texts = reading.texts
  }

  /// The texts of all elements of one path below the outermost element, such as `Contents/Key`.
  func all(_ path: String) -> [String] { texts[path] ?? [] }

  /// The text of the first element of a path; nil where there is none.
  func first(_ path: String) -> String? { texts[path]?.first }

  /// What is known of a document while it is read.
  private final class Reading {
    let parser: XML_Parser
    var root: String?
    var texts: [String: [String]] = [:]
    var text: [UInt8] = []
    private(set) var isRefused = false
    private var path: [String] = []
    private var elements = 0

    init(_ parser: XML_Parser) { self.parser = parser }

    static func of(_ data: UnsafeMutableRawPointer?) -> Reading? {
      data.map { Unmanaged<Reading>.fromOpaque($0).takeUnretainedValue() }
    }

    func begin(_ name: String) {
      let local = String(
        decoding: Array(name.utf8).split(separator: UInt8(ascii: ":")).last ?? [], as: UTF8.self)
      if root == nil { root = local }
      path.append(local)
      text = []
      elements += 1
      if path.count > S3Document.maxDepth || elements > S3Document.maxElements { refuse() }
    }

    func end() {
      if path.count > 1 {
        texts[path.dropFirst().joined(separator: "/"), default: []].append(
          String(decoding: text, as: UTF8.self))
      }
      text = []
      path.removeLast()
    }

    func refuse() {
      isRefused = true
      XML_StopParser(parser, XML_FALSE)
    }
  }
}
