/// The settings that pairing stores in the module beside the key; texts are UTF-8 bytes.
public struct ModuleConfiguration: Sendable {
  /// The label code, 15 bytes.
  public var labelCode: [UInt8]
  /// The platform's address, at most 128 bytes.
  public var platformAddress: [UInt8]
  /// The mobile network's access point, at most 63 bytes; empty where the network chooses.
  public var accessPoint: [UInt8]
  /// SHA-256 of the platform's SubjectPublicKeyInfo, 32 bytes.
  public var trustAnchor: [UInt8]

  public static var labelCodeSize: Int { Authenticator.labelCodeSize }
  public static var maximumPlatformAddressSize: Int { Authenticator.maximumPlatformAddressSize }
  public static var maximumAccessPointSize: Int { Authenticator.maximumAccessPointSize }
  public static var trustAnchorSize: Int { Authenticator.trustAnchorSize }

  public init(labelCode: [UInt8], platformAddress: [UInt8], accessPoint: [UInt8], trustAnchor: [UInt8]) {
    self.labelCode = labelCode
    self.platformAddress = platformAddress
    self.accessPoint = accessPoint
    self.trustAnchor = trustAnchor
  }
}
