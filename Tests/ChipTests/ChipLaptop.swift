import ModuleCore
import Provision
import Records

@testable import Chip

/// A cable between a laptop and an executed chip, both on the chip's clock. The cable is dead once the chip's
/// power is cut.
final class ChipLink: Link {
  private let chip: Microcontroller
  private let start = ContinuousClock.now
  private var incoming: [UInt8] = []

  init(_ chip: Microcontroller) { self.chip = chip }

  var now: ContinuousClock.Instant { start + .nanoseconds(Int64(chip.now)) }

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    if chip.isCut { throw .closed }
    chip.link.arrive(bytes, now: chip.now)
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    while incoming.isEmpty {
      if chip.isCut { throw .closed }
      incoming = chip.link.takeSent()
      guard incoming.isEmpty else { break }
      if now >= deadline { throw .timeout }
      chip.run(until: chip.now + 2_000_000)
      // A chip that stands still has no clock, so its time is advanced here.
      if chip.state != .running { chip.idle(until: chip.now + 2_000_000) }
    }
    defer { incoming.removeFirst(min(count, incoming.count)) }
    return Array(incoming.prefix(count))
  }

  func discardInput() { _ = chip.link.takeSent() }
  func setFraming(_ framing: LinkFraming) {}
  func close() {}
}

/// The keys of a laptop, in memory.
final class ChipKeys: PairingKeys {
  private(set) var kept: KeptKey?

  init(_ kept: KeptKey? = nil) { self.kept = kept }

  func keep(_ key: KeptKey) { kept = key }

  func key(for installation: InstallationID, moduleSerial: String) -> KeptKey? { kept }

  func heldKey(_ keyID: String, moduleSerial: String) -> SecretKey? {
    kept?.keyID == keyID ? kept?.secret : nil
  }

  func prepare(_ key: SecretKey, for installation: InstallationID, moduleSerial: String) {
    kept = KeptKey(keyID: key.keyID, secret: key, isCommitted: false)
  }

  func markCommitted(keyID: String, for installation: InstallationID, moduleSerial: String) {
    guard let kept, kept.keyID == keyID else { return }
    self.kept = KeptKey(keyID: keyID, secret: kept.secret, isCommitted: true)
  }
}

/// A laptop that pairs an executed chip as `weldtech pair` does.
struct ChipLaptop {
  static let settings = PairingSettings(
    code: "150621-00A000-7", platform: "https://platform.example", apn: "cmnet",
    trustAnchor: [UInt8](repeating: 0x17, count: 32))
  static let otherSettings = PairingSettings(
    code: "150621-00A000-7", platform: "https://platform.example", apn: "ctnet",
    trustAnchor: [UInt8](repeating: 0x17, count: 32))

  let keys: ChipKeys
  let dice: Dice

  @discardableResult
  func pair(_ chip: Microcontroller, settings: PairingSettings = Self.settings) throws -> PairingResult {
    let link = ChipLink(chip)
    let client = SMPClient(link: link, now: { link.now })
    guard let installation = InstallationID("11111111-2222-4333-8444-555555555555") else {
      throw LinkError.closed
    }
    return try Pairing(client: client, keys: keys, clock: StandingClock(), random: { dice.bytes($0) })
      .pair(installation, settings: settings)
  }
}

private struct StandingClock: Clock {
  func now() -> Timestamp { Timestamp(secondsSince1970: 1_795_000_000, offsetSeconds: 28_800) }
}
