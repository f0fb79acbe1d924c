/// A record of what a chip has acknowledged of an image, kept over a pulled cable so that a later run goes on there.
/// It only saves work: what it says is in the chip is proven like everything else before success is reported.
public protocol FlashJournal: AnyObject {
  /// Sectors known to be erased for this image, and how many bytes of each were then acknowledged from the start of
  /// the sector's part.
  var acknowledged: [Int: Int] { get }
  /// Notes that this sector is erased and that so many bytes of its part are written, none (0) at first.
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
