import Bench

/// What the chip's pins see: the board around it, as docs/firmware.md describes pins and scales.
struct Surface {
  /// How long the contact takes to follow its coil, nanoseconds.
  private static let contactDelay: UInt64 = 15_000_000
  private static let volts: Double = 3.3 / 4096 * 400
  private static let amps: Double = 800.0 / 2048

  let surroundings: Surroundings
  private(set) var relayIsClosed = false
  private var relayChangedAt: UInt64 = 0
  /// How often the coil was switched on since the chip was made.
  private(set) var closings = 0

  init(surroundings: Surroundings) { self.surroundings = surroundings }

  mutating func setCoil(_ isOn: Bool, now: UInt64) {
    guard isOn != relayIsClosed else { return }
    relayIsClosed = isOn
    relayChangedAt = now
    if isOn { closings += 1 }
  }

  func contactIsClosed(now: UInt64) -> Bool {
    if surroundings.world.contact == .welded { return true }
    let hasSettled = now >= relayChangedAt + Self.contactDelay
    return hasSettled ? relayIsClosed : !relayIsClosed && relayChangedAt > 0
  }

  func feedback(now: UInt64) -> Bool {
    surroundings.world.contact != .unwired && contactIsClosed(now: now)
  }

  /// What the converter reads on a channel.
  func counts(channel: UInt32, now: UInt64) -> UInt32 {
    switch channel {
    case 6: currentCounts(now: now)
    case 7: supplyCounts(now: now)
    default: 0
    }
  }

  /// What the converter reads on the supply's channel.
  func supplyCounts(now: UInt64) -> UInt32 {
    let phase = Double(now % 20_000_000) / 20_000_000 * 2 * Double.pi
    return Self.counts(surroundings.world.supplyVolts * 2.0.squareRoot() * Self.sine(phase) / Self.volts)
  }

  /// What it reads on the current sensor's.
  func currentCounts(now: UInt64) -> UInt32 {
    let world = surroundings.world
    var value = world.zeroOffsetAmps + world.zeroDriftAmpsPerMinute * Double(now) / 60e9
    if contactIsClosed(now: now) { value += world.weldingAmps }
    return Self.counts(value / Self.amps)
  }

  private static func counts(_ value: Double) -> UInt32 {
    UInt32(min(4095, max(0, (2048 + value).rounded())))
  }

  /// Good to a millionth, which is far below a step of the converter.
  private static func sine(_ angle: Double) -> Double {
    let x = angle > Double.pi ? angle - 2 * Double.pi : angle
    var term = x
    var sum = x
    for n in stride(from: 2.0, through: 20, by: 2) {
      term *= -x * x / (n * (n + 1))
      sum += term
    }
    return sum
  }
}
