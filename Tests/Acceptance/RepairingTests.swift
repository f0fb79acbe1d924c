import Bench
import Foundation
import Testing

@testable import weldtech

/// Pairs a module again that was paired before, and searches for keys where there must be none.
@Suite struct RepairingTests {
  private func replacement(_ document: [String: Any]) -> [String: Any]? {
    document["replacement"] as? [String: Any]
  }

  @Test func `a used module is taken over with the platform's proof, and else by service with the case open`()
    throws
  {
    let office = try Office.shared.get()
    let plug = try Plug(timings: .instant)
    let first = try office.laptop()
    let firstID = try first.walk(try first.register(), to: .label, on: plug.port)
    let firstKey = try #require((try first.record(firstID)["module"] as? [String: Any])?["keyId"] as? String)

    // The platform does not have the key yet.
    let second = try office.laptop()
    let id = try second.walk(try second.register(), to: .pair, on: plug.port)
    #expect(try second.failure("pair", id, "--port", plug.port, status: 1) == "provision.replace.unknownKey")
    #expect(plug.module.truth.committedKeyID == firstKey)
    _ = try first.run("--json", "sync")
    let taken = try second.json("pair", id, "--port", plug.port)
    #expect(replacement(taken)?["kind"] as? String == "platformProof")
    #expect(replacement(taken)?["previousKeyId"] as? String == firstKey)
    #expect(plug.module.truth.committedKeyID == taken["keyId"] as? String)
    let module = try #require(try second.record(id)["module"] as? [String: Any])
    #expect((module["inspection"] as? [String: Any])?["keyId"] as? String == firstKey)
    #expect(replacement(module)?["kind"] as? String == "platformProof")

    // Only the second laptop has this key, and that laptop is lost.
    let third = try office.laptop()
    let other = try third.walk(try third.register(), to: .pair, on: plug.port)
    #expect(try third.failure("pair", other, "--port", plug.port, status: 1) == "provision.replace.unknownKey")
    #expect(try third.failure("pair", other, "--port", plug.port, "--service", status: 64) != nil)
    let service = ["pair", other, "--port", plug.port, "--service", "--reason", "laptop lost"]
    #expect(try third.run(["--json"] + service).errorCode == "provision.replace.sealed")
    #expect(plug.module.truth.committedKeyID == taken["keyId"] as? String)
    plug.module.configuration.surroundings.world.sealClosed = false
    plug.clock.pass(.seconds(11))
    let served = try third.run(["--json"] + service).document()
    #expect(replacement(served)?["kind"] as? String == "service")
    #expect(replacement(served)?["reason"] as? String == "laptop lost")
    #expect(plug.module.truth.committedKeyID == served["keyId"] as? String)
    // The same command has nothing to do the second time.
    plug.module.configuration.surroundings.world.sealClosed = true
    #expect(
      try third.json("pair", other, "--port", plug.port)["keyId"] as? String == served["keyId"] as? String)
    let events = try #require(try third.record(other)["history"] as? [[String: Any]])
    #expect(events.filter { $0["event"] as? String == "paired" }.count == 1)
  }

  // MARK: - The cable at its worst

  @Test(arguments: [
    "noise=1:1500", "noise=2:4000,half=2:100000", "brownout=3:800", "lost=4:3000,pull-after=700",
    "doubled=5:5000,silence-during=pair", "flipped=6:3000,brownout-during=pair,brownout-during=test",
  ])
  func `a pairing and a test on a bad cable end in agreement, at the latest on a good one`(fault: String) throws
  {
    let laptop = try Office.shared.get().laptop()
    let whole = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .pair, on: whole.port)
    for command in ["pair", "test"] {
      let bad = try Plug(of: whole, fault: fault)
      let outcome = try laptop.run("--json", command, id, "--port", bad.port)
      #expect(outcome.status == 0 || outcome.status == 1, "\(outcome.diagnostics)")
      if let code = outcome.errorCode { #expect(code.hasPrefix("provision."), "\(code)") }
      let good = try Plug(of: bad)
      // The bench starts its clock anew with each cable, and the module's clock with it.
      if command == "test" { try laptop.json("pair", id, "--port", good.port) }
      let again = try laptop.run("--json", command, id, "--port", good.port)
      #expect(again.status == 0, "\(again.output)\(again.diagnostics)")
      let module = try #require(try laptop.record(id)["module"] as? [String: Any])
      #expect(good.module.truth.committedKeyID == module["keyId"] as? String)
      #expect(good.module.truth.pendingKeyID == nil && !good.module.truth.relayIsClosed)
      good.module.stop()
    }
  }

  // MARK: - The key

  @Test func `no key is in any output, nor on the laptop once the platform has it`() throws {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.register()
    var said = ""
    func run(_ arguments: [String]) throws {
      for format in [["--verbose"], ["--verbose", "--json"]] {
        let outcome = try laptop.run(format + arguments)
        said += outcome.output + outcome.diagnostics
      }
    }
    for (step, command) in try laptop.steps(of: id, on: plug.port) {
      // This shows that the search looks in the right place, since the laptop has the key until the record is
      // closed.
      if step == .sign {
        let key = try #require(try Self.key(in: plug))
        #expect(try Self.files(of: laptop).contains { $0.range(of: key) != nil })
      }
      try run(command)
    }
    let key = try #require(try Self.key(in: plug))
    try run(["show", id])
    try run(["sync"])
    try run(["show", id])
    try run(["list"])
    #expect(try laptop.status(of: id) == "delivered", "\(said)")

    let hex = key.map { String(format: "%02x", $0) }.joined()
    let spellings = [hex, hex.uppercased(), key.base64EncodedString()]
    for spelling in spellings { #expect(!said.contains(spelling)) }
    #expect(Data(said.utf8).range(of: key) == nil)
    for file in try Self.files(of: laptop) {
      #expect(file.range(of: key) == nil)
      for spelling in spellings { #expect(file.range(of: Data(spelling.utf8)) == nil) }
    }
  }

  /// Reads the committed key from the newest record in the module's flash.
  private static func key(in plug: Plug) throws -> Data? {
    var newest: (sequence: UInt32, key: Data)?
    for place in stride(from: UInt32(0x0800_4000), to: 0x0800_C000, by: 512) {
      let bytes = try #require(plug.module.configuration.flash.read(place, count: 512))
      guard bytes.starts(with: Array("WTPR".utf8)), bytes[6] & 2 != 0 else { continue }
      let sequence = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[8 + $1]) << UInt32(8 * $1) }
      if sequence >= newest?.sequence ?? 0 { newest = (sequence, Data(bytes[28..<60])) }
    }
    return newest?.key
  }

  /// Reads everything in the laptop's home, including the database's log.
  private static func files(of laptop: Laptop) throws -> [Data] {
    let names = try #require(FileManager.default.enumerator(atPath: laptop.home)).compactMap { $0 as? String }
    return names.compactMap { FileManager.default.contents(atPath: "\(laptop.home)/\($0)") }
  }
}
