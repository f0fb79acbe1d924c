import CLibDeflate
import Files
import FoundationEssentials

/// Reads a zip in the one form that `ZipLayout` describes. Every byte outside the entries' contents is compared
/// with what follows from the entries, so that nothing can be hidden between, behind or within them. A hostile
/// file costs no more memory than its own central headers.
struct ZipReader {
  /// The maximum number of entries: about 15,000 installations.
  static let maxEntries = 500_000
  /// The maximum length of a name, bytes.
  static let maxNameSize = 200

  let file: OpenFile
  /// All entries, in the order of their names, which is also their order in the file.
  let entries: [ZipEntry]

  /// Reads the headers.
  /// - Throws: `damaged` with the first fault, `archive`.
  init(_ file: OpenFile) throws(ArchiveError) {
    self.file = file
    let byteCount: Int
    do throws(FileError) {
      byteCount = try file.status().byteCount
    } catch { throw .archive(error) }
    let end = try Self.end(of: file, byteCount)
    var reading = CentralHeaders(file: file, offset: end.offset, end: end.offset + end.size)
    var entries: [ZipEntry] = []
    entries.reserveCapacity(min(end.count, end.size / ZipLayout.centralHeaderSize))
    var next = 0
    while entries.count < end.count {
      let (entry, place) = try reading.next()
      if let before = entries.last, before.name >= entry.name {
        throw .damaged(.order(entry: entry.name, offset: place))
      }
      guard entry.offset == next, entry.end <= end.offset else {
        throw .damaged(.gap(entry: entry.name, offset: entry.offset))
      }
      let header = ZipLayout.localHeader(of: entry)
      let found = try Self.bytes(of: file, at: entry.offset, count: header.count)
      if let index = Self.difference(header, found) {
        throw .damaged(.header(entry: entry.name, offset: entry.offset + index))
      }
      next = entry.end
      entries.append(entry)
    }
    guard reading.isAtEnd else { throw .damaged(.unreadableHeader(offset: reading.place)) }
    guard next == end.offset else { throw .damaged(.end(offset: next)) }
    self.entries = entries
  }

  // MARK: - Contents

  /// Reads an entry's bytes in pieces, and checks their CRC-32.
  /// - Throws: `damaged`, `archive`, `cancelled`.
  func forEachPiece(
    of entry: ZipEntry, isCancelled: () -> Bool = { false }, _ body: (UnsafeRawBufferPointer) -> Void
  )
    throws(ArchiveError)
  {
    var checksum: UInt32 = 0
    var isEnded = false
    let got: Int
    do throws(FileError) {
      got = try file.forEachPiece(at: entry.contentOffset, count: entry.size) { piece in
        checksum = libdeflate_crc32(checksum, piece.baseAddress, piece.count)
        body(piece)
        isEnded = isCancelled()
        return !isEnded
      }
    } catch { throw .archive(error) }
    if isEnded { throw .cancelled }
    guard got == entry.size, checksum == entry.checksum else {
      throw .damaged(.checksum(entry: entry.name, offset: entry.contentOffset, size: entry.size))
    }
  }

  /// Reads an entry's bytes.
  /// - Throws: `damaged`, also where there are more than `maxBytes`; `archive`.
  func contents(of entry: ZipEntry, maxBytes: Int) throws(ArchiveError) -> Data {
    guard entry.size <= maxBytes else {
      throw .damaged(.tooLarge(entry: entry.name, bytes: entry.size))
    }
    var bytes = Data(capacity: entry.size)
    try forEachPiece(of: entry) { bytes.append(contentsOf: $0) }
    return bytes
  }

  // MARK: - The end of the file

  private static func end(of file: OpenFile, _ byteCount: Int) throws(ArchiveError) -> (
    count: Int, size: Int, offset: Int
  ) {
    let start = max(0, byteCount - ZipLayout.endSize)
    let end = try bytes(of: file, at: start, count: byteCount - start)
    guard end.count == ZipLayout.endSize, end.starts(with: ZipLayout.endSignature) else {
      throw .damaged(.end(offset: start))
    }
    var (count, size, offset) = (end.number(at: 10, 2), end.number(at: 12, 4), end.number(at: 16, 4))
    if count == Int(UInt16.max) || size == Int(UInt32.max) || offset == Int(UInt32.max) {
      let place = start - ZipLayout.locatorSize - ZipLayout.wideEndSize
      if place >= 0 {
        let wide = try bytes(of: file, at: place, count: ZipLayout.wideEndSize)
        if wide.starts(with: ZipLayout.wideEndSignature) {
          (count, size, offset) = (wide.number(at: 32, 8), wide.number(at: 40, 8), wide.number(at: 48, 8))
        }
      }
    }
    guard count <= maxEntries else { throw .damaged(.tooManyEntries(count: count)) }
    // Where one of the end's numbers is wrong but possible, the headers show where the fault is.
    guard offset <= byteCount, size <= byteCount - offset else { throw .damaged(.end(offset: start)) }
    let expected = ZipLayout.end(count: count, size: size, offset: offset)
    let place = byteCount - expected.count
    guard place >= 0 else { throw .damaged(.end(offset: start)) }
    if let index = difference(expected, try bytes(of: file, at: place, count: expected.count)) {
      throw .damaged(.end(offset: place + index))
    }
    guard offset + size == place, size >= count * ZipLayout.centralHeaderSize else {
      throw .damaged(.end(offset: place))
    }
    return (count, size, offset)
  }

  fileprivate static func bytes(of file: OpenFile, at offset: Int, count: Int) throws(ArchiveError) -> [UInt8] {
    do throws(FileError) {
      return try file.bytes(at: offset, count: count)
    } catch { throw .archive(error) }
  }

  /// The index of the first byte in which two headers differ; nil where they are equal.
  fileprivate static func difference(_ expected: [UInt8], _ found: some Sequence<UInt8>) -> Int? {
    var index = 0
    for byte in found {
      guard index < expected.count, byte == expected[index] else { return index }
      index += 1
    }
    return index < expected.count ? index : nil
  }

  /// Whether a name is one that an archive's file can have: names of letters, digits, points, hyphens and
  /// underscores between single slashes, of which none begins with a point or a hyphen.
  fileprivate static func isPlain(_ name: some Collection<UInt8>) -> Bool {
    var isAtStart = true
    for byte in name {
      switch byte {
      case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"):
        if isAtStart { return false }
        isAtStart = byte == UInt8(ascii: "/")
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        isAtStart = false
      default: return false
      }
    }
    return !isAtStart
  }
}

/// The central headers, read one after the other.
private struct CentralHeaders {
  private static let window = 256 << 10

  let file: OpenFile
  /// The offset behind the last header, in bytes from the file's start.
  private let end: Int
  /// The bytes that have been read ahead; the first of them lies at `place`.
  private var bytes: ArraySlice<UInt8> = []
  /// The offset of the next header, in bytes from the file's start.
  private(set) var place: Int

  init(file: OpenFile, offset: Int, end: Int) {
    self.file = file
    self.end = end
    place = offset
  }

  var isAtEnd: Bool { place == end }

  /// Reads a header, and compares it with the header that follows from its own values.
  mutating func next() throws(ArchiveError) -> (ZipEntry, place: Int) {
    let unreadable = ArchiveError.damaged(.unreadableHeader(offset: place))
    try fill(ZipLayout.centralHeaderSize + ZipReader.maxNameSize + ZipLayout.wideExtraSize)
    let header = Array(bytes.prefix(ZipLayout.centralHeaderSize))
    guard header.count == ZipLayout.centralHeaderSize, header.starts(with: ZipLayout.centralSignature) else {
      throw unreadable
    }
    let nameSize = header.number(at: 28, 2)
    let extraSize = header.number(at: 30, 2)
    let size = header.count + nameSize + extraSize
    guard nameSize <= ZipReader.maxNameSize, extraSize <= ZipLayout.wideExtraSize, size <= bytes.count else {
      throw unreadable
    }
    let name = bytes.dropFirst(header.count).prefix(nameSize)
    guard ZipReader.isPlain(name) else { throw unreadable }
    var offset = header.number(at: 42, 4)
    if extraSize == ZipLayout.wideExtraSize {
      offset = Array(bytes.dropFirst(header.count + nameSize).prefix(extraSize)).number(at: 4, 8)
    }
    let entry = ZipEntry(
      name: String(decoding: name, as: UTF8.self), size: header.number(at: 24, 4),
      checksum: UInt32(header.number(at: 16, 4)),
      moment: DOSTime(time: UInt16(header.number(at: 12, 2)), date: UInt16(header.number(at: 14, 2))),
      offset: offset)
    guard offset <= end else { throw .damaged(.gap(entry: entry.name, offset: offset)) }
    if let index = ZipReader.difference(ZipLayout.centralHeader(of: entry), bytes.prefix(size)) {
      throw .damaged(.header(entry: entry.name, offset: place + index))
    }
    let found = place
    bytes = bytes.dropFirst(size)
    place += size
    return (entry, found)
  }

  /// Reads ahead until at least `count` bytes are held, or all bytes up to the end.
  private mutating func fill(_ count: Int) throws(ArchiveError) {
    let rest = end - place
    guard bytes.count < min(count, rest) else { return }
    bytes = try ZipReader.bytes(of: file, at: place, count: min(max(count, Self.window), rest))[...]
  }
}

extension [UInt8] {
  /// A little-endian number of `width` bytes. A number that is too large for Int becomes the largest Int.
  fileprivate func number(at index: Int, _ width: Int) -> Int {
    var value: UInt64 = 0
    for byte in self[index..<index + width].reversed() { value = value << 8 | UInt64(byte) }
    return Int(clamping: value)
  }
}
