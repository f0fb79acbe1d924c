import ModuleCore

/// Bytes that a laptop puts on the wire: a request, or an attempt at one.
struct ConversationRequest {
  enum Kind: String, CaseIterable {
    case good, malformed, wronglyAuthenticated
  }

  var kind: Kind
  /// A description for the report of a difference.
  var name: String
  var bytes: [UInt8]
  /// Whether the module restarts after its reply.
  var resets = false
  /// Whether the module enters its ROM bootloader, so that only a power cycle brings the firmware back.
  var leavesFirmware = false
}

/// Draws requests of all kinds, the same in every run.
struct ConversationRequests {
  /// The state of the module's pairing.
  enum Pairing: String, CaseIterable {
    case none, committed
    /// A key is committed, and another key is pending.
    case replacing
  }

  static let key = [UInt8](repeating: 0x5a, count: 32)
  static let otherKey = [UInt8](repeating: 0xa5, count: 32)
  static let installation = "11111111-2222-4333-8444-555555555555"

  let pairing: Pairing
  let uniqueID: [UInt8]
  /// The update that belongs to the shipped image; its hash is that of slot 0.
  let update: [UInt8]
  let dice: Dice
  private var sequence: UInt8 = 0

  init(pairing: Pairing, uniqueID: [UInt8], update: [UInt8], seed: UInt64) {
    (self.pairing, self.uniqueID, self.update) = (pairing, uniqueID, update)
    dice = Dice(seed: seed)
  }

  mutating func next() -> ConversationRequest {
    switch dice.below(100) {
    case ..<35: good()
    case ..<60: wronglyAuthenticated()
    case ..<80: malformedMessage()
    default: malformedFrame()
    }
  }

  // MARK: - Good

  private mutating func good() -> ConversationRequest {
    var fields = CBORMapWriter()
    switch dice.below(16) {
    case 0, 1: return good(.identity)
    case 2: return good(.configuration)
    case 3: return good(.readings)
    case 4: return good(.challenge)
    case 5: return good(.stop)
    case 6:
      return good("parameters", .read, SMPGroup.operatingSystem, OperatingSystemCommand.parameters.rawValue)
    case 7: return good("image state", .read, SMPGroup.image, ImageCommand.state.rawValue)
    case 8:
      fields.put(ModuleField.hash, bytes: Array(update.suffix(32)))
      fields.put(ModuleField.confirm, boolean: dice.below(2) == 0)
      return good("set image state", .write, SMPGroup.image, ImageCommand.state.rawValue, fields)
    case 9: return good("erase", .write, SMPGroup.image, ImageCommand.erase.rawValue)
    case 10:
      fields.put(ModuleField.offset, unsigned: 0)
      fields.put(ModuleField.length, unsigned: UInt64(update.count))
      fields.put(ModuleField.data, bytes: Array(update.prefix(32 + dice.below(400))))
      return good("upload", .write, SMPGroup.image, ImageCommand.upload.rawValue, fields)
    case 11: return prove()
    case 12: return begin()
    case 13 where pairing != .replacing && dice.below(3) == 0: return reset()
    case 14 where pairing != .none:
      fields.put(ModuleField.time, unsigned: 1_795_000_000)
      fields.put(
        ModuleField.authenticationCode, bytes: Authenticator.clock(key: Self.key, time: 1_795_000_000))
      return good(.setClock, fields)
    case 15 where pairing != .none: return authentic()
    default:
      fields.put(ModuleField.echoRequest, string: text())
      return good("echo", .write, SMPGroup.operatingSystem, OperatingSystemCommand.echo.rawValue, fields)
    }
  }

  /// Draws a text of up to 200 characters, some of them Chinese.
  private func text() -> String {
    let pieces = ["达拉特旗", "焊机", "module", " ", "42", "\u{1f525}", "x"]
    let longest = [10, 60, 300][dice.below(3)]
    return (0..<dice.below(longest)).map { _ in pieces[dice.below(pieces.count)] }.joined().prefix(200)
      .description
  }

  private mutating func begin() -> ConversationRequest {
    var fields = CBORMapWriter()
    fields.put(ModuleField.key, bytes: dice.bytes(32))
    fields.put(ModuleField.installation, string: Self.installation)
    return good(.pairBegin, fields)
  }

  private mutating func prove() -> ConversationRequest {
    var fields = CBORMapWriter()
    fields.put(ModuleField.challenge, bytes: dice.bytes(16))
    return good(.pairProve, fields)
  }

  /// Draws a request whose code is computed with the committed or the pending key.
  private mutating func authentic() -> ConversationRequest {
    var fields = CBORMapWriter()
    let names = pairing == .replacing && dice.below(2) == 0 ? Self.otherKey : Self.key
    switch dice.below(4) {
    case 0: return good(.pairCommit, naming(names))
    case 1: return good(.pairService, naming(names))
    case 2:
      let (counter, seconds) = (UInt64(dice.below(1_000_000)), UInt32(1 + dice.below(86_400)))
      let code = Authenticator.start(
        key: Self.key, counter: counter, seconds: seconds, challenge: dice.bytes(16))
      fields.put(ModuleField.counter, unsigned: counter)
      fields.put(ModuleField.seconds, unsigned: UInt64(seconds))
      fields.put(ModuleField.authenticationCode, bytes: code)
      return good(.start, fields)
    default:
      let configuration = ModuleConfiguration(
        labelCode: Array("150621-00A000-7".utf8), platformAddress: Array("https://platform.example".utf8),
        accessPoint: Array("cmnet".utf8), trustAnchor: dice.bytes(32))
      fields.put(ModuleField.labelCode, text: configuration.labelCode)
      fields.put(ModuleField.platformAddress, text: configuration.platformAddress)
      fields.put(ModuleField.accessPoint, text: configuration.accessPoint)
      fields.put(ModuleField.trustAnchor, bytes: configuration.trustAnchor)
      fields.put(
        ModuleField.authenticationCode, bytes: Authenticator.configuration(key: Self.key, configuration))
      return good(.configure, fields)
    }
  }

  /// The request to replace the committed key by the pending one because the case is open.
  mutating func service() -> ConversationRequest {
    let command = ModuleCommand.pairService
    return ConversationRequest(
      kind: .good, name: "\(command)",
      bytes: frame(
        command.operation, 1, SMPGroup.module, command.rawValue, naming(Self.otherKey).encoded))
  }

  /// Fields that name this key and are authenticated with it.
  private func naming(_ key: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.commit(key: key, uniqueID: uniqueID))
    return fields
  }

  private mutating func reset() -> ConversationRequest {
    var fields = CBORMapWriter()
    let asksForROM = dice.below(8) == 0
    if asksForROM { fields.put(ModuleField.bootMode, unsigned: 1) }
    let command = OperatingSystemCommand.reset.rawValue
    var request = good(
      asksForROM ? "reset into the ROM" : "reset", .write, SMPGroup.operatingSystem, command, fields)
    // A paired module does not enter its ROM for somebody without a proof.
    request.leavesFirmware = asksForROM && pairing == .none
    request.resets = request.leavesFirmware || !asksForROM
    return request
  }

  private mutating func good(_ command: ModuleCommand, _ fields: CBORMapWriter = CBORMapWriter())
    -> ConversationRequest
  {
    good("\(command)", command.operation, SMPGroup.module, command.rawValue, fields)
  }

  private mutating func good(
    _ name: String, _ operation: SMPMessage.Operation, _ group: UInt16, _ command: UInt8,
    _ fields: CBORMapWriter = CBORMapWriter()
  ) -> ConversationRequest {
    let version = UInt8(dice.below(2))
    return ConversationRequest(
      kind: .good, name: name, bytes: frame(operation, version, group, command, fields.encoded))
  }

  // MARK: - Wrongly authenticated

  private mutating func wronglyAuthenticated() -> ConversationRequest {
    var fields = CBORMapWriter()
    let commands: [ModuleCommand] = [
      .pairCommit, .configure, .start, .setClock, .pairReplace, .pairService, .authorize,
    ]
    let command = commands[dice.below(commands.count)]
    switch command {
    case .configure:
      fields.put(ModuleField.labelCode, string: "150621-00A000-7")
      fields.put(ModuleField.platformAddress, string: "https://elsewhere.example")
      fields.put(ModuleField.accessPoint, string: "cmnet")
      fields.put(ModuleField.trustAnchor, bytes: dice.bytes(32))
    case .start:
      fields.put(ModuleField.counter, unsigned: dice.next() >> 1)
      fields.put(ModuleField.seconds, unsigned: UInt64(1 + dice.below(86_400)))
    case .setClock: fields.put(ModuleField.time, unsigned: UInt64(1 + dice.below(2_000_000_000)))
    case .authorize:
      fields.put(ModuleField.purpose, unsigned: UInt64(1 + dice.below(2)))
      fields.put(ModuleField.imageDigest, bytes: dice.bytes(32))
      fields.put(ModuleField.offeredVersion, string: "9.\(dice.below(100)).0")
      fields.put(ModuleField.proof, bytes: dice.bytes(32))
    default:
      let names = [Self.key, Self.otherKey, dice.bytes(32)][dice.below(3)]
      fields.put(ModuleField.keyID, bytes: Authenticator.keyID(of: names))
      if command == .pairReplace { fields.put(ModuleField.proof, bytes: dice.bytes(32)) }
    }
    fields.put(ModuleField.authenticationCode, bytes: dice.bytes(32))
    return ConversationRequest(
      kind: .wronglyAuthenticated, name: "\(command)",
      bytes: frame(
        .write, UInt8(dice.below(2)), SMPGroup.module, command.rawValue, fields.encoded))
  }

  // MARK: - Malformed

  /// Draws a message in a sound frame, with contents that are not in order.
  private mutating func malformedMessage() -> ConversationRequest {
    var payload: [UInt8]
    var group = [SMPGroup.operatingSystem, SMPGroup.image, SMPGroup.module][dice.below(3)]
    var command = UInt8(dice.below(14))
    let name: String
    switch dice.below(7) {
    case 0:
      name = "bytes of no meaning"
      payload = dice.bytes(dice.below(60))
    case 1:
      name = "fields of other commands"
      payload = mixedFields()
    case 2:
      name = "a map that ends early"
      payload = mixedFields()
      payload.removeLast(min(payload.count, 1 + dice.below(6)))
    case 3:
      name = "a string of indefinite length"
      payload = [0xa1, 0x61, 0x64, 0x7f, 0x61, 0x61, 0xff]
      (group, command) = (SMPGroup.operatingSystem, OperatingSystemCommand.echo.rawValue)
    case 4:
      name = "a group that is not there"
      payload = CBORMapWriter().encoded
      group = UInt16(2 + dice.below(60))
    case 5:
      name = "a map within itself"
      payload = Array(repeating: [0xa1, 0x61, 0x61], count: 1 + dice.below(40)).flatMap(\.self) + [0xa0]
    default:
      name = "a bit turned over"
      payload = mixedFields()
      if !payload.isEmpty { payload[dice.below(payload.count)] ^= 1 << UInt8(dice.below(8)) }
    }
    // A request to reset is not a malformed request.
    if group == SMPGroup.operatingSystem, command == OperatingSystemCommand.reset.rawValue { command = 7 }
    // Some of the messages are no request at all.
    let operation: SMPMessage.Operation =
      switch dice.below(10) {
      case 0: .readReply
      case 1...4: .read
      default: .write
      }
    return ConversationRequest(
      kind: .malformed, name: name, bytes: frame(operation, UInt8(dice.below(4)), group, command, payload))
  }

  /// Draws up to eight fields that some command has, each of a right or a wrong type and length.
  private func mixedFields() -> [UInt8] {
    let names: [StaticString] = [
      ModuleField.key, ModuleField.installation, ModuleField.keyID, ModuleField.authenticationCode,
      ModuleField.challenge, ModuleField.counter, ModuleField.seconds, ModuleField.time, ModuleField.offset,
      ModuleField.length, ModuleField.data, ModuleField.hash, ModuleField.confirm, ModuleField.echoRequest,
      ModuleField.purpose, ModuleField.imageDigest, ModuleField.offeredVersion, ModuleField.proof,
    ]
    var fields = CBORMapWriter()
    for _ in 0..<dice.below(9) {
      let name = names[dice.below(names.count)]
      switch dice.below(5) {
      case 0: fields.put(name, unsigned: dice.next() >> UInt64(dice.below(64)))
      case 1: fields.put(name, bytes: dice.bytes([8, 16, 31, 32, 33][dice.below(5)]))
      case 2: fields.put(name, string: String(repeating: "a", count: dice.below(40)))
      case 3: fields.put(name, boolean: dice.below(2) == 0)
      default: fields.put(name, integer: -Int64(dice.below(1000)) - 1)
      }
    }
    return fields.encoded
  }

  /// Damages the frame of a valid request.
  private mutating func malformedFrame() -> ConversationRequest {
    var request = good()
    // A reset that passes in spite of the damage would come at an unknown moment.
    while request.resets || request.bytes.isEmpty { request = good() }
    var bytes = request.bytes
    let name: String
    switch dice.below(6) {
    case 0:
      name = "a bit turned over in the frame"
      bytes[dice.below(bytes.count - 1)] ^= 1 << UInt8(dice.below(8))
    case 1:
      name = "the frame's end missing"
      bytes.removeLast(1 + dice.below(bytes.count - 1))
    case 2:
      name = "the frame's beginning missing"
      bytes.removeFirst(1 + dice.below(bytes.count - 1))
    case 3:
      name = "a byte lost"
      bytes.remove(at: dice.below(bytes.count))
    case 4:
      name = "a byte doubled"
      let place = dice.below(bytes.count)
      bytes.insert(bytes[place], at: place)
    default:
      name = "noise"
      bytes = dice.bytes(1 + dice.below(300))
    }
    return ConversationRequest(kind: .malformed, name: name, bytes: bytes)
  }

  private mutating func frame(
    _ operation: SMPMessage.Operation, _ version: UInt8, _ group: UInt16, _ command: UInt8, _ payload: [UInt8]
  ) -> [UInt8] {
    sequence &+= 1
    let message = SMPMessage(
      operation: operation, version: version, group: group, sequence: sequence, command: command,
      payload: payload)
    return message.encoded.flatMap(ConsoleFraming.encode) ?? []
  }
}
