/// The module's program: takes the bytes of its wire, answers them, and watches relay and seal as time passes.
///
/// The relay is open from the first moment, and again after every stop, expiry, reset and failure on the way to a
/// start. Whoever drives this calls `receive` with what came in and `tick` at least every 50 ms, sends what they
/// return, and then looks at `resetRequest`.
public struct Module<Hardware: Board> {
  /// What a reset leads to.
  public enum Reset: UInt8, Sendable {
    /// The firmware again.
    case application = 0
    /// The chip's ROM bootloader.
    case bootloader = 1
  }

  /// Counters set aside with one write, so that most starts need none.
  static var counterBlock: UInt64 { 64 }
  /// How long a challenge is good for, in milliseconds.
  static var challengeLifetime: UInt64 { 30_000 }
  /// How long the seal's switch has to stand still before it is believed, in milliseconds.
  static var sealSettling: UInt64 { 50 }
  /// How long the seal has to have been open without a break for a replacement by service, in milliseconds.
  static var serviceTime: UInt64 { 10_000 }
  /// How long the wire has to be quiet before the flash may be erased ahead, in milliseconds.
  static var quietTime: UInt64 { 2_000 }

  public var board: Hardware
  /// Set once the module has agreed to reset: send what is still to be sent, then do it.
  public var resetRequest: Reset?
  public internal(set) var relayIsClosed = false

  private var decoder = ConsoleFrameDecoder()
  var journal: RecordJournal
  /// What is known now; what the journal holds may lack counts of boots and seal openings.
  var record: PairingRecord
  private var recordIsUnsaved = false
  /// The lowest counter that a start may carry.
  var nextCounter: UInt64
  var challenge: (bytes: [UInt8], madeAt: UInt64)?
  /// When the relay opens by itself, in the board's milliseconds.
  var relayDeadline: UInt64 = 0
  private var sealChangedAt: UInt64?
  /// Since when the seal's loop was never seen closed.
  private var sealOpenSince: UInt64?
  private var lastByteAt: UInt64 = 0
  /// The image that runs was not confirmed yet: the next start takes the one before it back.
  var isOnTrial: Bool
  private(set) var hasAnswered = false
  /// How much of the upload is there, where that is known.
  var uploadProgress: Int?

  /// Starts up: opens the relay, finds the pairing and counts the boot.
  public init(board: Hardware) {
    self.board = board
    self.board.setRelay(closed: false)
    journal = RecordJournal(self.board)
    record = journal.record ?? PairingRecord()
    nextCounter = record.counter
    isOnTrial = UpdateSlot.isUnderWay(self.board) && UpdateSlot.isSet(.trial, self.board)
    record.boots &+= 1
    if self.board.wasResetByWatchdog { record.watchdogResets &+= 1 }
    saveCounts()
  }

  // MARK: - Being driven

  /// Takes what came in on the wire.
  /// - Returns: what is to be sent, framed.
  public mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    var replies: [UInt8] = []
    for byte in bytes {
      if let reply = receive(byte) { replies.append(contentsOf: reply) }
    }
    return replies
  }

  /// Takes one byte; what is to be sent, framed, where it ended a request.
  public mutating func receive(_ byte: UInt8) -> [UInt8]? {
    lastByteAt = board.milliseconds
    guard let message = decoder.take(byte), let reply = answer(message) else { return nil }
    hasAnswered = true
    return ConsoleFraming.encode(reply)
  }

  /// Lets time pass: opens the relay when its time is over, watches the seal, prepares the flash.
  public mutating func tick() {
    let now = board.milliseconds
    if relayIsClosed, now >= relayDeadline { openRelay() }
    watchSeal(now)
    confirmTrial(now)
    guard !relayIsClosed else { return }
    if recordIsUnsaved { saveCounts() }
    if journal.wantsErasure, now >= lastByteAt &+ Self.quietTime {
      journal.prepareSpare(&board, mayErase: true)
    }
  }

  // MARK: - Messages

  /// The reply to a message without its framing, or nil where none is due: it was no request.
  mutating func answer(_ bytes: [UInt8]) -> [UInt8]? {
    guard let request = SMPMessage(bytes), request.operation.reply != nil else { return nil }
    let payload = answer(request)
    if let reply = request.reply(payload)?.encoded { return reply }
    return request.reply(Self.standardError(ManagementError.messageTooLong))?.encoded
  }

  private mutating func answer(_ request: SMPMessage) -> [UInt8] {
    guard request.version <= 1 else { return Self.standardError(ManagementError.tooNew) }
    let fields = Self.fields(request.payload)
    switch request.group {
    case SMPGroup.operatingSystem, SMPGroup.image:
      guard let fields else { return Self.standardError(ManagementError.invalid) }
      do throws(ImageRefusal) {
        if request.group == SMPGroup.image { return try answerImage(request, fields).encoded }
      } catch {
        guard request.version > 0, error.code > 0 else {
          return Self.standardError(UInt64(error.standardCode))
        }
        return Self.groupError(SMPGroup.image, error.code)
      }
      switch answerSystem(request, fields) {
      case .fields(let map): return map.encoded
      case .error(let code): return Self.standardError(code)
      }
    case SMPGroup.module:
      do throws(ModuleRefusal) {
        guard let fields else { throw .malformed }
        return try answerModule(request, fields).encoded
      } catch {
        guard request.version > 0 else { return Self.standardError(UInt64(error.code)) }
        return Self.groupError(SMPGroup.module, error.code)
      }
    default:
      return Self.standardError(ManagementError.notSupported)
    }
  }

  private mutating func answerModule(
    _ request: SMPMessage, _ fields: CBORItem
  ) throws(ModuleRefusal) -> CBORMapWriter {
    guard let command = ModuleCommand(rawValue: request.command), command.operation == request.operation
    else { throw .unknown }
    switch command {
    case .identity: return identity()
    case .pairBegin: return try pairBegin(fields)
    case .pairProve: return try pairProve(fields)
    case .pairCommit: return try pairCommit(fields)
    case .configure: return try configure(fields)
    case .configuration: return configuration()
    case .challenge: return try makeChallenge()
    case .start: return try start(fields)
    case .stop:
      openRelay()
      return CBORMapWriter()
    case .readings: return readings()
    case .setClock: return try setClock(fields)
    case .pairReplace: return try pairReplace(fields)
    case .pairService: return try pairService(fields)
    }
  }

  /// A request's map; a client may leave an empty one out.
  private static func fields(_ payload: [UInt8]) -> CBORItem? {
    guard let item = try? CBORItem(payload.isEmpty ? [0xa0] : payload), item.isMap else { return nil }
    return item
  }

  private static func standardError(_ code: UInt64) -> [UInt8] {
    var map = CBORMapWriter()
    map.put(ModuleField.returnCode, unsigned: code)
    return map.encoded
  }

  private static func groupError(_ group: UInt16, _ code: UInt8) -> [UInt8] {
    var error = CBORMapWriter()
    error.put(ModuleField.group, unsigned: UInt64(group))
    error.put(ModuleField.returnCode, unsigned: UInt64(code))
    var map = CBORMapWriter()
    map.put(ModuleField.error, map: error)
    return map.encoded
  }

  // MARK: - Relay, seal, record

  mutating func openRelay() {
    board.setRelay(closed: false)
    relayIsClosed = false
  }

  /// Makes `new` durable, and only then what is known. The flash may stand still for an erasure only while the
  /// relay is open.
  mutating func save(_ new: PairingRecord) throws(ModuleRefusal) {
    guard journal.write(new, to: &board, mayErase: !relayIsClosed) else { throw .storage }
    record = journal.record ?? new
    recordIsUnsaved = false
  }

  /// Counts are kept where they can be; they hold nothing up.
  private mutating func saveCounts() {
    recordIsUnsaved = false
    try? save(record)
  }

  /// Whether the case stands open, and has for long enough that nobody does it in passing.
  var isOpenForService: Bool {
    guard !relayIsClosed, !board.sealIsClosed, let sealOpenSince else { return false }
    return board.milliseconds &- sealOpenSince >= Self.serviceTime
  }

  private mutating func watchSeal(_ now: UInt64) {
    let isClosed = board.sealIsClosed
    if isClosed { sealOpenSince = nil } else if sealOpenSince == nil { sealOpenSince = now }
    guard isClosed != record.sealIsClosed else {
      sealChangedAt = nil
      return
    }
    guard let since = sealChangedAt else {
      sealChangedAt = now
      return
    }
    guard now >= since &+ Self.sealSettling else { return }
    sealChangedAt = nil
    record.sealIsClosed = isClosed
    if !isClosed { record.sealOpenings &+= 1 }
    recordIsUnsaved = true
  }
}
