import Bench
import FoundationEssentials
import ModuleCore
import TestSupport
import Testing

@testable import Chip

/// A chip with the shipped firmware in its flash, which is asked without a pty.
final class ChipRig {
  let flash: FlashArray
  let surroundings: Surroundings
  let chip: Microcontroller
  let uniqueID: [UInt8]
  /// The numbers that the chip's generator draws.
  let generator = Dice(seed: 1)
  private var sequence: UInt8 = 0

  /// - Parameter flash: the flash of another chip; by default the shipped firmware.
  init(
    world: World = .singlePhase, timings: FlashTimings = .typical, countsInstructions: Bool = false,
    flash: FlashArray? = nil, uniqueID: [UInt8] = ChipRig.uniqueID
  ) throws {
    self.uniqueID = uniqueID
    self.flash = try flash ?? ShippedRelease.program()
    surroundings = Surroundings(world)
    chip = try Microcontroller(
      flash: self.flash, timings: timings, uniqueID: uniqueID, surroundings: surroundings,
      countsInstructions: countsInstructions
    ) { [generator] in generator.bytes($0) }
  }

  static let uniqueID = Array("WELDTECHSIM1".utf8)
  static let key = [UInt8](repeating: 0x5a, count: 32)
  static let installation = Array("11111111-2222-4333-8444-555555555555".utf8)

  /// Erases the pairing record, as before the first pairing.
  func blankRecords() {
    flash.erase(sector: 1)
    flash.erase(sector: 2)
  }

  // MARK: - Time

  /// Lets the chip start for 600 ms. The digest takes the boot block about 180 ms at 16 MHz, and at its first
  /// start the application sets the option bytes.
  func boot() { wait(milliseconds: 600) }

  func wait(milliseconds: UInt64) { chip.run(until: chip.now + milliseconds * 1_000_000) }

  // MARK: - Requests

  /// Sends a request and returns the map of the reply.
  func ask(_ command: ModuleCommand, _ fields: CBORMapWriter = CBORMapWriter()) throws -> CBORItem {
    try #require(try exchange(command, fields), "no reply to \(command)")
  }

  /// Sends a request and returns the map of the reply; nil where none arrives, as after a power cut.
  func exchange(_ command: ModuleCommand, _ fields: CBORMapWriter) throws -> CBORItem? {
    try exchange(command.operation, SMPGroup.module, command.rawValue, fields)
  }

  func reset(_ mode: ModuleReset = .application) throws -> CBORItem? {
    let command = OperatingSystemCommand.reset.rawValue
    var fields = CBORMapWriter()
    if mode != .application { fields.put(ModuleField.bootMode, unsigned: UInt64(mode.rawValue)) }
    return try exchange(.write, SMPGroup.operatingSystem, command, fields)
  }

  func exchange(
    _ operation: SMPMessage.Operation, _ group: UInt16, _ command: UInt8, _ fields: CBORMapWriter
  ) throws -> CBORItem? {
    sequence &+= 1
    let request = SMPMessage(
      operation: operation, version: 1, group: group, sequence: sequence, command: command,
      payload: fields.encoded)
    let frame = [0x0a] + (try #require(request.encoded.flatMap(ConsoleFraming.encode)))
    chip.link.arrive(frame, now: chip.now)
    var decoder = ConsoleFrameDecoder()
    // The steps are small, so that time does not advance far beyond the reply.
    for _ in 0..<600 {
      wait(milliseconds: 5)
      // A reply to an earlier request, which took its time, may come first.
      let replies = decoder.take(chip.link.takeSent()).compactMap(SMPMessage.init)
      if let reply = replies.first(where: { $0.sequence == sequence && $0.group == group }) {
        return try CBORItem(reply.payload)
      }
      if chip.isCut { return nil }
    }
    return nil
  }

  /// Nanoseconds of chip time from the last bit of a request to the last bit of the reply's first byte, rounded
  /// up to a tenth of a millisecond. The reply must not be an error.
  func answerTime(_ command: ModuleCommand, _ fields: CBORMapWriter) throws -> UInt64 {
    sequence &+= 1
    let request = SMPMessage(
      operation: command.operation, version: 1, group: SMPGroup.module, sequence: sequence,
      command: command.rawValue, payload: fields.encoded)
    chip.link.arrive([0x0a] + (try #require(request.encoded.flatMap(ConsoleFraming.encode))), now: chip.now)
    let asked = chip.link.lineIsFreeAt
    var reply: [UInt8] = []
    while reply.isEmpty, chip.now < asked + 1_000_000_000 {
      chip.run(until: chip.now + 100_000)
      reply = chip.link.takeSent(until: chip.now)
    }
    let answered = chip.now
    var decoder = ConsoleFrameDecoder()
    wait(milliseconds: 50)
    let message = try #require(decoder.take(reply + chip.link.takeSent()).first.flatMap(SMPMessage.init))
    let error = try CBORItem(message.payload)[ModuleField.error]?[ModuleField.returnCode]?.unsigned
    #expect(error == nil)
    return answered - asked
  }

  /// Stops the program in an endless loop of one instruction.
  func hang() {
    let table: UInt32 = 0x2000_8000
    chip.processor.write(table, words: [0x2001_0000, table + 9, 0xe7fe_e7fe])
    chip.processor.start(at: table)
  }

  /// Pairs the chip with a key; returns false where the power failed meanwhile.
  @discardableResult
  func pair(key: [UInt8]) throws -> Bool {
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: key)
    begin.put(ModuleField.installation, text: Self.installation)
    guard let begun = try exchange(.pairBegin, begin) else { return false }
    #expect(begun[ModuleField.error] == nil)
    var commit = CBORMapWriter()
    commit.put(ModuleField.keyID, bytes: Authenticator.keyID(of: key))
    commit.put(
      ModuleField.authenticationCode,
      bytes: Authenticator.commit(key: key, uniqueID: uniqueID))
    guard let committed = try exchange(.pairCommit, commit) else { return false }
    #expect(committed[ModuleField.error] == nil)
    return true
  }

  func start(key: [UInt8], seconds: UInt32) throws -> CBORItem {
    let given = try ask(.challenge)
    let challenge = try #require(given[ModuleField.challenge]?.byteString)
    let counter = try #require(given[ModuleField.counter]?.unsigned)
    var start = CBORMapWriter()
    start.put(ModuleField.counter, unsigned: counter)
    start.put(ModuleField.seconds, unsigned: UInt64(seconds))
    start.put(
      ModuleField.authenticationCode,
      bytes: Authenticator.start(key: key, counter: counter, seconds: seconds, challenge: challenge))
    return try ask(.start, start)
  }
}
