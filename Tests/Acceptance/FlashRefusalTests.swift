import Bench
import Cryptography
import Foundation
import ModuleCore
import TestSupport
import Testing

/// Checks that each refusal of `flash` has its own code and remedy, that `docs/troubleshooting.md` lists them,
/// and that nothing is erased.
@Suite struct FlashRefusalTests {
  /// A laptop, a release signed with a trusted key, and a paired module that runs the release.
  private struct Situation {
    let laptop: Laptop
    let share: FirmwareShare
    let key: String
    let flash = FlashArray.stm32f405()
    /// The module's time.
    let clock = MovableClock()
    let id: String

    init() throws {
      laptop = try Laptop()
      share = try FirmwareShare(in: laptop.scratch)
      let signing = try SigningKey(seed: SplitMix64.bytes(32, seed: 1))
      try share.trust(signing, as: "company")
      key = try laptop.scratch.write("key.pem", try signing.pem())
      try laptop.setUp()
      id = try laptop.register()
      try laptop.json("photo", id, "--stage", "before", try laptop.photo())
      try sign()
      let image = try bytes()
      for segment in try #require(try manifest()["segments"] as? [[String: Int]]) {
        let (address, offset) = (UInt32(segment["address"] ?? 0), segment["offset"] ?? 0)
        flash.program(address, Array(image[offset..<offset + (segment["length"] ?? 0)]))
      }
      // The image differs from the release, so that there is something to flash; the flash also holds bytes
      // that `flash` must not change.
      try renumber(major: 0)
      for sector in [3, 9] { flash.program(flash.sectors[sector].address, [1, 2, 3, 4]) }
    }

    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: share.file("bin")))) }

    func manifest() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: share.manifest)))
      return try #require(value as? [String: Any])
    }

    func sign() throws {
      let outcome = try laptop.run("firmware", "sign", share.manifest, "--key", key)
      #expect(outcome.status == 0, "\(outcome)")
    }

    /// Signs the manifest with changed fields.
    func change(_ fields: [String: Any]) throws {
      let changed = try manifest().merging(fields) { $1 }
      try JSONSerialization.data(withJSONObject: changed).write(to: URL(filePath: share.manifest))
      try sign()
    }

    func write(_ image: [UInt8]) throws { try Data(image).write(to: URL(filePath: share.file("bin"))) }

    /// Makes the module run another version.
    func renumber(major: UInt16) throws {
      let place = FlashMap.application + UInt32(ImageHeader.offset)
      let length = Int(try #require(flash.word(place + 8)))
      var application = try #require(flash.read(FlashMap.application, count: length))
      func put(_ bytes: [UInt8], at offset: Int) {
        application.replaceSubrange(
          ImageHeader.offset + offset..<ImageHeader.offset + offset + bytes.count, with: bytes)
      }
      put([UInt8(major), 0, 1, 0, 0, 0], at: 16)
      // The changed byte has no meaning and gives another digest.
      put([1], at: 46)
      put([UInt8](repeating: 0, count: 32), at: ImageHeader.digestOffset)
      put(SHA256.digest(application), at: ImageHeader.digestOffset)
      flash.put(FlashMap.application, application)
    }

    func sectorsChanged(since before: [UInt8]) -> [Int] {
      flash.sectors.indices.filter { index in
        let sector = flash.sectors[index]
        let start = Int(sector.address - flash.start)
        return flash.read(sector.address, count: sector.bytes) != Array(before[start..<start + sector.bytes])
      }
    }

    /// Reads the flash after the running firmware has made its first records, which takes at most two seconds
    /// of its clock.
    func contentsAtRest() -> [UInt8] {
      clock.pass(.seconds(2))
      return flash.read(flash.start, count: flash.byteCount) ?? []
    }

    func bench(wireBaudRate: Int? = nil) throws -> ModuleBench {
      ModuleBench(
        .init(
          wireBaudRate: wireBaudRate, timings: .instant, flash: flash, uniqueID: SplitMix64.bytes(12, seed: 2)),
        random: SeededBytes(seed: 3).bytes, now: { [clock] in clock.now() })
    }

    func command(on port: String) -> [String] {
      ["--json", "flash", id, "--port", port, "--manifest", share.manifest]
    }
  }

  private struct Refusal: CustomTestStringConvertible {
    let name: String
    let code: String
    let status: Int32
    let arrange: @Sendable (Situation) throws -> Void

    var testDescription: String { name }

    init(
      _ name: String, _ code: String, status: Int32 = 65,
      arrange: @escaping @Sendable (Situation) throws -> Void
    ) {
      (self.name, self.code, self.status, self.arrange) = (name, code, status, arrange)
    }
  }

  private static let refusals = [
    Refusal("read-protected", "provision.flash.readProtected", status: 1) { $0.flash.protectFromReading() },
    Refusal("write-protected", "provision.flash.writeProtected", status: 1) { $0.flash.protect(sector: 4) },
    Refusal("wrong chip", "provision.flash.wrongChip", status: 1) {
      try $0.change(["chip": "STM32Z9", "productId": 0x4f9])
    },
    Refusal("wrong image", "firmware.digest") {
      try $0.write(try $0.bytes().reversed())
    },
    Refusal("unsigned", "firmware.unsigned") {
      try FileManager.default.removeItem(atPath: $0.share.signature)
    },
    Refusal("downgraded", "provision.flash.downgrade", status: 1) { try $0.renumber(major: 9) },
    Refusal("truncated", "firmware.truncated") { try $0.write(try $0.bytes().dropLast(1000)) },
    Refusal("too large", "firmware.tooLarge") {
      try $0.write([UInt8](repeating: 0, count: 5 << 20))
    },
  ]

  private static let advice = Result {
    try String(contentsOfFile: "\(FirmwareShare.checkout)/docs/troubleshooting.md", encoding: .utf8)
  }

  private func expect(_ outcome: ProgramOutcome, _ code: String, status: Int32) throws {
    #expect(outcome.status == status && outcome.errorCode == code, "\(outcome)")
    #expect((outcome.error?["hint"] as? String ?? "").count > 10, "\(outcome)")
    #expect(try Self.advice.get().contains("\n### `\(code)`\n"))
  }

  @Test(arguments: refusals)
  private func `what must not be flashed is refused by name, and the flash is as it was`(_ refusal: Refusal)
    throws
  {
    let situation = try Situation()
    try refusal.arrange(situation)
    let bench = try situation.bench()
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let before = situation.contentsAtRest()
    let outcome = try situation.laptop.run(
      situation.command(on: port), environment: situation.share.environment)
    try expect(outcome, refusal.code, status: refusal.status)
    #expect(situation.sectorsChanged(since: before) == [])
  }

  @Test func `each refusal has a code of its own`() {
    let codes = Self.refusals.map(\.code)
    #expect(Set(codes).count == codes.count)
  }

  @Test
  func `a port that another program takes half-way is said to be, and the same command finishes it after that`()
    throws
  {
    let situation = try Situation()
    let bench = try situation.bench(wireBaudRate: 115_200)
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let command = situation.command(on: port)
    let before = situation.contentsAtRest()
    let flashing = try RunningProgram(
      ["--home", situation.laptop.home] + command, environment: situation.share.environment)
    let half = FlashMap.application + 8000
    // The sector is erased first and then written up to `half`.
    for isErased in [true, false] {
      let isSo = situation.clock.wait {
        (situation.flash.read(half, count: 4) == [255, 255, 255, 255]) == isErased || !flashing.isRunning
      }
      #expect(isSo && flashing.isRunning)
    }
    // The intruder behaves like a terminal program that reads bytes meant for weldtech.
    let intruder = try InstalledProgram("cat").start([port])
    try expect(flashing.end(), "provision.flash.portTaken", status: 1)
    intruder.kill()

    // Boot block, pairing and the bytes that must not change are in other sectors.
    #expect(situation.sectorsChanged(since: before) == [4])
    let again = try situation.laptop.run(command, environment: situation.share.environment)
    #expect(again.status == 0, "\(again)")
    #expect(bench.truth.firmwareRuns)
  }
}
