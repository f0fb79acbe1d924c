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
  /// The version that ran before; nil where it is not known, or where it ran the image already.
  public var previousVersion: String?
  /// SHA-256 of the image file, lower-case hex.
  public let firmwareSha256: String
  /// Why nothing was written; nil where the image was.
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
  /// What is known of the seal's loop: of an update, from before it to after it; of a paired module that ran the image
  /// already, since its settings were written. Nil where it is not known, as of everything that was done in the bootloader
  /// with the case closed, which does not watch the loop.
  public var sealLoop: SealLoop?
  public var sealStayedClosed: Bool { sealLoop == .stayedClosed }
  /// The module's own counts of what happened because its seal was open; nil for one that is not paired, and for a firmware
  /// that keeps none.
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
