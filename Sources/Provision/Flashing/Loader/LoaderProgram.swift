internal import Cryptography
internal import FoundationEssentials

/// The flashing program of `firmware/Loader`, as it is sent into the chip's RAM.
///
/// ```
/// +0   vectors: stack, start, NMI, hard fault
/// +16  "WTLD", version of the protocol, speed of the line, sectors that may be written: a word each
/// ```
enum LoaderProgram {
  /// Above what any F405's ROM uses itself (AN2606: its first 12 KiB).
  static let address: UInt32 = 0x2000_3000
  static let version: UInt32 = 1
  private static let lineSpeed = 24
  private static let sectors = 28

  /// Whether it was made for this chip: its registers and sectors are the program's own.
  static func runs(on chip: ChipModel) -> Bool { chip.name == "STM32F405" }

  /// - Parameters:
  ///   - baud: bits a second at which the ROM bootloader is talked to.
  ///   - writable: the sectors that it may erase and program.
  static func image(baud: Int, writable: Set<Int>) -> [UInt8] {
    var bytes = Array(Data(base64Encoded: encoded) ?? Data())
    let mask = writable.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    bytes.replaceSubrange(lineSpeed..<lineSpeed + 4, with: LoaderFrame.word(UInt32(clamping: baud)))
    bytes.replaceSubrange(sectors..<sectors + 4, with: LoaderFrame.word(mask))
    return bytes
  }
}
