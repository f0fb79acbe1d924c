/// The beginning of a flashing for which a paired module needs an authority. It goes on record before the
/// module gets the authority. A flashing that succeeds gets a log entry of its own; this record tells of one
/// that was cut off, refused or failed.
public struct FlashAttempt: Hashable, Sendable, Codable {
  /// The module's serial number.
  public var serialNumber: String
  /// The id of the key that the module holds, lower-case hex.
  public var keyID: String
  /// The chip's 96-bit unique id, lower-case hex.
  public var chipID: String
  /// The authority that the module is to get: its kind, what it allows, and the reason for which the seal is
  /// open.
  public var authority: FlashAuthority
  /// The version that is to be put in; nil where the chip is only protected from reading.
  public var firmwareVersion: String?
  /// SHA-256 of the image file that is to be put in, lower-case hex; nil where the chip is only protected from reading.
  public var firmwareSha256: String?
  /// The version that the module runs before the flashing.
  public var installedVersion: String
  /// True where the chip is to be erased with its key; else nil.
  public var erasesKey: Bool?
  /// True where the chip is to be protected from reading; else nil.
  public var protects: Bool?
  /// The module's state before the flashing.
  public var state: ModuleState
  /// True where the seal was opened during an earlier attempt that has no log entry of its own; else nil.
  public var sealWasOpened: Bool?

  private enum CodingKeys: String, CodingKey {
    case serialNumber, authority, firmwareVersion, firmwareSha256, installedVersion, erasesKey, protects, state
    case sealWasOpened
    case keyID = "keyId"
    case chipID = "chipId"
  }

  public init(
    serialNumber: String, keyID: String, chipID: String, authority: FlashAuthority,
    firmwareVersion: String? = nil, firmwareSha256: String? = nil, installedVersion: String,
    erasesKey: Bool? = nil, protects: Bool? = nil, state: ModuleState
  ) {
    self.serialNumber = serialNumber
    self.keyID = keyID
    self.chipID = chipID
    self.authority = authority
    self.firmwareVersion = firmwareVersion
    self.firmwareSha256 = firmwareSha256
    self.installedVersion = installedVersion
    self.erasesKey = erasesKey
    self.protects = protects
    self.state = state
  }

  // MARK: - What came of it

  /// The authority, where the module's counts show that it was used since this attempt began; else nil.
  /// - Parameters:
  ///   - state: the module's state now.
  ///   - keyID: the id of the key that the module holds now; nil where it holds none.
  public func authorityUsed(until state: ModuleState, keyID: String?) -> FlashAuthority? {
    // A chip that was erased whole has lost its counts with its key.
    if keyID == nil, erasesKey == true { return authority }
    let count: KeyPath<ModuleState, UInt64?> =
      switch (authority.deed, authority.kind) {
      case (.update, .openSeal): \.serviceUpdates
      case (.update, .laptopProof), (.update, .platformProof): \.provenUpdates
      case (.bootloader, .openSeal): \.serviceEntries
      case (.bootloader, .laptopProof), (.bootloader, .platformProof): \.provenEntries
      }
    return state[keyPath: count] ?? 0 > self.state[keyPath: count] ?? 0 ? authority : nil
  }

  /// Whether the seal's loop was opened since this attempt or an earlier one began, by the module's counts.
  /// - Parameter state: the state of the same module now, which has to have kept its counts.
  public func sealWasOpened(until state: ModuleState) -> Bool {
    let counts: [KeyPath<ModuleState, UInt64?>] = [\.serviceUpdates, \.serviceEntries]
    return sealWasOpened == true || state.sealOpenings != self.state.sealOpenings
      || counts.contains { state[keyPath: $0] ?? 0 > self.state[keyPath: $0] ?? 0 }
  }

  /// Whether this attempt is the same as `earlier`, of which nothing has come, so that the record has it
  /// already.
  public func repeats(_ earlier: FlashAttempt) -> Bool {
    var copy = earlier
    copy.sealWasOpened = sealWasOpened
    // The count of starts is no sign of an authority: reading a module's state may start it once more.
    (copy.state.starts, copy.state.watchdogResets) = (state.starts, state.watchdogResets)
    return self == copy
  }
}
