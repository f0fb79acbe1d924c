import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks `correct` and `refuse` on open records, and the refusal of a second record of a welder.
@Suite struct CorrectCommandTests {
  private func document(_ desk: Desk, _ arguments: [String]) throws -> [String: Any] {
    let answer = try desk.run(["--json"] + arguments)
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  @Test func `a correction names what it changed, and shows no name or number in full`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let answer = try desk.run([
      "--lang", "zh", "correct", id, "--unit-name", "东风路汽修", "--responsible-phone", "139 0000 0009", "--model",
      "ZX7-400",
    ])
    #expect(answer.output.contains("东风路汽修") && answer.output.contains("ZX7-400"), "\(answer.output)")
    #expect(answer.output.contains("139****0009") && answer.output.contains("139****4444"), "\(answer.output)")
    for secret in Person.secrets + ["13900000009"] {
      #expect(!answer.output.contains(secret) && !answer.diagnostics.contains(secret), "\(secret)")
    }
    let record = try desk.fieldbook().installation(matching: id)
    #expect(record.owner.responsiblePhone.full == "13900000009" && record.welder.model == "ZX7-400")
    // The unit's id is made of the unit's name and phone, so that all welders of the unit have the same id.
    #expect(record.owner.unitID == Walk.unitID(of: record.owner))
    let full = try desk.run(["show", id, "--full"]).output
    #expect(full.contains("13900000009") && full.contains(Person.owner.name))
  }

  @Test func `a correction that changes nothing says so and leaves no event`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let before = try desk.fieldbook().installation(matching: id)
    for same in [
      ["--model", " ZX7-315 "], ["--responsible-phone", "139-3333-4444"], ["--unit-type", "个体户"],
      ["--supply-max-amps", "２０A", "--purpose", "修车"],
    ] {
      #expect((try document(desk, ["correct", id] + same)["changes"] as? [Any])?.isEmpty == true, "\(same)")
      #expect(try desk.run(["--lang", "zh", "correct", id] + same).output.contains("没有改动"))
    }
    #expect(try desk.fieldbook().installation(matching: id) == before)
  }

  @Test func `everything that is wrong is said at once, and nothing is changed`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let before = try desk.fieldbook().installation(matching: id)
    let failure = try #require(
      desk.failure([
        "correct", id, "--responsible-phone", "12", "--max-current-amps", "9999", "--purchased-on",
        "2999-01-01",
      ]))
    #expect(failure.code == "correct.rejected" && failure.exit == .badData)
    #expect(
      failure.details.map(\.path) == ["owner.responsiblePhone", "welder.maxCurrentAmps", "welder.purchasedOn"])
    #expect(desk.failure(["correct", id, "--unit-name", ""])?.details.map(\.code) == ["field.missing"])
    #expect(
      desk.failure(["correct", id, "--certified-operators", "9"])?.details.map(\.code) == ["field.range"])
    #expect(desk.failure(["correct", id, "--condition", "retired"])?.code == "correct.condition")
    #expect(desk.failure(["correct", id])?.code == "usage.option.missing")
    #expect(desk.failure(["correct", id, "--supply-max-amps", "900"])?.code == "scheme.none")
    #expect(try desk.fieldbook().installation(matching: id) == before)
  }

  @Test func `another supply brings another scheme, which the answer names`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let before = try desk.fieldbook().installation(matching: id).scheme
    let document = try document(desk, ["correct", id, "--supply", "singlePhase220"])
    let scheme = try #require((document["scheme"] as? [String: Any])?["name"] as? String)
    #expect(scheme != before?.name)
    // Nothing was tested yet, so nothing has to be tested again.
    #expect((document["redo"] as? [String])?.isEmpty == true && document["next"] as? String == "photoBefore")
    let back = try desk.run(["--lang", "zh", "correct", id, "--supply", "threePhase380"]).output
    #expect(back.contains("技术方案改为"), "\(back)")
  }

  @Test func `an industry under a department changes who pays, which the answer says`() throws {
    let desk = Desk()
    desk.clock.time = Timestamp("2024-10-01T10:00:00+08:00")!
    try desk.setUp()
    let id = try desk.register()
    let answer = try desk.run(["--lang", "zh", "correct", id, "--industry", "工矿"])
    #expect(answer.output.contains("出资改为：自费"), "\(answer.output)")
  }

  @Test func `on a terminal the wrong field is chosen from a list that shows what stands there`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let script = Script(["焊机型号", "ZX7-400"])
    let answer = try desk.run(["--lang", "zh", "correct", id], script: script)
    #expect(answer.diagnostics.contains("ZX7-315") && !answer.diagnostics.contains(Person.owner.phone))
    #expect(try desk.fieldbook().installation(matching: id).welder.model == "ZX7-400")
    #expect(script.left.isEmpty)
  }

  @Test func `an optional field is emptied by an empty value`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let document = try document(desk, ["correct", id, "--community", "", "--max-power-kilowatts", ""])
    let changes = try #require(document["changes"] as? [[String: Any]])
    #expect(changes.map { $0["field"] as? String } == ["owner.community", "welder.maxPowerKilowatts"])
    #expect(changes.allSatisfy { $0["from"] != nil && $0["to"] == nil })
    let record = try desk.fieldbook().installation(matching: id)
    #expect(record.owner.community == nil && record.welder.maxPowerKilowatts == nil)
  }

  // MARK: - Refusals

  @Test func `a refused record is closed, counted and listed, and its code serves again`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let code = try #require(try desk.fieldbook().installation(matching: id).code).description
    #expect(desk.failure(["refuse", id])?.code == "usage.option.missing")
    let document = try document(desk, ["refuse", id, "--reason", "业主要换新焊机"])
    #expect(document["status"] as? String == "refused" && document["releasedCode"] as? String == code)
    #expect(document["code"] is NSNull && document["module"] is NSNull)
    #expect(try desk.run(["--lang", "zh", "status"]).output.contains("业主拒装 1"))
    #expect(try desk.run(["--lang", "zh", "list", "--status", "业主拒装"]).output.contains(String(id.prefix(8))))
    #expect(try desk.run(["--lang", "zh", "show", id]).output.contains("业主要换新焊机"))
    #expect(desk.failure(["refuse", id, "--reason", "x"])?.code == "walk.refused")
    #expect(desk.failure(["correct", id, "--model", "x"])?.code == "walk.refused")
    #expect(desk.failure(["photo", id, "--stage", "before", "/f.jpg"])?.code == "walk.refused")
    let next = try desk.register()
    #expect(try desk.fieldbook().installation(matching: next).code?.description == code)
  }

  // MARK: - A second record of a welder

  @Test func `a second record of a welder is refused without a reason, and names the first`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let file = desk.home + "-again.json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let again = Person.registration.replacingOccurrences(of: "W-1", with: " ｗ-1 ")
    try Data(again.utf8).write(to: URL(filePath: file))
    let failure = try #require(desk.failure(["register", "--from", file]))
    #expect(failure.code == "welder.known" && failure.exit == .badData)
    #expect(failure.message.zh.contains(id.prefix(8)) && failure.hint.zh.contains("--reason"))
    let script = Script(["铭牌翻新过"])
    let asked = try desk.run(["--lang", "zh", "register", "--from", file], script: script)
    #expect(asked.diagnostics.contains(String(id.prefix(8))) && script.left.isEmpty, "\(asked.diagnostics)")
    let records = try desk.fieldbook().list()
    #expect(records.count == 2)
    let third = try desk.run(["--json", "register", "--from", file, "--reason", "x"])
    #expect(third.status == 0)
    let last = try #require(records.first { $0.id.text != id })
    let history = try desk.fieldbook().installation(last.id).history
    #expect(history.first?.duplicate == Duplicate(installations: [InstallationID(id)!], reason: "铭牌翻新过"))
  }
}
