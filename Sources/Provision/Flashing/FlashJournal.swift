/// The record of the bytes of an image that a chip has acknowledged. It outlasts a pulled cable, so that a
/// later run continues there. A journal only saves work: the bytes that it lists are proven like all others
/// before success is reported.
public protocol FlashJournal: AnyObject {
  /// Number of bytes that were acknowledged from the start of a sector's part, by the sector's index. Every
  /// sector listed is known to be erased for this image.
  var acknowledged: [Int: Int] { get }
  /// Notes that this sector is erased and that this number of bytes of its part is written; 0 right after the
  /// erasure.
  func acknowledge(sector: Int, bytes: Int)
  /// Notes that this sector is about to be erased, so that nothing is known of it any more.
  func forget(sector: Int)
  /// Whether the flashing program was started in this chip's RAM and did not answer, so that the ROM bootloader alone
  /// is to be used until the image is whole.
  var loaderIsSilent: Bool { get }
  func noteSilentLoader()
  /// Forgets everything, because the image is whole or what was kept has proved wrong.
  func clear()
}

/// A journal that lasts as long as the run.
public final class MemoryFlashJournal: FlashJournal {
  public private(set) var acknowledged: [Int: Int] = [:]
  public private(set) var loaderIsSilent = false

  public init() {}

  public func acknowledge(sector: Int, bytes: Int) { acknowledged[sector] = bytes }
  public func forget(sector: Int) { acknowledged[sector] = nil }
  public func noteSilentLoader() { loaderIsSilent = true }
  public func clear() { (acknowledged, loaderIsSilent) = ([:], false) }
}
