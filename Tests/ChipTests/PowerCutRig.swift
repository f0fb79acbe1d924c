import Bench
import ModuleCore
import Records
import Testing

@testable import Chip
@testable import Provision

/// An operation of a laptop at a module, and the module's power cut in the middle of it.
///
/// Two chips share one flash: the first counts instructions, is put back to the moment before the operation for each
/// cut and loses its power in it; the second then boots from what is left, at its full speed.
final class PowerCutRig {
  enum Operation: String, CaseIterable, Sendable {
    /// A blank module is paired.
    case pairing
    /// Another laptop's key waits in it and is replaced.
    case otherPending
    /// Other settings are written.
    case settings
    /// Another key takes the place of the module's, by a proof under that one.
    case replacement
    /// Another key takes the place of the module's with the case open, without a proof.
    case service
    /// A start whose counter needs a record.
    case start
    /// The record goes on in the other slot, and the full one is erased ahead.
    case slotChange
    /// The boot block puts an uploaded image in the place of the one that runs.
    case update
  }

  /// A fact that did not hold after a cut.
  struct Finding: Error { let text: String }

  enum Moment: CustomStringConvertible {
    case instruction(UInt64)
    case write(Int)

    var description: String {
      switch self {
      case .instruction(let number): "instruction/\(number)"
      case .write(let number): "write/\(number)"
      }
    }
  }

  let operation: Operation
  /// Instructions that the operation takes where nothing is cut.
  private(set) var instructions: UInt64 = 0
  private(set) var writes = 0
  private let struck: ChipRig
  private let survivor: ChipRig
  private let keptBefore: KeptKey?
  /// The version that runs before.
  private let shipped: String
  /// The settings that the operation writes.
  private var newSettings = ChipLaptop.settings
  /// The counter of the latest start.
  private var used: UInt64 = 0
  private let before: Microcontroller.Snapshot
  private let first: (instructions: UInt64, writes: Int)

  init(_ operation: Operation) throws {
    self.operation = operation
    struck = try ChipRig(countsInstructions: true)
    let keys = ChipKeys()
    let laptop = ChipLaptop(keys: keys, dice: Dice(seed: 11))
    struck.boot()
    shipped = try struck.firmwareVersion() ?? ""
    switch operation {
    case .pairing: break
    case .otherPending:
      let key = try #require(Self.key(5))
      let link = ChipLink(struck.chip)
      let installation = try #require(InstallationID("99999999-2222-4333-8444-555555555555"))
      _ = try SMPClient(link: link, now: { link.now }).pairBegin(key, for: installation)
    case .update:
      try laptop.pair(struck.chip)
      try struck.install(try ChipRig.shippedUpdate(version: (9, 2, 0)))
    case .settings, .start, .replacement, .service:
      try laptop.pair(struck.chip)
      newSettings = ChipLaptop.otherSettings
    case .slotChange:
      // Until the first slot's last place is taken.
      let last = FlashMap.recordSlots.0 + FlashMap.recordSlotSize - 512
      while struck.flash.read(last, count: 4) == [255, 255, 255, 255] {
        try laptop.pair(struck.chip, settings: newSettings)
        newSettings = newSettings == ChipLaptop.settings ? ChipLaptop.otherSettings : ChipLaptop.settings
      }
    }
    keptBefore = keys.kept
    survivor = try ChipRig(flash: struck.flash)
    for rig in [struck, survivor] { rig.surroundings.world.sealClosed = operation != .service }
    if operation == .service { struck.wait(milliseconds: Self.serviceTime) }
    before = try struck.chip.snapshot()
    first = (struck.chip.processor.instructions, struck.chip.flash.operations)
    try perform(laptop)
    instructions = struck.chip.processor.instructions - first.instructions
    writes = struck.chip.flash.operations - first.writes
    #expect(writes > 0)
  }

  /// Milliseconds that the case has to be open for a replacement by service, with the time that the switch takes to
  /// settle.
  private static let serviceTime: UInt64 = 10_200

  private static func key(_ byte: UInt8) -> SecretKey? {
    let bytes = [UInt8](repeating: byte, count: SecretKey.byteCount)
    return SecretKey(bytes: bytes, keyID: hex(Authenticator.keyID(of: bytes)))
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func perform(_ laptop: ChipLaptop) throws {
    switch operation {
    case .pairing, .otherPending, .settings: try laptop.pair(struck.chip, settings: newSettings)
    case .start: try start(laptop)
    case .update: try update()
    case .replacement, .service: try replace(struck, laptop)
    case .slotChange:
      try laptop.pair(struck.chip, settings: newSettings)
      struck.wait(milliseconds: 2_500)
    }
  }

  private func start(_ laptop: ChipLaptop) throws {
    let key = try #require(laptop.keys.kept?.secret)
    let link = ChipLink(struck.chip)
    let client = SMPClient(link: link, now: { link.now })
    let given = try client.challenge()
    used = given.counter
    try client.start(
      SignedStart(
        counter: used, seconds: 1,
        authenticator: Authenticator.start(
          key: key.bytes, counter: used, seconds: 1, challenge: given.bytes)))
  }

  private func update() throws {
    let link = ChipLink(struck.chip)
    let client = SMPClient(link: link, now: { link.now })
    try client.reset()
    let version = try struck.firmwareVersion()
    if !struck.chip.isCut { try hold(version == "9.2.0", "the update does not run") }
  }

  /// Puts `newKey` in the place of the module's key; done again where it was done before.
  private func replace(_ rig: ChipRig, _ laptop: ChipLaptop) throws {
    let old = try #require(keptBefore?.secret ?? laptop.keys.kept?.secret)
    let new = try #require(Self.key(6))
    let newID = Authenticator.keyID(of: new.bytes)
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyID, bytes: newID)
    fields.put(
      ModuleField.authenticationCode,
      bytes: Authenticator.commit(key: new.bytes, uniqueID: ChipRig.uniqueID))
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: new.bytes)
    begin.put(ModuleField.installation, text: ChipRig.installation)
    guard let begun = try rig.exchange(.pairBegin, begin) else { return }
    try hold(begun[ModuleField.error] == nil, "the new key is refused")
    if operation == .replacement {
      guard let given = try rig.exchange(.challenge, CBORMapWriter()) else { return }
      let challenge = try #require(given[ModuleField.challenge]?.byteString)
      fields.put(
        ModuleField.proof,
        bytes: Authenticator.replacement(
          key: old.bytes, challenge: challenge, newKeyID: newID, uniqueID: ChipRig.uniqueID))
    }
    let command = operation == .replacement ? ModuleCommand.pairReplace : .pairService
    guard let replaced = try rig.exchange(command, fields) else { return }
    try hold(replaced[ModuleField.error] == nil, "the replacement is refused")
    laptop.keys.keep(KeptKey(keyID: new.keyID, secret: new, isCommitted: true))
  }

  // MARK: - Cutting

  /// Cuts the power at one moment and holds against the module that boots from what is left: it runs, its relay never
  /// closes by itself, it has the key of before or of after the operation, and the laptop's next `pair` ends with
  /// both sides equal.
  /// - Parameter seed: seed of what the cut leaves in the cells at work.
  /// - Returns: whether power went before the operation had ended.
  /// - Throws: `Finding`, or what the laptop's last `pair` threw.
  func cut(_ moment: Moment, seed: UInt64) throws -> Bool {
    let chip = struck.chip
    try chip.restore(before)
    switch moment {
    case .instruction(let number): chip.cutAfterInstructions = first.instructions + number
    case .write(let number): chip.cutInOperation = first.writes + number
    }
    let laptop = ChipLaptop(keys: ChipKeys(keptBefore), dice: Dice(seed: 11))
    let closings = chip.surface.closings
    do {
      try perform(laptop)
    } catch {
      guard chip.isCut else { throw error }
    }
    let wasCut = chip.isCut
    let relayHasClosed = chip.surface.closings > closings
    try hold(!relayHasClosed || operation == .start, "the relay closed")
    let noise = Dice(seed: seed)
    chip.cutPower { noise.byte() }
    try hold(!chip.surface.relayIsClosed, "the relay stays closed without power")

    let survivor = survivor.chip
    let closed = survivor.surface.closings
    survivor.powerUp()
    if operation == .update {
      let version = try self.survivor.firmwareVersion()
      try hold(version == "9.2.0" || version == shipped, "neither the old firmware nor the new one runs")
    } else {
      self.survivor.boot()
    }
    try hold(survivor.state == .running, "it does not boot")
    let link = ChipLink(survivor)
    let client = SMPClient(link: link, now: { link.now })
    let found = try client.identity().keyID
    try expectKey(found, laptop, client, wasCut: wasCut)
    // A counter that has closed the relay is never good again.
    if relayHasClosed { try hold(try client.challenge().counter > used, "a counter is good again") }

    if isReplacement {
      if operation == .service { self.survivor.wait(milliseconds: Self.serviceTime) }
      try replace(self.survivor, laptop)
    }
    let result = try laptop.pair(survivor)
    let identity = try client.identity()
    try hold(
      identity.keyID == result.keyID && identity.pendingKeyID == nil
        && laptop.keys.kept?.keyID == result.keyID && laptop.keys.kept?.isCommitted == true,
      "laptop and module disagree")
    try hold(try client.configuration() == ChipLaptop.settings, "other settings")
    try hold(survivor.surface.closings == closed, "the relay closed by itself")
    return wasCut
  }

  private var isReplacement: Bool { operation == .replacement || operation == .service }

  /// Exactly one of the keys is good, or none where there was none; the laptop knows which.
  private func expectKey(_ found: String?, _ laptop: ChipLaptop, _ client: SMPClient, wasCut: Bool) throws {
    let keys = [keptBefore?.secret, laptop.keys.kept?.secret, isReplacement ? Self.key(6) : nil].compactMap {
      $0
    }
    var good: Set<String> = []
    for key in keys where !good.contains(key.keyID) {
      do {
        try client.setClock(to: 1_795_000_000, key: key)
        good.insert(key.keyID)
      } catch {
        guard case .rejected = error else { throw error }
      }
    }
    let mayHaveNone = keptBefore == nil && wasCut
    try hold(found.map { good == [$0] } ?? (mayHaveNone && good.isEmpty), "not exactly one key is good")
    if !wasCut { try hold(found == laptop.keys.kept?.keyID, "a key that was confirmed is lost") }
  }

  private func hold(_ condition: Bool, _ otherwise: String) throws(Finding) {
    guard condition else { throw Finding(text: otherwise) }
  }
}
