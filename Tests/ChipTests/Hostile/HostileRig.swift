import Bench
import ModuleCore
import Testing

@testable import Chip

/// Holds hostile conversations at the service connector of a paired module. Between the hostile requests, the
/// laptop that has the key updates the module. The power fails at an instruction, in a write of the flash, or
/// at the end.
///
/// Two chips share one flash, as in `PowerCutRig`: the first holds the conversation; the second starts from the
/// flash that is left, with the case closed, and shows which image runs.
final class HostileRig {
  /// A fact that did not hold.
  struct Finding: Error, CustomStringConvertible {
    let description: String
  }

  /// The moments at which conversations begin, of a module that is paired.
  enum Beginning: CaseIterable {
    case idle
    /// The module has the authority for the update, and none of its bytes.
    case authorized
    /// Two pieces of the update are missing.
    case nearlyUploaded
    /// The update is uploaded and not marked.
    case uploaded
    /// The update is uploaded, and the authority ended with a reset.
    case restarted
    case marked
    /// The update runs and is confirmed.
    case updated
    case bootloaderAuthorized
    case relayClosed
    /// The seal's loop has been open for ten seconds.
    case opened
    /// A foreign image was uploaded while the case was open, which is closed again.
    case foreignUploaded
  }

  /// The counts of events in all conversations.
  struct Tally: CustomStringConvertible {
    var conversations = 0
    /// Number of requests that were refused for want of an authority.
    var refusals = 0
    /// Number of conversations whose power went before their end.
    var cuts = 0
    /// Number of authorities that the laptop's proof brought.
    var authorities = 0
    /// Number of conversations after which the authorised update ran for the first time.
    var updates = 0
    /// Number of entries into the ROM bootloader.
    var entries = 0
    /// Number of conversations in which the open case allowed an action.
    var services = 0
    /// Number of conversations in which a foreign image ran because of the open case.
    var foreign = 0

    var description: String {
      "\(refusals) refusals, \(cuts) cuts, \(authorities) authorities, \(updates) updates, \(entries) entries into the "
        + "ROM, \(services) uses of the open case, \(foreign) foreign images after them"
    }
  }

  /// The state of the laptop that updates the module.
  struct Laptop {
    /// Whether the laptop has got the authority since the last reset.
    var hasAuthority = false
    var offset = 0
    var isMarked = false
  }

  private struct Moment {
    let snapshot: Microcontroller.Snapshot
    let record: StoredRecord
    let laptop: Laptop
    let sealIsClosed: Bool
    /// Whether the module holds an authority for the update.
    let mayHold: Bool
    /// Whether the module holds an authority for its ROM bootloader.
    let mayEnter: Bool
    /// The images that may run after a conversation in which no authority is given.
    let images: [[UInt8]]
  }

  /// The state of one conversation.
  struct Talk {
    let dice: Dice
    var requests: ConversationRequests
    var laptop: Laptop
    var decoder = ConsoleFrameDecoder()
    /// Whether the module may hold an authority for the update now.
    var mayHold: Bool
    /// Whether the module may hold an authority for its ROM bootloader now.
    var mayEnter: Bool
    /// Whether an authority for the update was given, or asked for with a right proof.
    var mayRun = false
    /// Moment since which the case is open, nanoseconds of the chip; nil where it is closed.
    var openSince: UInt64?
    /// Whether the case was open for ten seconds at some time.
    var mayServe = false
    var hasServed = false
    var hasRunForeign = false
    /// Whether a foreign key was put in with the case open.
    var hasOwnKey = false
    /// Number of right proofs for the update that were sent.
    var updateProofs = 0
    /// Number of right proofs for the update that were certainly counted.
    var updateCounts = 0
    var entryProofs = 0
    var entryCounts = 0
    /// Whether the conversation can go on.
    var isOver = false
  }

  let rig: ChipRig
  private let survivor: ChipRig
  private var moments: [Moment] = []
  /// The shipped application, without its container.
  private let shipped: [UInt8]
  /// The application of the laptop's update, without its container.
  private let updated: [UInt8]
  /// The laptop's update, as a file.
  let update: [UInt8]
  /// Foreign files of the same version: one that a single piece holds, and one that runs and confirms itself.
  let foreign: [[UInt8]]
  private let shippedFile: [UInt8]
  /// The laptop's frames that the attacker has recorded.
  private(set) var recorded: [[UInt8]] = []
  private var sequence: UInt8 = 0
  private(set) var tally = Tally()
  var talk: Talk
  /// Takes a line for each event, to be printed where one conversation is held again.
  var log: (String) -> Void = { _ in }

  static let key = ChipRig.key
  static let otherKey = [UInt8](repeating: 0x66, count: 32)
  static let pieceBytes = 900
  private static let secondsOfService: UInt64 = 10

  init() throws {
    rig = try ChipRig(countsInstructions: true)
    update = try ChipRig.shippedUpdate(version: (9, 2, 0))
    shippedFile = try ChipRig.shippedUpdate()
    let confirming = try ChipRig.shippedUpdate(version: (9, 2, 0)) { image in
      // This image states another lowest replaceable version than the laptop's update.
      image[0x228 + 4] ^= 1
    }
    foreign = [Self.foreignFile(), confirming]
    (shipped, updated) = (Self.image(of: shippedFile), Self.image(of: update))
    survivor = try ChipRig(flash: rig.flash)
    talk = Talk(
      dice: Dice(seed: 0),
      requests: ConversationRequests(pairing: .committed, uniqueID: rig.uniqueID, update: shippedFile, seed: 0),
      laptop: Laptop(), mayHold: false, mayEnter: false)
    rig.boot()
    try rig.pair(key: Self.key)
    for beginning in Beginning.allCases { try reach(beginning) }
  }

  private static func image(of file: [UInt8]) -> [UInt8] { Array(file[32..<file.count - 40]) }

  /// The smallest image that the boot block would start, which does nothing for ever.
  private static func foreignFile() -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    var image = [UInt8](repeating: 0x42, count: 0x280)
    func put(_ bytes: [UInt8], at offset: Int) {
      image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(word(0x2002_0000) + word(FlashMap.application + 0x251), at: 0)
    put([UInt8](repeating: 0, count: 80), at: 0x200)
    put(Array("WTFW".utf8) + [1, 0, 80, 0] + word(0x280) + word(FlashMap.application), at: 0x200)
    put([9, 0, 2, 0, 0, 0, 0x13, 0x04] + Array("STM32F405".utf8), at: 0x210)
    put([0xfe, 0xe7], at: 0x250)
    put(SHA256.digest(image), at: 0x230)
    let body =
      word(0x96f3_b83d) + word(FlashMap.application) + word(32) + word(0x280) + word(0) + [9, 2, 0, 0] + word(0)
      + word(0) + image
    return body + [0x07, 0x69, 40, 0, 0x10, 0, 32, 0] + SHA256.digest(body)
  }

  // MARK: - Beginnings

  /// Brings the module to a beginning by the laptop's requests, and stores that moment.
  private func reach(_ beginning: Beginning) throws {
    func back(to beginning: Beginning) throws {
      guard let index = Beginning.allCases.firstIndex(of: beginning) else { return }
      try rig.chip.restore(moments[index].snapshot)
      talk.laptop = moments[index].laptop
    }
    switch beginning {
    case .idle: break
    case .authorized: try authorizeUpdate()
    case .nearlyUploaded:
      for _ in 0..<99 where update.count - talk.laptop.offset > 2 * Self.pieceBytes { try sendPiece() }
    case .uploaded:
      for _ in 0..<3 where talk.laptop.offset < update.count { try sendPiece() }
      #expect(talk.laptop.offset == update.count)
    case .restarted:
      #expect(try rig.reset() != nil)
      rig.boot()
      talk.laptop.hasAuthority = false
    case .marked:
      try back(to: .uploaded)
      try markUpdate()
      #expect(talk.laptop.isMarked)
    case .updated:
      #expect(try rig.reset() != nil)
      #expect(try rig.firmwareVersion() == "9.2.0")
      rig.wait(milliseconds: 6_000)
      talk.laptop = Laptop()
    case .bootloaderAuthorized:
      try back(to: .idle)
      try authorizeBootloader()
    case .relayClosed:
      try back(to: .idle)
      #expect(try rig.start(key: Self.key, seconds: 600)[ModuleField.error] == nil)
    case .opened:
      try back(to: .idle)
      rig.surroundings.world.sealClosed = false
      rig.wait(milliseconds: 1_000 * Self.secondsOfService + 200)
    case .foreignUploaded:
      // The chip has not seen the case closed since the beginning before, because no time has passed.
      rig.surroundings.world.sealClosed = false
      try rig.upload(foreign[1])
      rig.surroundings.world.sealClosed = true
      rig.wait(milliseconds: 100)
    }
    let holds = [.authorized, .nearlyUploaded, .uploaded, .marked].contains(beginning)
    moments.append(
      Moment(
        snapshot: try rig.chip.snapshot(), record: try #require(StoredRecord(rig.flash)), laptop: talk.laptop,
        sealIsClosed: beginning != .opened, mayHold: holds, mayEnter: beginning == .bootloaderAuthorized,
        images: beginning == .updated ? [updated] : holds ? [shipped, updated] : [shipped]))
    rig.surroundings.world.sealClosed = true
    #expect(runs(beginning == .updated ? updated : shipped))
  }

  // MARK: - A conversation

  /// Holds one conversation, and checks the module that starts from the flash that is left: the old image or
  /// the authorised one runs, the pairing is the same, and all that was allowed was counted.
  /// - Throws: `Finding`.
  func hold(seed: UInt64) throws {
    let dice = Dice(seed: seed)
    // The moments take turns, so that a few conversations cover all of them.
    let index = Int(seed % UInt64(moments.count))
    let moment = moments[index]
    try rig.chip.restore(moment.snapshot)
    rig.surroundings.world.sealClosed = moment.sealIsClosed
    rig.generator.begin(seed: seed &+ 1)
    sequence = 0
    talk = Talk(
      dice: dice,
      requests: ConversationRequests(
        pairing: .committed, uniqueID: rig.uniqueID, update: shippedFile, seed: dice.next()),
      laptop: moment.laptop, mayHold: moment.mayHold, mayEnter: moment.mayEnter)
    if !moment.sealIsClosed { (talk.openSince, talk.mayServe) = (0, true) }
    log("begins \(Beginning.allCases[index])")

    let count = 2 + dice.below(10)
    let cutAt = dice.below(count + 1)
    for action in 0..<count where !talk.isOver {
      if action == cutAt { planCut(dice) }
      try act()
      try look()
    }
    tally.conversations += 1
    if rig.chip.isCut { tally.cuts += 1 }
    if talk.hasServed { tally.services += 1 }
    if talk.hasRunForeign { tally.foreign += 1 }
    log("ends, \(rig.chip.isCut ? "cut" : "whole"), \(rig.chip.state)")
    let noise = Dice(seed: dice.next())
    rig.chip.cutPower { noise.byte() }
    try judge(moment, startsAgain: dice.below(4) == 0, noise)
  }

  private func planCut(_ dice: Dice) {
    let chip = rig.chip
    switch dice.below(3) {
    case 0:
      let most = 1 << (8 + dice.below(17))
      chip.cutAfterInstructions = chip.processor.instructions + 1 + UInt64(dice.below(most))
    case 1: chip.cutInOperation = chip.flash.operations + 1 + dice.below([3, 40, 400, 9_000][dice.below(4)])
    default: break
    }
  }

  /// Checks the chip's state against what was allowed.
  private func look() throws {
    watchSeal()
    switch rig.chip.state {
    case .running: break
    case .lockedUp: throw Finding(description: "it is locked up")
    case .bootloader:
      try expect(talk.mayEnter || talk.mayServe, "the ROM bootloader was entered without an authority")
      talk.isOver = true
      tally.entries += 1
    }
    if rig.chip.isCut { talk.isOver = true }
    guard runsForeign else { return }
    try expect(talk.mayServe, "a foreign image is in the application's place")
    (talk.hasServed, talk.hasRunForeign) = (true, true)
  }

  /// Whether a foreign image is in the application's place.
  var runsForeign: Bool { foreign.contains { runs(Self.image(of: $0)) } }

  /// Whether an image is in the application's place.
  private func runs(_ image: [UInt8]) -> Bool {
    rig.flash.read(FlashMap.application, count: image.count) == image
  }

  private func judge(_ moment: Moment, startsAgain: Bool, _ noise: Dice) throws {
    let closings = survivor.chip.surface.closings
    survivor.chip.powerUp()
    for round in 0..<(startsAgain ? 2 : 1) {
      if round > 0 { survivor.chip.cutPower { noise.byte() } }
      guard let identity = try identityOfSurvivor() else {
        try expect(survivor.chip.state != .bootloader, "it starts in the ROM bootloader")
        try expect(runsForeign && talk.mayServe, "it does not start")
        return try judgeCounts(moment)
      }
      let images = moment.images + (talk.mayRun && !moment.images.contains(updated) ? [updated] : [])
      let image = images.first { runs($0) }
      try expect(image != nil || talk.mayServe, "another image runs")
      if let image {
        let digest = identity[ModuleField.imageDigest]?.byteString
        try expect(digest == Array(image[0x230..<0x250]), "it says that another image runs")
        if round == 0, image == updated, moment.images.first == shipped { tally.updates += 1 }
      }
      try judgePairing(identity)
    }
    try expect(survivor.chip.surface.closings == closings, "the relay closed by itself")
    try judgeCounts(moment)
  }

  /// Waits for the second chip's identity; nil where a foreign image runs, or nothing does.
  private func identityOfSurvivor() throws -> CBORItem? {
    for _ in 0..<16 {
      survivor.wait(milliseconds: 500)
      if survivor.chip.state != .running || runs(Self.image(of: foreign[0])) { return nil }
      if let identity = try survivor.exchange(.identity, CBORMapWriter()) { return identity }
    }
    return nil
  }

  private func judgePairing(_ identity: CBORItem) throws {
    try expect(identity[ModuleField.state]?.unsigned == 2, "it is not paired")
    let keyID = identity[ModuleField.keyID]?.byteString
    let key = [Self.key, Self.otherKey].first { Authenticator.keyID(of: $0) == keyID }
    guard let key, key == Self.key || talk.mayServe else { throw Finding(description: "it has another key") }
    // The code for committing a key that is committed already changes nothing, and is right under that key alone.
    var commit = CBORMapWriter()
    commit.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    commit.put(
      ModuleField.authenticationCode, bytes: Authenticator.commit(key: key, uniqueID: survivor.uniqueID))
    try expect(try survivor.ask(.pairCommit, commit)[ModuleField.error] == nil, "the key is not good")
  }

  private func judgeCounts(_ moment: Moment) throws {
    guard let record = StoredRecord(rig.flash), record.isPaired else {
      throw Finding(description: "the pairing record is lost")
    }
    let before = moment.record
    try expect(
      record.committedKey == Self.key || record.serviceReplacements > before.serviceReplacements,
      "the key was replaced and that is not counted")
    if !talk.mayServe {
      try expect(record.services == before.services, "a service is counted that was none")
    }
    try expect(!talk.hasServed || record.services > before.services, "a service is not counted")
    try expect(
      !runsForeign || record.services > before.services,
      "a foreign image runs and no service is counted")
    let updates = Int(record.provenUpdates) - Int(before.provenUpdates)
    try expect(
      (talk.updateCounts...talk.updateProofs).contains(updates),
      "\(updates) authorities for updates are counted, of \(talk.updateProofs)")
    let entries = Int(record.provenEntries) - Int(before.provenEntries)
    try expect(
      (talk.entryCounts...talk.entryProofs).contains(entries),
      "\(entries) authorities for entries are counted, of \(talk.entryProofs)")
  }

  func expect(_ condition: Bool, _ otherwise: String) throws {
    if !condition { throw Finding(description: otherwise) }
  }

  // MARK: - The wire

  /// The frame of a request.
  func frame(
    _ operation: SMPMessage.Operation, _ group: UInt16, _ command: UInt8, _ fields: CBORMapWriter
  ) -> [UInt8] {
    sequence &+= 1
    let message = SMPMessage(
      operation: operation, version: 1, group: group, sequence: sequence, command: command,
      payload: fields.encoded)
    return message.encoded.flatMap(ConsoleFraming.encode) ?? []
  }

  /// Sends a request of group 64 and gives its reply.
  func ask(_ command: ModuleCommand, _ fields: CBORMapWriter = CBORMapWriter()) throws -> CBORItem? {
    let frame = frame(command.operation, SMPGroup.module, command.rawValue, fields)
    return try say(frame, awaits: sequence)
  }

  /// Sends a request of the laptop, which the attacker may record.
  func askRecorded(
    _ operation: SMPMessage.Operation, _ group: UInt16, _ command: UInt8, _ fields: CBORMapWriter
  ) throws -> CBORItem? {
    let frame = frame(operation, group, command, fields)
    if moments.count < Beginning.allCases.count { recorded.append(frame) }
    return try say(frame, awaits: sequence)
  }

  /// Sends a request of group 0 or 1 and gives its reply.
  func ask(_ group: UInt16, _ command: UInt8, _ fields: CBORMapWriter) throws -> CBORItem? {
    let frame = frame(.write, group, command, fields)
    return try say(frame, awaits: sequence)
  }

  /// Puts bytes on the wire and waits for the module's reply.
  /// - Parameter sequence: the sequence number of the awaited reply; nil where no reply is awaited.
  @discardableResult
  func say(_ bytes: [UInt8], awaits sequence: UInt8? = nil) throws -> CBORItem? {
    let chip = rig.chip
    chip.link.arrive([0x0a] + bytes, now: chip.now)
    chip.run(until: chip.link.lineIsFreeAt)
    var answer: CBORItem?
    for _ in 0..<(sequence == nil ? 8 : 600) {
      rig.wait(milliseconds: 5)
      for bytes in talk.decoder.take(chip.link.takeSent()) {
        guard let reply = SMPMessage(bytes), let item = try? CBORItem(reply.payload) else { continue }
        try note(reply, item)
        if reply.sequence == sequence { answer = item }
      }
      if answer != nil || chip.isCut || chip.state != .running { break }
    }
    return answer
  }

  /// The code of a refusal; nil where the reply is no refusal.
  func refusal(_ reply: CBORItem) -> UInt64? {
    (reply[ModuleField.error] ?? reply)[ModuleField.returnCode]?.unsigned
  }

  private func note(_ reply: SMPMessage, _ item: CBORItem) throws {
    let code = refusal(item)
    log("  group \(reply.group), command \(reply.command): \(code.map { "refused, \($0)" } ?? "done")")
    if code == ManagementError.accessDenied, reply.group != SMPGroup.module { tally.refusals += 1 }
    watchSeal()
    let takes = [ImageCommand.upload.rawValue, ImageCommand.erase.rawValue].contains(reply.command)
    guard reply.group == SMPGroup.image, reply.operation == .writeReply, takes, code == nil, !talk.mayHold
    else { return }
    try expect(talk.mayServe, "an image was taken or erased without an authority")
    talk.hasServed = true
  }

  /// Notices a case that has been open for nearly ten seconds.
  func watchSeal() {
    guard let since = talk.openSince else { return }
    if rig.chip.now - since >= (Self.secondsOfService * 1000 - 100) * 1_000_000 { talk.mayServe = true }
  }

  func countAuthority() { tally.authorities += 1 }
}
