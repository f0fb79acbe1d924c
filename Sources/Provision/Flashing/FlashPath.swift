/// One way into a chip's flash: the ROM bootloader, or a faster program that it has started. `Flasher` above it
/// decides what is flashed, whether it may be, and in which order; a path only carries that out.
///
/// `Flasher` calls `unchanged`, `write`, `prove` and `start` in this order; `write` and `prove` once more where that
/// proves that something is wrong; `read` at any time before `start`. Each may be cut off anywhere and is then run
/// again over a new path.
protocol FlashPath {
  /// Numbers of the plan's sectors that hold their bytes already, as far as the path can tell without reading them
  /// out: by a digest that the chip makes. Empty where it cannot.
  mutating func unchanged(in plan: FlashPlan) throws(FlashError) -> Set<Int>

  /// Erases the sectors of `plan` and programs their parts, in the plan's order, and notes in `journal` what the
  /// chip has acknowledged.
  mutating func write(_ plan: FlashPlan, journal: any FlashJournal, watch: FlashWatch) throws(FlashError)

  /// Makes sure that all bytes of `plan` are in the chip.
  /// - Throws: `verification` where one is not.
  mutating func prove(_ plan: FlashPlan, watch: FlashWatch) throws(FlashError) -> FlashProof

  /// - Parameter count: bytes to be read, any number.
  mutating func read(_ address: UInt32, count: Int, during step: FlashStep) throws(FlashError) -> [UInt8]

  /// Has the chip leave for the program whose vector table is at `address`.
  mutating func start(_ address: UInt32) throws(FlashError)
}

/// The bytes that get into each sector, in the order in which they are written: the boot block, where it is among
/// them, comes last, and what the chip starts by is the last of it.
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
        // `Image.check` has refused pieces outside the flash and in the pairing's sectors; irreversible enough to be
        // sure twice.
        guard let number = chip.sector(at: address), !chip.pairingSectors.contains(number) else { break }
        let part = rest.prefix(Int(chip.sectors[number].end - UInt64(address)))
        rest = rest.dropFirst(part.count)
        let piece = Part(sector: number, address: address, bytes: Array(part))
        if chip.bootSectors.contains(number) { boot.append(piece) } else { others.append(piece) }
      }
    }
    parts = others + boot.reversed()
  }

  /// Whether a part begins with what the chip starts by.
  func isBootBlock(_ part: Part) -> Bool { part.address == chip.startAddress }

  /// The parts that lie in the sectors that the chip starts from.
  var bootParts: [Part] { parts.filter { chip.bootSectors.contains($0.sector) } }

  /// A part cut into blocks of at most `size` bytes, a multiple of four, in the order in which they are written:
  /// those of a boot block from its end, with the start's address and then the stack's after everything else. A boot
  /// block that was cut off anywhere is then none that the chip could start, and that a firmware behind it would
  /// protect as it is.
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

  /// Bytes of a part that need not be written again after a run that was cut off, of those that it had acknowledged:
  /// a boot block is written whole or anew.
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
  /// A program of ours in the chip's RAM has digested its flash, or Espressif's ROM has.
  case digest
  /// Every byte was read and compared.
  case read
}

extension FlashPath {
  /// Offset of the first byte of the chip that differs from `wanted`; nil where none does. A difference is looked at
  /// again until two readings in a row agree, since an answer of the ROM carries no checksum.
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

/// The caller's two handles on a flashing run: it is told how the run goes, and may end it.
struct FlashWatch {
  let onEvent: (FlashStep) -> Void
  let isCancelled: () -> Bool

  /// Reports a step, unless it shall not be taken any more.
  func begin(_ step: FlashStep) throws(FlashError) {
    try checkCancelled(step)
    onEvent(step)
  }

  func checkCancelled(_ step: FlashStep) throws(FlashError) {
    if isCancelled() { throw .cancelled(during: step) }
  }
}
