import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks who inspects with a laptop, and the words for an inspection.
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

  @Test func `setup, status, doctor and next speak to an inspector of inspecting only`() throws {
    let desk = Desk()
    let zh = ["--lang", "zh"]
    let setup = try desk.run(zh + Self.inspector)
    let status = try desk.run(zh + ["status"])
    let next = try desk.run(zh + ["next"])
    let doctor = try desk.run(zh + ["doctor"])
    let said = [setup, status, next, doctor].map { $0.output + $0.diagnostics }.joined()
    for word in ["证书", "剩余标牌码", "技术人员", "公司", "报修", "读保护", "配对", "技术方案", "安装步骤", "标牌模板"] {
      #expect(!said.contains(word), "\(word) in \(said)")
    }
    for answer in [setup, status] { #expect(answer.output.contains("应急管理局") && answer.output.contains("检查单位")) }
    #expect(next.diagnostics.contains("weldtech inspect 标牌码 --port 串口"))
    #expect(doctor.output.contains("检查人员的电脑：应急管理局") && doctor.output.contains("平台地址已设置"))
    let json = try desk.run(["--json", "status"]).output
    #expect(json.contains(#""inspector":{"#) && !json.contains(#""technician":{"#))
  }

  @Test func `an inspector without a platform is told that there is nothing to hold a welder against`() throws {
    let desk = Desk()
    let setup = try desk.run(["--lang", "zh"] + Self.inspector.dropLast(2))
    #expect(setup.status == 0 && setup.diagnostics.contains("本机没有安装记录"), "\(setup.diagnostics)")
    #expect(setup.diagnostics.contains("weldtech setup --platform https://"))
    let doctor = try desk.run(["--lang", "zh", "doctor"])
    #expect(doctor.status == 1 && doctor.output.contains("本机没有安装记录") && !doctor.output.contains("配对"))
    let code = try #require(LabelCode(region: "150621", serial: .zero)).description
    let failure = try #require(desk.failure(["inspect", code, "--port", "P"]))
    #expect(failure.code == "inspect.record.noPlatform" && failure.hint.zh.contains("--platform"))
    // On a terminal the address is not optional.
    let asked = Desk()
    _ = try asked.run(
      Array(Self.inspector.dropLast(2)), script: Script(["", "https://mashanghan.example"]))
    #expect(try asked.fieldbook().setup().platform == "https://mashanghan.example")
  }

  @Test(arguments: [
    ["install"], ["register"], ["photo", "ffff", "x.png"], ["flash", "ffff"], ["pair", "ffff"],
    ["label", "ffff"],
    ["seal", "ffff"], ["test", "ffff"], ["handover", "ffff"], ["sign", "ffff"], ["void", "ffff"],
  ])
  func `each step of an installation refuses an inspector before it asks anything`(_ command: [String]) throws {
    let desk = Desk()
    _ = try desk.run(Self.inspector)
    let script = Script(["answer"])
    #expect(throws: SetupMissing.installer) { try desk.run(command, script: script) }
    #expect(script.asked.isEmpty, "\(command) asked")
  }

  @Test func `a code that was miswritten is not a code that nobody knows`() throws {
    let desk = Desk()
    _ = try desk.run(Self.inspector)
    for text in [
      "150621-00A000-A", "150621-00A00", "150621-OOAOOO-X", "https://mashanghan.example/w/150621-00A000-A",
      "李检",
    ] {
      for more in [["--port", "P"], ["--reprint"]] {
        #expect(desk.failure(["inspect", text] + more)?.code == "code.mistyped", "\(text) \(more)")
      }
    }
    #expect(desk.failure(["inspect", "15062100A", "--port", "P"])?.code == "code.mistyped")
    #expect(desk.failure(["inspect", "ffffffff-0", "--port", "P"])?.code == "installation.notFound")
    #expect(desk.failure(["inspect", "ffffffff", "--reprint"])?.code == "inspect.none")
  }

  @Test func `a void record is not inspected, and says why it is void`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let code = try #require(try desk.fieldbook().installation(matching: id).code).description
    _ = try desk.run(["void", id, "--reason", "重复登记"])
    _ = try desk.run(["setup", "--platform", "http://127.0.0.1:9"])
    for reference in [id, code] {
      let failure = try #require(desk.failure(["inspect", reference, "--port", "P"]))
      #expect(
        failure.code == "inspect.record.void" && failure.message.zh.contains("重复登记"), "\(failure.message.zh)")
    }
  }

  @Test func `a page replaces no file, and an inspection is made again from a laptop that made one`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let folder = TemporaryFolder()
    let file = try folder.write("signed.pdf", "evidence")
    for more in [["--port", "P"], ["--reprint"]] {
      #expect(
        desk.failure(["inspect", id, "--output", file] + more)?.code == "inspect.output.taken", "\(more)")
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "evidence")
    #expect(desk.failure(["inspect", id, "--reprint"])?.code == "inspect.none")
    #expect(
      desk.failure(["inspect", id, "--reprint", "--seal", "S-1"])?.code == "usage.option.conflict")
    #expect(
      desk.failure(["inspect", id, "--output", folder.path, "--port", "P"])?.code == "inspect.output.taken")
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
