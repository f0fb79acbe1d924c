#if canImport(ModuleCore)
  @testable import ModuleCore
#endif

/// The fuzzed functions, each of which takes arbitrary bytes. A decoder must not trap, must keep within its
/// bounds, and must give messages that survive its own encoder.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "frame": fuzzFrames, "cbor": fuzzCBOR, "nmea": fuzzNMEA, "at": fuzzModem, "message": fuzzMessage,
  "record": fuzzRecord, "container": fuzzContainer, "module": fuzzModule,
]

/// Decodes bytes of a wire, one at a time and all at once, to the same messages. Each message fits, and comes
/// out of its own frame again.
@Sendable private func fuzzFrames(_ bytes: [UInt8]) {
  var whole = ConsoleFrameDecoder()
  var single = ConsoleFrameDecoder()
  let messages = whole.take(bytes)
  var count = 0
  for byte in bytes {
    guard single.completes(with: byte) else { continue }
    hold(
      count < messages.count && messages[count] == [UInt8](single.message),
      "bytes one at a time give other messages")
    count += 1
  }
  hold(count == messages.count && whole.damagedFrames == single.damagedFrames, "messages were lost")
  for message in messages {
    hold(message.count <= ConsoleFraming.maximumMessageSize, "a message is too long")
    guard let frame = ConsoleFraming.encode(message) else { fatalError("a message has no frame") }
    var again = ConsoleFrameDecoder()
    hold(again.take(frame) == [message], "a message does not survive its frame")
  }
}

private let keys: [StaticString] = ["key", "kid", "mac", "err", "off", "data", "sha", "ctr", "ch", "d", "r"]

/// Reads a message's payload with the laptop's reader and with the module's. Every value of every item is read,
/// and where the module accepts a field, the laptop reads the same value.
@Sendable private func fuzzCBOR(_ bytes: [UInt8]) {
  let item = try? CBORItem(bytes)
  if let item { ask(item, depth: 0) }
  guard let fields = RequestFields(bytes.span) else { return hold(item?.isMap != true, "a map is refused") }
  guard !bytes.isEmpty else { return }
  guard let item, item.isMap else { fatalError("the module takes what is no map") }
  for key in keys {
    hold(fields.has(key) == (item[key] != nil), "a field is there for one alone")
    hold(fields.number(key) == item[key]?.unsigned, "two numbers")
    hold(fields.isTrue(key) == (item[key]?.boolean ?? false), "two truths")
    if fields.hasText(key) { hold([UInt8](fields.text(key)) == item[key]?.text, "two texts") }
    if fields.hasData(key) { hold([UInt8](fields.data(key)) == item[key]?.byteString, "two byte strings") }
    for count in [8, 16, 32] {
      if let octets = fields.octets(key, count) { hold(Array(octets) == item[key]?.byteString, "two octets") }
    }
    _ = fields.hasPrintable(key, 0...36)
  }
}

private func ask(_ item: CBORItem, depth: Int) {
  hold(depth < CBORItem.maximumDepth, "items are too deep")
  let kinds = [
    item.unsigned != nil, item.byteString != nil, item.text != nil, item.isMap, item.elements != nil,
    item.boolean != nil, item.isNull,
  ]
  hold(kinds.lazy.filter { $0 }.count <= 1, "an item is two things")
  if let value = item.unsigned, let signed = item.integer { hold(UInt64(signed) == value, "two integers") }
  for element in item.elements ?? [] { ask(element, depth: depth + 1) }
  guard item.isMap else { return }
  for key in keys { if let value = item[key] { ask(value, depth: depth + 1) } }
}

/// Reads a message without its framing, writes it, and reads the same message again.
@Sendable private func fuzzMessage(_ bytes: [UInt8]) {
  guard let message = SMPMessage(bytes) else { return }
  hold(message.payload.count + SMPMessage.headerSize == bytes.count, "a payload of another length")
  guard let encoded = message.encoded else { fatalError("a message that was read cannot be written") }
  guard let again = SMPMessage(encoded) else { fatalError("a message that was written cannot be read") }
  hold(
    again.operation == message.operation && again.group == message.group && again.command == message.command
      && again.sequence == message.sequence && again.payload == message.payload, "another message")
}

/// Reads sentences of a satellite receiver. A fix is on the globe, and ends when its time is over.
@Sendable private func fuzzNMEA(_ bytes: [UInt8]) {
  var decoder = NMEADecoder()
  for (now, byte) in bytes.enumerated() { decoder.take(byte, now: UInt64(now)) }
  let end = UInt64(bytes.count)
  if let fix = decoder.fix(now: end) {
    hold((-90_000_000...90_000_000).contains(fix.latitude), "a latitude beyond the poles")
    hold((-180_000_000...180_000_000).contains(fix.longitude), "a longitude beyond the date line")
  }
  hold(decoder.fix(now: end + NMEADecoder.lifetime + 1) == nil, "a fix that outlives its time")
}

/// Reads answers of a modem line by line: each byte takes a millisecond, and a line feed takes as long as the
/// wait for the next question.
@Sendable private func fuzzModem(_ bytes: [UInt8]) {
  var dialogue = ModemDialogue()
  var now: UInt64 = 0
  for byte in bytes {
    now += byte == 0x0a ? 1_001 : 1
    _ = dialogue.tick(now: now)
    dialogue.take(byte, now: now)
    hold(dialogue.signalStrength <= 0 && dialogue.signalStrength >= -140, "a signal out of range")
  }
  if let imei = dialogue.imei { hold(imei.count == 15, "an IMEI of another length") }
  if let iccid = dialogue.iccid { hold((19...20).contains(iccid.count), "an ICCID of another length") }
  // Whatever was received before, silence is recognised as silence in the end.
  for _ in 0..<40 {
    now += 5_001
    _ = dialogue.tick(now: now)
  }
  hold(dialogue.imei == nil && !dialogue.isRegistered, "a modem that is silent is believed")
}

/// Reads the places of the pairing's journal as a module does at its start. Most inputs would fail at the CRC,
/// so it is corrected after the mutations.
@Sendable private func fuzzRecord(_ bytes: [UInt8]) {
  var slot = bytes
  for start in stride(from: 0, to: bytes.count - PairingRecord.size + 1, by: PairingRecord.size) {
    let end = start + PairingRecord.checksumOffset
    var checksum: [UInt8] = []
    checksum.append(littleEndian: CRC32.checksum(Array(slot[start..<end])))
    slot.replaceSubrange(end..<end + 4, with: checksum)
  }
  var module = Module(board: FuzzBoard(record: slot))
  for command in [ModuleCommand.identity, .configuration] {
    let request = SMPMessage(
      operation: .read, version: 1, group: SMPGroup.module, sequence: 1, command: command.rawValue, payload: [])
    guard let frame = request.encoded.flatMap(ConsoleFraming.encode) else { fatalError("no frame") }
    var decoder = ConsoleFrameDecoder()
    let replies = decoder.take(module.receive(frame))
    hold(replies.count == 1, "a module does not answer")
    guard let reply = SMPMessage(replies[0]), let map = try? CBORItem(reply.payload) else {
      fatalError("a reply is no message")
    }
    hold(map.isMap && map["err"] == nil, "a module does not know itself")
  }
  hold(!module.relayIsClosed && !module.board.relayIsClosed, "the relay closed")
}

/// Reads an uploaded file in the update's sector, with arbitrary bytes at the end of that sector.
@Sendable private func fuzzContainer(_ bytes: [UInt8]) {
  let board = FuzzBoard(upload: bytes)
  if let image = UpdateContainer.headers(board) {
    hold(image.imageLength <= FlashMap.applicationSize, "an image is too long")
    if let container = UpdateContainer(board) { _ = container.isIntact(board) }
  }
  if let length = UpdateSlot.length(board) {
    hold(length <= UpdateSlot.capacity, "a file is too long")
    hold(UpdateSlot.progress(of: length, board) <= length, "more is there than was sent")
  }
  _ = UpdateSlot.isUnderWay(board) || UpdateSlot.isUsed(board)
  _ = try? ImageHeader.checkFlash { address, count in
    (0..<count).map { index in
      let place = address &+ UInt32(truncatingIfNeeded: index)
      return UInt8(truncatingIfNeeded: board.flashWord(place & ~3) >> (8 * (place & 3)))
    }
  }
}

/// Passes a wire's bytes to an unpaired and to a paired module. The relays of the two modules stay open, since
/// nobody here can authenticate a start. The paired module takes no image, does not enter its ROM bootloader
/// and stays paired, since its case is never open for ten seconds.
@Sendable private func fuzzModule(_ bytes: [UInt8]) {
  var unpaired = Module(board: FuzzBoard())
  talk(bytes, to: &unpaired)
  var paired = Module(board: FuzzBoard(record: pairedRecord))
  hold(paired.program.record.hasCommitted, "a record is not found")
  talk(bytes, to: &paired)
  hold(!paired.board.wasUploadedTo, "an image was taken without an authority")
  hold(paired.resetRequest != .bootloader, "the ROM is entered without an authority")
  hold(paired.program.record[.committedKey].matches(committedKey), "the pairing is lost")
}

private let committedKey = Octets(repeating: 0xa7, count: 32)

/// The record of a module that is paired.
private let pairedRecord: [UInt8] = {
  var record = PairingRecord()
  record.setPending(key: committedKey, installation: Octets(repeating: 0x31, count: 36))
  record.commitPending()
  record[.sequence] = 1
  record.seal()
  var bytes: [UInt8] = []
  for offset in stride(from: 0, to: PairingRecord.size, by: 4) {
    bytes.append(littleEndian: record.word(at: offset))
  }
  return bytes
}()

private func talk(_ bytes: [UInt8], to module: inout Module<FuzzBoard>) {
  for start in stride(from: 0, to: bytes.count, by: 64) {
    let reply = module.receive(Array(bytes[start..<min(start + 64, bytes.count)]))
    var decoder = ConsoleFrameDecoder()
    for message in decoder.take(reply) { hold(SMPMessage(message) != nil, "a reply is no message") }
    module.board.milliseconds += 50
    module.tick()
    hold(!module.board.relayIsClosed && !module.relayIsClosed, "the relay closed")
  }
}

/// Ends the program where a condition that must hold does not. A trap in a decoder ends the program, too.
private func hold(_ condition: Bool, _ what: StaticString) {
  if !condition { fatalError("\(what)") }
}
