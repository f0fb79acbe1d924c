extension Octets: RandomAccessCollection, Equatable, ExpressibleByArrayLiteral {
  /// Takes at most 36 bytes.
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count <= Self.capacity, "too long for Octets")
    self.init(bytes.span)
  }

  public init(arrayLiteral bytes: UInt8...) { self.init(bytes) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public static func == (left: Octets, right: Octets) -> Bool { left.matches(right) }
  public static func == (left: Octets, right: [UInt8]) -> Bool { left.bytes.matches(right.span) }
  public static func == (left: [UInt8], right: Octets) -> Bool { right == left }
}

extension [UInt8] {
  init(_ bytes: Span<UInt8>) {
    self = []
    reserveCapacity(bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }
}

extension SHA256 {
  /// The digest of `bytes`, computed in one call.
  public static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(digest(bytes.span)) }
  public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }
}

extension HMACSHA256 {
  public init(key: [UInt8]) { self.init(key: key.span) }
  public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// Whether two codes are equal, in a time that depends on their length alone.
  public static func matches(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.span.matches(right.span) }
}

extension CRC16 {
  public static func checksum(_ bytes: [UInt8]) -> UInt16 { checksum(bytes.span) }
}

extension CRC32 {
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    for byte in bytes { crc.update(byte) }
    return crc.value
  }
}

extension BoardIdentity {
  public init(
    uniqueID: [UInt8], serialNumber: [UInt8], chip: [UInt8], imei: [UInt8]? = nil, iccid: [UInt8]? = nil
  ) {
    self.init(
      uniqueID: Octets(uniqueID), serialNumber: Octets(serialNumber), chip: Octets(chip),
      imei: imei.map { Octets($0) }, iccid: iccid.map { Octets($0) })
  }

  /// The serial number of a board that was given none, derived from its unique id.
  public static func serialNumber(uniqueID: [UInt8]) -> [UInt8] {
    Array(serialNumber(uniqueID: Octets(uniqueID)))
  }
}
