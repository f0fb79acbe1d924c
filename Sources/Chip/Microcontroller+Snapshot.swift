import Bench
import CUnicorn
import Glibc

extension Microcontroller {
  /// The state of the whole chip at one moment between two calls of `run`: registers, memory, flash,
  /// peripherals. The surroundings and the numbers that the random generator will draw are not part of it.
  struct Snapshot {
    fileprivate let processor: Processor.Snapshot
    fileprivate let cells: [UInt8]
    fileprivate let protection: FlashArray.Protection
    /// Functions that each restore one property.
    fileprivate let properties: [(Microcontroller) -> Void]
  }

  /// A function that reads one property and returns a function that restores its value.
  typealias Part = (Microcontroller) -> (Microcontroller) -> Void

  /// Every stored property but `processor`, which has a snapshot of its own, and `random`; a test counts the
  /// properties.
  static var parts: [Part] {
    [
      part(\.state), part(\.flash), part(\.surface), part(\.link), part(\.position), part(\.modem),
      part(\.devices), part(\.interrupts), part(\.backup),
      part(\.stream), part(\.clocks), part(\.anchorTime), part(\.anchorCycles), part(\.eventCycles),
      part(\.limit), part(\.tickControl), part(\.tickReload), part(\.nextTick), part(\.tickIsPending),
      part(\.tickHasPassed), part(\.watchdog), part(\.converter), part(\.plain), part(\.vectors),
      part(\.resetIsDue), part(\.randomControl), part(\.storesToMend), part(\.quietLooks),
      part(\.lastLookAt), part(\.lastLooks), part(\.cutAfterInstructions), part(\.cutInOperation),
      part(\.isCut), part(\.faults), part(\.boot0IsHigh),
    ]
  }

  private static func part<Value>(_ property: ReferenceWritableKeyPath<Microcontroller, Value>) -> Part {
    { chip in
      let value = chip[keyPath: property]
      return { $0[keyPath: property] = value }
    }
  }

  func snapshot() throws(ChipError) -> Snapshot {
    Snapshot(
      processor: try processor.snapshot(),
      cells: flash.array.read(flash.array.start, count: flash.array.byteCount) ?? [],
      protection: flash.array.protection, properties: Self.parts.map { $0(self) })
  }

  /// Restores an earlier moment of this same chip.
  func restore(_ snapshot: Snapshot) throws(ChipError) {
    try processor.restore(snapshot.processor)
    for putBack in snapshot.properties { putBack(self) }
    flash.array.put(flash.array.start, snapshot.cells)
    flash.array.protection = snapshot.protection
  }
}

extension Processor {
  /// The state of the core and its memories at one moment.
  final class Snapshot {
    fileprivate let context: OpaquePointer
    fileprivate let flash: [UInt8]
    fileprivate let ram: [UInt8]
    fileprivate let cycles: UInt64
    fileprivate let instructions: UInt64
    fileprivate let hasEnteredSystemMemory: Bool
    fileprivate let depth: Int

    fileprivate init(of processor: Processor) throws(ChipError) {
      var context: OpaquePointer?
      try processor.set(wt_context_alloc(processor.engine, &context), "context")
      guard let context else { throw .engine("context") }
      self.context = context
      flash = Array(UnsafeRawBufferPointer(start: processor.flash, count: Processor.flashBytes))
      ram = Array(UnsafeRawBufferPointer(start: processor.ram.bytes, count: processor.ram.byteCount))
      (cycles, instructions) = (processor.cycles, processor.instructions)
      (hasEnteredSystemMemory, depth) = (processor.hasEnteredSystemMemory, processor.depth)
      try processor.set(wt_context_save(processor.engine, context), "context")
    }

    deinit { wt_context_free(context) }
  }

  func snapshot() throws(ChipError) -> Snapshot { try Snapshot(of: self) }

  func restore(_ snapshot: Snapshot) throws(ChipError) {
    try set(wt_context_restore(engine, snapshot.context), "context")
    // Translated code stays valid where the bytes are the same, as nearly all of a program's bytes are.
    let step = 16 << 10
    snapshot.flash.withUnsafeBytes { saved in
      guard let base = saved.baseAddress else { return }
      for start in stride(from: 0, to: saved.count, by: step)
      where memcmp(flash + start, base + start, step) != 0 {
        (flash + start).copyMemory(from: base + start, byteCount: step)
        forgetCode(Self.flashStart + UInt32(start), bytes: step)
      }
    }
    ram.write(ram.start, snapshot.ram)
    forgetCode(ram.start, bytes: ram.byteCount)
    (cycles, instructions) = (snapshot.cycles, snapshot.instructions)
    (hasEnteredSystemMemory, depth) = (snapshot.hasEnteredSystemMemory, snapshot.depth)
  }
}
