/// What a flashing run has done.
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
  /// Of the image file, lower-case hex.
  public let firmwareSha256: String
  /// Nil where the image was written.
  public let skipped: SkipReason?
  /// How it was made sure that the chip holds the image; never empty.
  public let proofs: Set<FlashProof>
  /// Into flash; a boot block that was there already does not count.
  public let bytesWritten: Int
  /// Read protection was lifted: boot block, firmware and pairing key of before are erased.
  public var keyErased = false
  public let duration: Duration

  /// `duration` as the documents write it.
  public var seconds: Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1000
  }
}
