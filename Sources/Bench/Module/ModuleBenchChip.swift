internal import ModuleCore

/// The microcontroller of a simulated module. It runs the ROM bootloader or, where the flash holds a sound
/// image, the module's firmware; either can hand over to the other.
struct ModuleBenchChip: BenchChip {
  private enum Program {
    case bootloader(ROMBootloader)
    case firmware(Module<SimulatedBoard>)
    /// A program that the bench cannot run, and that is silent until the next reset.
    case silent
  }

  private let configuration: ModuleBench.Configuration
  private let random: @Sendable (Int) -> [UInt8]?
  private let now: @Sendable () -> ContinuousClock.Instant
  /// The start of the board's millisecond clock, which goes on through resets.
  private let start: ContinuousClock.Instant
  private var program: Program
  /// Whether anything has been written since the chip was made.
  private var isProgrammed = false
  /// Reads the firmware's requests as they pass, to know what the firmware has just done.
  private var requests = ConsoleFrameDecoder()

  init(
    configuration: ModuleBench.Configuration, random: @escaping @Sendable (Int) -> [UInt8]?,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.configuration = configuration
    self.random = random
    self.now = now
    start = now()
    program = .bootloader(Self.bootloader(configuration))
    boot()
  }

  // MARK: - Running

  mutating func restart() {
    configuration.surroundings.losePower()
    boot()
  }

  /// Starts after a reset of any kind: the boot block finishes a pending update and starts the firmware where
  /// there is a sound one, or else the bootloader.
  private mutating func boot() {
    let flash = configuration.flash
    requests.reset()
    if configuration.model.runsFirmware, BootBlock.isSound(flash), BootBlock.choose(flash),
      let image = try? ImageHeader.checkFlash(read: { flash.read($0, count: $1) ?? [] })
    {
      program = .firmware(Module(board: makeBoard(image)))
    } else {
      program = .bootloader(Self.bootloader(configuration))
    }
  }

  /// Bits that one byte takes on the wire; the bootloader has a parity bit.
  var bitsAByte: Int {
    switch program {
    case .bootloader: 11
    case .firmware, .silent: 10
    }
  }

  mutating func receive(_ byte: UInt8) -> [BenchChipOutput] {
    switch program {
    case .bootloader(var rom):
      let outputs = rom.receive(byte)
      program = .bootloader(rom)
      return outputs.flatMap { perform($0) }
    case .firmware(var module):
      let reply = module.receive(byte)
      program = .firmware(module)
      var outputs: [BenchChipOutput] = []
      if let work = requests.take(byte).flatMap(ModuleBenchFault.Work.init(request:)) {
        outputs.append(.did(work))
      }
      if let reply { outputs.append(.send(reply)) }
      switch module.resetRequest {
      case .application: boot()
      case .bootloader: program = .bootloader(Self.bootloader(configuration))
      case nil: break
      }
      return outputs
    case .silent: return []
    }
  }

  /// Advances the chip to the present moment.
  mutating func tick() -> [BenchChipOutput] {
    guard case .firmware(var module) = program else { return [] }
    module.tick()
    program = .firmware(module)
    return []
  }

  var relayIsClosed: Bool {
    if case .firmware(let module) = program { module.relayIsClosed } else { false }
  }

  func snapshot(into truth: inout ModuleBenchTruth) {
    switch program {
    case .bootloader, .silent: truth.ask(nil as Module<SimulatedBoard>?)
    case .firmware(let module): truth.ask(module)
    }
  }

  // MARK: - Private helpers

  private mutating func perform(_ output: ROMBootloader.Output) -> [BenchChipOutput] {
    switch output {
    case .send(let bytes): return [.send(bytes)]
    case .busy(.erasing, let time): return [.pause(time), .did(.erase)]
    case .busy(.programming, let time):
      isProgrammed = true
      return [.pause(time), .did(.write)]
    // Before the first write a laptop reads only the chip's identity and the contents that it is to replace.
    case .busy(.reading, let time): return [.pause(time)] + (isProgrammed ? [.did(.verify)] : [])
    case .reset:
      restart()
      return []
    case .start where !configuration.model.runsFirmware:
      program = .silent
      return []
    case .start:
      // A jump to any other address would lock up a real chip until its power is cycled, which a program on the
      // bench cannot do.
      boot()
      return []
    }
  }

  private func makeBoard(_ image: ImageHeader) -> SimulatedBoard {
    // The firmware protects its boot block before it does anything else.
    configuration.flash.protect(sector: 0)
    let (now, start) = (now, start)
    return SimulatedBoard(
      flash: configuration.flash, uniqueID: configuration.uniqueID, header: image,
      surroundings: configuration.surroundings, random: random,
      now: { UInt64(max(0, (now() - start) / .milliseconds(1))) })
  }

  private static func bootloader(_ configuration: ModuleBench.Configuration) -> ROMBootloader {
    ROMBootloader(
      memory: ROMMemory(
        configuration.model, flash: configuration.flash, uniqueID: configuration.uniqueID, ram: nil),
      timings: configuration.timings)
  }
}
