/// The notes that the laptop keeps from one flashing run to the next. Losing them costs time and nothing else.
public protocol FlashNotes: AnyObject {
  /// The journal of what a chip has acknowledged of an image.
  /// - Parameters:
  ///   - chipID: the chip's unique id, lower-case hex.
  ///   - imageSha256: SHA-256 of the image file, lower-case hex.
  func journal(chipID: String, imageSha256: String) -> any FlashJournal

  /// The highest baud rate at which the adapter in use has worked, bits a second; nil where none is noted.
  func baudRate(for partner: FlashPartner) -> Int?
  func remember(baudRate: Int, for partner: FlashPartner)

  /// Whether this chip is known to be protected from reading, so that only its own firmware can update it.
  func isProtected(chipID: String) -> Bool
  func remember(isProtected: Bool, chipID: String)
}

/// The program at the other end of the adapter.
public enum FlashPartner: String, Hashable, Sendable, CaseIterable {
  /// The chip's ROM bootloader.
  case bootloader
  /// The program in the chip's RAM.
  case loader
  /// Espressif's ROM loader.
  case espressif
}

/// Notes that last as long as the run.
public final class MemoryFlashNotes: FlashNotes {
  private var journals: [String: MemoryFlashJournal] = [:]
  private var baudRates: [FlashPartner: Int] = [:]
  private var protectedChips: Set<String> = []

  public init() {}

  public func journal(chipID: String, imageSha256: String) -> any FlashJournal {
    let key = "\(chipID)-\(imageSha256)"
    let journal = journals[key] ?? MemoryFlashJournal()
    journals[key] = journal
    return journal
  }

  public func baudRate(for partner: FlashPartner) -> Int? { baudRates[partner] }
  public func remember(baudRate: Int, for partner: FlashPartner) { baudRates[partner] = baudRate }

  public func isProtected(chipID: String) -> Bool { protectedChips.contains(chipID) }
  public func remember(isProtected: Bool, chipID: String) {
    if isProtected { protectedChips.insert(chipID) } else { protectedChips.remove(chipID) }
  }
}
