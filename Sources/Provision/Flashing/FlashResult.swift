public import Records

/// The outcome of a flashing run.
public struct FlashResult: Hashable, Sendable {
  public enum SkipReason: String, Hashable, Sendable {
    /// The running firmware has the image's digest.
    case alreadyInstalled
    /// The firmware was not running, but all of the image stood in the chip's flash.
    case alreadyHeld
  }

  public let chip: String
  /// The chip's unique id, lower-case hex.
  public let chipID: String
  public let firmwareVersion: String
  /// The version that ran before; nil where it is not known, or where the module ran the image already.
  public var previousVersion: String?
  /// SHA-256 of the image file, lower-case hex.
  public let firmwareSha256: String
  /// The reason why nothing was written; nil where the image was written.
  public let skipped: SkipReason?
  /// The ways in which it was made sure that the chip holds the image; never empty.
  public let proofs: Set<FlashProof>
  /// Bytes written into flash; a boot block that was there already does not count.
  public let bytesWritten: Int
  /// Whether the chip was erased, its pairing key with it.
  public var keyErased = false
  /// The way in which a paired module was brought to take the image; nil where it was not asked.
  public var authority: FlashAuthority?
  /// The module as it described itself at the end; nil where the started firmware did not have to answer.
  public var module: ModuleIdentity?
  /// The state of the seal's loop: during an update through the firmware, or, for a paired module that ran the
  /// image already, since its settings were written. Nil where it is not known. The bootloader does not watch
  /// the loop, so that after work in it at most an opening is known.
  public var sealLoop: SealLoop?
  public var sealStayedClosed: Bool { sealLoop == .stayedClosed }
  /// The module's own counts of what happened because its seal was open; nil for a module that is not paired,
  /// and for a firmware that keeps no such counts.
  public var openSealCounts: OpenSealCounts? {
    module.flatMap { $0.asksForAuthority ? $0.history.openSealCounts : nil }
  }
  public let duration: Duration

  /// `duration` in seconds, as the documents write it.
  public var seconds: Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1000
  }
}
