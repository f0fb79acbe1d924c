/// The facts of a chip that is flashed through ST's ROM bootloader, besides its sectors.
public struct STM32Chip: Hashable, Sendable {
  /// Address of the 12 bytes that no other chip has.
  let uniqueIDAddress: UInt32
  /// The option bytes that protect sectors from writing; nil where the chip has none that are read so.
  let writeProtection: WriteProtection?
  let eraseTime: EraseTime
  /// Addresses at which a stack may begin, the word past the end of each memory included.
  let stackTops: [ClosedRange<UInt32>]
  /// The flashing program that runs in this chip's RAM; nil where there is none for it.
  let loader: LoaderProgram?

  static let uniqueIDBytes = 12

  /// One bit a sector, sector 0 in the lowest bit of the first byte, clear where the sector is protected.
  struct WriteProtection: Hashable, Sendable {
    let address: UInt32
    /// How many sectors have a bit, from sector 0.
    let sectorCount: Int

    var byteCount: Int { (sectorCount + 7) / 8 }

    /// Indices of the protected sectors.
    /// - Parameter bytes: `byteCount` bytes as the option bytes hold them.
    func sectors(in bytes: [UInt8]) -> Set<Int> {
      Set((0..<min(sectorCount, 8 * bytes.count)).filter { bytes[$0 / 8] & 1 << UInt8($0 % 8) == 0 })
    }
  }

  /// The longest time that the chip's data sheet gives for erasing, as a straight line over the sizes of its sectors.
  struct EraseTime: Hashable, Sendable {
    let base: Duration
    let aByte: Duration

    /// - Parameter bytes: size of the sector.
    func longest(sectorBytes bytes: Int) -> Duration { base + aByte * bytes }
    /// - Parameter bytes: size of the whole flash.
    func longest(flashBytes bytes: Int) -> Duration { .seconds(2) + aByte * (2 * bytes) }
  }
}
