/// The microcontroller of a simulated module: the ROM bootloader or, where flash holds a sound image, the
/// module's firmware; one of them at a time, and either can make way for the other.
struct ModuleBenchChip {
  enum Output {
    case send([UInt8])
    /// The chip stands still for so long.
    case pause(Duration)
    /// It has done this and not yet said so.
    case did(ModuleBenchFault.Work)
  }

  private enum Program {
    case bootloader(ROMBootloader)
  }

  private let memory: ROMMemory
  private let timings: FlashTimings
  private var program: Program

  init(configuration: ModuleBench.Configuration) {
    memory = ROMMemory(flash: configuration.flash, uniqueID: configuration.uniqueID)
    timings = configuration.timings
    program = .bootloader(ROMBootloader(memory: memory, timings: timings))
    restart()
  }

  /// Power comes back: the firmware where there is a sound one, else the bootloader.
  mutating func restart() {
    program = .bootloader(ROMBootloader(memory: memory, timings: timings))
  }

  /// Bits that one byte takes on the wire: the bootloader has a parity bit.
  var bitsAByte: Int {
    switch program {
    case .bootloader: 11
    }
  }

  mutating func receive(_ byte: UInt8) -> [Output] {
    switch program {
    case .bootloader(var rom):
      let outputs = rom.receive(byte)
      program = .bootloader(rom)
      return outputs.flatMap { perform($0) }
    }
  }

  /// Time passes.
  mutating func tick() {}

  private mutating func perform(_ output: ROMBootloader.Output) -> [Output] {
    switch output {
    case .send(let bytes): return [.send(bytes)]
    case .busy(let work, let time):
      let name: ModuleBenchFault.Work =
        switch work {
        case .erasing: .erase
        case .programming: .write
        case .reading: .verify
        }
      return [.pause(time), .did(name)]
    case .start:
      // A jump into nothing would lock the chip up until someone cycles its power, which no one here can.
      restart()
      return []
    }
  }
}
