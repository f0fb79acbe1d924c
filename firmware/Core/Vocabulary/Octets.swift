/// A short row of bytes held in place: a key, a digest, an id, a challenge, a serial number. There is no heap on the
/// microcontroller, so nothing here is an array.
public struct Octets: Sendable {
  /// Maximum number of bytes; an installation's id is the longest content.
  public static var capacity: Int { 36 }

  private var storage = InlineArray<36, UInt8>(repeating: 0)
  private var filled: UInt8 = 0

  public init() {}

  public init(repeating byte: UInt8, count: Int) {
    for _ in 0..<count { append(byte) }
  }

  /// Takes a text's UTF-8.
  init(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { append(text.utf8Start[index]) }
  }

  /// Takes the bytes of a span, as many as fit.
  @inline(never)
  public init(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  public var count: Int { Int(filled) }

  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span.extracting(first: count) }
  }

  public subscript(index: Int) -> UInt8 {
    get { bytes[index] }
    set { if index < count { storage[index] = newValue } }
  }

  /// Adds a byte; one that does not fit is dropped.
  public mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    storage[count] = byte
    filled &+= 1
  }

  /// Adds a word in the order of the microcontroller's memory.
  @inline(never)
  mutating func append(littleEndian word: UInt32) {
    for shift in 0..<4 as Range<UInt32> { append(UInt8(truncatingIfNeeded: word >> (8 &* shift))) }
  }

  /// The first `count` bytes.
  func prefix(_ count: Int) -> Octets { Octets(bytes.extracting(first: Swift.min(count, self.count))) }

  /// Whether two rows of bytes are the same, in a time that depends on their lengths alone.
  public func matches(_ other: Octets) -> Bool { bytes.matches(other.bytes) }
}

extension Span where Element == UInt8 {
  /// Whether two rows of bytes are the same, in a time that depends on their lengths alone.
  @inline(never)
  func matches(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in indices { difference |= self[index] ^ other[index] }
    return difference == 0
  }

  /// Reads a number of `size` bytes, at most four, in network order; 0 past the end.
  @inline(never)
  func bigEndian(at offset: Int, size: Int) -> UInt32 {
    guard offset >= 0, size <= count, offset <= count &- size else { return 0 }
    var number: UInt32 = 0
    for index in offset..<offset &+ size { number = number << 8 | UInt32(self[index]) }
    return number
  }
}
