import Foundation
import Records
import Terminal
import Testing

@testable import weldtech

/// Who inspects with a laptop, and what is said of an inspection.
@Suite struct InspectorTests {
  private static let inspector = [
    "setup", "--inspector", "李检", "--phone", "13811112222", "--company", "应急管理局", "--platform",
    "https://mashanghan.example",
  ]

  // MARK: - The setup

  @Test func `an inspector's laptop takes no step of an installation`() throws {
    let desk = Desk()
    let answer = try desk.run(["--json"] + Self.inspector)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    let inspector = try #require(document["inspector"] as? [String: Any])
    #expect(inspector["name"] as? String == "李检" && inspector["role"] as? String == "inspector")
    #expect(document["technician"] == nil && document["protect"] as? String == "never")
    #expect(try desk.workplace().inspector().company == "应急管理局")
    #expect(throws: SetupMissing.self) { try desk.workplace().technician() }
    let failure = try #require(desk.failure(["register", "--unit-name", "x"]))
    #expect(failure.code == "register.rejected" || failure.code == "setup.inspector")
    // What is left out stays, and a card's number can come later.
    _ = try desk.run(["setup", "--certificate", "ZF-7"])
    #expect(try desk.workplace().inspector().certificate == "ZF-7")
    #expect(try desk.workplace().inspector().name == PersonName("李检"))
    #expect(try desk.run(["status"]).output.contains("李"))
  }

  @Test func `a technician inspects too, and a laptop is one or the other`() throws {
    let desk = Desk()
    try desk.setUp()
    let inspector = try desk.workplace().inspector()
    #expect(inspector.role == .technician && inspector.certificate == "T-1")
    #expect(desk.failure(Self.inspector)?.code == "setup.inspector.technician")
    #expect(
      desk.failure(["setup", "--inspector", "李检", "--technician", "张三"])?.code == "usage.option.conflict")
    #expect(desk.failure(["setup", "--inspector", "李检", "--desk"])?.code == "usage.option.conflict")
    let other = Desk()
    #expect(other.failure(["setup", "--inspector", "李检"])?.code == "usage.option.missing")
    _ = try other.run(Self.inspector)
    try other.setUp()
    #expect(try other.workplace().inspector().role == .technician)
  }

  @Test func `a technician whose certificate has ended does not inspect`() throws {
    let desk = Desk()
    try desk.setUp()
    desk.clock = .init(Timestamp("2027-07-01T09:00:00+08:00")!)
    #expect(
      desk.failure(["inspect", "150621-00A000-X", "--port", "P"])?.code == "technician.certificate.expired")
    let other = Desk()
    _ = try other.run(Self.inspector)
    other.clock = desk.clock
    #expect(other.failure(["inspect", "150621", "--port", "P"])?.code == "installation.notFound")
  }

  @Test func `read protection in the walk is for the company to say`() throws {
    let desk = Desk()
    try desk.setUp()
    #expect(try desk.fieldbook().setup().protects == nil)
    #expect(try desk.run(["--json", "setup", "--protect", "always"]).output.contains(#""protect":"always""#))
    #expect(try desk.fieldbook().setup().protects == true)
    _ = try desk.run(["setup", "--phone", "13811112223"])
    #expect(try desk.fieldbook().setup().protects == true)
    _ = try desk.run(["setup", "--protect", "never"])
    #expect(try desk.fieldbook().setup().protects == nil)
    #expect(desk.failure(["setup", "--protect", "sometimes"])?.code == "usage.value")
  }

  @Test func `what is open, void or unknown is not inspected`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    #expect(desk.failure(["inspect", id, "--port", "P"])?.code == "inspect.notInstalled")
    #expect(
      desk.failure(["inspect", id, "--port", "P", "--label", "x/y", "--label-photo", "z"])?.code
        == "usage.option.conflict")
    #expect(desk.failure(["inspect", id, "--port", "P", "--label", "150621"])?.code == "code.mistyped")
    #expect(desk.failure(["inspect", id, "--port", "P", "--label-photo", "/none"])?.code == "file.unreadable")
    #expect(desk.failure(["inspect", "ffffffff", "--port", "P"])?.code == "installation.notFound")
  }

  // MARK: - Words

  private static func isChinese(_ text: String) -> Bool {
    text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
  }

  @Test func `everything that is looked at and every reason has words in both languages`() {
    for topic in InspectionCheck.Topic.allCases {
      let title = InspectionTexts.title(of: InspectionCheck(topic))
      #expect(Self.isChinese(title.zh) && !Self.isChinese(title.en) && title.en.count > 3, "\(topic)")
    }
    for reason in InspectionCheck.Reason.allCases {
      let check = InspectionCheck(.sealOpenings, reason, recorded: "2", found: "5")
      let words = InspectionTexts.words(of: check)
      #expect(Self.isChinese(words?.zh ?? "") && !Self.isChinese(words?.en ?? "字"), "\(reason)")
      // A difference says what it can mean.
      if reason.isDifference {
        #expect(words?.zh.contains("：") == true && words?.en.contains(":") == true, "\(reason)")
      }
      let outcome = InspectionTexts.outcome(of: check)
      #expect(Self.isChinese(outcome.zh))
    }
    for verdict in Inspection.Verdict.allCases { #expect(Self.isChinese(InspectionTexts.verdict(verdict).zh)) }
    #expect(InspectionTexts.words(of: InspectionCheck(.key)) == nil)
  }

  @Test func `the page of the documentation has every check and every reason`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/inspection.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let words =
      InspectionCheck.Topic.allCases.map(\.rawValue) + InspectionCheck.Reason.allCases.map(\.rawValue)
      + Inspection.Verdict.allCases.map(\.rawValue)
    for word in words { #expect(text.contains("`\(word)`"), "\(word)") }
  }
}
