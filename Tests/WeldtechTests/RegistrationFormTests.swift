import Fieldbook
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Runs `register` with its prompts, which a script answers.
@Suite struct RegistrationFormTests {
  /// The answers in the order of the questions; full-width characters are those of a Chinese input method.
  private static let answers = [
    "树林召汽车修理厂", "个体户", Person.owner.name, "１３９　３３３３　４４４４", "树林召镇", "", "１", "３", "1", "瑞凌", "ZX7-315", "",
    "manualArc", "三相380", "逆变", "２０", "３１５", "１２", "", "",
  ]

  private func fill(_ answers: [String], language: Language = .zh) throws -> (Registration, Script, String) {
    let desk = Desk()
    let script = Script(answers)
    let diagnostics = Transcript(isTerminal: true)
    var globals = GlobalOptions()
    globals.language = language
    let workplace = desk.workplace(globals, diagnostics: diagnostics, script: script)
    let registration = try RegistrationForm(workplace: workplace).fill(from: nil, fields: [:])
    return (registration, script, diagnostics.text)
  }

  private func choice(_ field: RegistrationField, _ code: String) -> String {
    guard case .choice(let choices) = field.kind else { return "" }
    return choices.first { $0.code == code }?.word ?? ""
  }

  private var inChinese: [String] {
    var answers = Self.answers
    answers[13] = choice(.supply, "threePhase380")
    answers[14] = choice(.sourceType, "inverter")
    return answers
  }

  @Test func `every field is asked for, and full-width digits are digits`() throws {
    let (registration, script, _) = try fill(inChinese)
    #expect(script.left.isEmpty)
    #expect(registration.owner.responsiblePhone.full == Person.owner.phone)
    #expect(registration.owner.responsibleName.full == Person.owner.name)
    #expect(registration.owner.unitType == .individual)
    #expect(registration.owner.industry == .autoRepair)
    #expect(registration.owner.operators == 3)
    #expect(registration.welder.supplyMaxAmps == 20)
    #expect(registration.welder.maxCurrentAmps == 315)
    #expect(registration.welder.maxPowerKilowatts == 12)
    #expect(registration.welder.supply == .threePhase380)
    #expect(registration.welder.condition == .fit)
    #expect(registration.owner.community == nil)
  }

  @Test func `the questions are in the language of the console`() throws {
    let (_, chinese, _) = try fill(inChinese)
    #expect(chinese.asked[0] == "企业/店铺名称：")
    let (_, english, _) = try fill(inChinese, language: .en)
    #expect(english.asked[0] == "unit name: ")
    #expect(english.asked.count == chinese.asked.count)
  }

  @Test func `a wrong answer is refused with the reason and asked for again`() throws {
    var answers = inChinese
    answers.insert("1393333444", at: 3)
    let (registration, _, screen) = try fill(answers)
    #expect(registration.owner.responsiblePhone.full == Person.owner.phone)
    #expect(screen.contains("电话号码不对"))
  }

  @Test func `an industry of other is asked for its note, a retired welder for its reason`() throws {
    var answers = inChinese
    answers[6] = choice(.industry, "other")
    answers.insert("演出器材维修", at: 7)
    answers[answers.count - 1] = choice(.condition, "retired")
    answers.append("机壳带电")
    let (registration, script, _) = try fill(answers)
    #expect(script.left.isEmpty)
    #expect(registration.owner.industryNote == "演出器材维修")
    #expect(registration.retiredReason == "机壳带电")
  }

  @Test func `giving up at a question is a cancelled command and stores nothing`() throws {
    let desk = Desk()
    try desk.setUp()
    do {
      _ = try desk.run(["register"], script: Script(["树林召汽车修理厂"]))
      Issue.record("it was registered")
    } catch {
      #expect(explain(error).exit == .cancelled)
    }
    #expect(try desk.fieldbook().list(limit: 10).isEmpty)
  }

  @Test func `options on the line are not asked for`() throws {
    let desk = Desk()
    try desk.setUp()
    let script = Script(Array(inChinese.dropFirst()))
    let answer = try desk.run(["register", "--unit-name", "店"], script: script)
    #expect(answer.status == 0)
    #expect(!script.asked.contains("unit name: "))
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
