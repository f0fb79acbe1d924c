import ModuleCore
import TestSupport
import Testing

@testable import Provision

/// Checks replies with one fault each; the module itself is tested behind the same link elsewhere.
@Suite struct SMPClientTests {
  /// The reply `{"r": "hallo"}` to an echo.
  static func echoed(_ request: SMPMessage) -> SMPMessage? {
    var fields = CBORMapWriter()
    fields.put("r", string: "hallo")
    return request.reply(fields.encoded)
  }

  static func link(_ change: @escaping (SMPMessage) -> [UInt8]) -> MemoryLink {
    MemoryLink { frame in
      guard let request = message(in: frame), let reply = echoed(request) else { return [] }
      return change(reply)
    }
  }

  @Test func `gives the reply to what was asked`() throws {
    let link = Self.link { $0.frame }
    #expect(try link.client().echo("hallo") == "hallo")
    #expect(link.writes == 1)
  }

  @Test func `asks in version one with a new sequence number each time`() throws {
    var asked: [SMPMessage] = []
    let link = MemoryLink { frame in
      guard let request = message(in: frame) else { return [] }
      asked.append(request)
      return Self.echoed(request)?.frame ?? []
    }
    let client = SMPClient(link: link, firstSequence: 254, now: { link.time })
    for _ in 0..<3 { _ = try client.echo("x") }
    #expect(asked.map(\.sequence) == [255, 0, 1])
    #expect(asked.allSatisfy { $0.version == 1 && $0.group == 0 && $0.command == 0 && $0.operation == .write })
  }

  // MARK: - What comes back is no reply

  struct Spoilt: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let fault: ReplyFault?
    let bytes: @Sendable (SMPMessage) -> [UInt8]
  }

  static let spoilt = [
    Spoilt(testDescription: "silence", fault: nil) { _ in [] },
    Spoilt(testDescription: "one bit turned", fault: .garbled) { reply in
      var frame = reply.frame
      frame[9] ^= 1
      return frame
    },
    Spoilt(testDescription: "cut short", fault: .garbled) { Array($0.frame.dropLast(6)) },
    Spoilt(testDescription: "noise", fault: .garbled) { _ in [0xFF, 0x00, 0x06, 0x1F, 0x79, 0x0A] },
    Spoilt(testDescription: "other sequence", fault: .otherSequence) { reply in
      var reply = reply
      reply.sequence &-= 1
      return reply.frame
    },
    Spoilt(testDescription: "other group", fault: .otherCommand) { reply in
      var reply = reply
      reply.group = 64
      return reply.frame
    },
    Spoilt(testDescription: "other command", fault: .otherCommand) { reply in
      var reply = reply
      reply.command = 5
      return reply.frame
    },
    Spoilt(testDescription: "other direction", fault: .otherCommand) { reply in
      var reply = reply
      reply.operation = .write
      return reply.frame
    },
    Spoilt(testDescription: "a header only", fault: .garbled) { _ in ConsoleFraming.encode([3, 0, 0]) ?? [] },
  ]

  @Test(arguments: spoilt) func `says what is wrong and no later than it says`(_ spoilt: Spoilt) {
    let link = Self.link(spoilt.bytes)
    let start = link.time
    let expected: ProvisionError =
      spoilt.fault.map { .unusableReply($0, during: .echo) } ?? .link(.timeout, during: .echo)
    #expect(throws: expected) { try link.client().echo("hallo") }
    #expect(link.writes == 3)
    #expect(link.time - start <= EchoRequest.maxWait + .milliseconds(100))
  }

  @Test(arguments: spoilt) func `finds the reply after one that was spoilt`(_ spoilt: Spoilt) throws {
    var count = 0
    let link = Self.link { reply in
      count += 1
      return count == 1 ? spoilt.bytes(reply) : reply.frame
    }
    #expect(try link.client().echo("hallo") == "hallo")
    #expect(link.writes == 2)
  }

  @Test func `passes over noise and stale replies before the reply`() throws {
    let link = Self.link { reply in
      var stale = reply
      stale.sequence &-= 1
      return Array("boot 1.0\r\n".utf8) + stale.frame + [0x06, 0x09, 0x41] + reply.frame
    }
    #expect(try link.client().echo("hallo") == "hallo")
    #expect(link.writes == 1)
  }

  @Test func `gives up on a module that never stops talking`() {
    let link = MemoryLink { _ in [] }
    link.chatter = Array("temperature 21\r\n".utf8)
    let start = link.time
    #expect(throws: ProvisionError.unusableReply(.garbled, during: .echo)) { try link.client().echo("x") }
    #expect(link.time - start <= .seconds(4))
  }

  @Test func `does not repeat a reset or a start`() {
    let link = MemoryLink { _ in [] }
    #expect(throws: ProvisionError.link(.timeout, during: .reset)) { try link.client().reset(.bootloader) }
    #expect(link.writes == 1)
    #expect(throws: ProvisionError.link(.timeout, during: .start)) {
      try link.client().start(.init(counter: 1, seconds: 1, authenticator: []))
    }
    #expect(link.writes == 2)
  }

  @Test func `says that the cable is pulled at once`() {
    let link = MemoryLink { _ in [] }
    link.writesLeft = 0
    #expect(throws: ProvisionError.link(.closed, during: .identity)) { try link.client().identity() }
    let reading = Self.link { $0.frame }
    reading.bytesLeft = 5
    #expect(throws: ProvisionError.link(.closed, during: .echo)) { try reading.client().echo("hallo") }
  }

  @Test func `refuses to send what no message holds`() {
    let link = Self.link { $0.frame }
    #expect(throws: ProvisionError.messageTooLong(.echo)) {
      try link.client().echo(String(repeating: "x", count: 1_100))
    }
    #expect(link.writes == 0)
  }

  // MARK: - What a reply holds

  /// The arguments are payloads of replies to `configuration`.
  @Test(arguments: [
    ([0xFF], ProvisionError.unusableReply(.notAMap, during: .configuration)),
    ([0xA1, 0x62], .unusableReply(.notAMap, during: .configuration)),
    ([0x80], .unusableReply(.notAMap, during: .configuration)),
    ([0xA1, 0x63, 0x75, 0x72, 0x6C, 0x07], .unusableReply(.field("url"), during: .configuration)),
    ([0xA1, 0x63, 0x75, 0x72, 0x6C, 0x61, 0xFF], .unusableReply(.field("url"), during: .configuration)),
    ([0xA1, 0x62, 0x72, 0x63, 0x08], .rejected(.init(group: nil, code: 8), during: .configuration)),
    ([0xA1, 0x62, 0x72, 0x63, 0xF5], .unusableReply(.field("rc"), during: .configuration)),
    ([0xA1, 0x63, 0x65, 0x72, 0x72, 0xA0], .unusableReply(.field("err"), during: .configuration)),
    (
      [
        0xA1, 0x63, 0x65, 0x72, 0x72, 0xA2, 0x65, 0x67, 0x72, 0x6F, 0x75, 0x70, 0x18, 0x40, 0x62, 0x72, 0x63,
        0x03,
      ],
      .rejected(.init(group: 64, code: 3), during: .configuration)
    ),
  ])
  func `names the field that is wrong`(payload: [UInt8], error: ProvisionError) {
    let link = MemoryLink { message(in: $0)?.reply(payload)?.frame ?? [] }
    #expect(throws: error) { try link.client().configuration() }
    #expect(link.writes == 1)
  }

  @Test func `reads an absent map as an empty one`() throws {
    let link = MemoryLink { message(in: $0)?.reply([])?.frame ?? [] }
    try link.client().stop()
    #expect(throws: ProvisionError.unusableReply(.field("time"), during: .readings)) {
      try link.client().readings()
    }
  }

  @Test func `knows the meaning of group 64's codes only`() {
    #expect(ModuleRejection(group: 64, code: 4).refusal == .bound)
    #expect(ModuleRejection(group: 64, code: 200).refusal == .other(200))
    #expect(ModuleRejection(group: 0, code: 4).refusal == nil)
    #expect(ModuleRejection(group: 64, code: 1 << 40).refusal == nil)
  }

  /// Random bytes inside good frames, and random bytes outside them, give an error each time and never a trap.
  @Test func `never traps on random replies`() {
    var generator = SplitMix64(seed: 7)
    for round in 0..<3_000 {
      let payload = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let link = MemoryLink { frame in
        round.isMultiple(of: 3) ? payload : message(in: frame)?.reply(payload)?.frame ?? []
      }
      let client = link.client()
      #expect(throws: ProvisionError.self) { try client.identity() }
      #expect(throws: ProvisionError.self) { try client.readings() }
      #expect(throws: ProvisionError.self) { try client.challenge() }
      _ = try? client.configuration()
      _ = try? client.imageState()
    }
  }
}
