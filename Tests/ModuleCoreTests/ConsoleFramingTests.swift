import TestSupport
import Testing

@testable import ModuleCore

@Suite struct ConsoleFramingTests {
  @Test func `a frame is the bytes that SMP publishes`() {
    // PyPI's `smp` documents this line for the same message.
    #expect(
      ConsoleFraming.encode(Array("Hello, world!".utf8)) == hex("0609")
        + Array("AA9IZWxsbywgd29ybGQhet4=\n".utf8))
  }

  @Test func `a frame of many short lines is read`() {
    let lines = ["0609", "0414", "0414", "0414", "0414", "0414"]
    let texts = ["AA9I", "ZWxs", "bywg", "d29y", "bGQh", "et4="]
    var wire: [UInt8] = []
    for (line, text) in zip(lines, texts) { wire += hex(line) + Array(text.utf8) + [0x0a] }
    var decoder = ConsoleFrameDecoder()
    #expect(decoder.take(wire) == [Array("Hello, world!".utf8)])
  }

  @Test func `lines are at most 127 bytes and each is base64 by itself`() throws {
    let wire = try #require(ConsoleFraming.encode([UInt8](repeating: 0x5a, count: 1024)))
    for line in wire.split(separator: 0x0a) {
      #expect(line.count + 1 <= 127)
      #expect((line.count - 2) % 4 == 0)
    }
  }

  @Test func `every length comes back`() throws {
    var random = SplitMix64(seed: 1)
    var decoder = ConsoleFrameDecoder()
    for count in 0...1024 {
      let message = random.bytes(count)
      let wire = try #require(ConsoleFraming.encode(message))
      #expect(decoder.take(wire) == [message])
    }
    #expect(decoder.damagedFrames == 0)
  }

  @Test func `a message that is too long is not sent`() {
    #expect(ConsoleFraming.encode([UInt8](repeating: 0, count: 1025)) == nil)
  }

  @Test func `a frame is found after noise half lines and a lost line feed`() throws {
    let good = Array("the good one".utf8)
    let frame = try #require(ConsoleFraming.encode(good))
    let long = try #require(ConsoleFraming.encode([UInt8](repeating: 7, count: 400)))
    let noises: [[UInt8]] = [
      Array("boot: hello\r\n".utf8), hex("06"), hex("0606"), hex("0604"), hex("0414"), hex("0609"),
      Array(frame.dropLast(3)), Array(frame.dropLast(1)), Array(long.prefix(200)), Array(long.dropLast(20)),
      Array(long.dropFirst(50)), hex("0609 ff fe fd 0a"), hex("0609 4141 3d3d 4141 0a"),
      hex("0609") + Array("//8AAAAA\n".utf8),
    ]
    for noise in noises {
      var decoder = ConsoleFrameDecoder()
      #expect(decoder.take(noise + frame).last == good)
    }
  }

  @Test func `console text between the lines of a frame does no harm`() throws {
    let message = [UInt8](repeating: 9, count: 300)
    let wire = try #require(ConsoleFraming.encode(message))
    var mixed: [UInt8] = []
    for byte in wire {
      mixed.append(byte)
      if byte == 0x0a { mixed += Array("[00:01] modem: registered\r\n".utf8) }
    }
    var decoder = ConsoleFrameDecoder()
    #expect(decoder.take(mixed) == [message])
  }

  @Test func `a flipped bit is never taken for the message`() throws {
    var random = SplitMix64(seed: 2)
    for _ in 0..<300 {
      let message = random.bytes(Int.random(in: 1...200, using: &random))
      var wire = try #require(ConsoleFraming.encode(message))
      wire[Int.random(in: 0..<wire.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      var decoder = ConsoleFrameDecoder()
      for found in decoder.take(wire) { #expect(found == message) }
    }
  }

  @Test func `twenty thousand random and damaged inputs neither trap nor hold more than one message`() throws {
    var random = SplitMix64(seed: 3)
    var decoder = ConsoleFrameDecoder()
    let alphabet: [UInt8] = [0x06, 0x09, 0x04, 0x14, 0x0a, 0x0d, 0x3d] + Array("AQgwBz09+/".utf8)
    for round in 0..<20_000 {
      var wire: [UInt8]
      if round % 2 == 0 {
        wire = (0..<Int.random(in: 0...60, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? 0
        }
      } else {
        wire = try #require(ConsoleFraming.encode(random.bytes(Int.random(in: 0...80, using: &random))))
        wire.remove(at: Int.random(in: 0..<wire.count, using: &random))
      }
      for message in decoder.take(wire) { #expect(message.count <= 1024) }
    }
    let last = Array("still listening".utf8)
    #expect(decoder.take(try #require(ConsoleFraming.encode(last))).last == last)
  }
}
