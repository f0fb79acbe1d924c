/// HMAC-SHA-256 (RFC 2104), fed in pieces.
public struct HMACSHA256 {
  private var inner = SHA256()
  private var outer = SHA256()

  public init(key: [UInt8]) {
    let short = key.count > SHA256.blockSize ? SHA256.digest(key) : key
    for index in 0..<SHA256.blockSize {
      let byte = index < short.count ? short[index] : 0
      inner.update(byte ^ 0x36)
      outer.update(byte ^ 0x5c)
    }
  }

  public mutating func update(_ bytes: [UInt8]) { inner.update(bytes) }
  public mutating func update(_ text: StaticString) { inner.update(text) }

  /// The authentication code, 32 bytes.
  public mutating func finish() -> [UInt8] {
    outer.update(inner.finish())
    return outer.finish()
  }

  /// Whether two codes are the same, in a time that depends on their length alone.
  public static func matches(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<left.count { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
