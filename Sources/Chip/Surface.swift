import Bench
import Glibc

/// The board around the chip as its pins see it; docs/firmware.md describes pins and scales.
struct Surface {
  /// Time that the contact takes to follow its coil, nanoseconds.
  private static let contactDelay: UInt64 = 15_000_000
  private static let volts: Double = 3.3 / 4096 * 400
  private static let amps: Double = 800.0 / 2048

  let surroundings: Surroundings
  private(set) var relayIsClosed = false
  private var relayChangedAt: UInt64 = 0
  /// Number of times that the coil was switched on since the chip was made.
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
    let hasFollowed = now >= relayChangedAt + Self.contactDelay
    return hasFollowed ? relayIsClosed : !relayIsClosed && relayChangedAt > 0
  }

  func feedback(now: UInt64) -> Bool {
    surroundings.world.contact != .unwired && contactIsClosed(now: now)
  }

  /// The converter's reading of a channel, in steps.
  func counts(channel: UInt32, now: UInt64) -> UInt32 {
    switch channel {
    case 6: currentCounts(now: now)
    case 7: supplyCounts(now: now)
    default: 0
    }
  }

  /// The converter's reading of the supply's channel, in steps.
  func supplyCounts(now: UInt64) -> UInt32 {
    let phase = Double(now % 20_000_000) / 20_000_000 * 2 * Double.pi
    return Self.counts(surroundings.world.supplyVolts * 2.0.squareRoot() * sin(phase) / Self.volts)
  }

  /// The converter's reading of the current sensor's channel, in steps.
  func currentCounts(now: UInt64) -> UInt32 {
    let world = surroundings.world
    var value = world.zeroOffsetAmps + world.zeroDriftAmpsPerMinute * Double(now) / 60e9
    if contactIsClosed(now: now) { value += world.weldingAmps }
    return Self.counts(value / Self.amps)
  }

  private static func counts(_ value: Double) -> UInt32 {
    UInt32(min(4095, max(0, (2048 + value).rounded())))
  }
}
