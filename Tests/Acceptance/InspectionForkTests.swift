import Bench
import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks with the built program how two laptops with the same record inspect its welder without a network: the
/// platform gets every inspection, no inspection reports a false difference, and every command reports records
/// that really differ.
@Suite(.serialized) struct InspectionForkTests {
  private struct Pair {
    let office: Office
    let laptop: Laptop
    /// A copy of the laptop's home after its first delivery.
    let other: Laptop
    let plug: Plug
    let id: String
    let code: String
  }

  private func pair(_ office: Office) throws -> Pair {
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    try laptop.json("sync")
    let other = try Laptop()
    try FileManager.default.copyItem(atPath: laptop.home, toPath: other.home)
    return Pair(
      office: office, laptop: laptop, other: other, plug: plug, id: id,
      code: try #require(try laptop.record(id)["code"] as? String))
  }

  /// Inspects the welder. The copy of the laptop gives the seal's number as well, because two laptops' entries
  /// with the same content, second and predecessor would be one entry.
  @discardableResult
  private func inspect(
    _ pair: Pair, _ laptop: Laptop, status: Int32, place: SourceLocation = #_sourceLocation
  ) throws -> [String: Any] {
    let seal = laptop === pair.other ? ["--seal", "S-\(pair.id.prefix(8))"] : []
    let outcome = try laptop.run(["--json", "inspect", pair.code, "--port", pair.plug.port] + seal)
    #expect(
      outcome.status == status, "\(outcome.output)\(outcome.diagnostics)", sourceLocation: place)
    return try outcome.document(place)
  }

  private func reasons(_ document: [String: Any], _ outcome: String = "differs") -> [String] {
    (document["checks"] as? [[String: Any]] ?? []).filter { $0["outcome"] as? String == outcome }
      .compactMap { $0["reason"] as? String }
  }

  /// The platform's record.
  private func stored(_ pair: Pair) throws -> [String: Any] {
    let body = try #require(try pair.office.platform.record(pair.id))
    return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
  }

  private func dates(_ record: [String: Any]) -> [String] {
    (record["inspections"] as? [[String: Any]] ?? []).compactMap { $0["inspectedAt"] as? String }
  }

  // MARK: - A legitimate fork

  @Test func `inspections that two laptops made without a network are delivered by a sync of each`() throws {
    let pair = try pair(try Office())
    pair.office.platform.stop()
    for laptop in [pair.laptop, pair.other, pair.laptop] {
      #expect(try inspect(pair, laptop, status: 8)["source"] as? String == "fieldbook")
    }
    _ = try pair.office.platform.start()
    #expect(try pair.other.json("sync")["delivered"] as? Int == 1)
    let sent = try pair.laptop.json("sync")
    #expect(sent["delivered"] as? Int == 1 && sent["failed"] as? Int == 0, "\(sent)")
    var record = try stored(pair)
    #expect(record["revision"] as? Int == 4 && dates(record).count == 3)
    #expect(try pair.laptop.status(of: pair.id) == "delivered")
    #expect(try pair.laptop.json("sync")["outcomes"] as? [String] == [])

    // The laptop that delivered first learns of the other's revisions at its next inspection, and reports no
    // difference.
    let next = try inspect(pair, pair.other, status: 0)
    #expect(next["source"] as? String == "platform" && next["revision"] as? Int == 5)
    #expect(reasons(next) == [])
    try pair.other.json("sync")
    // The laptop that delivered last gets the next revision too; its own revision numbers differ from the
    // platform's now.
    #expect(try inspect(pair, pair.laptop, status: 0)["revision"] as? Int == 6)
    try pair.laptop.json("sync")
    pair.office.platform.stop()
    try inspect(pair, pair.laptop, status: 8)
    _ = try pair.office.platform.start()
    try pair.laptop.json("sync")
    record = try stored(pair)
    #expect(record["revision"] as? Int == 7 && dates(record).count == 6)
    let shown = try pair.laptop.record(pair.id)
    let note = try #require(shown["onPlatform"] as? [String: Any])
    #expect(note["revision"] as? Int == 7 && note["pending"] as? Int == 0 && note["conflict"] as? Bool == false)
    let text = try pair.laptop.run("--lang", "zh", "show", pair.id).output
    #expect(text.contains("平台上的记录已到第 7 版"), "\(text)")
    // The doctor accepts the pages of earlier inspections, which show the record as it was at their time.
    let doctor = try pair.laptop.run("--json", "doctor").document()
    let findings = doctor["findings"] as? [[String: Any]] ?? []
    for check in ["fieldbook", "conflicts"] {
      #expect(
        findings.first { $0["check"] as? String == check }?["outcome"] as? String == "fine", "\(findings)")
    }
  }

  @Test func `an inspection with a network takes up a fork that was never delivered`() throws {
    let pair = try pair(try Office())
    pair.office.platform.stop()
    try inspect(pair, pair.laptop, status: 8)
    try inspect(pair, pair.other, status: 8)
    _ = try pair.office.platform.start()
    try pair.other.json("sync")
    let found = try inspect(pair, pair.laptop, status: 0)
    #expect(reasons(found) == [] && found["source"] as? String == "platform" && found["revision"] as? Int == 4)
    #expect(
      try pair.laptop.json("status")["queue"] as? [String: Int] == [
        "records": 2, "files": 0, "bytes": 0, "keys": 0, "conflicts": 0, "setAside": 0,
      ])
    try pair.laptop.json("sync")
    #expect(dates(try stored(pair)).count == 3)
  }

  @Test func `a sync of a fork that is killed at any request is finished by the next, each inspection once`()
    throws
  {
    let office = try Office()
    let pair = try pair(office)
    office.platform.stop()
    for laptop in [pair.other, pair.laptop, pair.laptop] { try inspect(pair, laptop, status: 8) }
    _ = try office.platform.start()
    try pair.other.json("sync")
    // The test kills run N while its request N waits for the answer. The platform may still process a request
    // whose client was killed.
    for request in 1...6 {
      office.platform.inject(.delay(milliseconds: 300), times: 1_000)
      let wanted = office.platform.requests().count + request
      let run = try pair.laptop.start(["--json", "sync"])
      _ = run.wait(watching: [pair.laptop.home]) { _ in office.platform.requests().count >= wanted }
      _ = run.kill()
      office.platform.clearFaults()
    }
    try pair.laptop.json("sync")
    let record = try stored(pair)
    let entries = (record["history"] as? [[String: Any]] ?? []).filter {
      $0["event"] as? String == "welderInspected"
    }
    #expect(Set(entries.compactMap { $0["sha256"] as? String }).count == 3 && entries.count == 3)
    #expect(dates(record).count == 3 && record["revision"] as? Int == 4)
    #expect(try pair.laptop.status(of: pair.id) == "delivered")
    #expect((try pair.laptop.json("status")["queue"] as? [String: Int])?["records"] == 0)
  }

  // MARK: - A real conflict

  /// Puts a forged next revision on the platform, which no laptop has made.
  private func falsify(_ pair: Pair) throws {
    let body = try #require(try pair.office.platform.record(pair.id))
    let record = try RecordCoding.decode(Installation.self, from: body)
    let sha256 = SHA256Digest(of: body).hex
    let text = String(decoding: body, as: UTF8.self)
      .replacing("\"revision\":\(record.revision)", with: "\"revision\":\(record.revision + 1)")
      .replacing(record.owner.unitName.text, with: "别人的铺子")
      .replacing("\"previousSha256\":\"\(record.previousSha256 ?? "")\",", with: "")
      .replacing("\"remarks\"", with: "\"previousSha256\":\"\(sha256)\",\"remarks\"")
    let changed =
      text.contains("previousSha256") ? text : "{\"previousSha256\":\"\(sha256)\"," + text.dropFirst()
    let digest = SHA256Digest(of: Array(changed.utf8))
    let put = try InstalledProgram("curl").run([
      "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "PUT", "-H", "Content-Type: application/json", "-H",
      "Idempotency-Key: \"\(UUID().uuidString)\"", "-H", "If-Match: \"\(sha256)\"", "-H",
      "Content-Digest: sha-256=:\(Data(digest.bytes).base64EncodedString()):", "--data-binary", changed,
      "\(pair.office.url)/v1/installations/\(pair.id)",
    ])
    try #require(put.output == "200", "\(put.output)\(put.diagnostics)")
  }

  @Test(.enabled(if: InstalledProgram("curl").isInstalled))
  func `a record that really differs is named by every command, and stops nothing else`() throws {
    let office = try Office()
    let (pair, good) = (try pair(office), try pair(office))
    office.platform.stop()
    try inspect(pair, pair.laptop, status: 8)
    _ = try office.platform.start()
    try falsify(pair)
    let found = try inspect(pair, pair.laptop, status: 1)
    #expect(reasons(found) == ["recordElsewhere"] && found["source"] as? String == "fieldbook", "\(found)")
    for _ in 0..<2 {
      let sent = try pair.laptop.json("sync", status: 1)
      let outcomes = sent["outcomes"] as? [[String: Any]] ?? []
      #expect(outcomes.compactMap { $0["reason"] as? String } == ["sync.conflict"], "\(sent)")
    }
    let status = try pair.laptop.json("status")
    #expect((status["queue"] as? [String: Int])?["conflicts"] == 1)
    #expect(try pair.laptop.list().first?["conflict"] as? Bool == true)
    #expect(try pair.laptop.json("next")["conflicts"] as? [String] == [pair.id])
    #expect((try pair.laptop.record(pair.id)["onPlatform"] as? [String: Any])?["conflict"] as? Bool == true)
    let findings = try pair.laptop.run("--json", "doctor").document()["findings"] as? [[String: Any]] ?? []
    let finding = findings.first { $0["check"] as? String == "conflicts" }
    #expect(finding?["outcome"] as? String == "warning" && finding?["code"] as? String == "sync.conflict")
    for command in [["status"], ["list"], ["next"], ["show", pair.id]] {
      let text = try pair.laptop.run(["--lang", "zh"] + command).output
      #expect(text.filter { !$0.isWhitespace }.contains("报告公司"), "\(command): \(text)")
    }
    // Another record of the same laptop is delivered.
    let plug = try Plug(timings: .instant)
    let second = try pair.laptop.installed(on: plug.port)
    #expect(try pair.laptop.json("sync", status: 1)["delivered"] as? Int == 1)
    #expect(try pair.laptop.status(of: second) == "delivered")
    try inspect(good, good.laptop, status: 0)
  }

  @Test func `a record that the platform lost is found`() throws {
    let office = try Office()
    let pair = try pair(office)
    let nothing = PlatformFault.reply(
      status: 200, mediaType: "application/json", body: #"{"installations":[]}"#)
    office.platform.inject(nothing, method: "GET", pathPrefix: "/v1/installations")
    let found = try inspect(pair, pair.laptop, status: 1)
    #expect(reasons(found) == ["recordLost"], "\(found)")
  }

  // MARK: - A list or a record of the platform's that is wrong

  @Test(arguments: [
    #"{"installations":[{"id":1}]}"#, #"{"installations":{}}"#, "[]", "null", #"{"installations":["#,
    #"{"installations":[{"id":"ID","code":"CODE","status":"closed","revision":0,"sha256":"SHA"}]}"#,
    #"{"installations":[{"id":"ID","code":"CODE","status":"closed","revision":99999999,"sha256":"SHA"}]}"#,
    #"{"installations":[{"id":"ID","code":"CODE","status":"melted","revision":1,"sha256":"SHA"}]}"#,
    #"{"installations":[{"id":"ID","code":"CODE","status":"closed","revision":1,"sha256":"xyz"}]}"#,
    #"{"installations":[{"id":"ID","code":"150621-ZZZZZZ-0","status":"closed","revision":1,"sha256":"SHA"}]}"#,
    #"{"installations":[{"id":"ID","code":"CODE","status":"closed","revision":1,"sha256":"SHA"},{"id":"0190f000-0000-4000-8000-00000000000b","code":"CODE","status":"closed","revision":1,"sha256":"SHA"}]}"#,
  ])
  func `a list that is wrong keeps no technician from inspecting, and is told`(list: String) throws {
    let office = try Self.listed.get()
    let entry = try #require(office.office.has(code: office.code).first)
    let body = list.replacing("ID", with: office.id).replacing("CODE", with: office.code)
      .replacing("SHA", with: entry.sha256)
    office.office.platform.inject(
      .reply(status: 200, mediaType: "application/json", body: body), method: "GET",
      pathPrefix: "/v1/installations")
    let found = try inspect(office, office.laptop, status: 0)
    #expect(reasons(found, "notRun").contains("listUnusable"), "\(found)")
    #expect(found["source"] as? String == "fieldbook")
    // A laptop without a record of the welder cannot inspect it.
    let stranger = try Laptop()
    try stranger.setUp(platform: office.office.url)
    office.office.platform.inject(
      .reply(status: 200, mediaType: "application/json", body: body), method: "GET",
      pathPrefix: "/v1/installations")
    let code = try stranger.failure("inspect", office.code, "--port", office.plug.port, status: 1)
    #expect(code == (list.contains("00000b") ? "inspect.record.several" : "inspect.list.unusable"))
    office.office.platform.clearFaults()
  }

  private static let listed = Result { try InspectionForkTests().pair(try Office()) }

  @Test func `a later record that is not sound is not what the welder is held against`() throws {
    let office = try Office()
    let pair = try pair(office)
    let entry = try #require(office.has(code: pair.code).first)
    let body = try #require(try office.platform.record(pair.id))
    for (old, new) in [
      ("weldtech.installation/1", "weldtech.installation/9"), ("\"module\":{", "\"modul\":{"),
      ("\"seal\":{", "\"siegel\":{"), ("\"label\":{", "\"schild\":{"),
    ] {
      let text = String(decoding: body, as: UTF8.self).replacing(old, with: new)
        .replacing("\"revision\":1", with: "\"previousSha256\":\"\(entry.sha256)\",\"revision\":2")
      let sha256 = SHA256Digest(of: Array(text.utf8)).hex
      func inject() {
        let list =
          #"{"installations":[{"id":"\#(pair.id)","code":"\#(pair.code)","status":"closed","revision":2,"sha256":"\#(sha256)"}]}"#
        for (path, body) in [("/v1/installations/", text), ("/v1/installations", list)] {
          office.platform.inject(
            .reply(status: 200, mediaType: "application/json", body: body), method: "GET", pathPrefix: path)
        }
      }
      inject()
      let found = try inspect(pair, pair.laptop, status: 0)
      #expect(reasons(found, "notRun").contains("remoteUnusable"), "\(new): \(found)")
      #expect(found["source"] as? String == "fieldbook")
      let stranger = try Laptop()
      try stranger.setUp(platform: office.url)
      inject()
      #expect(
        try stranger.failure("inspect", pair.code, "--port", pair.plug.port, status: 1)
          == "inspect.record.unreadable")
      office.platform.clearFaults()
    }
  }

  // MARK: - A record that was changed

  private func change(_ laptop: Laptop, _ sql: String) throws {
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
          base.execute(f"DROP TRIGGER {name}")
      base.executescript(sys.argv[2])
      base.commit()
      """
    let changed = try InstalledProgram("python3").run(["-c", script, "\(laptop.home)/fieldbook.sqlite", sql])
    try #require(changed.status == 0, "\(changed.diagnostics)")
  }

  private static let changes = [
    "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'S-', 'T-') AS BLOB) WHERE name = 'sealed'",
    "UPDATE record SET body = CAST(replace(CAST(body AS TEXT), 'S-', 'T-') AS BLOB)", "DELETE FROM record",
    "DELETE FROM record; DELETE FROM installation", "DELETE FROM installation", "DELETE FROM code",
    "UPDATE installation SET status = 'void'",
    "UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '\"closed\"', '\"void\"') AS BLOB)",
    "UPDATE installation SET status = 'open', next_step = 'seal'", "DELETE FROM revision",
    "DELETE FROM delivery",
    "DELETE FROM event WHERE name = 'signed'",
  ]

  @Test(arguments: changes.indices)
  func `where the platform has the true record, a changed one is not what a welder is held against`(index: Int)
    throws
  {
    let pair = try Self.changed.get()
    let laptop = try Laptop()
    try FileManager.default.copyItem(atPath: pair.laptop.home, toPath: laptop.home)
    try change(laptop, Self.changes[index])
    let seal = "S-\(pair.id.prefix(8))"
    let outcome = try laptop.run(
      "--json", "inspect", pair.code, "--port", pair.plug.port, "--seal", seal)
    #expect(outcome.status == 1, "\(Self.changes[index]): \(outcome.output)\(outcome.diagnostics)")
    let found = try outcome.document()
    #expect(reasons(found) == ["recordChanged"], "\(Self.changes[index]): \(found)")
    #expect(found["source"] as? String == "platform" && found["revision"] as? Int != nil)
    let sent = try laptop.run("--json", "sync").document()
    #expect(sent["delivered"] as? Int == 1, "\(Self.changes[index]): \(sent)")
    let last = (try stored(pair)["inspections"] as? [[String: Any]])?.last
    #expect(last?["verdict"] as? String == "differs")
    let shown = try laptop.run("--lang", "zh", "inspect", pair.code, "--port", pair.plug.port, "--seal", seal)
      .output
    #expect(!shown.contains("evidence."), "\(shown)")
  }

  private static let changed = Result { try InspectionForkTests().pair(try Office()) }

  @Test func `a photo that is gone accuses nobody and is told`() throws {
    let pair = try pair(try Office.shared.get())
    let photos = try #require(try pair.laptop.record(pair.id)["photos"] as? [[String: Any]])
    let sha256 = try #require(photos.first?["sha256"] as? String)
    let files = try #require(FileManager.default.enumerator(atPath: "\(pair.laptop.home)/files"))
    let file = try #require(
      files.compactMap { $0 as? String }.first { $0.hasSuffix(sha256) || $0.contains(sha256.dropFirst(2)) })
    let path = "\(pair.laptop.home)/files/\(file)"
    let bytes = try Data(contentsOf: URL(filePath: path))
    try FileManager.default.removeItem(atPath: path)
    let found = try inspect(pair, pair.laptop, status: 0)
    #expect(reasons(found, "notRun").contains("recordFileMissing") && found["revision"] as? Int == 2)
    try Data("x".utf8).write(to: URL(filePath: path))
    #expect(reasons(try inspect(pair, pair.laptop, status: 0), "notRun").contains("recordFileChanged"))
    try? FileManager.default.removeItem(atPath: path)
    try bytes.write(to: URL(filePath: path))
    try pair.laptop.json("sync")
    #expect(try pair.laptop.status(of: pair.id) == "delivered")
  }

  // MARK: - A module whose answer cannot be read

  @Test(arguments: [0, 5, 9, 2])
  func `a module whose answer cannot be read is evidence with a verdict, a page and an event`(command: Int)
    throws
  {
    let pair = try Self.forged.get()
    let forgeries: [(ForgedModule.Forgery, String)] = [
      (.payload([0xA0]), "missing fields"), (.payload([0xA1, 0x62, 0x73, 0x6E, 0x05]), "a wrong type"),
      (.payload([0x83, 0x01, 0x02]), "no map"), (.payload([0xA1, 0x62, 0x72, 0x63, 0x03]), "a refusal"),
      (.payload([0xFF, 0x00, 0x5B, 0xFF, 0xFF, 0xFF]), "no CBOR"),
    ]
    for (forgery, name) in forgeries {
      let module = try ForgedModule(before: pair.plug.port, command: UInt8(command), forgery)
      defer { module.stop() }
      let before = (try pair.laptop.record(pair.id)["inspections"] as? [[String: Any]])?.count ?? 0
      let outcome = try pair.laptop.run("--json", "inspect", pair.code, "--port", module.port)
      #expect(outcome.status == 1, "\(command) \(name): \(outcome.output)\(outcome.diagnostics)")
      let found = try outcome.document()
      // An answer without settings means that the module has none, so code and platform differ.
      let isSilent = command == 5 && ["missing fields", "a wrong type"].contains(name)
      #expect(
        reasons(found) == (isSilent ? ["otherCode", "otherPlatform"] : ["answerUnusable"]),
        "\(command) \(name): \(found)")
      let file = try #require(found["file"] as? String)
      #expect(FileManager.default.fileExists(atPath: file))
      let after = (try pair.laptop.record(pair.id)["inspections"] as? [[String: Any]])?.count ?? 0
      #expect(after == before + 1, "\(command) \(name)")
    }
    // With the first cable the inspection passes again.
    try inspect(pair, pair.laptop, status: 0)
  }

  @Test(arguments: [0, 5, 9, 2])
  func `what a bad cable makes of an answer is an error and no evidence`(command: Int) throws {
    let pair = try Self.forged.get()
    let before = (try pair.laptop.record(pair.id)["inspections"] as? [[String: Any]])?.count
    for forgery in [ForgedModule.Forgery.half, .text("OK\r\n")] {
      let module = try ForgedModule(before: pair.plug.port, command: UInt8(command), forgery)
      defer { module.stop() }
      let code = try pair.laptop.failure("inspect", pair.code, "--port", module.port, status: 1)
      #expect(code == "provision.reply.unusable", "\(command)")
    }
    #expect((try pair.laptop.record(pair.id)["inspections"] as? [[String: Any]])?.count == before)
  }

  private static let forged = Result { try InspectionForkTests().pair(try Office()) }
}
