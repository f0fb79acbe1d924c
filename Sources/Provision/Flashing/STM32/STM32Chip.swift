/// The facts of a chip that is flashed through ST's ROM bootloader, except those of its sectors.
public struct STM32Chip: Hashable, Sendable {
  /// Address of the chip's unique id, 12 bytes.
  let uniqueIDAddress: UInt32
  /// The option bytes that protect sectors from writing; nil where the chip has none that can be read in this
  /// way.
  let writeProtection: WriteProtection?
  let eraseTime: EraseTime
  /// Valid initial values of the stack pointer, including the word behind the end of each memory.
  let stackTops: [ClosedRange<UInt32>]
  /// The flashing program that runs in this chip's RAM; nil where there is none for it.
  let loader: LoaderProgram?

  static let uniqueIDBytes = 12

  /// The option bytes of write protection. They have one bit for each sector, sector 0 in the lowest bit of the
  /// first byte, and a clear bit protects its sector.
  struct WriteProtection: Hashable, Sendable {
    let address: UInt32
    /// Number of sectors that have a bit, from sector 0 on.
    let sectorCount: Int

    var byteCount: Int { (sectorCount + 7) / 8 }

    /// Indices of the protected sectors.
    /// - Parameter bytes: `byteCount` bytes as the option bytes hold them.
    func sectors(in bytes: [UInt8]) -> Set<Int> {
      Set((0..<min(sectorCount, 8 * bytes.count)).filter { bytes[$0 / 8] & 1 << UInt8($0 % 8) == 0 })
    }
  }

  /// Upper bounds of the maximum times of erasing in the chip's data sheet, linear in the size.
  struct EraseTime: Hashable, Sendable {
    let base: Duration
    let aByte: Duration

    /// - Parameter bytes: size of the sector.
    func longest(sectorBytes bytes: Int) -> Duration { base + aByte * bytes }
    /// - Parameter bytes: size of the whole flash.
    func longest(flashBytes bytes: Int) -> Duration { .seconds(2) + aByte * (2 * bytes) }
  }
}
