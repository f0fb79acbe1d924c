import Cryptography
public import FoundationEssentials

/// A PDF with a place for one seal, which covers every byte of the file but that place.
///
///     … /ByteRange[0 A B C] … /Contents<3082…0000> … %%EOF
///       └──────── signed: A bytes ───────┘└ place ┘└ signed: C bytes from B on ┘
///
/// The place has a fixed size, so that a seal is written into the finished file without moving anything. The
/// place holds the seal's DER in lower-case hex, and zeros behind it. A file is read strictly: any other form
/// that a program could write instead is refused, so that no byte of the file changes unnoticed.
public struct SealablePDF: Hashable, Sendable {
  /// The number of bytes of DER that the place takes: four times a seal with its chain and its timestamp.
  public static let maxSealBytes = DetachedSeal.maxSize

  /// The whole file.
  public let bytes: Data
  /// The place of the hex digits in the file, the brackets around them not counted.
  public let place: Range<Int>
  /// The seal, DER; nil while the place is empty.
  public let contents: [UInt8]?

  /// The first fault by which a file is no PDF with exactly one place for a seal.
  public enum Fault: Hashable, Sendable {
    /// No signature has a byte range.
    case noByteRange
    /// There is more than one byte range.
    case secondByteRange
    /// The byte range does not cover exactly all bytes outside the place.
    case byteRange
    /// The place does not stand right behind the byte range, or has another size.
    case place
    /// A digit of the place is no lower-case hexadecimal digit.
    case digit
    /// The place begins with something other than one DER value with its length.
    case length
    /// The room behind the seal is not filled with zeros.
    case padding
    /// The place is empty: the file was never sealed.
    case notSealed
    /// The place is filled already.
    case sealedAlready
    /// The file does not end with its end mark.
    case end
    /// There are bytes behind the end.
    case bytesAfterEnd
    /// The seal has more bytes than the place takes.
    case sealTooLarge(bytes: Int)
  }

  // MARK: - Reading

  /// Reads a sealed file strictly.
  /// - Throws: `sealedPDF` with the first fault and the offset of the byte where it is.
  public init(sealed bytes: Data) throws(DrawingError) {
    try self.init(reading: bytes)
    guard contents != nil else { throw .sealedPDF(offset: place.lowerBound, .notSealed) }
  }

  /// Takes a file that was just written, with an empty place.
  /// - Throws: `sealedPDF`, where a text of the file looks like a second byte range.
  init(unsealed bytes: Data) throws(DrawingError) {
    try self.init(reading: bytes)
    guard contents == nil else { throw .sealedPDF(offset: place.lowerBound, .sealedAlready) }
  }

  private init(reading file: Data) throws(DrawingError) {
    // Offsets count from 0, while those of a slice may begin elsewhere.
    let bytes = file.startIndex == 0 ? file : Data(file)
    try Self.checkEnd(of: bytes)
    let key = try Self.byteRangeKey(in: bytes)
    let place = try Self.place(behind: key, in: bytes)
    let said = bytes[(key + Self.key.count)..<(key + Self.key.count + Self.rangeBytes)]
    let covering = Self.byteRange(around: place, in: bytes.count)
    if let index = zip(said, covering).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      // A file to which bytes were only appended gets a fault of its own, other than that of a false byte
      // range.
      if let end = Self.end(of: said), end < bytes.count, end > place.upperBound {
        throw .sealedPDF(offset: end, .bytesAfterEnd)
      }
      throw .sealedPDF(offset: key + Self.key.count + index, .byteRange)
    }
    self.bytes = bytes
    self.place = place
    contents = try Self.contents(of: bytes, at: place)
  }

  // MARK: - Sealing

  /// The bytes that the seal is made over: all but the place with its two brackets.
  public var signedContent: Data {
    bytes[..<(place.lowerBound - 1)] + bytes[(place.upperBound + 1)...]
  }

  /// The file with a seal in its place; a seal that is there already is replaced.
  /// - Parameter der: the seal, one DER value.
  /// - Throws: `sealedPDF` with `sealTooLarge`, or `length` where `der` is not exactly one DER value.
  public func sealed(with der: [UInt8]) throws(DrawingError) -> Data {
    guard der.count <= Self.maxSealBytes else {
      throw .sealedPDF(offset: place.lowerBound, .sealTooLarge(bytes: der.count))
    }
    guard Self.lengthOfValue(der) == der.count else { throw .sealedPDF(offset: place.lowerBound, .length) }
    var digits = [UInt8](repeating: Self.zero, count: place.count)
    for (index, byte) in der.enumerated() {
      digits[2 * index] = Self.digits[Int(byte >> 4)]
      digits[2 * index + 1] = Self.digits[Int(byte & 15)]
    }
    var sealed = bytes
    sealed.replaceSubrange(place, with: digits)
    return sealed
  }

  /// The bytes from the byte range to the closing bracket of the place. They have only one valid form, apart
  /// from the seal.
  public var frame: Range<Int> {
    (place.lowerBound - Self.opening.count - Self.rangeBytes)..<(place.upperBound + 1)
  }

  // MARK: - Writing the place

  /// The entries of a signature's dictionary that hold the place, with a byte range that is not filled in yet.
  static var entries: [UInt8] {
    key + [UInt8](repeating: space, count: rangeBytes) + opening
      + [UInt8](repeating: zero, count: 2 * maxSealBytes)
      + Array(">".utf8)
  }

  /// Fills the byte range of a finished file in.
  /// - Parameter entries: the offset of `entries` in the file.
  static func fillByteRange(of bytes: inout Data, entriesAt entries: Int) {
    let start = entries + key.count + rangeBytes + opening.count
    let range = byteRange(around: start..<(start + 2 * maxSealBytes), in: bytes.count)
    bytes.replaceSubrange((entries + key.count)..<(entries + key.count + rangeBytes), with: range)
  }

  static let key = Array("/ByteRange".utf8)
  private static let opening = Array("/Contents<".utf8)
  private static let endMark = Array("%%EOF\n".utf8)
  private static let space = UInt8(ascii: " ")
  private static let zero = UInt8(ascii: "0")
  private static let digits = Array("0123456789abcdef".utf8)
  /// The size of a byte range: four numbers, of which three may have ten digits, and brackets.
  private static let rangeBytes = 36

  /// The byte range that covers all but the place, as it is written: blanks fill it up to its size.
  private static func byteRange(around place: Range<Int>, in count: Int) -> [UInt8] {
    let second = place.upperBound + 1
    let text = Array("[0 \(place.lowerBound - 1) \(second) \(count - second)]".utf8)
    return text + [UInt8](repeating: space, count: max(0, rangeBytes - text.count))
  }

  // MARK: - Parts of the reading

  private static func checkEnd(of bytes: Data) throws(DrawingError) {
    guard !bytes.suffix(endMark.count).elementsEqual(endMark) else { return }
    guard let last = offsets(of: endMark, in: bytes).last else { throw .sealedPDF(offset: bytes.count, .end) }
    throw .sealedPDF(offset: last + endMark.count, .bytesAfterEnd)
  }

  private static func byteRangeKey(in bytes: Data) throws(DrawingError) -> Int {
    let found = offsets(of: key, in: bytes)
    guard let first = found.first else {
      // The place shows where the damaged byte range has to be.
      let place = offsets(of: opening, in: bytes).first ?? 0
      throw .sealedPDF(offset: max(0, place - rangeBytes - key.count), .noByteRange)
    }
    if found.count > 1 { throw .sealedPDF(offset: found[1], .secondByteRange) }
    return first
  }

  /// The offsets at which a text begins. Foundation's search asks for each byte of a file anew and takes milliseconds.
  private static func offsets(of text: [UInt8], in bytes: Data) -> [Int] {
    guard let first = text.first else { return [] }
    return bytes.withUnsafeBytes { bytes in
      var offsets: [Int] = []
      var start = 0
      while start + text.count <= bytes.count {
        if bytes[start] == first, bytes[start..<(start + text.count)].elementsEqual(text) {
          offsets.append(start)
        }
        start += 1
      }
      return offsets
    }
  }

  private static func place(behind key: Int, in bytes: Data) throws(DrawingError) -> Range<Int> {
    let start = key + Self.key.count + rangeBytes
    let digits = start + opening.count
    let end = digits + 2 * maxSealBytes
    guard end < bytes.count, bytes[start..<digits].elementsEqual(opening) else {
      throw .sealedPDF(offset: min(start, bytes.count), .place)
    }
    guard bytes[end] == UInt8(ascii: ">") else { throw .sealedPDF(offset: end, .place) }
    return digits..<end
  }

  /// The end of the file as a byte range says it; nil where the text is no byte range.
  private static func end(of range: Data) -> Int? {
    let numbers = range.split { !(48...57).contains($0) }.map { Int(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 4, let start = numbers[2], let count = numbers[3] else { return nil }
    let (end, isTooLarge) = start.addingReportingOverflow(count)
    return isTooLarge ? nil : end
  }

  private static func contents(of bytes: Data, at place: Range<Int>) throws(DrawingError) -> [UInt8]? {
    var filled: [UInt8] = []
    filled.reserveCapacity(maxSealBytes)
    var high: UInt8 = 0
    for (index, digit) in bytes[place].enumerated() {
      let value: UInt8
      switch digit {
      case 48...57: value = digit - 48
      case 97...102: value = digit - 87
      default: throw .sealedPDF(offset: place.lowerBound + index, .digit)
      }
      if index % 2 == 0 { high = value << 4 } else { filled.append(high | value) }
    }
    guard let last = filled.lastIndex(where: { $0 != 0 }) else { return nil }
    guard let length = lengthOfValue(filled), length <= filled.count else {
      throw .sealedPDF(offset: place.lowerBound, .length)
    }
    guard last < length else {
      // The fault is at the first digit behind the seal that is no zero.
      let place = place.lowerBound + 2 * length
      let digit = bytes[place...].firstIndex { $0 != zero } ?? place
      throw .sealedPDF(offset: digit, .padding)
    }
    return Array(filled.prefix(length))
  }

  /// The number of bytes of the DER value that `bytes` begin with, tag and length included (X.690, 8.1.3 and 10.1); nil
  /// where they begin with no sequence of which the length is written in the shortest way.
  private static func lengthOfValue(_ bytes: [UInt8]) -> Int? {
    guard bytes.count > 2, bytes.first == 0x30 else { return nil }
    return DERLength.read(bytes.dropFirst()).map { 1 + $0.octets + $0.length }
  }
}
