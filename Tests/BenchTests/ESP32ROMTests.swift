import Testing

@testable import Bench

@Suite struct ESP32ROMTests {
  /// A chip and the other end of its wire. The ROM is in sync and knows the flash's size unless `isReady` is
  /// false.
  private struct Rig {
    let flash = FlashArray.serial(mebibytes: 1)
    var rom: ESP32ROM

    init(_ model: ESP32Model = .esp32, isReady: Bool = true, timings: SerialFlashTimings = .instant) {
      rom = ESP32ROM(model: model, flash: flash, timings: timings, mac: [0x24, 1, 2, 3, 4, 0xc0])
      guard isReady else { return }
      _ = outputs(0x08, Rig.sync)
      _ = outputs(0x0d, Rig.words(0, 0))
    }

    static let sync: [UInt8] = [7, 7, 0x12, 0x20] + Array(repeating: 0x55, count: 32)

    static func words(_ words: UInt32...) -> [UInt8] {
      words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    static func frame(_ code: UInt8, _ data: [UInt8], checksum: UInt8 = 0) -> [UInt8] {
      let packet = [0, code, UInt8(data.count & 0xff), UInt8(data.count >> 8), checksum, 0, 0, 0] + data
      return [0xc0]
        + packet.flatMap { (byte: UInt8) -> [UInt8] in
          byte == 0xc0 ? [0xdb, 0xdc] : byte == 0xdb ? [0xdb, 0xdd] : [byte]
        } + [0xc0]
    }

    mutating func outputs(_ code: UInt8, _ data: [UInt8], checksum: UInt8 = 0) -> [ESP32ROM.Output] {
      Rig.frame(code, data, checksum: checksum).flatMap { rom.receive($0) }
    }

    /// Sends a command, and returns the data and the status of the answer without the frame and its header.
    mutating func answer(_ code: UInt8, _ data: [UInt8], checksum: UInt8 = 0) -> [UInt8] {
      outputs(code, data, checksum: checksum).flatMap { output -> [UInt8] in
        if case .send(let bytes) = output { Array(bytes.dropFirst(9).dropLast()) } else { [] }
      }
    }

    /// Sends a data block with the right checksum.
    mutating func block(_ code: UInt8, _ number: UInt32, _ bytes: [UInt8]) -> [UInt8] {
      answer(
        code, Rig.words(UInt32(bytes.count), number, 0, 0) + bytes, checksum: bytes.reduce(0xef, ^))
    }
  }

  private static let done: [UInt8] = [0, 0, 0, 0]
  private static func failed(_ code: UInt8) -> [UInt8] { [1, code, 0, 0] }

  /// "weldtech" 512 times, packed by zlib: 4,096 bytes in 39.
  private static let packed: [UInt8] = [
    0x78, 0xda, 0xed, 0xc5, 0xb1, 0x09, 0x00, 0x30, 0x0c, 0x03, 0xb0, 0x63, 0x5b, 0x43, 0x86, 0x8c, 0x85, 0xbc,
    0x9f, 0x3f, 0x8a, 0xb4, 0x68, 0xd2, 0xf7, 0xe5, 0xd4, 0xd8, 0xb6, 0x6d, 0xdb, 0xb6, 0xed, 0x6f, 0x5f, 0xf3,
    0x5a, 0xa0, 0x5b,
  ]

  // MARK: - Frames

  @Test func `nothing is answered before the first sync, which is answered eight times`() {
    var rig = Rig(isReady: false)
    #expect(rig.outputs(0x0a, Rig.words(0x4000_1000)) == [])
    let reply: [UInt8] = [0xc0, 1, 8, 4, 0, 0x07, 0x12, 0x20, 0x55, 0, 0, 0, 0, 0xc0]
    #expect(rig.outputs(0x08, Rig.sync) == [.send(Array(repeating: reply, count: 8).flatMap(\.self))])
  }

  @Test func `noise before and between frames, empty frames and cut ones are passed over`() {
    var rig = Rig()
    let question = Rig.frame(0x0a, Rig.words(0x4000_1000))
    for noise in [[1, 2, 3], [0xc0, 0xc0, 0xc0], [0xc0, 0, 0x0a, 4], [0xdb, 0xdb, 0xff]] as [[UInt8]] {
      let outputs = (noise + question + question).flatMap { rig.rom.receive($0) }
      let whole: [UInt8] = [0xc0, 1, 0x0a, 4, 0, 0x83, 0x1d, 0xf0, 0, 0, 0, 0, 0, 0xc0]
      #expect(outputs.last == .send(whole), "\(noise)")
    }
  }

  @Test func `bytes that would end a frame are escaped both ways`() {
    var rig = Rig()
    let outputs = rig.outputs(0x0a, Rig.words(0x3ff5_a004))
    #expect(outputs == [.send([0xc0, 1, 0x0a, 4, 0, 0xdb, 0xdc, 4, 3, 2, 0, 0, 0, 0, 0xc0])])
  }

  // MARK: - One exchange each

  @Test(
    arguments: [
      ("unknown command", 0x77, [], [1, 5, 0, 0]),
      ("security info, which the ESP32 has not", 0x14, [], [1, 5, 0, 0]),
      ("read register, too short", 0x0a, [0, 0x10], [1, 5, 0, 0]),
      ("sync with other bytes", 0x08, [1, 2, 3], [1, 5, 0, 0]),
      ("attach", 0x0d, words(0, 0), [0, 0, 0, 0]),
      ("attach, too short", 0x0d, words(0), [1, 5, 0, 0]),
      ("parameters", 0x0b, words(0, 1 << 20, 65_536, 4096, 256, 0xffff), [0, 0, 0, 0]),
      ("parameters, larger than the flash", 0x0b, words(0, 1 << 22, 65_536, 4096, 256, 0xffff), [1, 6, 0, 0]),
      ("begin", 0x10, words(4096, 1, 1024, 0x1000), [0, 0, 0, 0]),
      ("begin, as newer chips take it", 0x10, words(4096, 1, 1024, 0x1000, 0), [1, 5, 0, 0]),
      ("begin outside", 0x10, words(8192, 1, 1024, 0xf_f000), [1, 6, 0, 0]),
      ("begin at the end of numbers", 0x10, words(.max, 1, 1024, .max), [1, 6, 0, 0]),
      ("begin inside a sector", 0x10, words(4096, 1, 1024, 0x1004), [1, 6, 0, 0]),
      ("data without a begin", 0x11, words(0, 0, 0, 0), [1, 5, 0, 0]),
      ("digest outside", 0x13, words(0xf_ffff, 2, 0, 0), [1, 6, 0, 0]),
      ("read too much", 0x0e, words(0, 65), [1, 0x0a, 0, 0]),
      ("speed of nothing", 0x0f, words(0, 0), [1, 5, 0, 0]),
    ] as [(String, UInt8, [UInt8], [UInt8])])
  func `a command and its answer`(name: String, code: UInt8, data: [UInt8], expected: [UInt8]) {
    var rig = Rig()
    #expect(rig.answer(code, data) == expected)
    // The next command is understood, whatever the previous one was.
    #expect(rig.answer(0x0a, Rig.words(0x4000_1000)) == Self.done)
  }

  private static func words(_ words: UInt32...) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  @Test func `a C3 says its chip's id and takes five words`() {
    var rig = Rig(.esp32c3)
    let info = rig.answer(0x14, [])
    #expect(info.count == 24 && info[12] == 5)
    #expect(rig.answer(0x10, Rig.words(4096, 1, 1024, 0)) == Self.failed(5))
    #expect(rig.answer(0x10, Rig.words(4096, 1, 1024, 0, 0)) == Self.done)
  }

  @Test func `flash is not reached before it is attached`() {
    var rig = Rig(isReady: false)
    _ = rig.outputs(0x08, Rig.sync)
    #expect(rig.answer(0x10, Rig.words(4096, 1, 1024, 0)) == Self.failed(6))
    #expect(rig.answer(0x13, Rig.words(0, 16, 0, 0)) == Self.failed(6))
  }

  // MARK: - Flash

  @Test func `packed bytes are unpacked into flash, and hashed`() {
    var rig = Rig()
    #expect(rig.answer(0x10, Rig.words(4096, 2, 32, 0x2000)) == Self.done)
    #expect(rig.block(0x11, 0, Array(Self.packed[..<32])) == Self.done)
    #expect(rig.block(0x11, 1, Array(Self.packed[32...])) == Self.done)
    let text = Array(String(repeating: "weldtech", count: 512).utf8)
    #expect(rig.flash.read(0x2000, count: 4096) == text)
    // The expected digest was computed by md5sum.
    #expect(
      rig.answer(0x13, Rig.words(0x2000, 4096, 0, 0)) == Array("9e8f21279fe61a6752af353222f9a6d9".utf8)
        + Self.done)
    #expect(rig.answer(0x0e, Rig.words(0x2000, 8)).prefix(8) == text.prefix(8))
  }

  @Test func `what is no deflate stream, is cut off or goes on too long is refused`() {
    var rig = Rig()
    _ = rig.answer(0x10, Rig.words(4096, 1, 1024, 0))
    #expect(rig.block(0x11, 0, Array("this is not packed".utf8)) == Self.failed(0x0b))
    // The stream's own checksum is wrong.
    _ = rig.answer(0x10, Rig.words(4096, 1, 1024, 0))
    #expect(rig.block(0x11, 0, Self.packed.dropLast() + [0]) == Self.failed(0x0b))
    _ = rig.answer(0x10, Rig.words(4096, 1, 1024, 0))
    #expect(rig.block(0x11, 0, Self.packed.dropLast()) == Self.failed(0x0b))
    _ = rig.answer(0x10, Rig.words(4096, 2, 1024, 0))
    #expect(rig.block(0x11, 0, Self.packed) == Self.done)
    #expect(rig.block(0x11, 1, Self.packed) == Self.failed(0x0b))
  }

  @Test func `a block with a wrong checksum, number or length is refused and may come again`() {
    var rig = Rig()
    _ = rig.answer(0x10, Rig.words(4096, 1, 64, 0))
    let data = Rig.words(UInt32(Self.packed.count), 0, 0, 0) + Self.packed
    #expect(rig.answer(0x11, data, checksum: 1) == Self.failed(7))
    #expect(rig.block(0x11, 1, Self.packed) == Self.failed(5))
    #expect(rig.answer(0x11, data + [0], checksum: Self.packed.reduce(0xef, ^)) == Self.failed(5))
    #expect(rig.block(0x11, 0, Array(repeating: 1, count: 65)) == Self.failed(5))
    #expect(rig.block(0x11, 0, Self.packed) == Self.done)
    #expect(rig.block(0x11, 1, Self.packed) == Self.failed(5), "one more than announced")
  }

  @Test func `writing onto what is not erased is a write error, and leaves bits clear`() {
    var rig = Rig()
    rig.flash.program(0x3000, [0x0f])
    // One sector is erased, but one sector and one byte are sent.
    _ = rig.answer(0x02, Rig.words(4096, 2, 4096, 0x2000))
    #expect(rig.block(0x03, 0, Array(repeating: 0x5a, count: 4096)) == Self.done)
    #expect(rig.block(0x03, 1, [0xff]) == Self.failed(8))
    #expect(rig.flash.read(0x3000, count: 2) == [0x0f, 0xff])
  }

  @Test func `a begin erases whole sectors, and blocks of 64 KiB in one go`() {
    var rig = Rig(timings: .typical)
    for sector in rig.flash.sectors { rig.flash.program(sector.address, [0]) }
    let outputs = rig.outputs(0x10, Rig.words(0x1_1001, 1, 1024, 0xf000))
    // Sectors 15 and 32 are erased one by one, 16 to 31 as one block.
    #expect(outputs.first == .busy(.erase, .milliseconds(45 + 150 + 45)))
    let erased = rig.flash.sectors.indices.filter {
      rig.flash.read(rig.flash.sectors[$0].address, count: 1) == [0xff]
    }
    #expect(erased == Array(15...32))
  }

  @Test func `programming, hashing and a new speed take effect as they should`() {
    var rig = Rig(timings: .typical)
    _ = rig.outputs(0x10, Rig.words(4096, 1, 1024, 0))
    let data = Rig.words(UInt32(Self.packed.count), 0, 0, 0) + Self.packed
    let written = rig.outputs(0x11, data, checksum: Self.packed.reduce(0xef, ^))
    #expect(written.first == .busy(.write, .microseconds(16 * 400)))
    #expect(rig.outputs(0x13, Rig.words(0, 1000, 0, 0)).first == .busy(.verify, .milliseconds(1)))
    #expect(rig.outputs(0x0f, Rig.words(921_600, 0)).last == .baudRate(921_600))
    #expect(rig.outputs(0x12, Rig.words(0)).last == .restart)
  }

  @Test func `a chip that takes its crystal for faster speaks slower than it was asked to`() {
    var rom = ESP32ROM(
      model: .esp32, flash: .serial(mebibytes: 1), timings: .instant, mac: [], oscillatorError: 50_000)
    _ = Rig.frame(0x08, Rig.sync).flatMap { rom.receive($0) }
    let outputs = Rig.frame(0x0f, Rig.words(420_000, 0)).flatMap { rom.receive($0) }
    #expect(outputs.last == .baudRate(400_000))
  }

  @Test func `the flash chip says what it is through the SPI registers`() {
    for (model, base) in [(ESP32Model.esp32, 0x3ff4_2000), (.esp32c3, 0x6000_2000)] as [(ESP32Model, UInt32)] {
      var rig = Rig(model)
      for (address, value) in [
        (model.spi.readBits, 23), (model.spi.user2, 7 << 28 | 0x9f), (model.spi.data, 0), (base, 1 << 18),
      ] as [(UInt32, UInt32)] {
        #expect(rig.answer(0x09, Rig.words(address, value, .max, 0)) == Self.done)
      }
      let outputs = rig.outputs(0x0a, Rig.words(model.spi.data))
      #expect(outputs == [.send([0xc0, 1, 0x0a, 4, 0, 0xef, 0x40, 20, 0, 0, 0, 0, 0, 0xc0])])
    }
  }

  @Test func `any bytes at all are survived`() {
    var generator = SeededGenerator(seed: 2)
    var rig = Rig()
    for _ in 0..<3000 {
      let code = UInt8.random(in: 0...0x15, using: &generator)
      let data = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      _ = rig.outputs(code, data, checksum: UInt8.random(in: 0...255, using: &generator))
      for _ in 0..<4 { _ = rig.rom.receive(UInt8.random(in: 0...255, using: &generator)) }
    }
    #expect(rig.answer(0x0d, Rig.words(0, 0)) == Self.done)
  }
}
