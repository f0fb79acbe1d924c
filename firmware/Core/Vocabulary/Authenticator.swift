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
  public static var uniqueIDSize: Int { 12 }
  /// Bytes in a key's id.
  public static var keyIDSize: Int { 8 }
  /// Bytes in an authentication code.
  public static var codeSize: Int { SHA256.digestSize }
  /// Longest time that one start may close the relay, seconds.
  public static var maximumStartSeconds: UInt32 { 86_400 }

  /// Bytes in a label code.
  static var labelCodeSize: Int { 15 }
  /// Maximum length of the platform's address, bytes.
  static var maximumPlatformAddressSize: Int { 128 }
  /// Maximum length of the mobile network's access point, bytes.
  static var maximumAccessPointSize: Int { 63 }
  /// Bytes in the trust anchor.
  static var trustAnchorSize: Int { 32 }

  /// A key's id, the first 8 bytes of SHA-256 over the key.
  @inline(never)
  public static func keyID(of key: Octets) -> Octets { SHA256.digest(key.bytes).prefix(keyIDSize) }

  /// The code that shows that the module holds `key`, over the challenge, the chip's unique id and the key's
  /// id.
  public static func proof(key: Octets, challenge: Octets, uniqueID: Octets) -> Octets {
    code("weldtech-prove/1", key, challenge, uniqueID, keyID(of: key))
  }

  /// The code that shows that the laptop holds `key`, so that the module may commit it, over the key's id and
  /// the unique id.
  public static func commit(key: Octets, uniqueID: Octets) -> Octets {
    code("weldtech-commit/1", key, keyID(of: key), uniqueID)
  }

  /// The code that shows that a laptop that replaces the module's key has the present one, `key`, over the
  /// challenge, the ids of the present and the new key, and the chip's unique id.
  public static func replacement(
    key: Octets, challenge: Octets, newKeyID: Octets, uniqueID: Octets
  ) -> Octets {
    code("weldtech-replace/1", key, challenge, keyID(of: key), newKeyID, uniqueID)
  }

  /// The code that authorises the upload and the start of one update, over the challenge, the key's id, the
  /// chip's unique id, the SHA-256 of the update's file and its version, as `1.2.3` with its length as u16
  /// before it.
  public static func update(
    key: Octets, challenge: Octets, uniqueID: Octets, digest: Octets, version: Octets
  ) -> Octets {
    var code = HMACSHA256(key: key.bytes)
    code.update("weldtech-update/1")
    code.update(challenge)
    code.update(keyID(of: key))
    code.update(uniqueID)
    code.update(digest)
    code.update(counted: version.bytes)
    return code.finish()
  }

  /// The code that authorises one entry into the chip's ROM bootloader, over the challenge, the key's id and
  /// the chip's unique id.
  public static func bootloader(key: Octets, challenge: Octets, uniqueID: Octets) -> Octets {
    code("weldtech-bootloader/1", key, challenge, keyID(of: key), uniqueID)
  }

  /// The code that authorises one start of `seconds` (1…86,400) with a counter that was never used, for one
  /// challenge.
  public static func start(key: Octets, counter: UInt64, seconds: UInt32, challenge: Octets) -> Octets {
    var code = HMACSHA256(key: key.bytes)
    code.update("weldtech-start/1")
    code.update(bigEndian: counter)
    code.update(bigEndian: seconds)
    code.update(challenge)
    return code.finish()
  }

  /// The code that authorises setting the clock, in seconds since 1970.
  public static func clock(key: Octets, time: UInt64) -> Octets {
    var code = HMACSHA256(key: key.bytes)
    code.update("weldtech-clock/1")
    code.update(bigEndian: time)
    return code.finish()
  }

  /// The code that authorises a configuration, over each part with its length as u16 before it.
  static func configuration(
    key: Octets, labelCode: Span<UInt8>, platformAddress: Span<UInt8>, accessPoint: Span<UInt8>,
    trustAnchor: Span<UInt8>
  ) -> Octets {
    var code = HMACSHA256(key: key.bytes)
    code.update("weldtech-config/1")
    code.update(counted: labelCode)
    code.update(counted: platformAddress)
    code.update(counted: accessPoint)
    code.update(counted: trustAnchor)
    return code.finish()
  }

  @inline(never)
  private static func code(
    _ label: StaticString, _ key: Octets, _ first: Octets, _ second: Octets, _ third: Octets = Octets(),
    _ fourth: Octets = Octets()
  ) -> Octets {
    var code = HMACSHA256(key: key.bytes)
    code.update(label)
    code.update(first)
    code.update(second)
    code.update(third)
    code.update(fourth)
    return code.finish()
  }
}

extension HMACSHA256 {
  @inline(never)
  fileprivate mutating func update(counted part: Span<UInt8>) {
    update(bigEndian: UInt32(truncatingIfNeeded: part.count), size: 2)
    update(part)
  }
}
