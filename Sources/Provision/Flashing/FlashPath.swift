/// One way into a chip's flash: the ROM bootloader, or a faster program that it has started. `Flasher` decides
/// what is flashed, whether it may be, and in which order; a path only carries out these decisions.
///
/// `Flasher` calls `unchanged`, `write`, `prove` and `start` in this order, `write` and `prove` once more where
/// the proof fails, and `read` at any time before `start`. Each call may be cut off at any point and is then
/// made again over a new path.
protocol FlashPath {
  /// Indices of the plan's sectors that hold their bytes already, by a digest that the chip computes; empty
  /// where the chip computes none.
  mutating func unchanged(in plan: FlashPlan) throws(FlashError) -> Set<Int>

  /// Erases the sectors of `plan` and programs their parts, in the plan's order, and notes in `journal` what the
  /// chip has acknowledged.
  mutating func write(_ plan: FlashPlan, journal: any FlashJournal, watch: FlashWatch) throws(FlashError)

  /// Makes sure that all bytes of `plan` are in the chip.
  /// - Throws: `verification` where a byte is not.
  mutating func prove(_ plan: FlashPlan, watch: FlashWatch) throws(FlashError) -> FlashProof

  /// - Parameter count: bytes to be read, any number.
  mutating func read(_ address: UInt32, count: Int, during step: FlashStep) throws(FlashError) -> [UInt8]

  /// Makes the chip start the program whose vector table is at `address`.
  mutating func start(_ address: UInt32) throws(FlashError)
}

/// The bytes for each sector, in the order in which they are written. The parts of the sectors that the chip
/// starts from come last, and the part at the chip's start address is the last of them.
struct FlashPlan: Hashable {
  /// The bytes of one sector that have to be the image's; the rest of the sector is erased with them.
  struct Part: Hashable {
    let sector: Int
    let address: UInt32
    let bytes: [UInt8]
  }

  let chip: ChipModel
  var parts: [Part]

  /// Takes all pieces of `image`, cut at the borders of sectors.
  init(_ image: Image, on chip: ChipModel) {
    self.chip = chip
    var (boot, others): ([Part], [Part]) = ([], [])
    for (start, bytes) in image.pieces {
      var rest = bytes[...]
      while !rest.isEmpty {
        let address = start &+ UInt32(bytes.count - rest.count)
        // `Image.check` has refused pieces outside the flash and in the pairing's sectors. The check is
        // repeated here, because overwriting them cannot be undone.
        guard let number = chip.sector(at: address), !chip.pairingSectors.contains(number) else { break }
        let part = rest.prefix(Int(chip.sectors[number].end - UInt64(address)))
        rest = rest.dropFirst(part.count)
        let piece = Part(sector: number, address: address, bytes: Array(part))
        if chip.bootSectors.contains(number) { boot.append(piece) } else { others.append(piece) }
      }
    }
    parts = others + boot.reversed()
  }

  /// Whether a part begins at the chip's start address.
  func isBootBlock(_ part: Part) -> Bool { part.address == chip.startAddress }

  /// The parts that lie in the sectors that the chip starts from.
  var bootParts: [Part] { parts.filter { chip.bootSectors.contains($0.sector) } }

  /// The blocks of a part in the order in which they are written, each of at most `size` bytes, which is a
  /// multiple of four. A boot block is written from its end, and after everything else its start address (bytes
  /// 4 to 7) and its stack pointer (bytes 0 to 3). A boot block that was cut off anywhere is therefore none
  /// that the chip could start, or that a firmware behind it would protect.
  func blocks(of part: Part, size: Int) -> [Range<Int>] {
    let count = part.bytes.count
    let blocks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    guard isBootBlock(part) else { return blocks }
    let (stack, start) = (0..<min(4, count), min(4, count)..<min(8, count))
    let code = blocks.reversed().map {
      max($0.lowerBound, start.upperBound)..<max($0.upperBound, start.upperBound)
    }
    return (code + [start, stack]).filter { !$0.isEmpty }
  }

  /// Number of acknowledged bytes of a part that need not be written again after a run that was cut off. It is
  /// 0 for an incomplete boot block, which is written anew as a whole.
  func known(of part: Part, acknowledged: Int?) -> Int {
    let known = min(acknowledged ?? 0, part.bytes.count)
    return isBootBlock(part) && known < part.bytes.count ? 0 : known
  }

  /// The sectors to be erased, from the end of the flash, so that the one that the chip starts from goes last.
  var sectors: [Int] { Set(parts.map(\.sector)).sorted(by: >) }

  var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }
}

/// The way in which it is known that the chip holds what it should.
public enum FlashProof: String, Hashable, Sendable, CaseIterable {
  /// The firmware in the module says that it is the image: the module's own word.
  case claimed
  /// Our program in the chip's RAM, or Espressif's ROM, has computed a digest of the flash.
  case digest
  /// Every byte was read and compared.
  case read
}

extension FlashPath {
  /// Offset of the first byte of the chip that differs from `wanted`; nil where none does. A difference is read
  /// again until two readings in a row agree, with at most four readings, because a reply of the ROM carries no
  /// checksum.
  mutating func difference(
    from wanted: ArraySlice<UInt8>, at address: UInt32, during step: FlashStep
  ) throws(FlashError) -> Int? {
    var last: [UInt8] = []
    for _ in 0..<4 {
      let found = try read(address, count: wanted.count, during: step)
      if found.elementsEqual(wanted) { return nil }
      let isConfirmed = found == last
      last = found
      if isConfirmed { break }
    }
    return wanted.firstDifference(from: last) ?? 0
  }
}

extension Collection where Element: Equatable {
  /// Offset of the first element that `other` does not have at the same place; nil where both are the same as far as
  /// the shorter one goes.
  func firstDifference(from other: some Sequence<Element>) -> Int? {
    zip(self, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  }
}

/// The caller's two functions for a flashing run: one gets the steps, and the other cancels the run.
struct FlashWatch {
  let onEvent: (FlashStep) -> Void
  let isCancelled: () -> Bool

  /// Reports a step, unless the run was cancelled.
  func begin(_ step: FlashStep) throws(FlashError) {
    try checkCancelled(step)
    onEvent(step)
  }

  func checkCancelled(_ step: FlashStep) throws(FlashError) {
    if isCancelled() { throw .cancelled(during: step) }
  }
}
