/// What a module said of itself at one moment: its counts, and the digest of the firmware that runs. A later
/// visit compares the module's new state with this one.
public struct ModuleState: Hashable, Sendable, Codable {
  /// SHA-256 of the running image, lower-case hex.
  public var imageSha256: String
  /// Number of starts since the module was made.
  public var starts: UInt64
  /// Number of times that the seal's loop was seen to open since the module was made.
  public var sealOpenings: UInt64
  /// Number of resets by the watchdog since the module was made.
  public var watchdogResets: UInt64
  /// Number of times that the key was replaced without a proof since the module was made.
  public var serviceReplacements: UInt64
  /// Number of times that the key was replaced with a proof since the module was made.
  public var provenReplacements: UInt64
  /// Number of updates that were allowed for a proof; nil where the firmware does not count them.
  public var provenUpdates: UInt64?
  /// Number of times that an open seal allowed updates; nil where the firmware does not count them.
  public var serviceUpdates: UInt64?
  /// Number of entries into the ROM bootloader that were allowed for a proof; nil where the firmware does not
  /// count them.
  public var provenEntries: UInt64?
  /// Number of entries into the ROM bootloader that an open seal allowed; nil where the firmware does not count them.
  public var serviceEntries: UInt64?

  public init(
    imageSha256: String, starts: UInt64, sealOpenings: UInt64, watchdogResets: UInt64,
    serviceReplacements: UInt64,
    provenReplacements: UInt64, provenUpdates: UInt64? = nil, serviceUpdates: UInt64? = nil,
    provenEntries: UInt64? = nil, serviceEntries: UInt64? = nil
  ) {
    self.imageSha256 = imageSha256
    self.starts = starts
    self.sealOpenings = sealOpenings
    self.watchdogResets = watchdogResets
    self.serviceReplacements = serviceReplacements
    self.provenReplacements = provenReplacements
    self.provenUpdates = provenUpdates
    self.serviceUpdates = serviceUpdates
    self.provenEntries = provenEntries
    self.serviceEntries = serviceEntries
  }
}
