// The authentication codes for laptop and platform, whose keys are arrays.
extension Authenticator {
  public static func keyID(of key: [UInt8]) -> [UInt8] { Array(SHA256.digest(key)[0..<keyIDSize]) }

  public static func proof(key: [UInt8], challenge: [UInt8], uniqueID: [UInt8]) -> [UInt8] {
    Array(proof(key: Octets(key), challenge: Octets(challenge), uniqueID: Octets(uniqueID)))
  }

  public static func commit(key: [UInt8], uniqueID: [UInt8]) -> [UInt8] {
    Array(commit(key: Octets(key), uniqueID: Octets(uniqueID)))
  }

  public static func replacement(
    key: [UInt8], challenge: [UInt8], newKeyID: [UInt8], uniqueID: [UInt8]
  ) -> [UInt8] {
    Array(
      replacement(
        key: Octets(key), challenge: Octets(challenge), newKeyID: Octets(newKeyID), uniqueID: Octets(uniqueID)))
  }

  public static func configuration(key: [UInt8], _ configuration: ModuleConfiguration) -> [UInt8] {
    Array(
      self.configuration(
        key: Octets(key), labelCode: configuration.labelCode.span,
        platformAddress: configuration.platformAddress.span, accessPoint: configuration.accessPoint.span,
        trustAnchor: configuration.trustAnchor.span))
  }

  public static func update(
    key: [UInt8], challenge: [UInt8], uniqueID: [UInt8], digest: [UInt8], version: String
  ) -> [UInt8] {
    Array(
      update(
        key: Octets(key), challenge: Octets(challenge), uniqueID: Octets(uniqueID), digest: Octets(digest),
        version: Octets(Array(version.utf8))))
  }

  public static func bootloader(key: [UInt8], challenge: [UInt8], uniqueID: [UInt8]) -> [UInt8] {
    Array(bootloader(key: Octets(key), challenge: Octets(challenge), uniqueID: Octets(uniqueID)))
  }

  public static func start(key: [UInt8], counter: UInt64, seconds: UInt32, challenge: [UInt8]) -> [UInt8] {
    Array(start(key: Octets(key), counter: counter, seconds: seconds, challenge: Octets(challenge)))
  }

  public static func clock(key: [UInt8], time: UInt64) -> [UInt8] { Array(clock(key: Octets(key), time: time)) }

  /// Whether two codes are equal, in a time that depends on their length alone.
  public static func matches(_ left: [UInt8], _ right: [UInt8]) -> Bool { HMACSHA256.matches(left, right) }
}
