/// Builds a CBOR map (RFC 8949) field by field; heads are always the shortest.
public struct CBORMapWriter: Sendable {
  private var fields: UInt64 = 0
  private var body: [UInt8] = []

  public init() {}

  /// The map's bytes.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count &+ 9)
    Self.appendHead(CBORMajor.map, fields, to: &bytes)
    bytes.append(contentsOf: body)
    return bytes
  }

  public mutating func put(_ key: StaticString, unsigned value: UInt64) {
    begin(key)
    Self.appendHead(CBORMajor.unsigned, value, to: &body)
  }

  public mutating func put(_ key: StaticString, integer value: Int64) {
    begin(key)
    if value >= 0 {
      Self.appendHead(CBORMajor.unsigned, UInt64(bitPattern: value), to: &body)
    } else {
      // A negative integer n is written as -1 - n, which is n with every bit turned.
      Self.appendHead(CBORMajor.negative, ~UInt64(bitPattern: value), to: &body)
    }
  }

  public mutating func put(_ key: StaticString, boolean value: Bool) {
    begin(key)
    body.append(value ? 0xf5 : 0xf4)
  }

  public mutating func put(_ key: StaticString, bytes value: [UInt8]) {
    begin(key)
    appendString(CBORMajor.bytes, value)
  }

  public mutating func put(_ key: StaticString, string value: String) {
    put(key, text: Array(value.utf8))
  }

  /// Writes a text, given as its UTF-8 bytes.
  public mutating func put(_ key: StaticString, text value: [UInt8]) {
    begin(key)
    appendString(CBORMajor.text, value)
  }

  public mutating func put(_ key: StaticString, map value: CBORMapWriter) {
    begin(key)
    body.append(contentsOf: value.encoded)
  }

  public mutating func put(_ key: StaticString, maps values: [CBORMapWriter]) {
    begin(key)
    Self.appendHead(CBORMajor.array, UInt64(values.count), to: &body)
    for value in values { body.append(contentsOf: value.encoded) }
  }

  // MARK: -

  private mutating func begin(_ key: StaticString) {
    fields &+= 1
    Self.appendHead(CBORMajor.text, UInt64(key.utf8CodeUnitCount), to: &body)
    for index in 0..<key.utf8CodeUnitCount { body.append(key.utf8Start[index]) }
  }

  private mutating func appendString(_ major: UInt8, _ value: [UInt8]) {
    Self.appendHead(major, UInt64(value.count), to: &body)
    body.append(contentsOf: value)
  }

  private static func appendHead(_ major: UInt8, _ value: UInt64, to bytes: inout [UInt8]) {
    CBORHead.write(major, value) { bytes.append($0) }
  }
}
