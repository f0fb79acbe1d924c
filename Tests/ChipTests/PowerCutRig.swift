import Bench
import ModuleCore
import Records
import Testing

@testable import Chip
@testable import Provision

/// An operation between a laptop and a module, during which the module's power is cut.
///
/// Two chips share one flash. The first counts instructions; before each cut it is restored to the moment
/// before the operation, in which it then loses its power. The second chip boots from the resulting flash, at
/// its full speed.
final class PowerCutRig {
  enum Operation: String, CaseIterable, Sendable {
    /// A blank module is paired.
    case pairing
    /// The pending key of another laptop is replaced.
    case otherPending
    /// Other settings are written.
    case settings
    /// Another key replaces the module's key, with a proof under the old key.
    case replacement
    /// Another key replaces the module's key with the case open, without a proof.
    case service
    /// A start is accepted whose counter needs a record.
    case start
    /// The record continues in the other slot, and the full one is erased in advance.
    case slotChange
    /// The boot block replaces the running image by an uploaded one.
    case update
  }

  /// A condition that did not hold after a cut.
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
  /// Number of instructions of the operation in a run without a cut.
  private(set) var instructions: UInt64 = 0
  private(set) var writes = 0
  private let struck: ChipRig
  private let survivor: ChipRig
  private let keptBefore: KeptKey?
  /// The version that ran before the operation.
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
      let key = try #require(keys.kept?.secret?.bytes)
      try struck.install(try ChipRig.shippedUpdate(version: (9, 2, 0)), key: key)
    case .settings, .start, .replacement, .service:
      try laptop.pair(struck.chip)
      newSettings = ChipLaptop.otherSettings
    case .slotChange:
      // The loop ends when the last place of the first slot is taken.
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

  /// Milliseconds that the case has to be open for a replacement by service, including the settling time of the
  /// switch.
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

  /// Replaces the module's key by `newKey`; nothing changes where this was done before.
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

  /// Cuts the power at one moment and checks the module that boots afterwards: it runs, its relay never closes
  /// by itself, its key is the one before or after the operation, and the laptop's next `pair` ends with both
  /// sides equal.
  /// - Parameter seed: seed of the state in which the cut leaves the cells.
  /// - Returns: whether power failed before the end of the operation.
  /// - Throws: `Finding`, or the error of the laptop's last `pair`.
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
    // The clock's crystal takes 300 ms from its first start, and a clock that stands refuses every key.
    self.survivor.wait(milliseconds: 400)
    try expectKey(found, laptop, client, wasCut: wasCut)
    // A counter that has closed the relay is never valid again.
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

  /// Checks that exactly one of the keys is valid, or none where there was none, and that the laptop knows
  /// which.
  private func expectKey(_ found: String?, _ laptop: ChipLaptop, _ client: SMPClient, wasCut: Bool) throws {
    let keys = [keptBefore?.secret, laptop.keys.kept?.secret, isReplacement ? Self.key(6) : nil].compactMap {
      $0
    }
    var good: Set<String> = []
    var refusals: [UInt64] = []
    for key in keys where !good.contains(key.keyID) {
      do {
        try client.setClock(to: 1_795_000_000, key: key)
        good.insert(key.keyID)
      } catch {
        guard case .rejected(let rejection, _) = error else { throw error }
        refusals.append(rejection.code)
      }
    }
    let mayHaveNone = keptBefore == nil && wasCut
    try hold(
      found.map { good == [$0] } ?? (mayHaveNone && good.isEmpty),
      "not exactly one key is good: \(good.sorted()), the module names \(found ?? "none") and answers \(refusals); cut: \(wasCut)"
    )
    if !wasCut { try hold(found == laptop.keys.kept?.keyID, "a key that was confirmed is lost") }
  }

  private func hold(_ condition: Bool, _ otherwise: String) throws(Finding) {
    guard condition else { throw Finding(text: otherwise) }
  }
}
