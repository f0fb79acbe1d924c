/// HMAC-SHA-256 (RFC 2104), fed in pieces.
public struct HMACSHA256 {
  private var inner = SHA256()
  private var outer = SHA256()

  public init(key: Span<UInt8>) {
    let digest = key.count > SHA256.blockSize ? SHA256.digest(key) : nil
    for index in 0..<SHA256.blockSize {
      let byte: UInt8 =
        if let digest {
          index < digest.count ? digest[index] : 0
        } else { index < key.count ? key[index] : 0 }
      inner.update(byte ^ 0x36)
      outer.update(byte ^ 0x5c)
    }
  }

  public mutating func update(_ bytes: Span<UInt8>) { inner.update(bytes) }
  public mutating func update(_ octets: Octets) { inner.update(octets.bytes) }
  public mutating func update(_ text: StaticString) { inner.update(text) }
  mutating func update(bigEndian number: UInt32, size: Int = 4) { inner.update(bigEndian: number, size: size) }
  mutating func update(bigEndian number: UInt64) { inner.update(bigEndian: number) }

  /// The authentication code, 32 bytes.
  @inline(never)
  public mutating func finish() -> Octets {
    outer.update(inner.finish())
    return outer.finish()
  }
}
