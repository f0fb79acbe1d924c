import Arguments
import Fieldbook
import Foundation
import Provision
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks that every command which a text tells the user to type can be typed unchanged.
@Suite struct HintTests {
  private static let id = InstallationID("3f2a9c1b-0000-4000-8000-000000000001")

  /// The output of a whole command line as text.
  private func say(_ arguments: [String], on desk: Desk, language: Language = .en) -> (
    status: Int32, json: [String: Any]
  ) {
    let output = Transcript()
    let status = CommandRunner(environment: desk.environment, clock: desk.clock).run(
      ["--home", desk.home, "--lang", language.rawValue, "--json"] + arguments, output: output.sink)
    let document = try? JSONSerialization.jsonObject(with: Data(output.text.utf8)) as? [String: Any]
    return (status, document ?? [:])
  }

  @Test(arguments: Step.walk)
  func `the need of a step is a command with the program's name and the record's id`(step: Step) throws {
    let id = try #require(Self.id)
    let need = step.need(of: id).sentence
    for text in [need.zh, need.en] {
      #expect(text.contains("weldtech ") && text.contains(" 3f2a9c1b"), "\(text)")
      #expect(!text.contains(" ID"), "\(text)")
      // The command exists and has the options that are named.
      let words = text.split(separator: "weldtech ").last?.split(separator: " ").map(String.init) ?? []
      let command = try #require(CommandTree.program().command(at: [words.first ?? ""]), "\(text)")
      let options = Set(command.parameters.map(\.spelling))
      for word in words where word.hasPrefix("--") { #expect(options.contains(word), "\(text)") }
    }
    #expect(step.need(of: nil).sentence.en.contains(" ID"))
  }

  @Test(arguments: Language.allCases)
  func `next and show print the command with the id`(language: Language) throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let command = "weldtech photo \(id.prefix(8)) --stage before"
    for verb in [["next"], ["next", id], ["show", id]] {
      let answer = try desk.run(["--lang", language.rawValue] + verb)
      #expect(answer.output.contains(command), "\(verb): \(answer.output)")
      #expect(!answer.output.contains(" ID "), "\(verb): \(answer.output)")
    }
  }

  @Test(arguments: Language.allCases)
  func `an error about a record names its id in what to try`(language: Language) throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let (status, document) = say(["seal", id, "--number", "S-1"], on: desk, language: language)
    #expect(status == 1)
    let error = try #require(document["error"] as? [String: Any])
    #expect(error["code"] as? String == "walk.order")
    let hint = try #require(error["hint"] as? String)
    #expect(hint.contains("weldtech photo \(id.prefix(8)) --stage before"), "\(hint)")
  }

  @Test func `a code without its check character is completed, alone and at the head of a row`() throws {
    let desk = Desk()
    try desk.setUp()
    for (typed, meant) in [("150621-00A000", "150621-00A000-X"), ("150621-00A000+5", "150621-00A000-X+5")] {
      let failure = try #require(desk.failure(["labels", "stock", typed]))
      #expect(failure.code == "code.mistyped")
      #expect(failure.hint.zh.contains(meant) && failure.hint.en.contains(meant), "\(failure.hint)")
    }
    // A wrong code is not guessed at; the example is a complete and valid code.
    let failure = try #require(desk.failure(["labels", "stock", "150621-00A000-Y+5"]))
    #expect(failure.hint.en.hasSuffix("150621-00A000-X+5"), "\(failure.hint.en)")
  }

  @Test func `a printed code is reprinted by the command that is shown, in one language`() throws {
    let code = try #require(LabelCode("150621-00A000-X"))
    let failure = explain(FieldbookError.labelsPrinted([code], count: 1))
    #expect(failure.hint.zh.contains("weldtech labels reprint 150621-00A000-X --reason 原因"))
    #expect(failure.hint.en.contains("weldtech labels reprint 150621-00A000-X --reason REASON"))
    for word in ["TEXT", "CODE", "REASON"] { #expect(!failure.hint.zh.contains(word), "\(failure.hint.zh)") }
  }

  @Test func `what is asked of a value is said with a blank before Latin letters and figures`() {
    for (expectation, end) in [
      (Expectation.choice(["surveyed", "open"]), "应为 surveyed、open 之一"), (.integer(1...9), "应为 1 到 9 之间的整数"),
      (.file, "应为一个文件"),
    ] {
      #expect(UsageError.badValue(parameter: "--x", expected: expectation).problem.zh.hasSuffix(end))
      #expect(UsageError.missingValue(option: "--x", expected: expectation).problem.zh.hasSuffix(end))
    }
  }

  @Test(arguments: [
    ["void", "ID", "--reason", ""], ["pair", "ID", "--port", "p", "--service", "--reason", " "],
  ])
  func `a value that is given and empty is called empty, not missing`(line: [String]) throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    do {
      _ = try desk.run(line.map { $0 == "ID" ? id : $0 })
      Issue.record("it was taken")
    } catch let error as UsageError {
      #expect(error == .emptyValue(parameter: "--reason"))
      #expect(explain(error).message.zh == "--reason 的值是空的" && explain(error).exit == .usage)
    }
  }

  @Test func `an empty reason to reprint, and an empty home, are called empty`() throws {
    let desk = Desk()
    try desk.setUp()
    #expect(throws: UsageError.emptyValue(parameter: "--reprint")) {
      try desk.run(["labels", "batch", "--input", "x.csv", "--output", "y", "--reprint", ""])
    }
    #expect(throws: UsageError.emptyValue(parameter: "--reason")) {
      try desk.run(["labels", "reprint", "150621-00A000-X", "--reason", ""])
    }
    let output = Transcript()
    #expect(
      CommandRunner(environment: desk.environment).run(["--json", "--home", "", "list"], output: output.sink)
        == 64)
    #expect(output.text.contains("usage.value"))
  }

  // MARK: - Registration

  @Test func `examples of a registration fit their field, and its day is past`() throws {
    let desk = Desk()
    try desk.setUp()
    let file = desk.home + ".json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(
      #"{"owner": {"operators": "many"}, "welder": {"maxPowerKilowatts": "much", "supplyMaxAmps": "x", "purchasedOn": "x"}}"#
        .utf8
    ).write(to: URL(filePath: file))
    let failure = try #require(desk.failure(["register", "--from", file]))
    func message(_ path: String) throws -> Text {
      try #require(failure.details.first { $0.path == path }).message
    }
    #expect(try message("welder.maxPowerKilowatts").zh.hasSuffix("请填数字，如 12 或 12kW"))
    #expect(try message("welder.supplyMaxAmps").zh.hasSuffix("请填数字，如 32 或 32A"))
    #expect(try message("owner.operators").zh.hasSuffix("请填数字，如 3"))
    let day = try #require(try message("welder.purchasedOn").zh.firstMatch(of: /\d{4}-\d\d-\d\d/))
    let example = try #require(CalendarDay(String(day.0)))
    // The date is before that of the plan itself.
    #expect(example < CalendarDay("2024-07-24")!)
  }

  @Test func `a question for an amount names its unit once`() {
    #expect(RegistrationField.supplyMaxAmps.question.zh == "输入侧最大电流（铭牌 I1max，单位 A）")
    #expect(RegistrationField.maxCurrentAmps.question.zh == "最大焊接电流（铭牌 I2max，单位 A）")
    #expect(RegistrationField.maxPowerKilowatts.question.zh == "焊机最大功率（单位 kW）")
    #expect(RegistrationField.unitName.question == RegistrationField.unitName.title)
  }

  @Test func `what is wrong with a document as a whole has no dollar sign, and is above what to do`() throws {
    let desk = Desk()
    try desk.setUp()
    let file = desk.home + ".json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(String(repeating: "[", count: 600).utf8).write(to: URL(filePath: file))
    let failure = try #require(desk.failure(["register", "--from", file]))
    let detail = try #require(failure.details.first)
    #expect(detail.path == "$" && detail.isPlaceInMessage)
    for text in [detail.message.zh, detail.message.en, failure.hint.zh] {
      #expect(!text.contains("$"), "\(text)")
    }
    #expect(failure.hint.zh.contains("上面") && failure.hint.en.contains("above"))
  }

  @Test func `who gives a form up is told that its answers are kept, and by which command they go on`() throws {
    let desk = Desk()
    try desk.setUp()
    do {
      _ = try desk.run(["register"], script: Script(["树林召汽车修理厂"]))
      Issue.record("it was registered")
    } catch {
      let failure = explain(error)
      #expect(failure.message.zh == "已取消，填过的内容都留着")
      #expect(failure.hint.zh.hasSuffix(" register --draft 1"))
      #expect(failure.exit == .cancelled)
    }
  }

  // MARK: - Files

  @Test func `a file that is not there is said so in Chinese`() {
    let failure = FileFailure.unreadable(path: "/nowhere/x.csv", errno: ENOENT).failure
    #expect(failure.message.zh == "找不到文件 /nowhere/x.csv" && failure.code == "file.unreadable")
    for number in [EACCES, EISDIR, ENOTDIR, ELOOP, ENOSPC, EROFS, EIO] {
      let words = systemText(number)
      #expect(words.zh.unicodeScalars.allSatisfy { !$0.isASCII || $0 == "，" }, "\(words.zh)")
      #expect(words.en == String(cString: strerror(number)))
    }
  }

  @Test func `a home that is a circle of links is said to be one`() throws {
    let desk = Desk()
    let (first, second) = (desk.home, desk.home + "-second")
    try FileManager.default.createSymbolicLink(atPath: first, withDestinationPath: second)
    try FileManager.default.createSymbolicLink(atPath: second, withDestinationPath: first)
    defer { try? FileManager.default.removeItem(atPath: second) }
    let failure = try #require(desk.failure(["list"]))
    #expect(failure.code == "fieldbook.home")
    #expect(failure.message.zh.contains("链接绕成了圈") && failure.message.en.contains("circle"))
    for text in [failure.message.zh, failure.message.en] {
      #expect(!text.contains("createDirectory"), "\(text)")
    }
  }

  @Test func `a list of slots that is wrong is mended, not installed anew`() throws {
    let desk = Desk()
    let file = desk.home + "-slots.json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(#"{"slots": []}"#.utf8).write(to: URL(filePath: file))
    let failure = try #require(desk.failure(["station", "--slots", file]))
    #expect(failure.code == "provision.document" && failure.exit == .badData)
    #expect(!failure.hint.zh.contains("安装") && failure.hint.zh.contains("/dev/ttyUSB0"))
    // The hint contains a valid list of slots.
    let example = try #require(failure.hint.en.firstMatch(of: /\{.*\}/))
    try Data(String(example.0).utf8).write(to: URL(filePath: file))
    #expect(try StationSlots(path: file).slots.map(\.port) == ["/dev/ttyUSB0"])
  }
}
