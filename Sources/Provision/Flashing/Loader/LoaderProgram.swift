internal import Cryptography
internal import FoundationEssentials

/// A flashing program of `firmware/Loader` that is loaded into a chip's RAM.
///
/// ```
/// +0   vectors: stack, start, NMI, hard fault
/// +16  "WTLD", version of the protocol, speed of the line, sectors that may be written: a word each
/// ```
struct LoaderProgram: Hashable, Sendable {
  /// Address in RAM that the program is linked for, above the part that the chip's ROM keeps for itself.
  let address: UInt32
  /// The program as `firmware/build` made it.
  let base64: String

  private static let speedOffset = 24
  private static let sectorsOffset = 28

  /// - Parameters:
  ///   - baudRate: baud rate of the ROM bootloader, bits a second.
  ///   - writable: indices of the sectors that the program may erase and write, each below 32.
  func image(baudRate: Int, writable: Set<Int>) -> [UInt8] {
    var bytes = Array(Data(base64Encoded: base64) ?? Data())
    let mask = writable.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    for (offset, word) in [(Self.speedOffset, UInt32(clamping: baudRate)), (Self.sectorsOffset, mask)] {
      bytes.replaceSubrange(offset..<offset + 4, with: LoaderFrame.word(word))
    }
    return bytes
  }
}
