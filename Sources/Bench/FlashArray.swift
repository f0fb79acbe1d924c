internal import Synchronization

/// The flash of a simulated chip: NOR cells that programming can only clear and only a sector erase sets again.
/// Shared by the ROM bootloader, the simulated board and a test that looks on, each on a thread of its own.
public final class FlashArray: Sendable {
  public struct Sector: Hashable, Sendable {
    public let address: UInt32
    public let bytes: Int
  }

  /// Of the first byte.
  public let start: UInt32
  /// In order of address, without gaps.
  public let sectors: [Sector]
  public let byteCount: Int
  private let cells: Mutex<[UInt8]>

  /// A blank array of sectors of these sizes, one after another.
  public init(start: UInt32, sectorBytes: [Int]) {
    var sectors: [Sector] = []
    var offset = 0
    for bytes in sectorBytes {
      sectors.append(Sector(address: start &+ UInt32(offset), bytes: bytes))
      offset += bytes
    }
    self.start = start
    self.sectors = sectors
    byteCount = offset
    cells = Mutex([UInt8](repeating: 0xff, count: offset))
  }

  /// The 1 MiB of an STM32F405xG: RM0090, table 5.
  public static func stm32f405() -> FlashArray {
    FlashArray(
      start: 0x0800_0000,
      sectorBytes: Array(repeating: 16 << 10, count: 4) + [64 << 10] + Array(repeating: 128 << 10, count: 7))
  }

  /// Nil where the range is not wholly inside.
  public func read(_ address: UInt32, count: Int) -> [UInt8]? {
    guard let range = range(address, count: count) else { return nil }
    return cells.withLock { Array($0[range]) }
  }

  /// Clears the bits that are clear in `bytes`, as the F4's controller does on cells that are not erased too,
  /// without an error. False, and nothing done, where the range is not wholly inside.
  @discardableResult
  public func program(_ address: UInt32, _ bytes: [UInt8]) -> Bool {
    guard let range = range(address, count: bytes.count) else { return false }
    cells.withLock { cells in
      for (index, byte) in zip(range, bytes) { cells[index] &= byte }
    }
    return true
  }

  /// Sets all bits of a sector. False where there is no such sector.
  @discardableResult
  public func erase(sector index: Int) -> Bool {
    guard sectors.indices.contains(index),
      let range = range(sectors[index].address, count: sectors[index].bytes)
    else { return false }
    cells.withLock { $0.replaceSubrange(range, with: repeatElement(0xff, count: range.count)) }
    return true
  }

  /// The index of the sector that holds this address.
  public func sector(at address: UInt32) -> Int? {
    sectors.firstIndex { address >= $0.address && address - $0.address < UInt32($0.bytes) }
  }

  private func range(_ address: UInt32, count: Int) -> Range<Int>? {
    guard address >= start, count >= 0 else { return nil }
    let offset = Int(address - start)
    guard offset <= byteCount, count <= byteCount - offset else { return nil }
    return offset..<(offset + count)
  }
}
