/// The one way in which the headers of an archive are written. Every byte of a header follows from the entry,
/// so that a reader can make the headers again and compare them, and nothing can be hidden in them.
///
/// APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16. All numbers are little-endian.
/// ```
/// local header     "PK" 3 4, version 10, flags 0, method 0, time, date, CRC-32, size, size,
///                  name's length, 0, name
/// central header   "PK" 1 2, made by 63 on Unix, version, flags 0, method 0, time, date, CRC-32, size, size,
///                  name's length, extra's length, 0, 0, 0, mode 0100644 << 16, offset, name, extra
/// extra            none, or from an offset of 4 GiB: 1, 8, offset u64; the header then has version 45 and
///                  offset 2^32 - 1
/// end of zip64     from 65,536 entries or from 4 GiB on: "PK" 6 6, 44, made by 45, version 45, 0, 0, count, count,
///                  size and offset of the central headers; and its locator "PK" 6 7, 0, offset, 1
/// end              "PK" 5 6, 0, 0, count, count, size, offset, 0; what does not fit is all ones
/// ```
enum ZipLayout {
  static let localHeaderSize = 30
  static let centralHeaderSize = 46
  static let wideExtraSize = 12
  static let wideEndSize = 56
  static let locatorSize = 20
  static let endSize = 22

  static let localSignature: [UInt8] = [0x50, 0x4B, 3, 4]
  static let centralSignature: [UInt8] = [0x50, 0x4B, 1, 2]
  static let wideEndSignature: [UInt8] = [0x50, 0x4B, 6, 6]
  static let locatorSignature: [UInt8] = [0x50, 0x4B, 6, 7]
  static let endSignature: [UInt8] = [0x50, 0x4B, 5, 6]

  /// The field 'version made by': Unix, version 6.3.
  private static let maker: UInt16 = 0x033F
  private static let narrow: UInt16 = 10
  private static let wide: UInt16 = 45
  /// The file mode 0100644: a regular file that its owner may write and all may read.
  private static let attributes: UInt32 = 0o100644 << 16

  static func localHeader(of entry: ZipEntry) -> [UInt8] {
    var bytes = localSignature
    append(narrow, to: &bytes)
    appendFacts(of: entry, to: &bytes)
    append(UInt16(0), to: &bytes)
    return bytes + Array(entry.name.utf8)
  }

  static func centralHeader(of entry: ZipEntry) -> [UInt8] {
    let isWide = entry.offset > Int(UInt32.max)
    var bytes = centralSignature
    append(maker, to: &bytes)
    append(isWide ? wide : narrow, to: &bytes)
    appendFacts(of: entry, to: &bytes)
    append(UInt16(isWide ? wideExtraSize : 0), to: &bytes)
    // The three zeros stand for no comment, the first disk and no attributes of MS-DOS.
    for _ in 0..<3 { append(UInt16(0), to: &bytes) }
    append(attributes, to: &bytes)
    append(UInt32(clamping: entry.offset), to: &bytes)
    bytes += Array(entry.name.utf8)
    if isWide {
      append(UInt16(1), to: &bytes)
      append(UInt16(8), to: &bytes)
      append(UInt64(entry.offset), to: &bytes)
    }
    return bytes
  }

  /// Whether the end needs the records of zip64.
  static func isWide(count: Int, size: Int, offset: Int) -> Bool {
    count > Int(UInt16.max) || size > Int(UInt32.max) || offset > Int(UInt32.max)
  }

  /// The records behind the central headers.
  /// - Parameters:
  ///   - size: the length of the central headers together, bytes.
  ///   - offset: the offset of the first central header, bytes from the file's start.
  static func end(count: Int, size: Int, offset: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if isWide(count: count, size: size, offset: offset) {
      bytes += wideEndSignature
      append(UInt64(wideEndSize - 12), to: &bytes)
      for _ in 0..<2 { append(wide, to: &bytes) }
      append(UInt64(0), to: &bytes)
      for number in [count, count, size, offset] { append(UInt64(number), to: &bytes) }
      bytes += locatorSignature
      append(UInt32(0), to: &bytes)
      append(UInt64(offset + size), to: &bytes)
      append(UInt32(1), to: &bytes)
    }
    bytes += endSignature
    append(UInt32(0), to: &bytes)
    for _ in 0..<2 { append(UInt16(clamping: count), to: &bytes) }
    append(UInt32(clamping: size), to: &bytes)
    append(UInt32(clamping: offset), to: &bytes)
    append(UInt16(0), to: &bytes)
    return bytes
  }

  /// Appends flags, method, time, date, CRC-32, both sizes and the name's length, which both headers have in
  /// this order.
  private static func appendFacts(of entry: ZipEntry, to bytes: inout [UInt8]) {
    append(UInt32(0), to: &bytes)
    append(entry.moment.time, to: &bytes)
    append(entry.moment.date, to: &bytes)
    append(entry.checksum, to: &bytes)
    for _ in 0..<2 { append(UInt32(clamping: entry.size), to: &bytes) }
    append(UInt16(clamping: entry.name.utf8.count), to: &bytes)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
