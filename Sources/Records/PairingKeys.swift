/// The key of one module in one installation, as far as this laptop knows it.
public struct KeptKey: Sendable {
  /// The first eight bytes of SHA-256 over the key, lower-case hex.
  public let keyID: String
  /// The key itself; nil once the platform has it and the laptop has erased it.
  public let secret: SecretKey?
  /// Whether the module has confirmed that it committed this key.
  public let isCommitted: Bool

  public init(keyID: String, secret: SecretKey?, isCommitted: Bool) {
    self.keyID = keyID
    self.secret = secret
    self.isCommitted = isCommitted
  }
}

/// A store of pairing keys. A change is on disk when the call returns, so that no module ever holds a key that
/// its laptop lacks.
public protocol PairingKeys {
  /// Finds the latest key prepared for this module in this installation; nil where there was none.
  func key(for installation: InstallationID, moduleSerial: String) throws -> KeptKey?

  /// Finds a key that this module was given in any installation; nil where this laptop no longer has it.
  func heldKey(_ keyID: String, moduleSerial: String) throws -> SecretKey?

  /// Stores a key that is about to be sent to the module. It replaces a key that was never committed; a
  /// committed one stays known by its id.
  func prepare(_ key: SecretKey, for installation: InstallationID, moduleSerial: String) throws

  /// Records that the module has committed this key, which from now on waits for delivery to the platform.
  /// Marking a key twice changes nothing.
  func markCommitted(keyID: String, for installation: InstallationID, moduleSerial: String) throws
}
