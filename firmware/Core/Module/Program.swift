/// The program that a reset leads to.
public enum ModuleReset: UInt8, Sendable {
  /// The firmware again.
  case application = 0
  /// The chip's ROM bootloader.
  case bootloader = 1
}

/// The module's program, which answers messages, and watches relay and seal as time passes.
///
/// The relay is open from the first moment, and again after every stop, expiry, reset and failure on the way to a
/// start.
struct Program<Hardware: Board> {
  /// Number of counters that are set aside with one write, so that most starts need no write.
  static var counterBlock: UInt64 { 64 }
  /// Time that a challenge is good for, milliseconds.
  static var challengeLifetime: UInt64 { 30_000 }
  /// Time that the seal's switch has to stand still before it is believed, milliseconds.
  static var sealSettling: UInt64 { 50 }
  /// Time that the seal has to have been open without a break for a replacement by service, milliseconds.
  static var serviceTime: UInt64 { 10_000 }
  /// Time that the wire has to be quiet before the flash may be erased ahead, milliseconds.
  static var quietTime: UInt64 { 2_000 }

  var board: Hardware
  /// The reset that the module has agreed to; nil where there is none. The caller sends what is still to be
  /// sent before it resets.
  var resetRequest: ModuleReset?
  var relayIsClosed = false

  var journal: RecordJournal
  /// The record as it is known now; the one in the journal may lack counts of boots and seal openings.
  var record: PairingRecord
  private var recordIsUnsaved = false
  /// The lowest counter that a start may carry.
  var nextCounter: UInt64
  var challenge: (bytes: Octets, madeAt: UInt64)?
  /// The action that the module has been given an authority for; none after a reset.
  var authority = Authority.none
  /// Moment at which the relay opens by itself, in the board's milliseconds.
  var relayDeadline: UInt64 = 0
  private var sealChangedAt: UInt64?
  /// Moment since which the seal's loop was never seen closed, in the board's milliseconds; nil where it is
  /// closed.
  private var sealOpenSince: UInt64?
  var lastByteAt: UInt64 = 0
  /// Whether the running image is not confirmed yet, so that the next start would restore the image before it.
  var isOnTrial: Bool
  var hasAnswered = false
  /// Number of bytes of the upload that are in flash; nil where the number is not known.
  var uploadProgress: Int?

  /// Starts up: opens the relay, finds the pairing and counts the boot.
  init(board: Hardware) {
    self.board = board
    self.board.setRelay(closed: false)
    record = PairingRecord()
    journal = RecordJournal(self.board, into: &record)
    nextCounter = record.counter
    isOnTrial = UpdateSlot.isUnderWay(self.board) && UpdateSlot.isSet(.trial, self.board)
    record[.boots] &+= 1
    if self.board.wasResetByWatchdog { record[.watchdogResets] &+= 1 }
    saveCounts()
  }

  // MARK: - Time

  /// Does what is due by now: opens the relay when its time is over, watches the seal, confirms an image on
  /// trial, saves counts and prepares the flash.
  mutating func tick() {
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

  /// Writes the reply to a message, without its framing; false where none is due, because the message was no
  /// request.
  mutating func answer(_ message: Span<UInt8>, _ reply: inout MessageBuffer) -> Bool {
    guard let request = SMPHeader(message), let operation = request.operation.reply else { return false }
    reply.begin(request, operation)
    do throws(Refusal) {
      try answer(request, message.extracting(SMPHeader.size..<message.count), &reply)
      if reply.isTooLong { throw Refusal(ManagementError.messageTooLong) }
    } catch {
      reply.begin(request, operation)
      let isOfGroup = error.isOfGroup && request.version > 0
      let outer = isOfGroup ? reply.beginMap(ModuleField.error) : 0
      if isOfGroup { reply.put(ModuleField.group, count: UInt32(request.group)) }
      reply.put(ModuleField.returnCode, count: UInt32(error.code))
      if isOfGroup { reply.end(outer) }
    }
    reply.finish()
    return true
  }

  /// The error of a reply: the group's own code, or one of the common codes.
  private struct Refusal: Error {
    let code: UInt8
    let isOfGroup: Bool

    init(_ code: UInt64) { (self.code, isOfGroup) = (UInt8(truncatingIfNeeded: code), false) }
    init(ofGroup code: UInt8) { (self.code, isOfGroup) = (code, true) }
  }

  private mutating func answer(
    _ request: SMPHeader, _ payload: Span<UInt8>, _ reply: inout MessageBuffer
  ) throws(Refusal) {
    guard request.version <= 1 else { throw Refusal(ManagementError.tooNew) }
    guard request.group == SMPGroup.module || request.group <= SMPGroup.image else {
      throw Refusal(ManagementError.notSupported)
    }
    guard let fields = RequestFields(payload) else {
      if request.group == SMPGroup.module { throw Refusal(ofGroup: ModuleRefusal.malformed.code) }
      throw Refusal(ManagementError.invalid)
    }
    if request.group == SMPGroup.module {
      do throws(ModuleRefusal) {
        try answerModule(request, fields, &reply)
      } catch {
        throw Refusal(ofGroup: error.code)
      }
      return
    }
    do throws(ImageRefusal) {
      if request.group == SMPGroup.image {
        try answerImage(request, fields, &reply)
      } else {
        try answerSystem(request, fields, &reply)
      }
    } catch {
      if error.code > 0, request.version > 0 { throw Refusal(ofGroup: error.code) }
      throw Refusal(UInt64(error.standardCode))
    }
  }

  private mutating func answerModule(
    _ request: SMPHeader, _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ModuleRefusal) {
    guard let command = ModuleCommand(rawValue: request.command), command.operation == request.operation
    else { throw .unknown }
    switch command {
    case .identity: identity(&reply)
    case .pairBegin: try pairBegin(fields, &reply)
    case .pairProve: try pairProve(fields, &reply)
    case .pairCommit: try pairCommit(fields, &reply)
    case .configure: try configure(fields)
    case .configuration: configuration(&reply)
    case .challenge: try makeChallenge(&reply)
    case .start: try start(fields)
    case .stop: openRelay()
    case .readings: readings(&reply)
    case .setClock: try setClock(fields)
    case .pairReplace: try pairReplace(fields, &reply)
    case .pairService: try pairService(fields, &reply)
    case .authorize: try authorize(fields, &reply)
    }
  }

  // MARK: - Relay, seal, record

  mutating func openRelay() {
    board.setRelay(closed: false)
    relayIsClosed = false
  }

  /// Writes `new` to the journal, and only then makes it the current record. An erasure, which stalls the
  /// flash, is allowed only while the relay is open.
  @inline(never)
  mutating func save(_ new: inout PairingRecord) throws(ModuleRefusal) {
    guard journal.write(&new, to: &board, mayErase: !relayIsClosed) else { throw .storage }
    record = new
    recordIsUnsaved = false
  }

  /// Writes the counts where that is possible; a failure stops nothing.
  private mutating func saveCounts() {
    recordIsUnsaved = false
    var new = record
    try? save(&new)
  }

  /// Whether the relay is open and the case has been open for `serviceTime`, so long that nobody opens it in
  /// passing.
  var isOpenForService: Bool {
    guard !relayIsClosed, !board.sealIsClosed, let sealOpenSince else { return false }
    return board.milliseconds &- sealOpenSince >= Self.serviceTime
  }

  private mutating func watchSeal(_ now: UInt64) {
    let isClosed = board.sealIsClosed
    if isClosed {
      sealOpenSince = nil
      endService()
    } else if sealOpenSince == nil {
      sealOpenSince = now
    }
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
    if !isClosed { record[.sealOpenings] &+= 1 }
    recordIsUnsaved = true
  }
}
