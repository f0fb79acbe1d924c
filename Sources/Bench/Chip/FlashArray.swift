internal import Synchronization

/// The flash of a simulated chip: NOR cells that programming can only clear and only a sector erase sets again.
/// The ROM bootloader, the simulated board and a test that observes them share the array, each on a thread of
/// its own.
public final class FlashArray: Sendable {
  public struct Sector: Hashable, Sendable {
    public let address: UInt32
    public let bytes: Int
  }

  /// Address of the first byte.
  public let start: UInt32
  /// The sectors in order of address, without gaps.
  public let sectors: [Sector]
  public let byteCount: Int
  private let state: Mutex<State>

  private struct State {
    var cells: [UInt8]
    var protection = Protection()
    /// Number of operations before the supply fails, each a word or an erasure; nil where the supply lasts.
    var operationsLeft: Int?
    /// Generator of the state in which a power cut leaves the cells.
    var noise = SeededGenerator(seed: 0)

    /// Counts one operation against the supply: `isWhole` where the supply lasts for it, `isCut` where the
    /// supply fails during it.
    mutating func spend() -> (isWhole: Bool, isCut: Bool) {
      guard let left = operationsLeft else { return (true, false) }
      operationsLeft = left - 1
      return (left > 0, left == 0)
    }
  }

  /// Makes a blank array with sectors of these sizes in order.
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
    state = Mutex(State(cells: [UInt8](repeating: 0xff, count: offset)))
  }

  /// A blank chip's flash.
  public convenience init(_ model: STM32Model) {
    self.init(start: model.flashStart, sectorBytes: model.sectorBytes)
  }

  /// The blank 1 MiB flash of an STM32F405xG.
  public static func stm32f405() -> FlashArray { FlashArray(.stm32f405) }

  /// The bytes of a range; nil where the range is not wholly inside.
  public func read(_ address: UInt32, count: Int) -> [UInt8]? {
    guard let range = range(address, count: count) else { return nil }
    return state.withLock { Array($0.cells[range]) }
  }

  /// The word at an address, little-endian; nil where the word is not wholly inside.
  public func word(_ address: UInt32) -> UInt32? {
    guard let range = range(address, count: 4) else { return nil }
    return state.withLock { state in range.reversed().reduce(0) { $0 << 8 | UInt32(state.cells[$1]) } }
  }

  /// Programs a word, little-endian, under the rules of `program(_:_:)`.
  @discardableResult
  public func program(_ address: UInt32, word: UInt32) -> Bool {
    program(address, (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
  }

  /// Clears the bits that are clear in `bytes`, without an error on cells that are not erased, as the F4's
  /// flash controller does. Returns false and does nothing where the range is not wholly inside or touches a
  /// protected sector; returns false also where power fails.
  @discardableResult
  public func program(_ address: UInt32, _ bytes: [UInt8]) -> Bool {
    guard let range = range(address, count: bytes.count) else { return false }
    let end = address &+ UInt32(bytes.count)
    return state.withLock { state in
      for index in state.protection.sectors where sectors.indices.contains(index) {
        let sector = sectors[index]
        if sector.address < end, address < sector.address &+ UInt32(sector.bytes) { return false }
      }
      for start in stride(from: 0, to: bytes.count, by: 4) {
        let (isWhole, isCut) = state.spend()
        for index in start..<min(start + 4, bytes.count) where isWhole || isCut {
          // A cut clears some of the bits that were to be cleared.
          state.cells[range.lowerBound + index] &= isCut ? bytes[index] | state.noise.byte() : bytes[index]
        }
        guard isWhole else { return false }
      }
      return true
    }
  }

  /// Sets all bits of a sector. Returns false where there is no such sector, the sector is protected, or power
  /// fails.
  @discardableResult
  public func erase(sector index: Int) -> Bool {
    guard sectors.indices.contains(index),
      let range = range(sectors[index].address, count: sectors[index].bytes)
    else { return false }
    return state.withLock { state in
      if state.protection.sectors.contains(index) { return false }
      let (isWhole, isCut) = state.spend()
      if isWhole { state.cells.replaceSubrange(range, with: repeatElement(0xff, count: range.count)) }
      if isCut {
        // A cut leaves some blocks erased, some half erased and some unchanged.
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
          let extent = state.noise.byte() % 4
          guard extent > 0 else { continue }
          for index in start..<start + 64 { state.cells[index] |= extent == 1 ? state.noise.byte() : 0xff }
        }
      }
      return isWhole
    }
  }

  /// Sets cells to a state that programming cannot reach: the state after a power cut in the middle of an
  /// operation, or that of an earlier moment. Does nothing where the range is not wholly inside.
  public func put(_ address: UInt32, _ bytes: [UInt8]) {
    guard let range = range(address, count: bytes.count) else { return }
    state.withLock { $0.cells.replaceSubrange(range, with: bytes) }
  }

  /// The protection that the chip's option bytes give.
  public struct Protection: Hashable, Sendable {
    /// Indices of the sectors that can be neither programmed nor erased.
    public var sectors: Set<Int> = []
    /// Whether level 1 of the chip's read protection is set.
    public var fromReading = false

    public init(sectors: Set<Int> = [], fromReading: Bool = false) {
      (self.sectors, self.fromReading) = (sectors, fromReading)
    }
  }

  public var protection: Protection {
    get { state.withLock(\.protection) }
    set { state.withLock { $0.protection = newValue } }
  }

  /// Protects a sector from programming and erasing, as the chip's option bytes do.
  public func protect(sector index: Int) {
    state.withLock { _ = $0.protection.sectors.insert(index) }
  }

  /// Removes the write protection of all sectors.
  func unprotectSectors() { state.withLock { $0.protection.sectors = [] } }

  /// Whether level 1 of the chip's read protection is set.
  public var isReadProtected: Bool { state.withLock { $0.protection.fromReading } }

  public func protectFromReading() { state.withLock { $0.protection.fromReading = true } }

  /// Lifts read protection as the chip does: all cells are erased before the protection is gone.
  public func unprotectFromReading() {
    state.withLock { state in
      let (isWhole, isCut) = state.spend()
      guard isWhole || isCut else { return }
      // A power cut leaves the protection in place and a mixture of erased and unerased cells.
      for index in state.cells.indices { state.cells[index] |= isCut ? state.noise.byte() : 0xff }
      if isWhole { state.protection.fromReading = false }
    }
  }

  public func isProtected(sector index: Int) -> Bool {
    state.withLock { $0.protection.sectors.contains(index) }
  }

  /// Makes the supply fail in the operation that follows this number of operations, each a word or an erasure.
  /// That operation is left half done, and nothing is written after it. Nil restores the supply.
  public func failPower(afterOperations count: Int?, seed: UInt64 = 1) {
    state.withLock { state in
      state.operationsLeft = count
      state.noise = SeededGenerator(seed: seed)
    }
  }

  /// Whether the supply has failed as `failPower` asked.
  public var isWithoutPower: Bool { state.withLock { $0.operationsLeft.map { $0 < 0 } ?? false } }

  /// Number of operations left before the supply fails as `failPower` asked; nil where the supply lasts.
  public var operationsLeft: Int? { state.withLock { $0.operationsLeft } }

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
