import TestSupport
import Testing

@testable import Provision

@Suite struct ESP32ProtocolTests {
  // MARK: - Frames

  @Test(
    arguments: [
      ("nothing", [], []),
      ("one", [0xc0, 1, 2, 0xc0], [[1, 2]]),
      ("two, an end each", [0xc0, 1, 0xc0, 0xc0, 2, 0xc0], [[1], [2]]),
      ("two that share an end", [0xc0, 1, 0xc0, 2, 0xc0], [[1], [2]]),
      ("text before", [0x72, 0x73, 0x74, 0x0d, 0x0a, 0xc0, 1, 0xc0], [[1]]),
      ("empty ones", [0xc0, 0xc0, 0xc0, 1, 0xc0, 0xc0], [[1]]),
      ("escapes", [0xc0, 0xdb, 0xdc, 0xdb, 0xdd, 7, 0xc0], [[0xc0, 0xdb, 7]]),
      ("an escape of nothing", [0xc0, 1, 0xdb, 5, 2, 0xc0, 3, 0xc0], [[3]]),
      ("an escaped end", [0xc0, 1, 0xdb, 0xc0, 3, 0xc0], [[3]]),
      ("an escape outside", [0xdb, 0xc0, 1, 0xc0], [[1]]),
      ("one that does not end", [0xc0, 1, 2, 3], []),
    ] as [(String, [UInt8], [[UInt8]])])
  func `frames in what comes`(name: String, bytes: [UInt8], expected: [[UInt8]]) {
    var decoder = ESP32FrameDecoder()
    #expect(decoder.take(bytes) == expected)
    // The decoder finds the same packets byte by byte.
    decoder = ESP32FrameDecoder()
    #expect(bytes.flatMap { decoder.take([$0]) } == expected)
  }

  @Test func `a frame that grows too long is let go, and the next is found`() {
    var decoder = ESP32FrameDecoder()
    let longest = Array(repeating: UInt8(1), count: ESP32FrameDecoder.packetLimit)
    #expect(decoder.take([0xc0] + longest + [0xc0]) == [longest])
    #expect(decoder.take([0xc0] + longest + [1, 0xc0, 2, 0xc0]) == [[2]])
    #expect(decoder.take(Array(repeating: 7, count: 1 << 20)) == [])
  }

  @Test func `what is sent has its length, its checksum and no byte that would end it`() {
    let frame = ESP32Frame(command: 0x11, data: [0xc0, 0xdb, 1], checksum: 0xc0)
    #expect(frame.encoded == [0xc0, 0, 0x11, 3, 0, 0xdb, 0xdc, 0, 0, 0, 0xdb, 0xdc, 0xdb, 0xdd, 1, 0xc0])
  }

  // MARK: - Answers

  private static let header: [UInt8] = [1, 0x0a, 4, 0, 0x83, 0x1d, 0xf0, 0]

  @Test(
    arguments: [
      ("empty", []), ("short", Array(header.prefix(7))),
      ("a request", [0] + header.dropFirst() + [0, 0, 0, 0]),
      ("shorter than it says", header + [0, 0, 0]), ("longer than it says", header + [0, 0, 0, 0, 0]),
      ("boot log", Array("rst:0x1 (POWERON_RESET)".utf8)),
    ] as [(String, [UInt8])])
  func `what is no answer`(name: String, packet: [UInt8]) {
    #expect(ESP32Reply(packet) == nil)
  }

  @Test(
    arguments: [
      ("done", [0, 0, 0, 0], 0, .done([])), ("done, two bytes of status", [0, 0], 0, .done([])),
      ("data", [7, 8, 0, 0, 0, 0], 2, .done([7, 8])),
      ("data, two bytes of status", [7, 8, 0, 0], 2, .done([7, 8])),
      ("refused", [1, 7, 0, 0], 0, .refused(.checksum)),
      ("refused, data expected", [1, 5, 0, 0], 32, .refused(.invalid)),
      ("refused, with data", [7, 8, 1, 6, 0, 0], 2, .refused(.failed)),
      ("unknown code", [1, 0xc1, 0, 0], 0, .refused(.other(0xc1))),
      ("too short", [0], 0, nil), ("good, yet without its data", [0, 0, 0, 0], 32, nil),
      ("nothing", [], 0, nil),
    ] as [(String, [UInt8], Int, ESP32Reply.Verdict?)])
  func `verdicts`(name: String, data: [UInt8], count: Int, expected: ESP32Reply.Verdict?) throws {
    let reply = try #require(ESP32Reply([1, 0x13, UInt8(data.count), 0, 0, 0, 0, 0] + data))
    #expect(reply.verdict(expecting: count) == expected)
  }

  @Test func `every documented error has its meaning`() {
    let codes: [UInt8] = [5, 6, 7, 8, 9, 10, 11, 12]
    let wanted: [ESP32Status] = [
      .invalid, .failed, .checksum, .flashWrite, .flashRead, .readLength, .deflate, .other(12),
    ]
    #expect(codes.map(ESP32Status.init) == wanted)
  }

  // MARK: - Requests

  /// A link that answers each frame with the bytes prepared for it.
  private final class Script: Link {
    let clock = VirtualTime()
    private var replies: [[UInt8]]
    private var waiting: [UInt8] = []

    init(_ replies: [[UInt8]]) { self.replies = replies }

    func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
      waiting += replies.isEmpty ? [] : replies.removeFirst()
    }

    func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
      guard !waiting.isEmpty else {
        clock.advance(by: deadline - clock.now)
        throw .timeout
      }
      clock.advance(by: .milliseconds(1))
      defer { waiting.removeFirst(min(count, waiting.count)) }
      return Array(waiting.prefix(count))
    }

    func discardInput() throws(LinkError) { waiting = [] }
    func setFraming(_ framing: LinkFraming) throws(LinkError) {}
    func close() {}
  }

  private func outcome(_ reply: [UInt8]) throws -> Result<UInt32, ESP32Client.Failure> {
    let link = Script([reply])
    let client = try ESP32Client(link: link, baudRate: 115_200, now: { link.clock.now })
    return Result { () throws(ESP32Client.Failure) in try client.register(0x4000_1000) }
  }

  @Test func `an answer to something else, noise and boot log are passed over`() throws {
    let other: [UInt8] = [0xc0, 1, 8, 4, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0xc0]
    let cut: [UInt8] = [0xc0, 1, 0x0a, 4, 0, 1, 0xc0]
    let right: [UInt8] = [0xc0] + Self.header + [0, 0, 0, 0, 0xc0]
    #expect(try outcome(Array("waiting\r\n".utf8) + other + cut + right) == .success(0x00f0_1d83))
    #expect(try outcome(other + cut) == .failure(.link(.timeout)))
    #expect(try outcome([0xc0, 1, 0x0a, 4, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0xc0]) == .failure(.refused(.invalid)))
  }

  @Test func `a port that chatters without end is no chip`() throws {
    #expect(try outcome(Array(repeating: 0x55, count: 4 << 20)) == .failure(.link(.timeout)))
  }

  @Test func `two answers that differ are not believed`() throws {
    func reply(_ value: UInt8) -> [UInt8] { [0xc0, 1, 0x0a, 4, 0, value, 0, 0, 0, 0, 0, 0, 0, 0xc0] }
    let link = Script([reply(1), reply(2), reply(1), reply(1)])
    let client = try ESP32Client(link: link, baudRate: 115_200, now: { link.clock.now })
    #expect(try client.surely(0x3ff5_a004) == 1)
  }
}
