import Testing

@testable import Bench

@Suite struct ROMBootloaderTests {
  private static let ack: UInt8 = 0x79
  private static let nack: UInt8 = 0x1f

  private func rom(inSync: Bool = true, timings: FlashTimings = .instant) -> ROMBootloader {
    var rom = ROMBootloader(
      memory: ROMMemory(flash: .stm32f405(), uniqueID: Array(0xa0..<0xac)), timings: timings)
    if inSync { _ = rom.receive(0x7f) }
    return rom
  }

  private static func answers(_ rom: inout ROMBootloader, to bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { rom.receive($0) }.flatMap { output -> [UInt8] in
      if case .send(let bytes) = output { bytes } else { [] }
    }
  }

  private static func checked(_ bytes: [UInt8]) -> [UInt8] { bytes + [bytes.reduce(0, ^)] }
  private static func address(_ address: UInt32) -> [UInt8] {
    checked((0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) })
  }
  private static let read: [UInt8] = [0x11, 0xee]
  private static let go: [UInt8] = [0x21, 0xde]
  private static let write: [UInt8] = [0x31, 0xce]
  private static let erase: [UInt8] = [0x44, 0xbb]

  // MARK: - Synchronising

  @Test func `the first 0x7F is acknowledged and nothing before it is`() {
    var rom = rom(inSync: false)
    #expect(Self.answers(&rom, to: [0x00, 0xff, 0x06]) == [])
    #expect(Self.answers(&rom, to: [0x7f]) == [Self.ack])
  }

  @Test func `two more 0x7F are a command with a wrong complement`() {
    var rom = rom()
    #expect(Self.answers(&rom, to: [0x7f]) == [])
    #expect(Self.answers(&rom, to: [0x7f]) == [Self.nack])
  }

  // MARK: - One exchange each, from AN3155

  @Test(
    arguments: [
      (
        "get", [0x00, 0xff],
        [0x79, 11, 0x31, 0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92, 0x79]
      ),
      ("version", [0x01, 0xfe], [0x79, 0x31, 0, 0, 0x79]),
      ("product id", [0x02, 0xfd], [0x79, 1, 0x04, 0x13, 0x79]),
      ("read flash", read + address(0x0800_0000) + [3, 0xfc], [0x79, 0x79, 0x79, 0xff, 0xff, 0xff, 0xff]),
      ("read its last byte", read + address(0x080f_ffff) + [0, 0xff], [0x79, 0x79, 0x79, 0xff]),
      ("read past flash", read + address(0x080f_fffe) + [3, 0xfc], [0x79, 0x79, 0x1f]),
      (
        "read unique id", read + address(0x1fff_7a10) + [11, 0xf4],
        [0x79, 0x79, 0x79] + Array(0xa0..<0xac)
      ),
      ("read flash size", read + address(0x1fff_7a22) + [1, 0xfe], [0x79, 0x79, 0x79, 0x00, 0x04]),
      ("read option byte", read + address(0x1fff_c001) + [0, 0xff], [0x79, 0x79, 0x79, 0xaa]),
      ("read past option bytes", read + address(0x1fff_c00f) + [1, 0xfe], [0x79, 0x79, 0x1f]),
      ("read RAM", read + address(0x2000_3000) + [0, 0xff], [0x79, 0x79, 0x79, 0]),
      ("read the loader's RAM", read + address(0x2000_2fff), [0x79, 0x1f]),
      ("read past RAM", read + address(0x2002_0000), [0x79, 0x1f]),
      ("read a peripheral", read + address(0x4001_1000), [0x79, 0x1f]),
      ("read the end of memory", read + address(0xffff_ffff), [0x79, 0x1f]),
      ("read with a bad address checksum", read + [8, 0, 0, 0, 9], [0x79, 0x1f]),
      ("read with a bad count complement", read + address(0x0800_0000) + [3, 0xfd], [0x79, 0x79, 0x1f]),
      ("write", write + address(0x0800_0000) + checked([3, 1, 2, 3, 4]), [0x79, 0x79, 0x79]),
      ("write 256", write + address(0x0800_0000) + checked([255] + Array(0...255)), [0x79, 0x79, 0x79]),
      ("write with a bad checksum", write + address(0x0800_0000) + [3, 1, 2, 3, 4, 0], [0x79, 0x79, 0x1f]),
      ("write three bytes", write + address(0x0800_0000) + checked([2, 1, 2, 3]), [0x79, 0x79, 0x1f]),
      ("write unaligned", write + address(0x0800_0002), [0x79, 0x1f]),
      ("write past flash", write + address(0x080f_fffc) + checked([7] + Array(0...7)), [0x79, 0x79, 0x1f]),
      ("write the loader's RAM", write + address(0x2000_0000), [0x79, 0x1f]),
      ("write the unique id", write + address(0x1fff_7a10), [0x79, 0x1f]),
      ("erase", erase + checked([0, 1, 0, 0, 0, 11]), [0x79, 0x79]),
      ("erase a sector that is not there", erase + checked([0, 0, 0, 12]), [0x79, 0x1f]),
      ("erase with a bad checksum", erase + [0, 0, 0, 1, 0], [0x79, 0x1f]),
      ("mass erase", erase + [0xff, 0xff, 0], [0x79, 0x79]),
      ("mass erase with a bad checksum", erase + [0xff, 0xff, 1], [0x79, 0x1f]),
      ("erase of a second bank", erase + checked([0xff, 0xfd]), [0x79, 0x1f]),
      ("go nowhere", go + address(0x0700_0000), [0x79, 0x1f]),
      ("unknown command", [0xa1, 0x5e], [0x1f]),
      ("wrong complement", [0x00, 0xfe], [0x1f]),
    ] as [(String, [UInt8], [UInt8])])
  func `a command and all its answers`(name: String, bytes: [UInt8], expected: [UInt8]) {
    var rom = rom()
    #expect(Self.answers(&rom, to: bytes) == expected)
    // The next command is understood, whatever the previous one was.
    #expect(Self.answers(&rom, to: [0x02, 0xfd]) == [0x79, 1, 0x04, 0x13, 0x79])
  }

  // MARK: - Flash

  @Test func `writing onto what is not erased ANDs and is acknowledged`() {
    var rom = rom()
    _ = Self.answers(
      &rom, to: Self.write + Self.address(0x0800_0000) + Self.checked([3, 0xf0, 0xff, 0x0f, 0xaa]))
    let answers = Self.answers(
      &rom, to: Self.write + Self.address(0x0800_0000) + Self.checked([3, 0x3c, 0x12, 0xf0, 0x55]))
    #expect(answers == [0x79, 0x79, 0x79])
    #expect(rom.memory.flash.read(0x0800_0000, count: 4) == [0x30, 0x12, 0x00, 0x00])
  }

  @Test func `a write with a bad checksum leaves flash alone`() {
    var rom = rom()
    _ = Self.answers(&rom, to: Self.write + Self.address(0x0800_0000) + [3, 1, 2, 3, 4, 0])
    #expect(rom.memory.flash.read(0x0800_0000, count: 4) == [0xff, 0xff, 0xff, 0xff])
  }

  @Test func `an erase sets its own sectors only`() {
    var rom = rom()
    for sector in rom.memory.flash.sectors { rom.memory.flash.program(sector.address, [0]) }
    _ = Self.answers(&rom, to: Self.erase + Self.checked([0, 1, 0, 3, 0, 4]))
    let first = rom.memory.flash.sectors.map { rom.memory.flash.read($0.address, count: 1)?.first }
    #expect(first == [0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `what a protected sector does not take is acknowledged all the same`() {
    var rom = rom()
    let first = { (rom: ROMBootloader) in
      rom.memory.flash.sectors.prefix(3).map { rom.memory.flash.read($0.address, count: 1)?.first }
    }
    for sector in rom.memory.flash.sectors { rom.memory.flash.program(sector.address, [0x0f]) }
    rom.memory.flash.protect(sector: 1)
    let write = Self.write + Self.address(0x0800_4000) + Self.checked([3, 0, 0, 0, 0])
    #expect(Self.answers(&rom, to: write) == [Self.ack, Self.ack, Self.ack])
    #expect(first(rom) == [0x0f, 0x0f, 0x0f])
    // A mass erase then erases nothing, and a list erases the sectors that are not protected.
    #expect(Self.answers(&rom, to: Self.erase + Self.checked([0xff, 0xff])) == [Self.ack, Self.ack])
    #expect(first(rom) == [0x0f, 0x0f, 0x0f])
    #expect(Self.answers(&rom, to: Self.erase + Self.checked([0, 1, 0, 1, 0, 2])) == [Self.ack, Self.ack])
    #expect(first(rom) == [0x0f, 0x0f, 0xff])
  }

  @Test func `erasing and programming take the data sheet's time before their acknowledgement`() {
    var rom = rom(timings: .typical)
    var erased: [ROMBootloader.Output] = []
    for byte in Self.erase + Self.checked([0, 2, 0, 0, 0, 4, 0, 5]) { erased += rom.receive(byte) }
    #expect(
      erased == [
        .send([Self.ack]), .busy(.erasing(sector: 0), .milliseconds(250)),
        .busy(.erasing(sector: 4), .milliseconds(550)), .busy(.erasing(sector: 5), .seconds(1)),
        .send([Self.ack]),
      ])
    var written: [ROMBootloader.Output] = []
    for byte in Self.write + Self.address(0x0800_0000) + Self.checked([255] + Array(0...255)) {
      written += rom.receive(byte)
    }
    #expect(written.contains(.busy(.programming(address: 0x0800_0000, bytes: 256), .microseconds(1024))))
  }

  @Test func `go answers before it jumps, and the bootloader waits for a 0x7F again`() {
    var rom = rom()
    var outputs: [ROMBootloader.Output] = []
    for byte in Self.go + Self.address(0x0800_0000) { outputs += rom.receive(byte) }
    #expect(outputs == [.send([Self.ack]), .send([Self.ack]), .start(0x0800_0000)])
    #expect(Self.answers(&rom, to: [0x02, 0xfd]) == [])
  }

  @Test func `any bytes at all are survived`() {
    var generator = SeededGenerator(seed: 1)
    var rom = rom()
    let codes: [UInt8] = [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44]
    for _ in 0..<2000 {
      let code = codes.randomElement(using: &generator) ?? 0
      let noise = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      _ = Self.answers(&rom, to: [0x7f, code, ~code] + noise)
    }
    #expect(rom.memory.flash.byteCount == 1 << 20)
  }
}
