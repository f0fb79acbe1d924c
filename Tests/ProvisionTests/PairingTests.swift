import Cryptography
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Checks the laptop's side of a pairing with the module's own core, interrupted at every possible place.
@Suite struct PairingTests {
  static let installation = InstallationID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")!
  static let other = InstallationID("3f2504e0-4f89-41d3-9a0c-0305e82c3302")!
  static let settings = PairingSettings(
    code: "150621-00A000-5", platform: "https://platform.example", apn: "cmiot",
    trustAnchor: Array(repeating: 0x5A, count: 32))

  /// A laptop with its keys, its random numbers, and the events that were reported to it.
  final class Laptop {
    let keys = MemoryKeys()
    var events: [PairingEvent] = []
    private var generator: SplitMix64

    init(seed: UInt64 = 1) { generator = SplitMix64(seed: seed) }

    func pair(
      _ rig: ModuleRig, _ installation: InstallationID = PairingTests.installation, recorded: String? = nil,
      settings: PairingSettings = PairingTests.settings, terms: ReplacementTerms = ReplacementTerms()
    ) throws -> PairingResult {
      events = []
      let pairing = Pairing(
        client: rig.link.client(), keys: keys, clock: FixedClock(),
        random: { count in (0..<count).map { _ in UInt8.random(in: 0...255, using: &self.generator) } },
        onEvent: { self.events.append($0) })
      return try pairing.pair(installation, recordedSerialNumber: recorded, settings: settings, terms: terms)
    }
  }

  /// Expects module and laptop to hold the same key, for the same installation, with the settings, and no
  /// second key.
  static func expectAgreement(
    _ rig: ModuleRig, _ laptop: Laptop, keysMade: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let client = rig.link.client()
    let module = try client.identity()
    let kept = try laptop.keys.key(for: installation, moduleSerial: module.serialNumber)
    #expect(kept?.isCommitted == true, sourceLocation: sourceLocation)
    #expect(module.keyID != nil && module.keyID == kept?.keyID, sourceLocation: sourceLocation)
    #expect(module.pendingKeyID == nil, sourceLocation: sourceLocation)
    #expect(module.installation == installation.text, sourceLocation: sourceLocation)
    #expect(try client.configuration() == settings, sourceLocation: sourceLocation)
    #expect(laptop.keys.prepared.count == keysMade, sourceLocation: sourceLocation)
  }

  static let foreignKey = SecretKey(
    bytes: Array(repeating: 9, count: 32),
    keyID: Hex.encode(Authenticator.keyID(of: Array(repeating: 9, count: 32))))!

  // MARK: - Every row of the table

  @Test func `binds an unpaired module`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let result = try laptop.pair(rig)
    try Self.expectAgreement(rig, laptop)
    let module = try rig.link.client().identity()
    #expect(result.serialNumber == module.serialNumber && result.keyID == module.keyID)
    #expect(result.imei == module.imei && result.iccid == module.iccid && !result.wasAlreadyPaired)
    #expect(try rig.link.client().readings().time == UInt64(FixedClock().time.secondsSince1970))
    #expect(laptop.events.count == 8)
    guard case .identified(let seen)? = laptop.events.first, seen.keyID == nil else {
      Issue.record("\(laptop.events)")
      return
    }
    #expect(
      Array(laptop.events.dropFirst()) == [
        .keyStored(keyID: result.keyID), .keySent, .keyProven, .keyCommitted, .settingsWritten,
        .settingsReadBack, .clockSet,
      ])
  }

  @Test func `finds that all is so already when run again`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let first = try laptop.pair(rig)
    let again = try laptop.pair(rig, recorded: first.serialNumber)
    #expect(again.wasAlreadyPaired && again.keyID == first.keyID)
    #expect(!laptop.events.contains(.keySent) && !laptop.events.contains(.settingsWritten))
    #expect(laptop.events.contains(.keyProven))
    try Self.expectAgreement(rig, laptop)
  }

  @Test(arguments: [false, true]) func `makes a new key when the module has lost the one that it had committed`(
    isCutOff: Bool
  ) throws {
    let laptop = Laptop()
    let first = try laptop.pair(ModuleRig())
    let erased = ModuleRig()
    if isCutOff {
      // The next run continues with the new key, and makes no third one.
      erased.link.writesLeft = 2
      #expect(throws: ProvisionError.link(.closed, during: .pairProve)) { try laptop.pair(erased) }
      erased.reconnect()
    }
    #expect(try laptop.pair(erased).keyID != first.keyID)
    try Self.expectAgreement(erased, laptop, keysMade: 2)
  }

  @Test func `never commits the key of before an erasure, where it is pending`() throws {
    let laptop = Laptop()
    let first = try laptop.pair(ModuleRig())
    let kept = try laptop.keys.key(for: Self.installation, moduleSerial: first.serialNumber)
    let erased = ModuleRig()
    try erased.leavePending(try #require(kept?.secret), for: Self.installation)
    #expect(try laptop.pair(erased).keyID != first.keyID)
    try Self.expectAgreement(erased, laptop, keysMade: 2)
  }

  @Test func `makes a new key when the module has lost a forgotten one`() throws {
    let laptop = Laptop()
    let first = try laptop.pair(ModuleRig())
    laptop.keys.forget(Self.installation, moduleSerial: first.serialNumber)
    let erased = ModuleRig()
    #expect(try laptop.pair(erased).keyID != first.keyID)
    try Self.expectAgreement(erased, laptop, keysMade: 2)
  }

  @Test(arguments: [false, true]) func `replaces a pending key of another laptop`(ownPrepared: Bool) throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    if ownPrepared {
      rig.link.writesLeft = 1
      #expect(throws: ProvisionError.link(.closed, during: .pairBegin)) { try laptop.pair(rig) }
      rig.reconnect()
    }
    try rig.leavePending(Self.foreignKey, for: Self.other)
    #expect(try rig.link.client().identity().pendingKeyID != nil)
    _ = try laptop.pair(rig)
    #expect(laptop.events.contains(.keySent))
    try Self.expectAgreement(rig, laptop)
  }

  @Test func `removes a pending key beside its own committed one`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let first = try laptop.pair(rig)
    try rig.leavePending(Self.foreignKey, for: Self.other)
    #expect(try laptop.pair(rig).keyID == first.keyID)
    #expect(laptop.events.contains(.keySent))
    try Self.expectAgreement(rig, laptop)
  }

  @Test func `changes the settings only when they differ`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let moved = PairingSettings(
      code: Self.settings.code, platform: "https://old.example", apn: "", trustAnchor: Self.settings.trustAnchor
    )
    _ = try laptop.pair(rig, settings: moved)
    let result = try laptop.pair(rig)
    #expect(!result.wasAlreadyPaired && laptop.events.contains(.settingsWritten))
    #expect(!laptop.events.contains(.keySent))
    try Self.expectAgreement(rig, laptop)
  }

  @Test func `refuses another module than the record's`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let serial = try rig.link.client().identity().serialNumber
    #expect(throws: ProvisionError.otherModule(recorded: "WT0", connected: serial)) {
      try laptop.pair(rig, recorded: "WT0")
    }
    #expect(laptop.keys.prepared.isEmpty)
  }

  @Test func `compares only when the platform has the key`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    let first = try laptop.pair(rig)
    laptop.keys.forget(Self.installation, moduleSerial: first.serialNumber)
    #expect(try laptop.pair(rig).wasAlreadyPaired)
    let moved = PairingSettings(
      code: Self.settings.code, platform: "https://new.example", apn: "", trustAnchor: Self.settings.trustAnchor
    )
    #expect(throws: ProvisionError.replacement(keyID: first.keyID, .unreachable)) {
      try laptop.pair(rig, settings: moved)
    }
    #expect(try rig.link.client().configuration() == Self.settings)
  }

  // MARK: - Cut off

  /// The cable is pulled before each message is sent; the module keeps running or loses its power too.
  @Test(arguments: 0..<9, [false, true]) func `is finished by the next run when cut before a message`(
    message: Int, losesPower: Bool
  ) throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    rig.link.writesLeft = message
    #expect(throws: ProvisionError.self) { try laptop.pair(rig) }
    if losesPower { rig.restart() }
    rig.reconnect()
    _ = try laptop.pair(rig)
    try Self.expectAgreement(rig, laptop)
  }

  /// The cable is pulled after each byte that the module sends, from the first to the last but one.
  @Test func `is finished by the next run when cut after any byte received`() throws {
    let whole = ModuleRig()
    _ = try Laptop().pair(whole)
    #expect(whole.link.writes == 9)
    var cut = 0
    for count in stride(from: 0, to: whole.link.received, by: 3) {
      let rig = ModuleRig()
      let laptop = Laptop()
      rig.link.bytesLeft = count
      #expect(throws: ProvisionError.self) { try laptop.pair(rig) }
      cut += 1
      rig.reconnect()
      _ = try laptop.pair(rig)
      try Self.expectAgreement(rig, laptop)
    }
    #expect(cut > 200)
  }

  /// The laptop stops before and after each of its two writes: key prepared, key committed.
  @Test(arguments: [1, 2], [false, true]) func `is finished by the next run when the laptop dies`(
    write: Int, afterwards: Bool
  ) throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    if afterwards { laptop.keys.diesAfter = write } else { laptop.keys.diesBefore = write }
    #expect(throws: MemoryKeys.Dead.self) { try laptop.pair(rig) }
    #expect(try rig.link.client().identity().keyID == (write == 1 ? nil : laptop.keys.prepared.last))
    laptop.keys.diesAfter = nil
    laptop.keys.diesBefore = nil
    _ = try laptop.pair(rig)
    try Self.expectAgreement(rig, laptop)
  }

  /// Each reply and each request is lost once on the way; it is repeated, and the result is the same.
  @Test(arguments: 0..<9, [false, true]) func `carries on when one message is lost`(message: Int, isReply: Bool)
    throws
  {
    let rig = ModuleRig()
    let laptop = Laptop()
    var count = -1
    rig.tamper = { frame, module in
      count += 1
      if count != message { return module(frame) }
      if isReply { _ = module(frame) }
      return []
    }
    let result = try laptop.pair(rig)
    #expect(!result.wasAlreadyPaired)
    rig.tamper = nil
    try Self.expectAgreement(rig, laptop)
  }

  /// The error of a module that falls silent for good names the request.
  @Test(
    arguments: zip(
      0..<9,
      [
        ModuleRequest.identity, .pairBegin, .pairProve, .pairCommit, .configuration, .configure, .configuration,
        .setClock, .identity,
      ]))
  func `says during what the module fell silent`(message: Int, request: ModuleRequest) {
    let rig = ModuleRig()
    var count = -1
    rig.tamper = { frame, module in
      count += 1
      return count < message ? module(frame) : []
    }
    let start = rig.link.time
    #expect(throws: ProvisionError.link(.timeout, during: request)) { try Laptop().pair(rig) }
    #expect(rig.link.time - start < .seconds(12))
  }

  @Test func `has the key on disk when it is sent`() throws {
    let rig = ModuleRig()
    let laptop = Laptop()
    var keptWhenSent: [String] = []
    rig.tamper = { frame, module in
      if message(in: frame)?.command == ModuleCommand.pairBegin.rawValue { keptWhenSent = laptop.keys.prepared }
      return module(frame)
    }
    #expect(try laptop.pair(rig).keyID == keptWhenSent.first)
  }

  // MARK: - A module that is not what it says

  @Test func `refuses a proof by another key and commits nothing`() throws {
    let rig = ModuleRig()
    rig.tamper = { frame, module in
      let reply = module(frame)
      guard let asked = message(in: frame), asked.command == ModuleCommand.pairProve.rawValue,
        var answer = message(in: reply)
      else { return reply }
      answer.payload[answer.payload.count - 1] ^= 1
      return answer.frame
    }
    let laptop = Laptop()
    let error = #expect(throws: ProvisionError.self) { try laptop.pair(rig) }
    #expect(error == .notProven(keyID: laptop.keys.prepared[0]))
    rig.tamper = nil
    #expect(try rig.link.client().identity().keyID == nil)
  }

  @Test func `says which settings were read back otherwise`() throws {
    let rig = ModuleRig()
    var asked = 0
    rig.tamper = { frame, module in
      guard let request = message(in: frame), request.command == ModuleCommand.configuration.rawValue else {
        return module(frame)
      }
      asked += 1
      var fields = CBORMapWriter()
      fields.put(ModuleField.labelCode, string: Self.settings.code)
      fields.put(ModuleField.platformAddress, string: "https://elsewhere.example")
      fields.put(ModuleField.accessPoint, string: Self.settings.apn)
      fields.put(ModuleField.trustAnchor, bytes: Array(repeating: 1, count: 32))
      return request.reply(fields.encoded)?.frame ?? []
    }
    #expect(throws: ProvisionError.configurationDiffers([.platform, .trustAnchor])) { try Laptop().pair(rig) }
    #expect(asked == 2)
  }

  @Test(arguments: [
    (
      PairingSettings(code: "150621-00A000", platform: "https://a", apn: "", trustAnchor: []),
      PairingSettings.Field.code
    ),
    (PairingSettings(code: settings.code, platform: "http://a.example", apn: "", trustAnchor: []), .platform),
    (PairingSettings(code: settings.code, platform: "https://", apn: "", trustAnchor: []), .platform),
    (PairingSettings(code: settings.code, platform: "https://平台", apn: "", trustAnchor: []), .platform),
    (
      PairingSettings(
        code: settings.code, platform: "https://" + String(repeating: "a", count: 121), apn: "", trustAnchor: []
      ),
      .platform
    ),
    (
      PairingSettings(
        code: settings.code, platform: "https://a", apn: String(repeating: "a", count: 64), trustAnchor: []),
      .apn
    ),
    (PairingSettings(code: settings.code, platform: "https://a", apn: "", trustAnchor: [1]), .trustAnchor),
  ])
  func `refuses a setting no module takes before it talks`(
    settings: PairingSettings, field: PairingSettings.Field
  ) {
    let rig = ModuleRig()
    #expect(throws: ProvisionError.badSetting(field)) { try Laptop().pair(rig, settings: settings) }
    #expect(rig.link.writes == 0)
  }
}
