import Bench
import Foundation
import TestSupport
import Testing

/// Repairs a welder with modules that belong to others, with the built program: modules of another company and
/// platform, modules of another laptop of the same company, and modules without an owner.
@Suite(.serialized) struct RepairStrangerTests {
  private struct Installed {
    let laptop: Laptop
    let plug: Plug
    let id: String
    let code: String
    let serialNumber: String
  }

  private func install(_ office: Office) throws -> Installed {
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    try laptop.json("sync")
    let record = try laptop.record(id)
    return Installed(
      laptop: laptop, plug: plug, id: id, code: try #require(record["code"] as? String),
      serialNumber: try #require((record["module"] as? [String: Any])?["serialNumber"] as? String))
  }

  private func key(of one: Installed) throws -> String? {
    (try one.laptop.record(one.id)["module"] as? [String: Any])?["keyId"] as? String
  }

  private func repair(_ one: Installed, on port: String, _ arguments: [String]) throws -> ProgramOutcome {
    try one.laptop.run(["--json", "repair", one.code, "--port", port] + arguments)
  }

  private func found(_ one: Installed, _ seal: String) throws -> [String] {
    let picture = try Laptop.picture(of: "found \(UUID())")
    return ["--seal-found", seal, "--seal-photo", try one.laptop.scratch.write("found-\(UUID()).png", picture)]
  }

  /// Checks a module of another company with a key of another platform. Neither this laptop nor its platform
  /// has a key that the module accepts.
  @Test
  func `a stranger's module on the cable is named, and takes the old one's place only with its case open`()
    throws
  {
    let one = try install(try Office.shared.get())
    let stranger = try install(try Office())
    let theirKey = try key(of: stranger)

    // The module on the cable differs from the record, and no option says that it was exchanged. The cable may
    // be the wrong one, so the program records nothing.
    let looked = try repair(one, on: stranger.plug.port, ["--fault", "扫码后不启动"] + (try found(one, "broken")))
    #expect(looked.errorCode == "repair.module.other", "\(looked.output)")
    #expect(looked.output.contains(one.serialNumber))
    #expect(try one.laptop.record(one.id)["inspections"] == nil)
    #expect(stranger.plug.module.truth.committedKeyID == theirKey)
    // The module on record is inspected first; the repair then waits for a new seal.
    _ = try repair(one, on: one.plug.port, try found(one, "broken"))
    let inspected = try #require((try one.laptop.record(one.id)["inspections"] as? [[String: Any]])?.last)
    #expect(inspected["verdict"] as? String == "asRecorded", "\(inspected)")

    // With its case closed the stranger's module is neither flashed nor paired, because only its owner has a
    // proof for it.
    let exchange = ["--old-module", one.serialNumber, "--seal", "NEW-\(one.id.prefix(8))"]
    let refused = try repair(one, on: stranger.plug.port, exchange)
    #expect(refused.status == 1, "\(refused.output)")
    #expect(
      ["provision.replace.unknownKey", "provision.authority.unknownKey"].contains(refused.errorCode),
      "\(refused.output)")
    #expect(stranger.plug.module.truth.committedKeyID == theirKey)
    let unexplained = try repair(one, on: stranger.plug.port, exchange + ["--service"])
    #expect(unexplained.status == 64, "\(unexplained.output)")
    let service = exchange + ["--service", "--reason", "原主已注销，带封条拆下"]
    let sealed = try repair(one, on: stranger.plug.port, service)
    #expect(sealed.status == 1 && sealed.errorCode?.hasSuffix(".sealed") == true, "\(sealed.output)")
    #expect(stranger.plug.module.truth.committedKeyID == theirKey)

    stranger.plug.module.configuration.surroundings.world.sealClosed = false
    stranger.plug.clock.pass(.seconds(11))
    // With its case open the module is taken. The test of the module needs a closed case, so the same command
    // runs again.
    let opened = try repair(one, on: stranger.plug.port, service)
    stranger.plug.module.configuration.surroundings.world.sealClosed = true
    let mended = opened.status == 0 ? opened : try repair(one, on: stranger.plug.port, service)
    #expect(mended.status == 0, "\(opened.output)\(mended.output)\(mended.diagnostics)")
    let record = try one.laptop.record(one.id)
    let module = try #require(record["module"] as? [String: Any])
    #expect(module["serialNumber"] as? String == stranger.serialNumber)
    #expect(stranger.plug.module.truth.committedKeyID == module["keyId"] as? String)
    let replacement = try #require(module["replacement"] as? [String: Any])
    #expect(replacement["kind"] as? String == "service" && replacement["previousKeyId"] as? String == theirKey)
    #expect(replacement["reason"] as? String == "原主已注销，带封条拆下")
    let retired = try #require(record["retiredModules"] as? [[String: Any]])
    #expect(retired.map { $0["serialNumber"] as? String } == [one.serialNumber])

    // The owner's paper and the platform's record name the exchange, too.
    let lines = try #require(
      try one.laptop.json("repair", "close", one.code, "--text")["lines"] as? [String])
    #expect(
      lines.contains { $0.contains(stranger.serialNumber) } && lines.contains { $0.contains(one.serialNumber) })
    try one.laptop.json("repair", "close", one.code, "--signature", try one.laptop.signature())
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    #expect(try one.laptop.status(of: one.id) == "delivered")
  }

  /// Checks a module of the same company that another laptop has paired and delivered. The module stays with
  /// its welder until that welder's own repair has replaced it; then the platform gives a proof for it.
  @Test func `a module that a colleague's welder has is taken only after that welder's own repair`() throws {
    let office = try Office.shared.get()
    let one = try install(office)
    let other = try install(office)
    let theirKey = try key(of: other)
    _ = try repair(one, on: one.plug.port, ["--fault", "模块进水"] + (try found(one, "broken")))
    let exchange = ["--old-module", one.serialNumber, "--seal", "NEW-\(one.id.prefix(8))"]
    let refused = try repair(one, on: other.plug.port, exchange)
    #expect(
      refused.errorCode == "provision.pair.bound" && refused.output.contains(other.code), "\(refused.output)")
    #expect(other.plug.module.truth.committedKeyID == theirKey)
    #expect(
      try one.laptop.record(one.id)["retiredModules"] == nil,
      "the old module was taken out for one that was refused")

    let spare = try Plug(timings: .instant)
    _ = try repair(other, on: other.plug.port, ["--fault", "换新模块"] + (try found(other, "broken")))
    let exchanged = try repair(
      other, on: spare.port, ["--old-module", other.serialNumber, "--seal", "OTHER-\(other.id.prefix(8))"])
    #expect(exchanged.status == 0, "\(exchanged.output)\(exchanged.diagnostics)")
    try other.laptop.json("repair", "close", other.code, "--signature", try other.laptop.signature())
    #expect(try other.laptop.json("sync")["failed"] as? Int == 0)

    let mended = try repair(one, on: other.plug.port, exchange)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    let module = try #require(try one.laptop.record(one.id)["module"] as? [String: Any])
    #expect(module["serialNumber"] as? String == other.serialNumber)
    let replacement = try #require(module["replacement"] as? [String: Any])
    #expect(replacement["kind"] as? String == "platformProof")
    #expect(replacement["previousKeyId"] as? String == theirKey)
    #expect(other.plug.module.truth.committedKeyID == module["keyId"] as? String)
  }

  /// Checks the messages for each kind of foreign module on a terminal, in both languages.
  @Test func `each module that does not belong has words of its own, with what to do`() throws {
    let one = try install(try Office.shared.get())
    let stranger = try install(try Office())
    let looked = try one.laptop.run(
      ["--lang", "zh", "repair", one.code, "--port", stranger.plug.port, "--fault", "不启动", "--tampered"]
        + (try found(one, "missing")))
    let words = looked.everything
    #expect(words.contains("--old-module") && words.contains(one.serialNumber), "\(words)")
    let exchange = [
      "repair", one.code, "--port", stranger.plug.port, "--old-module", one.serialNumber, "--seal", "S",
    ]
    let zh = try one.laptop.run(["--lang", "zh"] + exchange).everything
    #expect(zh.contains("本机没有") && zh.contains("--service --reason"), "\(zh)")
    let en = try one.laptop.run(["--lang", "en"] + exchange).everything
    #expect(en.contains("neither this laptop nor the platform") && en.contains("--service --reason"), "\(en)")
    let repairs = try #require(try one.laptop.record(one.id)["repairs"] as? [[String: Any]])
    #expect(repairs.first?["tampered"] as? Bool == true)
  }
}
