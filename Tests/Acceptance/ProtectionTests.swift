import Bench
import Foundation
import Testing

@testable import weldtech

/// Checks that the walk protects each chip from reading after the passed test where the setup demands it, and
/// not otherwise.
@Suite struct ProtectionTests {
  private func install(_ laptop: Laptop, on plug: Plug) throws -> (id: String, said: String) {
    let outcome = try laptop.run(
      ["install", "--from", try laptop.registration()] + (try laptop.answers(port: plug.port)))
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    return (try #require(try laptop.list().first?["id"] as? String), outcome.diagnostics)
  }

  private func events(_ laptop: Laptop, _ id: String) throws -> [String] {
    try #require(try laptop.record(id)["history"] as? [[String: Any]]).compactMap { $0["event"] as? String }
  }

  private func protection(_ laptop: Laptop, _ id: String, _ plug: Plug) throws -> [String: Any] {
    let code = try #require(try laptop.record(id)["code"] as? String)
    let found = try laptop.json("inspect", code, "--port", plug.port)
    #expect(found["verdict"] as? String == "asRecorded", "\(found)")
    let checks = try #require(found["checks"] as? [[String: Any]])
    return try #require(checks.first { $0["name"] as? String == "readProtection" })
  }

  @Test func `it does so once, says before what follows, and an inspection reports it`() throws {
    let laptop = try Office.shared.get().laptop()
    try laptop.json("setup", "--protect", "always")
    let plug = try Plug(timings: .instant)
    let (id, said) = try install(laptop, on: plug)
    #expect(plug.module.configuration.flash.protection.fromReading)
    let events = try events(laptop, id)
    #expect(events.filter { $0 == "protected" }.count == 1)
    let tested = try #require(events.lastIndex(of: "tested"))
    #expect(Array(events[(tested + 1)...].prefix(2)) == ["flashBegun", "protected"])
    #expect(said.components(separatedBy: "nothing can be read out of the chip").count == 2, "\(said)")
    #expect(try protection(laptop, id, plug)["recorded"] as? String == "protected")
  }

  @Test func `unless told, it does not`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let (id, _) = try install(laptop, on: plug)
    #expect(!plug.module.configuration.flash.protection.fromReading)
    #expect(try !events(laptop, id).contains("protected"))
    #expect(try protection(laptop, id, plug)["recorded"] as? String == "none")
  }
}
