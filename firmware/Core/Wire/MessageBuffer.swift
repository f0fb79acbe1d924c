/// The reply that is being written: its header, followed by a CBOR map, field by field. A field that does not
/// fit sets `isTooLong` and is omitted.
public struct MessageBuffer {
  private var storage = InlineArray<1024, UInt8>(repeating: 0)
  private var count = 0
  private(set) var isTooLong = false
  /// Offset of the head of the map that is being written. The head is one byte, so that a map has at most 23
  /// fields.
  private var map = 0

  public init() {}

  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span.extracting(first: count) }
  }

  /// Drops the present contents, and begins the reply to a request with an empty map.
  @inline(never)
  mutating func begin(_ request: SMPHeader, _ operation: SMPHeader.Operation) {
    count = 0
    isTooLong = false
    append(operation.rawValue | request.version << 3)
    for _ in 0..<3 { append(0) }
    append(UInt8(truncatingIfNeeded: request.group >> 8))
    append(UInt8(truncatingIfNeeded: request.group))
    append(request.sequence)
    append(request.command)
    _ = beginMap()
  }

  /// Writes the length into the header.
  mutating func finish() {
    let length = count &- SMPHeader.size
    storage[2] = UInt8(truncatingIfNeeded: length >> 8)
    storage[3] = UInt8(truncatingIfNeeded: length)
  }

  // MARK: - Fields

  @inline(never)
  mutating func put(_ key: StaticString, unsigned value: UInt64) {
    begin(key)
    appendHead(CBORMajor.unsigned, value)
  }

  mutating func put(_ key: StaticString, count: UInt32) { put(key, unsigned: UInt64(count)) }

  @inline(never)
  mutating func put(_ key: StaticString, integer value: Int32) {
    begin(key)
    // A negative integer n is written as -1 - n, which is n with every bit turned.
    let isNegative = value < 0
    appendHead(
      isNegative ? CBORMajor.negative : CBORMajor.unsigned,
      UInt64(UInt32(bitPattern: isNegative ? ~value : value)))
  }

  @inline(never)
  mutating func put(_ key: StaticString, boolean value: Bool) {
    begin(key)
    append(value ? 0xf5 : 0xf4)
  }

  @inline(never)
  mutating func put(_ key: StaticString, bytes value: Span<UInt8>) {
    begin(key)
    append(value, as: CBORMajor.bytes)
  }

  @inline(never)
  mutating func put(_ key: StaticString, bytes value: Octets) { put(key, bytes: value.bytes) }

  /// Writes a text, given as its UTF-8 bytes.
  @inline(never)
  mutating func put(_ key: StaticString, text value: Span<UInt8>) {
    begin(key)
    append(value, as: CBORMajor.text)
  }

  @inline(never)
  mutating func put(_ key: StaticString, text value: Octets) { put(key, text: value.bytes) }

  /// Begins a map as a field; `end` takes the returned value.
  mutating func beginMap(_ key: StaticString) -> Int {
    begin(key)
    return beginMap()
  }

  /// Begins a map as an element of an array; `end` takes the returned value.
  @inline(never)
  mutating func beginMap() -> Int {
    let outer = map
    map = count
    append(CBORMajor.map << 5)
    return outer
  }

  mutating func end(_ outer: Int) { map = outer }

  /// Begins an array of `count` elements, which are to follow.
  mutating func beginArray(_ key: StaticString, count: Int) {
    begin(key)
    appendHead(CBORMajor.array, UInt64(count))
  }

  // MARK: -

  @inline(never)
  private mutating func begin(_ key: StaticString) {
    storage[map] &+= 1
    appendHead(CBORMajor.text, UInt64(key.utf8CodeUnitCount))
    for index in 0..<key.utf8CodeUnitCount { append(key.utf8Start[index]) }
  }

  @inline(never)
  private mutating func append(_ value: Span<UInt8>, as major: UInt8) {
    appendHead(major, UInt64(value.count))
    for index in value.indices { append(value[index]) }
  }

  @inline(never)
  private mutating func appendHead(_ major: UInt8, _ value: UInt64) {
    CBORHead.write(major, value) { append($0) }
  }

  @inline(never)
  private mutating func append(_ byte: UInt8) {
    guard count < SMPHeader.maximumMessageSize else {
      isTooLong = true
      return
    }
    storage[count] = byte
    count &+= 1
  }
}
