/// The way in which a paired module was brought to take an image, or to make room for its ROM bootloader.
public struct FlashAuthority: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// This laptop proved that it has the module's key.
    case laptopProof
    /// The platform proved that it has the module's key.
    case platformProof
    /// The seal's loop was open for ten seconds, and there was no proof.
    case openSeal
  }

  public enum Deed: String, Hashable, Sendable, Codable, CaseIterable {
    /// The module's own firmware took the image and started it.
    case update
    /// The module made room for its ROM bootloader.
    case bootloader
  }

  public var kind: Kind
  public var deed: Deed
  /// The reason for which the seal was opened; nil for a proof.
  public var reason: WrittenText?

  public init(kind: Kind, deed: Deed, reason: WrittenText? = nil) {
    self.kind = kind
    self.deed = deed
    self.reason = reason
  }
}

/// Counts of how often a module gave access to its firmware because its seal was open, since the module was
/// made.
public struct OpenSealCounts: Hashable, Sendable, Codable {
  /// Number of times that the module took updates. All updates while the seal stays open count as one.
  public var updates: UInt64
  /// Number of times that the module made room for its ROM bootloader.
  public var bootloaderEntries: UInt64

  public init(updates: UInt64, bootloaderEntries: UInt64) {
    self.updates = updates
    self.bootloaderEntries = bootloaderEntries
  }
}
