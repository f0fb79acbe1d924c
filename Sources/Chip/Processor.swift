import Bench
import CUnicorn

/// A Cortex-M4 by libunicorn: memory, instructions, exceptions. It models no peripheral, and asks its `bus`
/// about every address of a peripheral.
///
/// The library has neither NVIC nor exception entry, so both are done here, between two blocks of instructions:
/// eight words are stacked, and a return to the magic address unstacks them (Armv7-M Architecture Reference
/// Manual, B1.5).
final class Processor {
  /// The reason for which `run` came back.
  enum Stop: Hashable {
    /// `requestStop` was called.
    case asked
    /// An exception's handler has returned.
    case exceptionReturn
    /// The program has jumped to the chip's system memory.
    case systemMemory
    /// A load, store or fetch hit an address without memory, or an instruction is undefined.
    case fault
  }

  private static let model = STM32Model.stm32f405
  static let flashStart = model.flashStart
  static let flashBytes = model.sectorBytes.reduce(0, +)
  private static let systemMemoryStart: UInt32 = 0x1fff_0000
  private static let systemMemoryBytes = 0x1_0000
  private static let exceptionReturn: UInt32 = 0xffff_fff9

  let engine: OpaquePointer
  /// Flash as the core reads it. The microcontroller writes here what the flash controller has let through.
  let flash: UnsafeMutableRawPointer
  let ram: ChipRAM
  unowned(unsafe) var bus: (any ProcessorBus)?
  private var regions: [Region] = []
  private let steps: UnsafeMutablePointer<wt_steps>
  /// Number of cycles since the chip was made. Each half-word of an instruction counts as one cycle: most
  /// instructions take one, wide and branching ones about two. A program that only waits skips cycles.
  var cycles: UInt64 {
    get { steps.pointee.cycles }
    set { steps.pointee.cycles = newValue }
  }
  /// Number of instructions since the chip was made, in a processor that counts them.
  var instructions: UInt64 {
    get { steps.pointee.count }
    set { steps.pointee.count = newValue }
  }
  /// The cycle from which on the bus is asked again, at the next block or instruction.
  var attentionAtCycles: UInt64 {
    get { steps.pointee.call_at_cycles }
    set { steps.pointee.call_at_cycles = newValue }
  }
  /// The number of instructions from which on the bus is asked again, at the next instruction.
  var attentionAtInstruction: UInt64 {
    get { steps.pointee.call_at_count }
    set { steps.pointee.call_at_count = newValue }
  }
  var hasEnteredSystemMemory = false
  /// Number of exceptions that were entered and not left.
  var depth = 0

  /// - Parameters:
  ///   - uniqueID: 12 bytes, readable in system memory.
  ///   - countsInstructions: whether the processor can stop at any given instruction, at half the speed.
  init(uniqueID: [UInt8], countsInstructions: Bool) throws(ChipError) {
    guard wt_unicorn_is_there() else { throw .engine("libunicorn.so.2 is not installed") }
    var opened: OpaquePointer?
    let mode = uc_mode(UC_MODE_THUMB.rawValue | UC_MODE_MCLASS.rawValue)
    guard wt_open(UC_ARCH_ARM, mode, &opened) == UC_ERR_OK, let opened else { throw .engine("open") }
    engine = opened
    steps = .allocate(capacity: 1)
    steps.initialize(to: wt_steps())
    flash = .allocate(byteCount: Self.flashBytes, alignment: 4096)
    ram = ChipRAM(Self.model)
    flash.initializeMemory(as: UInt8.self, repeating: 0xff, count: Self.flashBytes)
    try set(wt_use_cortex_m4(engine), "cpu")
    let readAndExecute = UC_PROT_READ.rawValue | UC_PROT_EXEC.rawValue
    try set(
      wt_mem_map_ptr(engine, UInt64(Self.flashStart), Self.flashBytes, readAndExecute, flash), "flash")
    try set(
      wt_mem_map_ptr(
        engine, UInt64(ram.start), ram.byteCount, UC_PROT_ALL.rawValue, ram.bytes), "ram")
    try set(
      wt_mem_map(engine, UInt64(Self.systemMemoryStart), Self.systemMemoryBytes, readAndExecute), "rom")
    // System memory begins with the stack pointer and the entry of the ROM bootloader. The entry's value does
    // not matter, as the code there is never executed.
    write(Self.systemMemoryStart, words: [0x2000_2000, Self.systemMemoryStart | 0x101])
    let id = Array((uniqueID + Array(repeating: 0, count: 12)).prefix(12))
    try set(wt_mem_write(engine, UInt64(Self.model.uniqueIDAddress), id, id.count), "unique id")
    write(0x1fff_7a20, words: [0x0400_0000])
    let user = Unmanaged.passUnretained(self).toOpaque()
    for (start, bytes) in ProcessorBusRegions.all {
      // The callback receives an offset within the region, whose start it gets as the user data.
      let region = Region(processor: self, start: start)
      regions.append(region)
      let box = Unmanaged.passUnretained(region).toOpaque()
      try set(wt_mmio_map(engine, UInt64(start), bytes, readRegion, box, writeRegion, box), "registers")
    }
    try set(wt_hook_protected_writes(engine, writeFlash, user), "hook")
    // System memory is never executed; the bootloader in it is the bench's own.
    steps.pointee = wt_steps(
      cycles: 0, count: 0, call_at_cycles: 0, call_at_count: .max, fence: Self.systemMemoryStart,
      fence_bytes: 0x7800, call: attend, user: user)
    try set(
      countsInstructions ? wt_count_instructions(engine, steps) : wt_count_blocks(engine, steps), "hook")
  }

  deinit {
    wt_close(engine)
    steps.deallocate()
    flash.deallocate()
  }

  func set(_ status: uc_err, _ what: String) throws(ChipError) {
    guard status == UC_ERR_OK else { throw .engine("\(what): \(status.rawValue)") }
  }

  /// Starts at a vector table, with the core as after a reset.
  func start(at table: UInt32) {
    depth = 0
    hasEnteredSystemMemory = false
    for (start, bytes) in [(Self.flashStart, Self.flashBytes), (ram.start, ram.byteCount)] {
      forgetCode(start, bytes: bytes)
    }
    self[UC_ARM_REG_XPSR] = 1 << 24
    self[UC_ARM_REG_PRIMASK] = 0
    self[UC_ARM_REG_SP] = word(table)
    self[UC_ARM_REG_LR] = 0xffff_ffff
    self[UC_ARM_REG_PC] = word(table &+ 4)
  }

  /// Executes until something has to be handled.
  func run() -> Stop {
    // Bit 0 says that this is Thumb code, which the register does not show.
    let status = wt_emu_start(
      engine, UInt64(self[UC_ARM_REG_PC] | 1), UInt64(Self.exceptionReturn & ~1), 0, 0)
    if hasEnteredSystemMemory { return .systemMemory }
    if depth > 0, self[UC_ARM_REG_PC] & ~1 == Self.exceptionReturn & ~1 {
      leaveException()
      return .exceptionReturn
    }
    return status == UC_ERR_OK ? .asked : .fault
  }

  /// Discards the translation of this range, so that it is translated again when it is next executed.
  func forgetCode(_ start: UInt32, bytes: Int) {
    _ = wt_forget_code(engine, UInt64(start), UInt64(start) + UInt64(bytes))
  }

  /// Ends `run` before the next instruction (or block).
  func requestStop() { wt_emu_stop(engine) }

  var isHandlingException: Bool { depth > 0 }

  /// Stacks the registers and enters a handler.
  /// - Parameter handler: the address from the vector table.
  func enterException(handler: UInt32) {
    var stack = self[UC_ARM_REG_SP] &- 32
    let isMisaligned = stack & 4 != 0
    if isMisaligned { stack &-= 4 }
    let status = self[UC_ARM_REG_XPSR] & ~(1 << 9) | 1 << 24 | (isMisaligned ? 1 << 9 : 0)
    let frame = Self.stacked.map { self[$0] } + [self[UC_ARM_REG_PC] & ~1, status]
    write(stack, words: frame)
    self[UC_ARM_REG_SP] = stack
    // A handler does not begin within the IT block that it interrupts.
    self[UC_ARM_REG_XPSR] = status & ~Self.blockState
    self[UC_ARM_REG_LR] = Self.exceptionReturn
    self[UC_ARM_REG_PC] = handler
    depth += 1
  }

  /// The two parts of ITSTATE.
  private static let blockState: UInt32 = 0b11 << 25 | 0b11_1111 << 10

  private static let stacked = [
    UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR,
  ]

  private func leaveException() {
    let stack = self[UC_ARM_REG_SP]
    for (index, register) in Self.stacked.enumerated() { self[register] = word(stack &+ UInt32(index * 4)) }
    let status = word(stack &+ 28)
    self[UC_ARM_REG_SP] = stack &+ 32 &+ (status & 1 << 9 != 0 ? 4 : 0)
    self[UC_ARM_REG_XPSR] = status & ~(1 << 9)
    self[UC_ARM_REG_PC] = word(stack &+ 24)
    depth -= 1
  }

  // MARK: - Registers and memory

  var programCounter: UInt32 { self[UC_ARM_REG_PC] }
  /// Whether PRIMASK holds back every exception but faults.
  var exceptionsAreMasked: Bool { self[UC_ARM_REG_PRIMASK] & 1 != 0 }

  private subscript(register: uc_arm_reg) -> UInt32 {
    get {
      var value: UInt32 = 0
      wt_reg_read(engine, Int32(register.rawValue), &value)
      return value
    }
    set {
      var value = newValue
      wt_reg_write(engine, Int32(register.rawValue), &value)
    }
  }

  /// The word at an address; 0 where there is no memory.
  func word(_ address: UInt32) -> UInt32 {
    var value: UInt32 = 0
    // Address 0 is the boot alias of the flash.
    let place = address < UInt32(Self.flashBytes) ? address &+ Self.flashStart : address
    wt_mem_read(engine, UInt64(place), &value, 4)
    return UInt32(littleEndian: value)
  }

  func write(_ address: UInt32, words: [UInt32]) {
    let bytes = words.map(\.littleEndian)
    wt_mem_write(engine, UInt64(address), bytes, bytes.count * 4)
  }

  fileprivate func stepped(isInSystemMemory: Bool) {
    if isInSystemMemory {
      hasEnteredSystemMemory = true
      requestStop()
    } else {
      bus?.stepped()
    }
  }
}

/// The surroundings of a processor.
protocol ProcessorBus: AnyObject {
  /// The processor calls this function when attention is due, before a block of instructions, or before an
  /// instruction where instructions are counted.
  func stepped()
  func read(_ address: UInt32, bytes: Int) -> UInt32
  func write(_ address: UInt32, _ value: UInt32, bytes: Int)
  /// Takes a store into flash, whose bytes have to be corrected before the program reads them.
  func writeFlash(_ address: UInt32, _ value: UInt32, bytes: Int)
}

/// The addresses of peripherals (RM0090, section 2.3).
enum ProcessorBusRegions {
  static let all: [(start: UInt32, bytes: Int)] = [
    (0x4000_0000, 0x8_0000), (0x5006_0000, 0x1000), (0xe000_e000, 0x1000),
  ]
}

private final class Region {
  /// The processor, which holds this object.
  unowned(unsafe) let processor: Processor
  let start: UInt32
  init(processor: Processor, start: UInt32) {
    self.processor = processor
    self.start = start
  }
}

private let readRegion: uc_cb_mmio_read_t = { _, offset, bytes, user in
  guard let user else { return 0 }
  let region = Unmanaged<Region>.fromOpaque(user).takeUnretainedValue()
  return UInt64(
    region.processor.bus?.read(region.start &+ UInt32(truncatingIfNeeded: offset), bytes: Int(bytes)) ?? 0)
}

private let writeRegion: uc_cb_mmio_write_t = { _, offset, bytes, value, user in
  guard let user else { return }
  let region = Unmanaged<Region>.fromOpaque(user).takeUnretainedValue()
  region.processor.bus?.write(
    region.start &+ UInt32(truncatingIfNeeded: offset), UInt32(truncatingIfNeeded: value), bytes: Int(bytes))
}

private let writeFlash: uc_cb_eventmem_t = { _, _, address, bytes, value, user in
  guard let user else { return false }
  Unmanaged<Processor>.fromOpaque(user).takeUnretainedValue().bus?.writeFlash(
    UInt32(truncatingIfNeeded: address), UInt32(truncatingIfNeeded: value), bytes: Int(bytes))
  return true
}

private let attend: @convention(c) (UnsafeMutableRawPointer?, Bool) -> Void = { user, isInSystemMemory in
  guard let user else { return }
  Unmanaged<Processor>.fromOpaque(user).takeUnretainedValue().stepped(isInSystemMemory: isInSystemMemory)
}
