import CLibZip
import Cryptography
import Files
import FoundationEssentials

/// Computes the digest of a form's cells: of those to be written, and of those in the finished workbook, which
/// is read from the disk by another library than the one that wrote it. The reader knows the form in which the
/// sheets are written, and reads them piece by piece.
struct FormProof: ~Copyable {
  private var hasher = SHA256Hasher()

  /// Adds the next row of cells to the digest.
  mutating func add(_ values: [FormValue]) {
    var bytes: [UInt8] = []
    for value in values {
      switch value {
      case .unknown: break
      case .text(let text):
        bytes += text.utf8
        bytes.append(Self.endOfCell)
      case .number(let number):
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
        bytes.append(Self.endOfCell)
      }
    }
    bytes.append(Self.endOfRow)
    hasher.update(bytes)
  }

  consuming func finish() -> SHA256Digest { hasher.finish() }

  private static let endOfCell: UInt8 = 0x1F
  private static let endOfRow: UInt8 = 0x1E

  // MARK: - Reading

  /// Computes the digest of the cells in the first sheet of a workbook on the disk.
  /// - Parameters:
  ///   - skipped: the number of rows above the rows to be read.
  ///   - count: the number of rows to be read.
  /// - Returns: nil where the file is no whole workbook, or has too few rows.
  static func digest(ofWorkbook path: String, skipping skipped: Int, rows count: Int) -> SHA256Digest? {
    var code: Int32 = 0
    guard let archive = zip_open(path, ZIP_RDONLY, &code) else { return nil }
    defer { zip_discard(archive) }
    guard let file = zip_fopen(archive, "xl/worksheets/sheet1.xml", 0) else { return nil }
    defer { zip_fclose(file) }
    var scanner = SheetScanner(skipping: skipped, rows: count)
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let size = piece.withUnsafeMutableBytes { zip_fread(file, $0.baseAddress, zip_uint64_t($0.count)) }
      // The end is reported only after the library has compared the checksum.
      if size < 0 { return nil }
      if size == 0 { return scanner.finish() }
      scanner.take(piece[..<Int(size)])
    }
  }
}

/// Finds the cells of a sheet in its XML: the contents of `<t>` are a text, and those of `<v>` a number.
private struct SheetScanner: ~Copyable {
  private enum State { case outside, tag, content }

  private var proof = FormProof()
  private var state = State.outside
  private var name: [UInt8] = []
  private var content: [UInt8] = []
  private var row: [FormValue] = []
  private var rowNumber = 0
  private let wanted: Range<Int>

  init(skipping skipped: Int, rows count: Int) { wanted = skipped..<skipped + count }

  mutating func take(_ piece: ArraySlice<UInt8>) {
    for byte in piece {
      switch (state, byte) {
      case (.outside, UInt8(ascii: "<")), (.content, UInt8(ascii: "<")):
        (state, name) = (.tag, [])
      case (.tag, UInt8(ascii: ">")): endTag()
      case (.tag, _): if name.count < 32 { name.append(byte) }
      case (.content, _): content.append(byte)
      case (.outside, _): break
      }
    }
  }

  consuming func finish() -> SHA256Digest? {
    guard rowNumber >= wanted.upperBound else { return nil }
    return proof.finish()
  }

  private mutating func endTag() {
    state = .outside
    let word = name.prefix { $0 != UInt8(ascii: " ") }
    if word.elementsEqual("t".utf8) || word.elementsEqual("v".utf8) {
      (state, content) = (.content, [])
    } else if word.elementsEqual("/t".utf8) {
      row.append(.text(Self.plain(content)))
    } else if word.elementsEqual("/v".utf8) {
      row.append(Double(String(decoding: content, as: UTF8.self)).map { .number($0) } ?? .text(""))
    } else if word.elementsEqual("/row".utf8) {
      if wanted.contains(rowNumber) { proof.add(row) }
      row = []
      rowNumber += 1
    }
  }

  /// Replaces the entities in a text of the XML, which has only those that the writer uses.
  private static func plain(_ bytes: [UInt8]) -> String {
    guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
    var plain: [UInt8] = []
    var rest = bytes[...]
    while let byte = rest.first {
      let entity = entities.first { rest.starts(with: $0.written.utf8) }
      plain.append(entity?.byte ?? byte)
      rest = rest.dropFirst(entity?.written.utf8.count ?? 1)
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private static let entities: [(written: String, byte: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
    ("&quot;", UInt8(ascii: "\"")),
  ]
}
