import Fieldbook
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks what the steps of a walk ask for on a terminal, with a script that answers.
@Suite struct WalkStepTests {
  private let desk = Desk()
  private let folder = TemporaryFolder()

  private func run(_ arguments: [String], _ answers: [String]) throws -> (answer: Desk.Answer, script: Script) {
    let script = Script(answers)
    return (try desk.run(["--lang", "zh"] + arguments, script: script), script)
  }

  // MARK: - A retired welder

  private static let retired = [
    "register", "--unit-name", "店", "--unit-type", "small", "--responsible-name", Person.owner.name,
    "--responsible-phone", Person.owner.phone, "--street", "树林召镇", "--industry", "autoRepair", "--operators",
    "1",
    "--brand", "瑞凌", "--model", "ZX7-315", "--serial-number", "W-9", "--welding-process", "manualArc",
    "--supply",
    "threePhase380", "--source-type", "inverter", "--supply-max-amps", "20", "--max-current-amps", "315",
    "--max-power-kilowatts", "12", "--purpose", "修车", "--condition", "retired", "--retired-reason", "机壳带电",
  ]

  @Test func `a retired welder's photo is asked for after the summary, and a wrong file asks again`() throws {
    try desk.setUp()
    let photo = try folder.write("照片 1.png", try TestPhoto.png(1))
    let text = try folder.write("notes.txt", "x")
    let (answer, script) = try run(
      Self.retired, ["", "/nonexistent.png", text, "'\(photo)' "])
    #expect(answer.status == 0 && script.left.isEmpty, "\(answer.diagnostics)")
    #expect(answer.diagnostics.contains("找不到文件 /nonexistent.png"))
    let id = try #require(try desk.fieldbook().list().first?.id)
    #expect(try desk.fieldbook().installation(id).status == .retired)
    #expect(try desk.fieldbook().installation(id).photos.count == 1)
    #expect(try desk.fieldbook().drafts().isEmpty)
  }

  @Test func `going back from the photo of a retired welder leads to the summary`() throws {
    try desk.setUp()
    let photo = try folder.write("a.png", try TestPhoto.png(1))
    let line = try #require(RegistrationSummary(answers: RegistrationAnswers()).number(of: .remarks))
    let (answer, script) = try run(Self.retired, ["\(line)", "第一次", "", "<", "\(line)", "第二次", "", photo])
    #expect(answer.status == 0 && script.left.isEmpty, "\(answer.diagnostics)")
    let id = try #require(try desk.fieldbook().list().first?.id)
    #expect(try desk.fieldbook().installation(id).remarks == "第二次")
  }

  // MARK: - Files

  @Test func `a folder is looked through, the newest picture is offered first, and one that is used no more`()
    throws
  {
    try desk.setUp()
    let id = try desk.register()
    let old = try folder.write("old.png", try TestPhoto.png(1))
    let new = try folder.write("new.png", try TestPhoto.png(2))
    for (path, seconds) in [(old, 1_000.0), (new, 2_000)] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
    }
    let script = Script([])
    let workplace = desk.workplace(script: script)
    let question = FileQuestion(workplace: workplace, kind: .photo)
    #expect(throws: PromptError.notATerminal) { try question.take(Text(verbatim: "?")) { $0 } }

    func ask(_ answers: [String]) throws -> (path: String, asked: [String]) {
      let script = Script(answers)
      let workplace = desk.workplace(diagnostics: Transcript(isTerminal: true), script: script)
      let path = try FileQuestion(workplace: workplace, kind: .photo).take(Text(verbatim: "photo")) { $0 }
      return (path, script.asked)
    }
    #expect(try ask([folder.path, ""]).path == new)
    // The next question searches the folder of this answer.
    #expect(try ask([""]).path == new)
    _ = try desk.run(["photo", id, "--stage", "before", new])
    #expect(try ask([""]).path == old)
    #expect(try ask(["\"\(new)\""]).path == new)
  }

  // MARK: - Handing over

  @Test func `nobody trained where people weld needs a note`() throws {
    try desk.setUp()
    let id = try desk.register()
    let installation = try desk.fieldbook().installation(matching: id)
    #expect(Handover.needsNote(trained: 0, of: installation.owner))
    #expect(!Handover.needsNote(trained: 1, of: installation.owner))
    var owner = installation.owner
    for nobody in [nil, 0] {
      owner.operators = nobody
      #expect(!Handover.needsNote(trained: 0, of: owner))
    }

    func ask(_ answers: [String]) throws -> (handover: Handover, script: Script) {
      let script = Script(answers)
      let workplace = desk.workplace(diagnostics: Transcript(isTerminal: true), script: script)
      return (try HandoverQuestions(workplace: workplace, installation: installation).handover(), script)
    }
    let known = try ask(["", "2"])
    #expect(known.handover == Handover(trainedOperators: 3, operatingRules: .drafted, note: nil))
    let none = try ask(["0", "1", "外出"])
    #expect(none.handover == Handover(trainedOperators: 0, operatingRules: .existing, note: "外出"))
    // `<` leads back from the note and from the rules, and does nothing at the first question.
    let back = try ask(["<", "0", "1", "<", "<", "2", "2"])
    #expect(back.handover == Handover(trainedOperators: 2, operatingRules: .drafted, note: nil))
    #expect(back.script.left.isEmpty)
  }

  // MARK: - The first question

  @Test func `many units are a page, with a word that there are more`() throws {
    try desk.setUp()
    for number in 0..<12 {
      let text = Person.registration.replacing("东风路二分店", with: "东风路\(number)分店")
        .replacing("W-1", with: "W-\(number)").replacing("13933334444", with: "139333344\(10 + number)")
      _ = try desk.run(["register", "--from", try folder.write("r.json", text)])
    }
    let script = Script(["东风路", "11分店", "1", "1", "W-99", ""])
    let answer = try desk.run(["--lang", "zh", "register"], script: script)
    #expect(answer.status == 0 && script.left.isEmpty, "\(answer.diagnostics)")
    #expect(answer.diagnostics.contains("还有更多"))
    let shown = answer.diagnostics.components(separatedBy: "找到的单位：")[1].components(separatedBy: "还有更多")[0]
    #expect(shown.split(separator: "\n").count { $0.contains("分店") || $0.contains("新单位") } == 10)
    #expect(try desk.fieldbook().units(matching: "11分店", limit: 2).map(\.welders) == [2])
  }
}
