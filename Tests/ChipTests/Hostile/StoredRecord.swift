import Bench

@testable import ModuleCore

/// The newest pairing record in a chip's flash, read without the module's program (`PairingRecord` has the layout).
struct StoredRecord {
  private let bytes: [UInt8]

  /// Finds the newest record; nil where no place of either slot holds a whole record.
  init?(_ flash: FlashArray) {
    var newest: [UInt8]?
    for start in [FlashMap.recordSlots.0, FlashMap.recordSlots.1] {
      for offset in stride(from: 0, to: FlashMap.recordSlotSize, by: 512) {
        guard let place = flash.read(start + offset, count: 512), Array(place[0..<4]) == Array("WTPR".utf8),
          CRC32.checksum(Array(place[..<508])) == Self.word(place, 508)
        else { continue }
        if let known = newest, Self.word(known, 8) >= Self.word(place, 8) { continue }
        newest = place
      }
    }
    guard let newest else { return nil }
    bytes = newest
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  var isPaired: Bool { bytes[6] & 2 != 0 }
  var committedKey: [UInt8] { Array(bytes[28..<60]) }
  /// Number of replacements of the key with the case open.
  var serviceReplacements: UInt32 { Self.word(bytes, 404) }
  /// Number of authorities for updates that were given for a proof.
  var provenUpdates: UInt32 { Self.word(bytes, 432) }
  /// Number of authorities for updates that were given for an open seal.
  var serviceUpdates: UInt32 { Self.word(bytes, 436) }
  /// Number of authorities for entering the ROM bootloader that were given for a proof.
  var provenEntries: UInt32 { Self.word(bytes, 440) }
  /// Number of authorities for entering the ROM bootloader that were given for an open seal.
  var serviceEntries: UInt32 { Self.word(bytes, 444) }

  /// The number of uses of the open case.
  var services: UInt32 { serviceReplacements + serviceUpdates + serviceEntries }
}
