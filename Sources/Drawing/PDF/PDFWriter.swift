import CLibDeflate
import CPangoCairo

/// Writes the objects of a PDF file one after the other and keeps only their offsets in memory. The same
/// objects give the same bytes.
public final class PDFWriter {
  /// The number of an object, by which other objects refer to it even before it is written.
  public typealias Reference = Int

  private let sink: ([UInt8]) -> Void
  private var offsets: [Int] = []
  /// The number of bytes that are written, which is the offset of the next object.
  private(set) var written = 0
  /// The subject of the objects that are written next; nil where the pieces of the file are not needed.
  var subject: PDFPiece.Subject?
  /// The objects that have a subject, in the order of the file, each with the offset of its first byte.
  private(set) var subjects: [(subject: PDFPiece.Subject, offset: Int)] = []

  /// - Parameter version: the version of PDF that the file states.
  public init(version: String = "1.6", sink: @escaping ([UInt8]) -> Void) {
    self.sink = sink
    // Four bytes above 127 mark the file as binary (ISO 32000-1 7.5.2).
    write(Array("%PDF-\(version)\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A])
  }

  // MARK: - Objects

  public func reserve() -> Reference {
    offsets.append(0)
    return offsets.count
  }

  public func object(_ reference: Reference, _ body: String) { object(reference, Array(body.utf8)) }

  func object(_ reference: Reference, _ body: [UInt8]) {
    offsets[reference - 1] = written
    if let subject { subjects.append((subject, written)) }
    write(Self.object(reference, body))
  }

  /// An object as it stands in a file.
  static func object(_ reference: Reference, _ body: [UInt8]) -> [UInt8] {
    Array("\(reference) 0 obj\n".utf8) + body + Array("\nendobj\n".utf8)
  }

  public func object(_ body: String) -> Reference {
    let reference = reserve()
    object(reference, body)
    return reference
  }

  /// Writes a stream.
  /// - Parameter dictionary: The entries of the stream's dictionary besides length and filter.
  public func stream(_ dictionary: String, packed: [UInt8]) -> Reference {
    stream(dictionary + "/Filter/FlateDecode", bytes: packed)
  }

  /// Writes a stream whose bytes are written as they are.
  /// - Parameter dictionary: The entries of the stream's dictionary besides the length.
  func stream(_ dictionary: String, bytes: [UInt8]) -> Reference {
    let reference = reserve()
    object(reference, Self.streamBody(dictionary, bytes: bytes))
    return reference
  }

  /// The body of an object that is a stream.
  static func streamBody(_ dictionary: String, bytes: [UInt8]) -> [UInt8] {
    Array("<<\(dictionary)/Length \(bytes.count)>>\nstream\n".utf8) + bytes + Array("\nendstream".utf8)
  }

  /// Writes the table of objects and the end of the file.
  /// - Parameter identity: The file's identifier, 16 bytes.
  public func finish(root: Reference, information: Reference, identity: [UInt8]) {
    let table = written
    var text = "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
    for offset in offsets {
      let digits = String(offset)
      text += String(repeating: "0", count: max(0, 10 - digits.count)) + digits + " 00000 n \n"
    }
    let trailer = Self.trailer(
      size: offsets.count + 1, root: root, information: information, identity: identity)
    text += "trailer\n\(trailer)\nstartxref\n\(table)\n%%EOF\n"
    write(Array(text.utf8))
  }

  static func trailer(size: Int, root: Reference, information: Reference, identity: [UInt8]) -> String {
    let identifier = "<" + hex(identity) + ">"
    return "<</Size \(size)/Root \(root) 0 R/Info \(information) 0 R/ID[\(identifier)\(identifier)]>>"
  }

  private func write(_ bytes: [UInt8]) {
    sink(bytes)
    written += bytes.count
  }

  // MARK: - Parts of objects

  /// Packs bytes in zlib's format by libdeflate at its first level; nil where memory ran out.
  public static func pack(_ bytes: [UInt8]) -> [UInt8]? {
    guard let deflater = libdeflate_alloc_compressor(1) else { return nil }
    defer { libdeflate_free_compressor(deflater) }
    let bound = libdeflate_zlib_compress_bound(deflater, bytes.count)
    let packed = [UInt8](unsafeUninitializedCapacity: bound) { into, count in
      count = libdeflate_zlib_compress(deflater, bytes, bytes.count, into.baseAddress, bound)
    }
    return packed.isEmpty ? nil : packed
  }

  /// A text as UTF-16, for the document's properties (ISO 32000-1 7.9.2.2).
  public static func text(_ text: String) -> String { "<FEFF" + utf16(text) + ">" }

  static func utf16(_ text: String) -> String {
    hex(text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
  }

  public static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
