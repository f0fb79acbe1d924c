import Bench
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Repairs installed welders with the built program, from the call to the delivered confirmation, and also
/// moves, sells and retires welders.
@Suite(.serialized) struct RepairWalkTests {
  private struct Installed {
    let office: Office
    let laptop: Laptop
    let plug: Plug
    let id: String
    let code: String
    let serialNumber: String
  }

  private func install() throws -> Installed {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let record = try laptop.record(id)
    return Installed(
      office: office, laptop: laptop, plug: plug, id: id, code: try #require(record["code"] as? String),
      serialNumber: try #require((record["module"] as? [String: Any])?["serialNumber"] as? String))
  }

  private func onPlatform(_ one: Installed) throws -> [String: Any] {
    let body = try #require(try one.office.platform.record(one.id))
    return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
  }

  private func repair(_ one: Installed, _ arguments: [String], port: String? = nil) throws -> ProgramOutcome {
    try one.laptop.run(["--json", "repair", one.code, "--port", port ?? one.plug.port] + arguments)
  }

  private func found(_ one: Installed, _ seal: String) throws -> [String] {
    [
      "--seal-found", seal, "--seal-photo",
      try one.laptop.scratch.write("found-\(UUID()).png", Laptop.picture(of: "found \(UUID())")),
    ]
  }

  private func photo(_ laptop: Laptop) throws -> String {
    try laptop.scratch.write("photo-\(UUID()).png", Laptop.picture(of: "photo \(UUID())"))
  }

  // MARK: - A repair

  @Test func `a fault that is called in is repaired, confirmed, delivered and archived`() throws {
    let one = try install()
    try one.laptop.json("sync")
    let opened = try one.laptop.json(
      "repair", "open", one.code, "--fault", "扫码后不启动", "--reported-by", "王大山", "--reporter-phone",
      "13800000001", "--unsafe")
    #expect(opened["status"] as? String == "outOfUse" && opened["next"] as? String == "repair")
    #expect(opened["revision"] as? Int == 2)
    #expect(try one.laptop.json("sync")["delivered"] as? Int == 1)
    #expect(try onPlatform(one)["status"] as? String == "outOfUse")
    #expect(one.office.has(code: one.code).first?.status == "outOfUse")
    let today = try one.laptop.json("today")
    #expect((today["repairs"] as? [[String: Any]])?.map { $0["id"] as? String } == [one.id])
    #expect(try one.laptop.list().first { $0["id"] as? String == one.id }?["status"] as? String == "outOfUse")

    // A run that lacks an answer leaves the welder out of use, and a later run with the answer continues the
    // repair.
    let asked = try repair(one, [])
    #expect(asked.status == 64 && asked.output.contains("seal-found"), "\(asked.output)")
    let unsealed = try repair(one, try found(one, "broken"))
    #expect(unsealed.status == 64, "\(unsealed.output)\(unsealed.diagnostics)")
    #expect(try one.laptop.record(one.id)["status"] as? String == "outOfUse")
    let mended = try repair(one, ["--seal", "NEW-\(one.id.prefix(8))", "--label"])
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    let document = try mended.document()
    #expect(document["next"] as? String == "confirm" && document["status"] as? String == "open")
    let events = try #require(try one.laptop.record(one.id)["history"] as? [[String: Any]]).map {
      $0["event"] as? String ?? ""
    }
    #expect(
      events.suffix(6) == ["repairOpened", "welderInspected", "repairBegun", "labelled", "sealed", "tested"],
      "\(events)")
    #expect(
      try one.laptop.failure("sign", one.id, "--signature", try one.laptop.signature(), status: 1)
        == "repair.open")

    let lines = try #require(
      try one.laptop.json("repair", "close", one.code, "--text", "--done", "更换封条")["lines"] as? [String])
    #expect(lines.first == "电焊机维修确认单" && lines.contains { $0.contains("扫码后不启动") })
    let closed = try one.laptop.json(
      "repair", "close", one.code, "--done", "更换封条", "--signature", try one.laptop.signature())
    #expect(closed["status"] as? String == "closed")
    let addendum = try #require(closed["addendum"] as? [String: Any])
    let file = try #require(addendum["file"] as? String)
    let digest = try #require(addendum["sha256"] as? String)
    if InstalledProgram("pdftotext").isInstalled {
      let text = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
      let agreement = try #require(
        (try one.laptop.record(one.id)["agreement"] as? [String: Any])?["sha256"] as? String)
      for words in ["电焊机维修确认单", agreement, "更换封条", "NEW-\(one.id.prefix(8))", "已破损", "王大山"] {
        #expect(text.contains(words), "\(words) is not on paper")
      }
    }
    let verified = try one.laptop.run("--json", "agreement", "verify", file)
    let seal = try verified.document()["seal"] as? [String: Any]
    #expect((seal?["trust"] as? [String: Any])?["verdict"] as? String == "selfIssued", "\(verified.output)")
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    let record = try onPlatform(one)
    #expect(record["status"] as? String == "closed")
    let repairs = try #require(record["repairs"] as? [[String: Any]])
    #expect((repairs.first?["addendum"] as? [String: Any])?["sha256"] as? String == digest)
    #expect(try one.laptop.status(of: one.id) == "delivered")

    let archive = one.laptop.scratch.file("repaired.zip")
    try one.laptop.json("archive", "export", one.code, "--output", archive)
    let judged = try one.laptop.run("--json", "archive", "verify", archive)
    let bag = try #require((try judged.document()["installations"] as? [[String: Any]])?.first)
    #expect(bag["verdict"] as? String == "untrusted", "\(judged.output)")
    let agreements = try #require(bag["agreements"] as? [[String: Any]])
    #expect(agreements.count == 2 && agreements.allSatisfy { $0["voided"] as? Bool == false })
  }

  @Test func `a dead module is exchanged, and is fitted nowhere again`() throws {
    let one = try install()
    let new = try Plug(timings: .instant)
    let arguments =
      ["--fault", "模块进水", "--old-module", one.serialNumber, "--dead", "--photo", try photo(one.laptop)]
      + (try found(one, "missing"))
    let unsealed = try repair(one, arguments, port: new.port)
    #expect(unsealed.status == 64 && unsealed.output.contains("seal"), "\(unsealed.output)")
    // The same command continues at the seal, because the exchange is already on record.
    let mended = try repair(one, arguments + ["--seal", "NEW-\(one.id.prefix(8))"], port: new.port)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    let record = try one.laptop.record(one.id)
    let retired = try #require(record["retiredModules"] as? [[String: Any]])
    #expect(
      retired.map { $0["serialNumber"] as? String } == [one.serialNumber]
        && retired.first?["dead"] as? Bool == true)
    let module = try #require(record["module"] as? [String: Any])
    #expect(module["serialNumber"] as? String != one.serialNumber && module["pairedAt"] is String)
    #expect(new.module.truth.committedKeyID == module["keyId"] as? String)
    try one.laptop.json("repair", "close", one.code, "--signature", try one.laptop.signature())
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    let other = try one.laptop.walk(try one.laptop.register(), to: .pair, on: one.plug.port)
    #expect(try one.laptop.failure("pair", other, "--port", one.plug.port, status: 65) == "module.dead")
    let shown = try one.laptop.run("--lang", "zh", "show", one.code)
    #expect(shown.output.contains("旧模块") && shown.output.contains(one.serialNumber))
  }

  @Test func `another module on the cable is no repair until somebody says so, and a wrong old one is refused`()
    throws
  {
    let one = try install()
    let new = try Plug(timings: .instant)
    // The new module has firmware and a pairing, so that the program can identify it.
    _ = try one.laptop.walk(try one.laptop.register(), to: .pair, on: new.port)
    try one.laptop.json("repair", "open", one.code, "--fault", "不启动", "--tampered")
    _ = try repair(one, try found(one, "broken"))
    let refused = try repair(one, ["--seal", "S"], port: new.port)
    #expect(refused.errorCode == "repair.module.other", "\(refused.output)")
    let wrong = try repair(one, ["--old-module", "M-none", "--seal", "S"], port: new.port)
    #expect(wrong.errorCode == "repair.module.notOnRecord", "\(wrong.output)")
    #expect((try one.laptop.record(one.id)["retiredModules"] as? [Any]) == nil)
    let repairs = try #require(try one.laptop.record(one.id)["repairs"] as? [[String: Any]])
    #expect(repairs.first?["tampered"] as? Bool == true)
  }

  @Test func `a module of another welder is not taken from it`() throws {
    let one = try install()
    let other = try Plug(timings: .instant)
    let owner = try one.laptop.installed(on: other.port)
    try one.laptop.json("repair", "open", one.code, "--fault", "不启动")
    _ = try repair(one, try found(one, "broken"))
    let refused = try repair(one, ["--old-module", one.serialNumber, "--seal", "S"], port: other.port)
    #expect(refused.errorCode == "provision.pair.bound", "\(refused.output)")
    let key = (try one.laptop.record(owner)["module"] as? [String: Any])?["keyId"] as? String
    #expect(other.module.truth.committedKeyID == key)
  }

  // MARK: - What else becomes of it

  @Test func `a sold welder is handed over and signed anew, and the new agreement voids the old one`() throws {
    let one = try install()
    let sold = try one.laptop.json(
      "transfer", one.code, "--unit-name", "东风路修理部", "--unit-type", "small", "--responsible-name", "赵新",
      "--responsible-phone", "13800000009", "--street", "白泥井镇", "--industry", "autoRepair")
    #expect(sold["status"] as? String == "open")
    for (step, command) in try one.laptop.steps(of: one.id, on: one.plug.port) {
      let isOutdated = sold["next"] as? String == "label" && step == .label
      guard step == .handover || step == .sign || isOutdated else { continue }
      let outcome = try one.laptop.run(["--json"] + command)
      #expect(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    let record = try one.laptop.record(one.id)
    #expect((record["owner"] as? [String: Any])?["unitName"] as? String == "东风路修理部")
    #expect((record["earlierOwners"] as? [[String: Any]])?.count == 1)
    let paper = InstalledProgram("pdftotext")
    if paper.isInstalled {
      let file = "\(one.laptop.home)/documents/\(one.code)/agreement-2.pdf"
      let front = try paper.output(["-raw", "-l", "1", file, "-"]).filter { !$0.isWhitespace }
      #expect(front.contains("原因：电焊机转让，所有权人变更"), "\(front.prefix(400))")
    }
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    #expect((try onPlatform(one)["owner"] as? [String: Any])?["unitName"] as? String == "东风路修理部")
  }

  @Test func `a moved welder and a retired one reach the platform without a signature`() throws {
    let one = try install()
    let moved = try one.laptop.json("move", one.code, "--street", "白泥井镇", "--purpose", "修车")
    #expect(moved["revision"] as? Int == 2 && moved["status"] as? String == "closed")
    #expect((try one.laptop.json("move", one.code, "--street", "白泥井镇")["changes"] as? [Any])?.isEmpty == true)
    let retired = try one.laptop.json(
      "retire", one.code, "--reason", "报废", "--photo", try photo(one.laptop))
    #expect(retired["status"] as? String == "retired" && retired["revision"] as? Int == 3)
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    #expect(try onPlatform(one)["status"] as? String == "retired")
    #expect(try one.laptop.failure("repair", "open", one.code, "--fault", "x", status: 1) == "walk.retired")
    // The module of the retired welder is installed in another welder.
    let next = try one.laptop.walk(try one.laptop.register(), to: .label, on: one.plug.port)
    #expect(
      (try one.laptop.record(next)["module"] as? [String: Any])?["serialNumber"] as? String == one.serialNumber)
  }

  // MARK: - The record

  @Test(.enabled(if: InstalledProgram("/usr/bin/python3").isInstalled))
  func `the record of a repaired and sold welder keeps to the schema, by a validator of others`() throws {
    let python = ["python3", "/usr/bin/python3"].map { InstalledProgram($0) }.first {
      (try? $0.output(["-c", "import jsonschema; print('there')"])) == "there\n"
    }
    guard let python else { return }
    let one = try install()
    let new = try Plug(timings: .instant)
    _ = try repair(
      one,
      [
        "--fault", "进水", "--unsafe", "--old-module", one.serialNumber, "--dead", "--photo",
        try photo(one.laptop),
        "--label", "--seal", "NEW-\(one.id.prefix(8))",
      ] + (try found(one, "broken")), port: new.port)
    try one.laptop.json("repair", "close", one.code, "--signature", try one.laptop.signature())
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    let body = try #require(try one.office.platform.record(one.id))
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      def closed(part):
          if isinstance(part, dict):
              if "properties" in part and part.get("type") == "object": part["additionalProperties"] = False
              for value in part.values(): closed(value)
          elif isinstance(part, list):
              for value in part: closed(value)
      closed(schema)
      for error in jsonschema.Draft202012Validator(schema).iter_errors(json.load(sys.stdin)):
          print(list(error.absolute_path), error.message[:200])
      """
    let schema = "\(FirmwareShare.checkout)/docs/schemas/installation.schema.json"
    let outcome = try python.run(["-c", script, schema], input: body)
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)\(outcome.diagnostics)")
  }

  // MARK: - Kills

  /// Whether each command is killed at every write; false for every seventh one. `make soak` sets
  /// `WELDTECH_REPAIR_KILLS=all`.
  private static let killsEverywhere = ProcessInfo.processInfo.environment["WELDTECH_REPAIR_KILLS"] == "all"
  /// The distance between the writes at which a command is killed.
  private static let killStride = killsEverywhere ? 1 : 7
  /// The seed by which the number of the first of these writes is drawn.
  private static let killSeed =
    ProcessInfo.processInfo.environment["WELDTECH_REPAIR_SEED"].flatMap { UInt64($0) } ?? 24

  @Test(.enabled(if: KilledCommand.isPossible, "strace is not installed"))
  func `a report, a move, a confirmation and a retirement that are killed at a write are there once`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    func events(_ home: String) throws -> [String] {
      (try KilledCommand.record(id, in: home)["history"] as? [[String: Any]] ?? []).compactMap {
        $0["event"] as? String
      }
    }
    func judge(_ event: String, _ code: String?) -> (String, ProgramOutcome, String) throws -> Void {
      { home, again, place in
        #expect(
          again.status == 0 || code != nil && again.errorCode == code,
          "\(place): \(again.output)\(again.diagnostics)")
        #expect(try events(home).filter { $0 == event }.count == 1, "\(place)")
        let checked = try Weldtech.run(["--home", home, "doctor"])
        #expect(!checked.output.contains("damaged"), "\(place)")
      }
    }
    var random = SplitMix64(seed: Self.killSeed)
    func killEverywhere(_ command: [String], _ event: String, _ code: String?) throws {
      let first = 1 + random.next(below: Self.killStride)
      try KilledCommand.everywhere(
        laptop, command, stride: Self.killStride, from: first, judge(event, code))
    }
    try killEverywhere(["repair", "open", id, "--fault", "不启动"], "repairOpened", "repair.open")
    try killEverywhere(["move", id, "--street", "白泥井镇"], "moved", nil)
    try killEverywhere(
      ["retire", id, "--reason", "报废", "--photo", try photo(laptop)], "withdrawn", "walk.retired")
    let found = try laptop.scratch.write("found.png", Laptop.picture(of: "found \(id)"))
    let mended = try laptop.run(
      "--json", "repair", id, "--port", plug.port, "--fault", "不启动", "--seal-found", "intact", "--seal-photo",
      found)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    try killEverywhere(
      ["repair", "close", id, "--signature", try laptop.signature()], "repairClosed", "repair.none")
  }

  // MARK: - On a terminal

  @Test func `a repair is walked through in Chinese on a terminal of 80 columns`() throws {
    let one = try install()
    let folder = one.laptop.scratch.file("inbox")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Laptop.picture(of: "terminal \(one.id)").write(to: URL(filePath: "\(folder)/found.png"))
    let session = try TerminalSession(
      ["--home", one.laptop.home, "repair", "--port", one.plug.port], environment: ["LANG": "zh_CN.UTF-8"],
      folder: folder)
    try session.scan("扫描标牌", one.code)
    try session.answer("什么故障", "扫码后不启动")
    try session.answer("谁报修", "")
    try session.answer("安全隐患", "n")
    try session.answer("封条（登记的是", "2")
    try session.answer("封条和焊机现状的照片", "found.png")
    try session.answer("要做什么", "")
    try session.answer("封条编号", "T-\(one.id.prefix(8))")
    try session.read(until: "weldtech repair close")
    // A terminal's line ends in CR LF, which is one Swift character but two scalars.
    for line in session.text.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }) {
      #expect(DisplayWidth.columns(of: String(line)) <= 80, "\(line)")
    }
  }
}
