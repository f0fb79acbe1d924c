import ModuleCore

/// The settings that pairing writes into the module besides the key, and reads back.
public struct PairingSettings: Hashable, Sendable {
  public enum Field: String, Hashable, Sendable, CaseIterable { case code, platform, apn, trustAnchor }

  /// The label code as printed, 15 characters.
  public let code: String
  /// The platform's address, `https://…` (or `http` to this machine itself), at most 128 bytes.
  public let platform: String
  /// The mobile network's access point name, at most 63 bytes; empty where the SIM's own is used.
  public let apn: String
  /// SHA-256 of the platform's SubjectPublicKeyInfo, 32 bytes.
  public let trustAnchor: [UInt8]

  public init(code: String, platform: String, apn: String, trustAnchor: [UInt8]) {
    self.code = code
    self.platform = platform
    self.apn = apn
    self.trustAnchor = trustAnchor
  }

  /// The settings as the protocol carries them.
  var onTheWire: ModuleConfiguration {
    ModuleConfiguration(
      labelCode: Array(code.utf8), platformAddress: Array(platform.utf8), accessPoint: Array(apn.utf8),
      trustAnchor: trustAnchor)
  }

  /// The first field that no module can take; nil where all are good.
  var unusable: Field? {
    func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
    if code.utf8.count != ModuleConfiguration.labelCodeSize || !isPlain(code) { return .code }
    if platform.utf8.count > ModuleConfiguration.maximumPlatformAddressSize || !isPlain(platform)
      || !isAddress(platform)
    {
      return .platform
    }
    if apn.utf8.count > ModuleConfiguration.maximumAccessPointSize || !isPlain(apn) { return .apn }
    return trustAnchor.count == ModuleConfiguration.trustAnchorSize ? nil : .trustAnchor
  }

  /// Whether a text is `https://…`, or plain HTTP to a platform on this machine, as practice runs and tests use
  /// it.
  private func isAddress(_ text: String) -> Bool {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
    if text.hasPrefix("https://") { return text.utf8.count > 8 }
    return loopback.contains { host in
      text.hasPrefix(host) && (text == host || [":", "/"].contains(text.dropFirst(host.count).first))
    }
  }

  /// The fields in which these settings differ from others.
  func differences(from other: PairingSettings) -> [Field] {
    Field.allCases.filter { field in
      switch field {
      case .code: code != other.code
      case .platform: platform != other.platform
      case .apn: apn != other.apn
      case .trustAnchor: trustAnchor != other.trustAnchor
      }
    }
  }
}
