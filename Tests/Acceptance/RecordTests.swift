import Foundation
import Testing

@testable import weldtech

/// Runs the commands that need no module, such as setup, registration and photos, by the names of the contract.
@Suite struct RecordTests {
  // MARK: - The names of the contract

  @Test func `setup works offline and says what it keeps`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let document = try laptop.json("setup")
    #expect(document["codesLeft"] as? Int == 50)
    #expect(document["region"] as? String == "150621")
    #expect(document["platform"] as? String == "http://127.0.0.1:9")
    let technician = try #require(document["technician"] as? [String: Any])
    #expect(Set(technician.keys) == ["name", "phone", "company", "certificate", "certificateExpires"])
  }

  @Test func `register answers id, code and status, and show prints the record`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let document = try laptop.json("register", "--from", try laptop.registration())
    #expect(Set(document.keys) == ["id", "code", "status"])
    #expect(document["status"] as? String == "open")
    let code = try #require(document["code"] as? String)
    #expect(code.wholeMatch(of: /150621-00A000-[0-9A-Z]/) != nil)

    let id = try #require(document["id"] as? String)
    for reference in [id, String(id.prefix(4)), code, code.lowercased()] {
      #expect(try laptop.record(reference)["id"] as? String == id)
    }
    let record = try laptop.record(id)
    #expect(record["schema"] as? String == "weldtech.installation/1")
    #expect(record["revision"] as? Int == 1)
    func keys(_ part: String) -> Set<String> { Set((record[part] as? [String: Any] ?? [:]).keys) }
    #expect(keys("technician") == ["name", "phone", "company", "certificate", "certificateExpires"])
    #expect(
      keys("owner").isSuperset(of: [
        "unitName", "unitType", "responsibleName", "responsiblePhone", "street", "community", "industry",
        "operators", "certifiedOperators",
      ]))
    #expect(
      keys("welder").isSuperset(of: [
        "brand", "model", "serialNumber", "weldingProcess", "supply", "sourceType", "supplyMaxAmps",
        "maxCurrentAmps", "maxPowerKilowatts", "purpose", "purchasedOn", "condition",
      ]))
    #expect(keys("scheme") == ["name", "version"])
    #expect(keys("survey") == ["filledBy", "filledByPhone"])
    #expect(keys("funding") == ["payer", "reason"])
    let history = try #require(record["history"] as? [[String: Any]])
    #expect(history.first?["event"] as? String == "registered")
    #expect(history.allSatisfy { $0["at"] is String })
  }

  @Test func `register takes one option a field and the document from stdin`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let piped = try laptop.run("--json", "register", "--from", "-", input: SampleRegistration.json)
    #expect(piped.status == 0)
    let optioned = try laptop.json(
      "register", "--unit-name", "店", "--unit-type", "个体户", "--responsible-name", "王五", "--responsible-phone",
      "１３９ ３３３３ ４４４４", "--street", "树林召镇", "--industry", "汽车维修", "--welding-process", "手工电弧焊", "--supply",
      "threePhase380", "--source-type", "inverter", "--supply-max-amps", "２０", "--max-current-amps", "315")
    let record = try laptop.record(try #require(optioned["id"] as? String))
    #expect((record["owner"] as? [String: Any])?["industry"] as? String == "autoRepair")
    #expect((record["owner"] as? [String: Any])?["responsiblePhone"] as? String == "13933334444")
  }

  @Test func `list pages through the records, the last opened first`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let ids = try (0..<3).map { _ in try laptop.register() }
    let rows = try laptop.list()
    #expect(Set(rows.compactMap { $0["id"] as? String }) == Set(ids))
    for row in rows {
      #expect(
        Set(row.keys) == [
          "id", "code", "status", "unitName", "brand", "model", "serialNumber", "openedAt", "next",
        ])
      #expect(row["next"] as? String == "photoBefore")
    }
    let first = try #require(try laptop.json("list", "--limit", "2")["installations"] as? [[String: Any]])
    #expect(first.count == 2)
    let last = try #require(first.last?["id"] as? String)
    let rest = try #require(
      try laptop.json("list", "--limit", "2", "--after", last)["installations"] as? [[String: Any]])
    #expect(rest.compactMap { $0["id"] as? String } + first.compactMap { $0["id"] as? String } != [])
    #expect(
      Set((first + rest).compactMap { $0["id"] as? String }) == Set(ids) && first.count + rest.count == 3)
    #expect((try laptop.json("list", "--status", "void")["installations"] as? [Any])?.isEmpty == true)
  }

  @Test func `next says what each open record needs, and void takes one back with its reason`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    func next() throws -> [[String: Any]] {
      try #require(try laptop.json("next")["installations"] as? [[String: Any]])
    }
    #expect(try next().first?["next"] as? String == "photoBefore")
    let photos = try laptop.json("photo", id, "--stage", "before", try laptop.photo())
    let photo = try #require((photos["photos"] as? [[String: Any]])?.first)
    #expect(photo["stage"] as? String == "before" && photo["mediaType"] as? String == "image/png")
    #expect(try next().first?["next"] as? String == "flash")

    let void = try laptop.json("void", id, "--reason", "登记重复")
    #expect(void["status"] as? String == "void")
    #expect(try next().isEmpty)
    let history = try #require(try laptop.record(id)["history"] as? [[String: Any]])
    #expect(history.last?["reason"] as? String == "登记重复")
    #expect(try laptop.failure("photo", id, "--stage", "before", try laptop.photo(), status: 1) == "walk.void")
  }

  @Test func `status counts codes, records and the queue`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    _ = try laptop.register()
    let status = try laptop.json("status")
    #expect(status["codesLeft"] as? Int == 49)
    #expect((status["installations"] as? [String: Int])?["open"] == 1)
    let queue = try #require(status["queue"] as? [String: Int])
    #expect(Set(queue.keys) == ["records", "files", "bytes", "keys", "conflicts", "setAside"])
  }

  @Test func `the tools answer with their documents`() throws {
    let laptop = try Laptop()
    let schemes = try #require(try laptop.json("schemes")["schemes"] as? [[String: Any]])
    #expect(schemes.count >= 4)
    let name = try #require(schemes.first?["name"] as? String)
    #expect((try laptop.json("schemes", name)["schemes"] as? [Any])?.count == 1)
    #expect(try laptop.failure("schemes", "x", status: 64) == "schemes.unknown")
    for (ending, start) in [("pdf", "%PDF"), ("svg", "<?xml"), ("png", "\u{89}PNG")] {
      let file = laptop.scratch.file("scheme.\(ending)")
      #expect(try laptop.json("schemes", name, "--output", file)["file"] as? String == file)
      let bytes = try Data(contentsOf: URL(filePath: file))
      #expect(bytes.starts(with: Array(start.unicodeScalars.map { UInt8($0.value) })))
    }
    #expect(try laptop.failure("schemes", name, "--output", "scheme.txt", status: 64) == "usage.value")
    #expect(
      try laptop.failure("schemes", "--output", "scheme.pdf", status: 64) == "usage.argument.missing")
    #expect(try laptop.json("ports")["ports"] is [Any])
    #expect((try laptop.json("labels", "templates")["templates"] as? [Any])?.isEmpty == false)
  }

  /// Checks the doctor's findings, except that of the serial ports, which differ from machine to machine.
  @Test func `the doctor names what is wrong with a laptop and its cure, and exits 1 only then`() throws {
    func findings(_ document: [String: Any]) -> [String: [String: Any]] {
      let all = (document["findings"] as? [[String: Any]] ?? []).filter { $0["check"] as? String != "ports" }
      return Dictionary(all.map { ($0["check"] as? String ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }
    let laptop = try Laptop()
    let before = try laptop.json("doctor", status: 1)
    #expect(before["healthy"] as? Bool == false)
    #expect(findings(before)["setup"]?["code"] as? String == "setup.missing")
    #expect(findings(before)["setup"]?["cure"] is String)
    #expect(findings(before)["codes"]?["outcome"] as? String == "warning")

    try laptop.setUp()
    _ = try laptop.register()
    let outcome = try laptop.run("--json", "doctor")
    var after = findings(try outcome.document())
    // There is no server at the platform's address, so that its key is unknown.
    #expect(after.removeValue(forKey: "pairing")?["code"] as? String == "setup.platformKey.missing")
    #expect(after.values.allSatisfy { $0["outcome"] as? String == "fine" && $0["code"] == nil }, "\(after)")
    #expect(Set(after.keys).isSuperset(of: ["fieldbook", "disk", "clock", "firmware", "labels", "fonts"]))

    // An expired certificate stops the day's work.
    try laptop.setUp(expires: "2026-01-01")
    #expect(
      findings(try laptop.json("doctor", status: 1))["setup"]?["code"] as? String
        == "technician.certificate.expired")
  }

  // MARK: - The order of the walk

  @Test func `a step before its turn is refused with what comes first`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let signature = try laptop.signature()
    for command in [
      ["flash", id, "--port", "/dev/null"], ["pair", id, "--port", "/dev/null"], ["label", id],
      ["seal", id, "--number", "1"], ["test", id, "--port", "/dev/null"],
      ["photo", id, "--stage", "after", try laptop.photo(.after)],
      ["handover", id, "--trained", "1", "--rules", "drafted"], ["sign", id, "--signature", signature],
    ] {
      let outcome = try laptop.run(["--json"] + command)
      #expect(outcome.status == 1, "\(command)")
      #expect(outcome.errorCode == "walk.order", "\(command)")
    }
    #expect((try laptop.record(id)["history"] as? [Any])?.count == 1)
  }

  @Test func `an expired certificate stops the work and nothing else`() throws {
    let laptop = try Laptop()
    try laptop.setUp(expires: "2024-01-01")
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(), status: 1)
        == "technician.certificate.expired")
    #expect(try laptop.list().isEmpty)
    try laptop.json("setup", "--certificate", "T-2", "--certificate-expires", "2099-01-01")
    _ = try laptop.register()
  }

  @Test func `nothing is registered before setup`() throws {
    let laptop = try Laptop()
    #expect(try laptop.failure("register", "--from", try laptop.registration(), status: 1) == "setup.missing")
  }

  // MARK: - Bad input

  private static let sevenWrong = SampleRegistration.json
    .replacingOccurrences(of: "\"individual\"", with: "\"company\"")
    .replacingOccurrences(of: "13800000001", with: "1380000000")
    .replacingOccurrences(of: "\"树林召镇\"", with: "\"\"")
    .replacingOccurrences(of: "\"certifiedOperators\": 2", with: "\"certifiedOperators\": 4")
    .replacingOccurrences(of: "\"supplyMaxAmps\": 20", with: "\"supplyMaxAmps\": \"twenty\"")
    .replacingOccurrences(of: "\"maxCurrentAmps\": 315", with: "\"maxCurrentAmps\": 31500")
    .replacingOccurrences(of: "2023-05-16", with: "2023-02-30")

  @Test func `a registration with seven wrong fields names all seven and stores nothing`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let outcome = try laptop.run("--json", "register", "--from", try laptop.registration(Self.sevenWrong))
    #expect(outcome.status == 65)
    #expect(outcome.errorCode == "register.rejected")
    let details = try #require(outcome.error?["details"] as? [[String: String]])
    #expect(
      Dictionary(uniqueKeysWithValues: details.map { ($0["path"] ?? "", $0["code"] ?? "") }) == [
        "owner.unitType": "field.choice", "owner.responsiblePhone": "field.phone",
        "owner.street": "field.missing", "owner.certifiedOperators": "field.range",
        "welder.supplyMaxAmps": "field.number", "welder.maxCurrentAmps": "field.range",
        "welder.purchasedOn": "field.day",
      ])
    #expect(try laptop.list().isEmpty)
    #expect(try laptop.json("status")["codesLeft"] as? Int == 50)

    // The text output has the same seven findings, each on a line of its own.
    let said = try laptop.run("register", "--from", try laptop.registration(Self.sevenWrong))
    #expect(said.output.isEmpty)
    for detail in details { #expect(said.diagnostics.contains("(\(detail["path"] ?? "?"))")) }
    #expect(said.diagnostics.contains("[register.rejected]"))
  }

  @Test func `a welder that no scheme fits is refused`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let huge = SampleRegistration.json.replacingOccurrences(
      of: "\"supplyMaxAmps\": 20", with: "\"supplyMaxAmps\": 1000")
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(huge), status: 65) == "scheme.none")
    #expect(try laptop.list().isEmpty)
  }

  @Test func `a retired welder closes there and then, takes no code, needs reason and photo`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let retired = SampleRegistration.json.replacingOccurrences(of: "\"fit\"", with: "\"retired\"")
    let file = try laptop.registration(retired)
    #expect(try laptop.failure("register", "--from", file, status: 65) == "register.rejected")
    #expect(
      try laptop.failure("register", "--from", file, "--retired-reason", "机壳带电", status: 64)
        == "register.retired.photo")
    let document = try laptop.json(
      "register", "--from", file, "--retired-reason", "机壳带电", "--photo", try laptop.photo())
    #expect(document["status"] as? String == "retired")
    #expect(document["code"] == nil || document["code"] is NSNull)
    let id = try #require(document["id"] as? String)
    #expect(try laptop.failure("label", id, status: 1) == "walk.retired")
    let status = try laptop.json("status")
    #expect((status["installations"] as? [String: Int])?["retired"] == 1)
    #expect((status["queue"] as? [String: Int])?["records"] == 1)
    #expect(status["codesLeft"] as? Int == 50)
  }

  @Test(arguments: ["truncated", "empty", "text", "missing", "folder"])
  func `a file that is no photo has its own error and is not attached`(_ kind: String) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let whole = try Laptop.picture(of: "whole")
    let (file, code): (String, String) =
      switch kind {
      case "truncated": (try laptop.scratch.write("p.png", whole.prefix(whole.count / 2)), "photo.truncated")
      case "empty": (try laptop.scratch.write("p.png", ""), "photo.empty")
      case "text": (try laptop.scratch.write("p.jpg", "not a photo"), "photo.type")
      case "folder": (laptop.scratch.path, "file.unreadable")
      default: (laptop.scratch.file("nothing.jpg"), "file.unreadable")
      }
    #expect(try laptop.failure("photo", id, "--stage", "before", file, status: 65) == code)
    // One of two files is bad, so none is attached, and work on the record continues.
    #expect(try laptop.failure("photo", id, "--stage", "before", try laptop.photo(), file, status: 65) == code)
    #expect((try laptop.record(id)["photos"] as? [Any])?.isEmpty == true)
    try laptop.json("photo", id, "--stage", "before", try laptop.photo())
  }

  @Test func `a record that is not there, ambiguous or too short a reference has its own error`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    #expect(try laptop.failure("show", "ffff", status: 65) == "installation.notFound")
    #expect(try laptop.failure("show", "fff", status: 64) == "installation.tooShort")
  }

  // MARK: - Codes

  @Test func `a label from stock gives the record its code, once`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let drawn = try #require(try laptop.json("labels", "codes", "--count", "2")["codes"] as? [String])
    let first = try laptop.json("register", "--from", try laptop.registration(), "--code", drawn[0])
    #expect(first["code"] as? String == drawn[0])
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(), "--code", drawn[0], status: 65)
        == "code.bound")
    let mistyped = String(drawn[1].dropLast()) + (drawn[1].hasSuffix("0") ? "1" : "0")
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(), "--code", mistyped, status: 65)
        == "code.mistyped")
    // Codes taken for stock are no longer assigned automatically.
    let next = try laptop.json("register", "--from", try laptop.registration())
    #expect(!drawn.contains(next["code"] as? String ?? ""))
  }

  @Test func `an empty block is codes.exhausted, and a second block goes on`() throws {
    let laptop = try Laptop()
    try laptop.setUp(codes: "00A000+3")
    #expect(try laptop.failure("labels", "codes", "--count", "4", status: 1) == "codes.exhausted")
    try laptop.json("labels", "codes", "--count", "2")
    _ = try laptop.register()
    #expect(try laptop.json("status")["codesLeft"] as? Int == 0)
    #expect(try laptop.failure("labels", "codes", "--count", "1", status: 1) == "codes.exhausted")
    try laptop.json("setup", "--codes", "00B000+1")
    let document = try laptop.json("register", "--from", try laptop.registration())
    #expect((document["code"] as? String)?.hasPrefix("150621-00B000-") == true)
  }

  @Test func `labels codes writes a CSV with its header`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let file = laptop.scratch.file("out/codes.csv")
    let codes = try #require(
      try laptop.json("labels", "codes", "--count", "3", "--output", file)["codes"] as? [String])
    #expect(
      try String(contentsOfFile: file, encoding: .utf8) == (["code"] + codes).joined(separator: "\n") + "\n")
  }
}
