import Bench
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// Checks that whatever a module sends causes no trap, no wait beyond the deadlines, and no false success.
@Suite struct HostileModuleTests {
  // MARK: - Mutated answers of a firmware

  private static let asked:
    [(name: ModuleRequest, longest: Duration, ask: @Sendable (SMPClient) throws -> Void)] = [
      (IdentityRequest.name, IdentityRequest.maxWait, { expectPlain(try $0.identity()) }),
      (EchoRequest.name, EchoRequest.maxWait, { _ = try $0.echo("hallo") }),
      (ParametersRequest.name, ParametersRequest.maxWait, { _ = try $0.parameters() }),
      (ImageStateRequest.name, ImageStateRequest.maxWait, { _ = try $0.imageState() }),
      (ConfigurationRequest.name, ConfigurationRequest.maxWait, { _ = try $0.configuration() }),
      (ChallengeRequest.name, ChallengeRequest.maxWait, { _ = try $0.challenge() }),
      (ReadingsRequest.name, ReadingsRequest.maxWait, { _ = try $0.readings() }),
      (
        PairProveRequest.name, PairProveRequest.maxWait,
        { _ = try $0.pairProve([UInt8](repeating: 3, count: 16)) }
      ),
    ]

  private static func expectPlain(_ identity: ModuleIdentity) {
    let words = [identity.serialNumber, identity.chip, identity.firmwareVersion, identity.imei, identity.iccid]
    for word in words.compactMap(\.self) {
      #expect(ModuleIdentity.isPrintable(word), "\(word.debugDescription)")
    }
  }

  /// Bytes that damage a reply: heads of CBOR items of every kind and length, ends of open items, floats, and
  /// bytes that are no text.
  private static let spice: [UInt8] = [
    0x00, 0x17, 0x18, 0x1b, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x5f, 0x60, 0x78, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0,
    0xbb,
    0xbf, 0xc0, 0xdb, 0xf4, 0xf6, 0xf9, 0xfb, 0xff, 0x1b, 0x07, 0x0a, 0xe2, 0xc3,
  ]

  @Test func `2,000 mutated answers are read or refused, each by its deadline`() throws {
    var dice = SplitMix64(seed: 19)
    var refused = 0
    for round in 0..<2_000 {
      let (name, longest, ask) = Self.asked[round % Self.asked.count]
      let rig = ModuleRig()
      rig.tamper = { bytes, module in
        let answer = module(bytes)
        // A third of the replies is damaged on the wire; the rest is well framed and reaches the readers.
        if dice.next(below: 3) == 0 { return dice.spoil(answer, with: Self.spice, most: 6, longest: 20) }
        guard var reply = message(in: answer) else { return answer }
        reply.payload = dice.spoil(reply.payload, with: Self.spice, most: 4, longest: 12)
        return reply.frame
      }
      let start = rig.link.time
      do { try ask(rig.link.client()) } catch { refused += 1 }
      #expect(rig.link.time - start <= longest + .seconds(1), "round \(round), \(name)")
    }
    #expect(refused > 500 && refused < 2_000)
  }

  /// The identity that the client reads from a module with this serial number.
  private func identity(serialNumber: [UInt8]) throws -> ModuleIdentity {
    let rig = ModuleRig()
    rig.board.identity = BoardIdentity(
      uniqueID: Array(1...12), serialNumber: serialNumber, chip: Array("STM32F405".utf8), imei: [], iccid: [])
    rig.restart()
    return try rig.link.client().identity()
  }

  @Test(arguments: ["W", "WT0102030405", "A-1 b/2", String(repeating: "7", count: 32)])
  func `a serial number of 1 to 32 printable characters is taken`(text: String) throws {
    #expect(try identity(serialNumber: Array(text.utf8)).serialNumber == text)
  }

  @Test(arguments: [
    "", " ", "WT 1 ", " WT1", String(repeating: "7", count: 33), "WT\u{1b}[2J", "WT\n1", "WT\t1", "WT\u{7f}",
    "模块1",
    "WT\u{202e}1", "WT\u{0}1",
  ])
  func `any other serial number is refused by its field`(text: String) {
    #expect(throws: ProvisionError.unusableReply(.field("sn"), during: .identity)) {
      _ = try identity(serialNumber: Array(text.utf8))
    }
  }

  // MARK: - Mutated answers of a bootloader

  @Test func `flashing over mutated answers never lies and ends in time`() throws {
    let image = try BootloaderImages.firmware(applicationBytes: 1200)
    var dice = SplitMix64(seed: 405)
    var finished = 0
    for seed in 0..<120 {
      let bench = NoisyBench(fault: nil)
      let rarity = [6, 20, 60][seed % 3]
      bench.tamper = { answer in
        guard dice.next(below: rarity) == 0 else { return answer }
        return dice.spoil(answer, with: [0x79, 0x1f, 0x7f, 0xff, 0x00, 0x13], most: 3, longest: 40)
      }
      let clock = bench.clock
      let start = clock.now
      let flasher = Flasher(link: bench, now: { clock.now })
      if (try? flasher.flash(.image(image), options: .init(usesLoader: false))) != nil {
        finished += 1
        #expect(image.pieces.allSatisfy { bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes })
      }
      #expect(clock.now - start < .seconds(600), "seed \(seed)")
    }
    #expect(finished > 40)
  }

  // MARK: - Scripts

  /// A module that sends all the time, whatever it is asked.
  private final class TalkingLink: Link {
    let clock = VirtualTime()
    private let words: [UInt8]
    private var place = 0

    init(_ words: [UInt8]) { self.words = words }

    func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
      clock.advance(by: .microseconds(96 * bytes.count))
    }

    func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
      let count = min(count, 16)
      clock.advance(by: .microseconds(96 * count))
      defer { place += count }
      return (0..<count).map { words[(place + $0) % words.count] }
    }

    func discardInput() throws(LinkError) {}
    func setFraming(_ framing: LinkFraming) throws(LinkError) {}
    func close() {}
  }

  @Test(arguments: [[0x79], [0x1f], [0x7f], [0xff], [0x00], [0x79, 0x1f], [0x79, 0x79, 0x1f], Array(0...255)])
  func `a module that never stops talking ends every command in an error within three minutes`(words: [UInt8])
    throws
  {
    let image = try BootloaderImages.firmware()
    for usesLoader in [false, true] {
      let link = TalkingLink(words)
      let start = link.clock.now
      let flasher = Flasher(link: link, now: { [clock = link.clock] in clock.now })
      #expect(throws: FlashError.self) {
        _ = try flasher.flash(.image(image), options: .init(usesLoader: usesLoader))
      }
      #expect(link.clock.now - start < .seconds(180), "\(words)")
    }
    for (_, longest, ask) in Self.asked {
      let link = TalkingLink(words)
      let start = link.clock.now
      #expect(throws: ProvisionError.self) {
        try ask(SMPClient(link: link, now: { [clock = link.clock] in clock.now }))
      }
      #expect(link.clock.now - start <= longest + .seconds(1))
    }
  }
}
