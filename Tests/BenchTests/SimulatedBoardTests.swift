import Foundation
import ModuleCore
import Synchronization
import Testing

@testable import Bench

@Suite struct SimulatedBoardTests {
  /// A clock of milliseconds that only the test moves on.
  final class HandTurnedTime: Sendable {
    private let value = Mutex<UInt64>(0)
    var now: UInt64 { value.withLock { $0 } }
    func pass(_ milliseconds: UInt64) { value.withLock { $0 += milliseconds } }
  }

  static func board(
    _ surroundings: Surroundings, _ time: HandTurnedTime = HandTurnedTime(),
    flash: FlashArray = .stm32f405()
  ) -> SimulatedBoard {
    SimulatedBoard(
      flash: flash, uniqueID: Array("WELDTECHSIM1".utf8), header: nil, surroundings: surroundings,
      random: { [UInt8](repeating: 0x42, count: $0) }, now: { time.now })
  }

  static func feedback(_ board: inout SimulatedBoard) -> Bool { board.readings().feedbackIsClosed }

  @Test func `a sound world reads as a sound module`() {
    var board = Self.board(Surroundings())
    for _ in 0..<100 {
      let readings = board.readings()
      #expect((229_000...231_000).contains(readings.millivolts) && abs(readings.milliamperes) <= 30)
      #expect(!readings.feedbackIsClosed && readings.time == 0 && readings.hasFix)
      #expect(abs(readings.latitude - 40_410_000) <= 20 && abs(readings.longitude - 110_030_000) <= 20)
      #expect(readings.hasSimCard && readings.isRegistered && readings.signalStrength == -71)
    }
  }

  @Test func `the contact follows the relay after its delay`() {
    let time = HandTurnedTime()
    var board = Self.board(Surroundings(), time)
    time.pass(100)
    board.setRelay(closed: true)
    #expect(!Self.feedback(&board))
    time.pass(15)
    #expect(Self.feedback(&board))
    board.setRelay(closed: false)
    #expect(Self.feedback(&board))
    time.pass(15)
    #expect(!Self.feedback(&board))
  }

  @Test func `a fault shows in its reading and in no other`() {
    let time = HandTurnedTime()
    let surroundings = Surroundings(World(contact: .welded))
    var board = Self.board(surroundings, time)
    #expect(Self.feedback(&board))
    surroundings.world = World(contact: .unwired)
    board.setRelay(closed: true)
    time.pass(100)
    #expect(!Self.feedback(&board))
    surroundings.world = World(zeroDriftAmpsPerMinute: 2)
    time.pass(60_000)
    let drifted = board.readings().milliamperes
    #expect((1_900...2_100).contains(drifted))
    surroundings.world = World(supplyVolts: 170, sealClosed: false)
    let low = board.readings().millivolts
    #expect((169_000...171_000).contains(low) && !board.sealIsClosed)
    surroundings.world = World(hasFix: false, hasSIM: false, randomWorks: false)
    let readings = board.readings()
    #expect(!readings.hasFix && readings.latitude == 0 && readings.satellites == 0)
    #expect(!readings.hasSimCard && !readings.isRegistered && readings.signalStrength == 0)
    let random = board.randomBytes(16)
    #expect(random == nil)
    #expect(Self.board(surroundings).identity.iccid == nil)
  }

  @Test func `the clock goes on through a reset and can be wrong`() {
    let time = HandTurnedTime()
    let surroundings = Surroundings()
    var board = Self.board(surroundings, time)
    let isSet = board.setClock(1_732_406_400)
    #expect(isSet)
    time.pass(5_000)
    board = Self.board(surroundings, time)
    let later = board.readings().time
    #expect(board.milliseconds == 0 && later == 1_732_406_405)
    surroundings.world.clockErrorSeconds = -90
    let wrong = board.readings().time
    #expect(wrong == 1_732_406_315)
    surroundings.world.clockRuns = false
    let isSetAgain = board.setClock(1)
    let standing = board.readings().time
    #expect(standing == 0 && !isSetAgain)
  }

  @Test func `the record lies in sectors one and two`() {
    let flash = FlashArray.stm32f405()
    var board = Self.board(Surroundings(), flash: flash)
    #expect(board.recordSlotSize == 16_384)
    let isWritten = board.programRecord(slot: 1, offset: 512, word: 0x0403_0201)
    #expect(isWritten)
    #expect(flash.read(0x0800_8200, count: 4) == [1, 2, 3, 4])
    let isErased = board.eraseRecord(slot: 1)
    #expect(isErased)
    #expect(flash.read(0x0800_8200, count: 4) == [0xff, 0xff, 0xff, 0xff])
    let goesOutside = board.programRecord(slot: 0, offset: 16_384, word: 0)
    let erasesOutside = board.eraseRecord(slot: 2)
    #expect(!goesOutside && !erasesOutside)
    #expect(board.recordWord(slot: 0, offset: 16_384) == .max && board.recordWord(slot: 2, offset: 0) == .max)
  }

  @Test func `a pairing outlives the power`() throws {
    let flash = FlashArray.stm32f405()
    let surroundings = Surroundings()
    let key = [UInt8](repeating: 7, count: 32)
    var module = Module(board: Self.board(surroundings, flash: flash))
    var fields = CBORMapWriter()
    fields.put(ModuleField.key, bytes: key)
    fields.put(ModuleField.installation, string: "0b6a3c5e-2f10-4b8e-9d53-0f1a2b3c4d5e")
    let begin = SMPMessage(
      operation: .write, version: 1, group: SMPGroup.module, sequence: 1,
      command: ModuleCommand.pairBegin.rawValue, payload: fields.encoded)
    let wire = try #require(begin.encoded.flatMap { ConsoleFraming.encode($0) })
    let reply = module.receive(wire)
    #expect(!reply.isEmpty)

    module = Module(board: Self.board(surroundings, flash: flash))
    let ask = SMPMessage(
      operation: .read, version: 1, group: SMPGroup.module, sequence: 2,
      command: ModuleCommand.identity.rawValue, payload: CBORMapWriter().encoded)
    let question = try #require(ask.encoded.flatMap { ConsoleFraming.encode($0) })
    var decoder = ConsoleFrameDecoder()
    let messages = decoder.take(module.receive(question))
    let answer = try #require(messages.first.flatMap { SMPMessage($0) })
    let identity = try CBORItem(answer.payload)
    #expect(identity[ModuleField.pendingKeyID]?.byteString == Authenticator.keyID(of: key))
    #expect(identity[ModuleField.boots]?.unsigned == 2)
    #expect(identity[ModuleField.imei]?.string?.count == 15)
    #expect(identity[ModuleField.iccid]?.string?.count == 20)
  }

  @Test func `a world is read from JSON with what is left out sound`() throws {
    let world = try JSONDecoder().decode(
      World.self, from: Data(#"{"supplyVolts": 400, "contact": "welded"}"#.utf8))
    #expect(world == World(supplyVolts: 400, contact: .welded))
    #expect(try JSONDecoder().decode(World.self, from: JSONEncoder().encode(World.threePhase)) == .threePhase)
  }
}
