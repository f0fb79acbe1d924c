import Testing

@testable import ModuleCore

/// The laptop's side of a dialogue with a module, frame by frame.
struct ModuleDialogue {
  static let key = (0..<32).map { UInt8($0) }
  static let otherKey = [UInt8](repeating: 0x77, count: 32)
  static let installation = Array("0b6a3c5e-2f10-4b8e-9d53-0f1a2b3c4d5e".utf8)
  static let configuration = ModuleConfiguration(
    labelCode: Array("150621-00A001-K".utf8), platformAddress: Array("https://platform.example".utf8),
    accessPoint: Array("cmiot".utf8), trustAnchor: [UInt8](repeating: 0x5a, count: 32))

  var module: Module<MemoryBoard>
  var sequence: UInt8 = 0
  var version: UInt8 = 1

  init(_ board: MemoryBoard = MemoryBoard()) { module = Module(board: board) }

  /// Sends a request and gives the reply's map.
  mutating func send(
    _ operation: SMPMessage.Operation, group: UInt16, command: UInt8, _ fields: CBORMapWriter = CBORMapWriter()
  ) throws -> CBORItem {
    sequence &+= 1
    let request = SMPMessage(
      operation: operation, version: version, group: group, sequence: sequence, command: command,
      payload: fields.encoded)
    let wire = try #require(request.encoded.flatMap { ConsoleFraming.encode($0) })
    var decoder = ConsoleFrameDecoder()
    let replies = decoder.take(module.receive(wire))
    let reply = try #require(replies.first.flatMap { SMPMessage($0) })
    #expect(replies.count == 1 && reply.sequence == sequence && reply.version == version)
    #expect(reply.operation == operation.reply && reply.group == group && reply.command == command)
    return try CBORItem(reply.payload)
  }

  /// Sends a command of group 64, and gives the reply's map or throws the refusal.
  @discardableResult
  mutating func send(_ command: ModuleCommand, _ fields: CBORMapWriter = CBORMapWriter()) throws -> CBORItem {
    let reply = try send(
      command.operation, group: SMPGroup.module, command: command.rawValue, fields)
    if let error = reply["err"] {
      #expect(error["group"]?.unsigned == 64)
      throw ModuleRefusal(code: UInt8(try #require(error["rc"]?.unsigned)))
    }
    if let code = reply["rc"]?.unsigned { throw ModuleRefusal(code: UInt8(code)) }
    return reply
  }

  // MARK: - Steps

  mutating func begin(_ key: [UInt8] = key, installation: [UInt8] = installation) throws {
    var fields = CBORMapWriter()
    fields.put("key", bytes: key)
    fields.put("inst", text: installation)
    #expect(try send(.pairBegin, fields)["kid"]?.byteString == Authenticator.keyID(of: key))
  }

  /// The key that the module proves to hold, among the keys known here.
  mutating func prove() throws -> [UInt8]? {
    let challenge = [UInt8](repeating: 0x33, count: 16)
    var fields = CBORMapWriter()
    fields.put("ch", bytes: challenge)
    let reply = try send(.pairProve, fields)
    return [Self.key, Self.otherKey].first {
      reply["mac"]?.byteString
        == Authenticator.proof(key: $0, challenge: challenge, uniqueID: module.board.uniqueID)
        && reply["kid"]?.byteString == Authenticator.keyID(of: $0)
    }
  }

  mutating func commit(_ key: [UInt8] = key, signedWith other: [UInt8]? = nil) throws {
    var fields = CBORMapWriter()
    fields.put("kid", bytes: Authenticator.keyID(of: key))
    var code = Authenticator.commit(key: key, uniqueID: module.board.uniqueID)
    if let other {
      code = Authenticator.commit(key: other, uniqueID: module.board.uniqueID)
    }
    fields.put("mac", bytes: code)
    try send(.pairCommit, fields)
  }

  /// Replaces the committed key by the pending one; the proof covers `challenge`, or a new challenge where it
  /// is nil.
  mutating func replace(
    by key: [UInt8] = otherKey, old: [UInt8] = key, challenge given: [UInt8]? = nil
  ) throws {
    let challenge = try given ?? challenge().bytes
    var fields = signed(key)
    fields.put(
      "proof",
      bytes: Authenticator.replacement(
        key: old, challenge: challenge, newKeyID: Authenticator.keyID(of: key),
        uniqueID: module.board.uniqueID))
    #expect(try send(.pairReplace, fields)["kid"]?.byteString == Authenticator.keyID(of: key))
  }

  /// Replaces the committed key with the case open, and returns the number of such replacements, including this
  /// one.
  mutating func service(_ key: [UInt8] = otherKey) throws -> UInt64? {
    let reply = try send(.pairService, signed(key))
    #expect(reply["kid"]?.byteString == Authenticator.keyID(of: key))
    return reply["svc"]?.unsigned
  }

  private func signed(_ key: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put("kid", bytes: Authenticator.keyID(of: key))
    fields.put("mac", bytes: Authenticator.commit(key: key, uniqueID: module.board.uniqueID))
    return fields
  }

  mutating func configure(_ configuration: ModuleConfiguration = configuration, key: [UInt8] = key) throws {
    var fields = CBORMapWriter()
    fields.put("code", text: configuration.labelCode)
    fields.put("url", text: configuration.platformAddress)
    fields.put("apn", text: configuration.accessPoint)
    fields.put("trust", bytes: configuration.trustAnchor)
    fields.put("mac", bytes: Authenticator.configuration(key: key, configuration))
    try send(.configure, fields)
  }

  mutating func pair() throws {
    try begin()
    #expect(try prove() == Self.key)
    try commit()
    try configure()
  }

  mutating func challenge() throws -> (bytes: [UInt8], counter: UInt64) {
    let reply = try send(.challenge)
    return (try #require(reply["ch"]?.byteString), try #require(reply["ctr"]?.unsigned))
  }

  mutating func start(
    counter: UInt64, seconds: UInt32 = 60, challenge: [UInt8], key: [UInt8] = key
  ) throws {
    var fields = CBORMapWriter()
    fields.put("ctr", unsigned: counter)
    fields.put("sec", unsigned: UInt64(seconds))
    fields.put(
      "mac",
      bytes: Authenticator.start(key: key, counter: counter, seconds: seconds, challenge: challenge))
    try send(.start, fields)
  }

  mutating func startAsAsked(seconds: UInt32 = 60) throws {
    let challenge = try challenge()
    try start(counter: challenge.counter, seconds: seconds, challenge: challenge.bytes)
  }

  mutating func setClock(_ time: UInt64, key: [UInt8] = key) throws {
    var fields = CBORMapWriter()
    fields.put("time", unsigned: time)
    fields.put("mac", bytes: Authenticator.clock(key: key, time: time))
    try send(.setClock, fields)
  }

  mutating func pass(_ milliseconds: UInt64) {
    let end = module.board.milliseconds + milliseconds
    while module.board.milliseconds < end {
      module.board.milliseconds = min(module.board.milliseconds + 10, end)
      module.tick()
    }
  }
}

extension Module {
  /// The reply to a message, both without framing.
  mutating func answer(_ message: [UInt8]) -> [UInt8]? {
    var reply = MessageBuffer()
    return program.answer(message.span, &reply) ? Array(reply.bytes) : nil
  }
}
