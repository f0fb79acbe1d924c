import ModuleCore
import Provision
import TestSupport

@testable import Bench

/// A wire in memory to one of Espressif's simulated chips, on a virtual clock, with a cable that may be faulty.
class ESP32Wire: Link {
  let clock = VirtualTime()
  let flash: FlashArray
  private(set) var chip: ESP32Chip
  /// All bytes that were sent, in order.
  private(set) var sent: [UInt8] = []
  private(set) var baudRates: [Int] = []
  private var wire = FaultyWire(nil)
  private var isSilent = false
  private var isClosed = false
  private var answers: [UInt8] = []
  private var baudRate = 115_200

  init(
    _ model: ESP32Model, flash: FlashArray = .serial(), maxAdapterBaudRate: Int? = nil, oscillatorError: Int = 0
  ) {
    self.flash = flash
    var configuration = ModuleBench.Configuration(flash: flash, uniqueID: [0x24, 0x0a, 0xc4, 0xc0, 0xdb, 0x55])
    configuration.maxAdapterBaudRate = maxAdapterBaudRate
    configuration.oscillatorError = oscillatorError
    chip = ESP32Chip(model, configuration: configuration)
  }

  /// Begins a fault, written as for `bench module --fault`.
  func begin(_ fault: ModuleBenchFault) { wire = FaultyWire(fault) }

  /// Removes the fault and switches the chip off and on with IO0 held low, as a technician would.
  func mend() {
    flash.failPower(afterOperations: nil)
    (wire, isSilent, isClosed, answers) = (FaultyWire(nil), false, false, [])
    chip.isStrapped = true
    chip.restart()
  }

  func drive(dtr: Bool, rts: Bool) {
    chip.drive(dtr: dtr, rts: rts)
    perform(chip.tick())
  }

  func release() { chip.isStrapped = false }

  // MARK: - Link

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    chip.follow(baudRate: baudRate)
    for byte in bytes {
      if isClosed { throw .closed }
      sent.append(byte)
      clock.advance(by: .nanoseconds(10_000_000_000 / baudRate))
      let (arriving, effects) = wire.send(byte)
      apply(effects)
      for byte in arriving where !isSilent { perform(chip.receive(byte)) }
    }
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isClosed { throw .closed }
    chip.follow(baudRate: baudRate)
    perform(chip.tick())
    guard !answers.isEmpty else {
      clock.advance(by: deadline - clock.now)
      throw .timeout
    }
    defer { answers.removeFirst(min(count, answers.count)) }
    let got = Array(answers.prefix(count))
    clock.advance(by: .nanoseconds(got.count * 10_000_000_000 / baudRate))
    return got
  }

  func discardInput() throws(LinkError) { answers = [] }

  func setFraming(_ framing: LinkFraming) throws(LinkError) {
    if framing.baudRate != baudRate { baudRates.append(framing.baudRate) }
    baudRate = framing.baudRate
  }

  func close() { isClosed = true }

  // MARK: - Private helpers

  private func perform(_ outputs: [BenchChipOutput]) {
    for output in outputs {
      switch output {
      case .pause(let time): clock.advance(by: time)
      case .did(let work):
        if flash.isWithoutPower { isSilent = true }
        apply(wire.did(work))
      case .send(let bytes): if !isSilent { answers += wire.answer(bytes) }
      }
    }
  }

  private func apply(_ effects: [ModuleBenchFault.Effect]) {
    for effect in effects {
      switch effect {
      case .silence: isSilent = true
      case .pull: isClosed = true
      case .brownout: chip.restart()
      }
    }
  }
}

/// A wire behind an adapter whose lines are not connected to the chip.
final class UnwiredESP32: ESP32Wire, ModemLines {
  func setDTR(_ asserted: Bool) throws(LinkError) {}
  func setRTS(_ asserted: Bool) throws(LinkError) {}
}

/// A wire behind an adapter whose lines lead to EN and IO0 by two transistors. The chip runs the program in its
/// flash until it is reset.
final class WiredESP32: ESP32Wire, ModemLines {
  private var (dtr, rts) = (false, false)

  func setDTR(_ asserted: Bool) throws(LinkError) {
    dtr = asserted
    drive(dtr: dtr, rts: rts)
  }

  func setRTS(_ asserted: Bool) throws(LinkError) {
    rts = asserted
    drive(dtr: dtr, rts: rts)
  }

  func set(dtr: Bool, rts: Bool) throws(LinkError) {
    (self.dtr, self.rts) = (dtr, rts)
    drive(dtr: dtr, rts: rts)
  }
}
