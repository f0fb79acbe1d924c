import Foundation
import Testing

@testable import weldtech

/// Runs the built program on a real terminal, in both languages, with answers as a person would type them.
@Suite struct InteractiveTests {
  struct Talk: Sendable, CustomTestStringConvertible {
    var locale: String
    var setup: [(question: String, answer: String)]
    var register: [(question: String, answer: String)]
    var testDescription: String { locale }
  }

  private static let talks = [
    Talk(
      locale: "zh_CN.UTF-8",
      setup: [
        ("技术人员姓名", "欧阳锋"), ("技术人员电话", "１３８１１１１２２２２"), ("安装服务机构", "达旗焊安"), ("培训证书编号", "T-1"),
        ("证书有效期至", "２０９９-１２-３１"), ("平台地址", ""), ("号段", "００Ａ０００＋５０"),
      ],
      register: [
        ("单位", "树林召汽车修理厂"), ("编号或名称", "个体户"), ("责任人姓名和电话", "慕容雪 １３９　３３３３　４４４４"), ("街道", "树林召镇"),
        ("编号或名称", "１"), ("从业人员数量", "３　１"), ("品牌、型号", "瑞凌 ZX7-315"), ("出厂编号", ""), ("编号或名称", "２"),
        ("输入侧最大电流", "２０"), ("焊机最大功率", "１２"), ("回车登记", ""),
      ]),
    Talk(
      locale: "en_GB.UTF-8",
      setup: [
        ("technician's name", "欧阳锋"), ("technician's phone", "138 1111 2222"), ("installer company", "达旗焊安"),
        ("training certificate", "T-1"), ("last day", "2099-12-31"), ("platform's address", ""),
        ("block of serials", "00A000+50"),
      ],
      register: [
        ("unit name", "树林召汽车修理厂"), ("Number or name", "individual"),
        ("responsible person and phone", "慕容雪 139-3333-4444"), ("street or sumu", "树林召镇"),
        ("Number or name", "1"),
        ("people who weld there", "3 1"), ("brand and model", "瑞凌 ZX7-315"), ("serial number", ""),
        ("Number or name", "three phase 380"), ("greatest supply current", "20"), ("greatest power", "12"),
        ("Enter registers", ""),
      ]),
  ]

  @Test func `keys that were pressed while the module was worked on answer no question that came later`() throws
  {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    try withExtendedLifetime(plug) {
      let picture = try laptop.scratch.write("early.png", try Laptop.picture(of: "early \(UUID())"))
      let session = try TerminalSession([
        "--home", laptop.home, "install", "--from", try laptop.registration(), "--photo-before", picture,
        "--port",
        plug.port, "--offline",
      ])
      session.type("/tmp/a picture.jpg\r\r\r")
      let number = "S-\(UUID().uuidString.prefix(8))"
      try session.answer("seal number", number)
      try session.read(until: "file with a photo of the finished work")
      session.interrupt()
      #expect(session.end() == 2)
      let id = try #require(try laptop.list().first?["id"] as? String)
      let record = try laptop.record(id)
      #expect((record["seal"] as? [String: Any])?["number"] as? String == number)
      #expect((record["photos"] as? [Any])?.count == 1)
    }
  }

  @Test(arguments: talks)
  func `setup and register are answered at their prompts`(_ talk: Talk) throws {
    let laptop = try Laptop()
    let environment = ["LANG": talk.locale]
    let setup = try TerminalSession(["--home", laptop.home, "setup"], environment: environment)
    for (question, answer) in talk.setup { try setup.answer(question, answer) }
    #expect(setup.end() == 0, "\(setup.text)")
    #expect(setup.isAsItWas)

    let register = try TerminalSession(["--home", laptop.home, "register"], environment: environment)
    for (question, answer) in talk.register { try register.answer(question, answer) }
    #expect(register.end() == 0, "\(register.text)")
    #expect(register.text.contains("150621-00A000-"))

    let row = try #require(try laptop.list().first)
    let record = try laptop.record(try #require(row["id"] as? String))
    let owner = try #require(record["owner"] as? [String: Any])
    #expect(owner["responsibleName"] as? String == "慕容雪")
    #expect(owner["responsiblePhone"] as? String == "13933334444")
    #expect(owner["unitType"] as? String == "individual")
    #expect(owner["operators"] as? Int == 3)
    let welder = try #require(record["welder"] as? [String: Any])
    #expect(welder["supply"] as? String == "threePhase380")
    #expect(welder["maxCurrentAmps"] as? Double == 315)
    #expect(welder["condition"] as? String == "fit")
  }

  @Test func `a wrong answer is asked for again, a correction by backspace is taken`() throws {
    let laptop = try Laptop()
    let setup = try TerminalSession(["--home", laptop.home, "setup"], environment: ["LANG": "zh_CN.UTF-8"])
    try setup.answer("技术人员姓名", "欧阳峰\u{7F}锋")
    try setup.answer("技术人员电话", "138")
    try setup.answer("电话号码不对", "13811112222")
    for (question, answer) in Self.talks[0].setup.dropFirst(2) { try setup.answer(question, answer) }
    #expect(setup.end() == 0)
    let technician = try #require(try laptop.json("setup")["technician"] as? [String: String])
    #expect(technician["name"] == "欧阳锋" && technician["phone"] == "13811112222")
  }

  @Test func `Ctrl-C at a question is exit 2, leaves the terminal as it was and stores nothing`() throws {
    let laptop = try Laptop()
    let setup = try TerminalSession(["--home", laptop.home, "setup"])
    try setup.answer("technician's name", "欧阳锋")
    try setup.read(until: "technician's phone")
    setup.type("138\u{3}")
    #expect(setup.end() == 2)
    #expect(setup.isAsItWas)
    #expect(setup.text.contains("[cancelled]"))
    #expect(try laptop.json("status")["technician"] == nil)
  }

  @Test func `colours are for terminals, and NO_COLOR and --no-color turn them off`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    func colours(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Bool {
      let session = try TerminalSession(["--home", laptop.home] + arguments, environment: environment)
      #expect(session.end() == 0)
      return session.raw.contains(/\u{1B}\[[0-9;]*m/)
    }
    #expect(try colours(["show", id]))
    #expect(try !colours(["show", id], ["NO_COLOR": "1"]))
    #expect(try !colours(["--no-color", "show", id]))
  }

  @Test(arguments: ["zh_CN.UTF-8", "en_GB.UTF-8"])
  func `pages hold at 80 columns`(_ locale: String) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    for arguments in [
      ["list"], ["show", id], ["next"], ["status"], ["schemes"], ["--help"], ["install", "--help"],
    ] {
      let session = try TerminalSession(["--home", laptop.home] + arguments, environment: ["LANG": locale])
      #expect(session.end() == 0)
      for line in session.text.split(whereSeparator: \.isNewline) {
        #expect(columns(of: line) <= 80, "\(arguments): \(line)")
      }
    }
  }

  /// Counts the columns of a line. Chinese characters and full-width forms take two; the tests print no other
  /// wide character.
  private func columns(of line: some StringProtocol) -> Int {
    line.unicodeScalars.reduce(0) { sum, scalar in
      let isWide = (0x2E80...0x9FFF).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
      return sum + (isWide ? 2 : 1)
    }
  }
}
