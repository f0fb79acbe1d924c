/// The authentication codes of group 64, as laptop, platform and module compute them.
///
/// Each is HMAC-SHA-256 under the module's key over a label and the fields beside it, numbers big-endian. The
/// labels differ, so a code made for one purpose is worth nothing for another.
public enum Authenticator {
  /// Bytes in the module's key.
  public static var keySize: Int { 32 }
  /// Bytes in a challenge.
  public static var challengeSize: Int { 16 }
  /// Bytes in the chip's unique id.
  public static var uniqueIdSize: Int { 12 }
  /// Bytes in a key's id.
  public static var keyIdSize: Int { 8 }
  /// Bytes in an authentication code.
  public static var codeSize: Int { SHA256.digestSize }
  /// The longest that one start may close the relay, in seconds.
  public static var maximumStartSeconds: UInt32 { 86_400 }

  /// The first 8 bytes of SHA-256 over the key.
  public static func keyId(of key: [UInt8]) -> [UInt8] {
    Array(SHA256.digest(key)[0..<keyIdSize])
  }

  /// Shows that the module holds `key`: over the challenge, the chip's unique id and the key's id.
  public static func proof(key: [UInt8], challenge: [UInt8], uniqueId: [UInt8]) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-prove/1")
    code.update(challenge)
    code.update(uniqueId)
    code.update(keyId(of: key))
    return code.finish()
  }

  /// Shows that the laptop holds `key`, so that the module may commit it: over the key's id and the unique id.
  public static func commit(key: [UInt8], uniqueId: [UInt8]) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-commit/1")
    code.update(keyId(of: key))
    code.update(uniqueId)
    return code.finish()
  }

  /// Shows that whoever replaces the module's key by another has the one that it has now: under that one, over the
  /// challenge, the ids of both and the chip's unique id.
  public static func replacement(
    key: [UInt8], challenge: [UInt8], newKeyId: [UInt8], uniqueId: [UInt8]
  ) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-replace/1")
    code.update(challenge)
    code.update(keyId(of: key))
    code.update(newKeyId)
    code.update(uniqueId)
    return code.finish()
  }

  /// Authorises a configuration: over each part, its length as u16 before it.
  public static func configuration(key: [UInt8], _ configuration: ModuleConfiguration) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-config/1")
    for part in [
      configuration.labelCode, configuration.platformAddress, configuration.accessPoint,
      configuration.trustAnchor,
    ] {
      code.update(bigEndian: UInt16(truncatingIfNeeded: part.count))
      code.update(part)
    }
    return code.finish()
  }

  /// Authorises one start of `seconds` (1…86,400) with a counter that was never used, for one challenge.
  public static func start(
    key: [UInt8], counter: UInt64, seconds: UInt32, challenge: [UInt8]
  ) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-start/1")
    code.update(bigEndian: counter)
    code.update(bigEndian: seconds)
    code.update(challenge)
    return code.finish()
  }

  /// Authorises setting the clock, in seconds since 1970.
  public static func clock(key: [UInt8], time: UInt64) -> [UInt8] {
    var code = HMACSHA256(key: key)
    code.update("weldtech-clock/1")
    code.update(bigEndian: time)
    return code.finish()
  }

  /// Whether two codes are the same, in a time that depends on their length alone.
  public static func matches(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    HMACSHA256.matches(left, right)
  }
}

extension HMACSHA256 {
  fileprivate mutating func update<Number: FixedWidthInteger>(bigEndian number: Number) {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: number)
    update(bytes)
  }
}
