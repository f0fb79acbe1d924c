import Fieldbook
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Runs `register` with its prompts, which a script answers.
@Suite struct RegistrationFormTests {
  /// The answers in the order of the questions; full-width characters are those of a Chinese input method.
  private static let answers = [
    "树林召汽车修理厂", "个体户", "\(Person.owner.name) １３９　３３３３　４４４４", "树林召镇", "１", "３　１", "瑞凌 ZX7-315", "", "２", "２０",
    "１２", "",
  ]

  private struct Form {
    var registration: Registration
    var script: Script
    var screen: String
  }

  private func fill(
    _ answers: [String], language: Language = .zh, request: RegistrationForm.Request = .init(),
    on desk: Desk = Desk()
  ) throws -> Form {
    let script = Script(answers)
    let diagnostics = Transcript(isTerminal: true)
    var globals = GlobalOptions()
    globals.language = language
    let workplace = desk.workplace(globals, diagnostics: diagnostics, script: script)
    guard case .registered(let registration, _, _) = try RegistrationForm(workplace: workplace).fill(request)
    else {
      throw Unregistered()
    }
    return Form(registration: registration, script: script, screen: diagnostics.text)
  }

  private struct Unregistered: Error {}

  /// The answers, some of them replaced by `changes`, whose keys are the numbers of the questions from 0.
  private func answers(_ changes: [Int: [String]]) -> [String] {
    Self.answers.indices.flatMap { changes[$0] ?? [Self.answers[$0]] }
  }

  // MARK: - A first welder

  @Test func `a first welder is eleven questions and a summary, and full-width digits are digits`() throws {
    let form = try fill(Self.answers)
    #expect(form.script.left.isEmpty)
    let (owner, welder) = (form.registration.owner, form.registration.welder)
    #expect(owner.responsiblePhone.full == Person.owner.phone)
    #expect(owner.responsibleName.full == Person.owner.name)
    #expect(owner.unitType == .individual && owner.industry == .autoRepair)
    #expect(owner.operators == 3 && owner.certifiedOperators == 1 && owner.community == nil)
    #expect(welder.brand == "瑞凌" && welder.model == "ZX7-315" && welder.serialNumber == nil)
    #expect(welder.supply == .threePhase380 && welder.supplyMaxAmps == 20 && welder.maxPowerKilowatts == 12)
    // These values come from the model's name and the industry.
    #expect(
      welder.weldingProcess == .manualArc && welder.sourceType == .inverter && welder.maxCurrentAmps == 315)
    #expect(welder.purpose == "汽车维修" && welder.condition == .fit)
    for note in ["（按型号推断）", "（按应用行业）"] { #expect(form.screen.contains(note)) }
  }

  @Test func `the questions are in the language of the console`() throws {
    let chinese = try fill(Self.answers).script
    #expect(chinese.asked[0] == "单位（企业/店铺）名称：")
    let english = try fill(Self.answers, language: .en).script
    #expect(english.asked[0] == "unit name: ")
    #expect(english.asked.count == chinese.asked.count)
  }

  @Test(arguments: [
    (2, "慕容雪 1393333444", "电话号码不对"), (5, "1 3", "多于从业人员数量"), (5, "三个", "请填数字"), (9, "二十", "请填数字"),
    (4, "12", "没有这一项"),
  ])
  func `a wrong answer is refused with the reason and asked for again`(
    place: Int, wrong: String, reason: String
  ) throws {
    let form = try fill(answers([place: [wrong, Self.answers[place]]]))
    #expect(form.registration.owner.responsiblePhone.full == Person.owner.phone)
    #expect(form.screen.contains(reason), "\(form.screen)")
    #expect(form.script.left.isEmpty)
  }

  @Test func `a person without a phone is asked for the phone alone`() throws {
    let form = try fill(answers([2: [Person.owner.name, Person.owner.phone]]))
    #expect(form.registration.owner.responsiblePhone.full == Person.owner.phone)
    #expect(form.script.asked.contains { $0.hasPrefix("责任人电话") })
  }

  @Test func `an industry of other is asked for its note, and then for the purpose`() throws {
    let form = try fill(answers([4: ["其他", "演出器材维修"], 10: ["12", "舞台"]]))
    #expect(form.registration.owner.industryNote == "演出器材维修")
    #expect(form.registration.welder.purpose == "舞台")
  }

  @Test func `a model whose name says nothing is asked for all of it`() throws {
    let form = try fill(answers([6: ["瑞凌 超霸3号"], 7: ["", "手工电弧焊"], 8: ["２", "逆变"], 9: ["20", "315"]]))
    #expect(form.registration.welder.maxCurrentAmps == 315)
    #expect(form.registration.welder.sourceType == .inverter)
  }

  // MARK: - Back, and the summary

  @Test(arguments: ["<", "＜", "返回"])
  func `every question leads back to the one before it`(back: String) throws {
    // At each question the test goes back, takes the earlier answer by Enter, and goes on.
    for place in 1..<(Self.answers.count - 1) {
      var changed = Self.answers
      let repeated = [1, 4, 8].contains(place - 1) ? "" : Self.answers[place - 1]
      changed.insert(contentsOf: [back, repeated], at: place)
      let form = try fill(changed)
      #expect(form.script.left.isEmpty, "question \(place)")
      #expect(form.registration.owner.unitName == "树林召汽车修理厂", "question \(place)")
      #expect(form.registration.welder.maxPowerKilowatts == 12, "question \(place)")
    }
    // There is no question before the first one.
    #expect(try fill([back] + Self.answers).screen.contains("前面没有问题了"))
  }

  @Test func `going back twice asks both again, and what was answered is taken by Enter`() throws {
    var changed = Self.answers
    changed.insert(contentsOf: ["<", "<", "李四 13911110000", ""], at: 4)
    let form = try fill(changed)
    #expect(form.registration.owner.responsibleName.full == "李四")
    #expect(form.registration.owner.street == "树林召镇")
    #expect(form.script.left.isEmpty)
  }

  @Test func `a number on the summary changes its line, and the rest stays`() throws {
    let form = try fill(
      Self.answers.dropLast() + ["99", "3", "李四 13911110000", "<", "", "16", "2023-05-16", ""])
    #expect(form.screen.contains("没有这一行"))
    #expect(form.registration.owner.responsibleName.full == "李四")
    #expect(form.registration.welder.purchasedOn == CalendarDay("2023-05-16"))
    #expect(form.registration.owner.unitType == .individual)
  }

  @Test func `an answer that may be missing is removed by a hyphen`() throws {
    let line = try #require(RegistrationSummary(answers: RegistrationAnswers()).number(of: .maxPowerKilowatts))
    let form = try fill(Self.answers.dropLast() + ["\(line)", "-", ""])
    #expect(form.registration.welder.maxPowerKilowatts == nil)
  }

  @Test func `a retired welder is chosen on the summary and asked for its reason`() throws {
    let line = try #require(RegistrationSummary(answers: RegistrationAnswers()).number(of: .condition))
    let form = try fill(Self.answers.dropLast() + ["\(line)", "淘汰", "机壳带电", ""])
    #expect(form.registration.welder.condition == .retired)
    #expect(form.registration.retiredReason == "机壳带电")
  }

  @Test func `the summary fits a screen of 24 lines, and shows name and phone in full`() throws {
    let form = try fill(Self.answers)
    let summary = form.screen.components(separatedBy: "请核对：\n")[1].split(separator: "\n")
    #expect(summary.count <= 22)
    #expect(summary.contains { $0.contains(Person.owner.name) && $0.contains(Person.owner.phone) })
  }

  // MARK: - What the records know

  @Test func `a further welder of a known unit and model is a number, a number and a serial number`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    let form = try fill(["1", "1", "W-2", ""], on: desk)
    let known = try desk.fieldbook().installation(try #require(desk.fieldbook().list().first?.id))
    #expect(form.registration.owner == known.owner)
    var welder = known.welder
    welder.serialNumber = "W-2"
    #expect(form.registration.welder == welder)
    #expect(form.screen.contains("同该单位上次登记") && form.screen.contains("同型号上一台"))
  }

  @Test(arguments: ["东风路", "慕容", "3333", "树林召镇"])
  func `a unit is found by any part of its name, person, phone or street`(part: String) throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    let form = try fill([part, "1", "1", "W-2", ""], on: desk)
    #expect(form.registration.owner.responsiblePhone.full == Person.owner.phone)
    #expect(form.script.left.isEmpty)
  }

  @Test func `a name that part of a known one is can be a new unit`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    var answers = Self.answers
    answers.insert("0", at: 1)
    answers[4] = "新镇 新社区"
    answers[7] = "瑞凌 ZX7-400"
    let form = try fill(answers, on: desk)
    #expect(form.registration.owner.unitName == "树林召汽车修理厂")
    #expect(form.registration.owner.street == "新镇" && form.registration.owner.community == "新社区")
    #expect(form.registration.owner.unitID == nil)
  }

  @Test func `choosing another unit on the way back takes nothing over from the first`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    let form = try fill(["1", "<", "全新门窗店"] + answers([6: ["瑞凌 ZX7-400"]]).dropFirst(), on: desk)
    #expect(form.registration.owner.unitID == nil)
    #expect(form.registration.owner.unitName == "全新门窗店")
    #expect(form.registration.owner.community == nil)
  }

  @Test func `a known unit that is chosen on the way back has nothing of what was typed for another`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    let form = try fill(
      ["新店", "一般企业", "李四 13911110000", "<", "<", "<", "1", "1", "W-2", ""], on: desk)
    let known = try desk.fieldbook().installation(try #require(desk.fieldbook().list().first?.id))
    #expect(form.registration.owner == known.owner)
    #expect(form.script.left.isEmpty)
  }

  @Test func `what an option gives is not taken over from a record`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.register()
    var request = RegistrationForm.Request()
    request.fields = [.responsiblePhone: "13911110000", .maxCurrentAmps: "300"]
    let form = try fill(["1", "1", "W-2", ""], request: request, on: desk)
    #expect(form.registration.owner.responsiblePhone.full == "13911110000")
    #expect(form.registration.owner.responsibleName.full == Person.owner.name)
    #expect(form.registration.welder.maxCurrentAmps == 300)
  }

  // MARK: - Drafts

  @Test func `a draft is registered without a terminal where it is whole, and names what is missing`() throws {
    for place in [7, Self.answers.count - 1] {
      let desk = Desk()
      try desk.setUp()
      _ = try? fill(Array(Self.answers.prefix(place)), on: desk)
      if place == 7 {
        let rejected = try #require(throws: RegistrationRejected.self) {
          try desk.run(["register", "--draft", "1"])
        }
        #expect(rejected.problems.map(\.path) == ["welder.supply", "welder.supplyMaxAmps"])
        #expect(try desk.fieldbook().drafts().count == 1)
        for command in ["today", "next"] {
          #expect(try desk.run(["--json", command]).output.contains(#""drafts":1"#), "\(command)")
          let shown = try desk.run(["--lang", "zh", command])
          #expect((shown.output + shown.diagnostics).contains("没登记完的 1 份"), "\(command)")
        }
      }
      let more = place == 7 ? ["--supply", "三相380V", "--supply-max-amps", "20"] : []
      #expect(try desk.run(["--json", "register", "--draft", "1"] + more).status == 0)
      #expect(try desk.fieldbook().drafts().isEmpty && desk.fieldbook().list().count == 1)
      #expect(desk.failure(["register", "--draft", "1"])?.code == "draft.gone")
    }
  }

  @Test func `answers survive a break at every question, and the command that is named goes on with them`()
    throws
  {
    for place in 1..<Self.answers.count {
      let desk = Desk()
      do {
        _ = try fill(Array(Self.answers.prefix(place)), on: desk)
        Issue.record("it was registered")
      } catch {
        let failure = explain(error)
        #expect(failure.exit == .cancelled && failure.code == "cancelled")
        #expect(
          failure.hint.en.hasSuffix("weldtech register --draft 1") || failure.hint.en.contains("--draft 1"))
      }
      var request = RegistrationForm.Request()
      request.draft = 1
      let form = try fill(Array(Self.answers.dropFirst(place)), request: request, on: desk)
      #expect(form.script.left.isEmpty, "question \(place)")
      #expect(form.registration.owner.responsiblePhone.full == Person.owner.phone, "question \(place)")
      #expect(form.registration.welder.weldingProcess == .manualArc, "question \(place)")
    }
  }

  @Test func `a draft is offered first, goes on where it stood, and ends with its record`() throws {
    let desk = Desk()
    try desk.setUp()
    #expect(throws: RegistrationPaused.self) {
      try desk.run(["--lang", "zh", "register"], script: Script(Array(Self.answers.prefix(7))))
    }
    #expect(try desk.fieldbook().list(limit: 10).isEmpty)
    let script = Script(["1"] + Self.answers.dropFirst(7))
    let answer = try desk.run(["--lang", "zh", "register"], script: script)
    #expect(answer.status == 0 && script.left.isEmpty)
    #expect(answer.diagnostics.contains("没登记完的"))
    #expect(try desk.fieldbook().drafts().isEmpty)
    #expect(try desk.fieldbook().list(limit: 10).count == 1)
  }

  @Test func `a draft is deleted at the list or by an option, and nothing of it is left on disk`() throws {
    for isOption in [true, false] {
      let desk = Desk()
      try desk.setUp()
      _ = try? desk.run(["--lang", "zh", "register"], script: Script(Array(Self.answers.prefix(7))))
      #expect(try Self.isOnDisk(Person.owner.name, below: desk.home))
      if isOption {
        _ = try? desk.run(["register", "--drop-draft", "1"])
      } else {
        _ = try? desk.run(["--lang", "zh", "register"], script: Script(["-1", "y"]))
      }
      #expect(try desk.fieldbook().drafts().isEmpty)
      #expect(try !Self.isOnDisk(Person.owner.name, below: desk.home), "\(isOption)")
    }
  }

  /// Whether a file of the fieldbook contains the text.
  private static func isOnDisk(_ text: String, below home: String) throws -> Bool {
    for name in try FileManager.default.contentsOfDirectory(atPath: home)
    where name.hasPrefix("fieldbook.sqlite") {
      let bytes = try Data(contentsOf: URL(filePath: "\(home)/\(name)"))
      if bytes.range(of: Data(text.utf8)) != nil { return true }
    }
    return false
  }

  @Test func `giving up at the first question is a cancelled command and stores nothing`() throws {
    let desk = Desk()
    try desk.setUp()
    do {
      _ = try desk.run(["register"], script: Script([]))
      Issue.record("it was registered")
    } catch {
      #expect(explain(error).exit == .cancelled)
    }
    #expect(try desk.fieldbook().list(limit: 10).isEmpty && desk.fieldbook().drafts().isEmpty)
  }

  // MARK: - Options

  @Test func `options on the line are not asked for`() throws {
    let desk = Desk()
    try desk.setUp()
    let script = Script(Array(Self.answers.dropFirst()))
    let answer = try desk.run(["register", "--unit-name", "店"], script: script)
    #expect(answer.status == 0)
    #expect(!script.asked.contains("unit name: "))
    #expect(script.left.isEmpty)
  }

  @Test func `a wrong option is refused before anything is asked`() throws {
    let desk = Desk()
    try desk.setUp()
    let script = Script(Self.answers)
    #expect(throws: RegistrationRejected.self) {
      try desk.run(["register", "--responsible-phone", "138"], script: script)
    }
    #expect(script.asked.isEmpty)
  }

  @Test(arguments: [
    (["setup", "--certificate-expires", "2020-01-01"], "technician.certificate.expired"),
    ([], "codes.exhausted"),
  ])
  func `whoever would be refused in the end is refused before anything is asked`(setUp: [String], code: String)
    throws
  {
    let desk = Desk()
    if setUp.isEmpty {
      _ = try desk.run([
        "setup", "--technician", Person.technician.name, "--phone", Person.technician.phone, "--company",
        "达旗焊安",
        "--certificate", "T-1", "--certificate-expires", "2027-06-30",
      ])
    } else {
      try desk.setUp()
      _ = try desk.run(setUp)
    }
    let script = Script(Self.answers)
    do {
      _ = try desk.run(["register"], script: script)
      Issue.record("it was registered")
    } catch { #expect(explain(error).code == code) }
    #expect(script.asked.isEmpty)
  }

  @Test func `setup is answered at its prompts, full-width digits included`() throws {
    let desk = Desk()
    let script = Script([
      Person.technician.name, "12", "１３８１１１１２２２２", "达旗焊安", "T-1", "２０２７-０６-３０", "https://mashanghan.example",
      "00A000＋20",
    ])
    let answer = try desk.run(["--lang", "zh", "setup"], script: script)
    #expect(answer.status == 0)
    #expect(script.left.isEmpty)
    let setup = try desk.fieldbook().setup()
    #expect(setup.technician?.phone.full == Person.technician.phone)
    #expect(setup.technician?.certificateExpires == CalendarDay("2027-06-30"))
    #expect(try desk.fieldbook().codesLeft() == 20)
  }
}
