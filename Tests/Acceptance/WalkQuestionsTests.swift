import Fieldbook
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Counts the questions and key strokes of a walk, and ends the walk at every question, with the built program
/// on a terminal of 80 columns.
@Suite(.serialized) struct WalkQuestionsTests {
  /// A laptop whose photos and signatures arrive in one folder, and whose modules are on one port.
  private final class Bench {
    let laptop: Laptop
    let folder: String
    private var plug: Plug?

    init() throws {
      laptop = try Office.shared.get().laptop()
      folder = laptop.scratch.file("inbox")
      try FileManager.default.createDirectory(atPath: folder + "/dev", withIntermediateDirectories: true)
    }

    /// Connects a new module to the port, whose name stays the same as that of a serial adapter does.
    func plugIn() throws {
      let plug = try Plug()
      let port = folder + "/dev/ttyUSB0"
      try? FileManager.default.removeItem(atPath: port)
      try FileManager.default.createSymbolicLink(atPath: port, withDestinationPath: plug.port)
      self.plug = plug
    }

    /// Puts a picture into the folder that no record has yet, as from a phone.
    func takePicture(_ name: String) throws {
      try Laptop.picture(of: "\(name) \(UUID().uuidString)").write(to: URL(filePath: "\(folder)/\(name).png"))
    }

    /// Puts a signature into the folder that no agreement has yet.
    func takeSignature(_ name: String) throws {
      let strokes = try String(contentsOfFile: try laptop.signature(), encoding: .utf8)
      try Data((strokes + String(repeating: " ", count: name.count)).utf8)
        .write(to: URL(filePath: "\(folder)/\(name).json"))
    }

    func install(_ more: String...) throws -> TerminalSession {
      try TerminalSession(
        ["--home", laptop.home, "install"] + more, environment: ["LANG": "zh_CN.UTF-8"], folder: folder)
    }
  }

  /// The questions of a walk in order, each with its answer from the practice's sample.
  private static let first: [(question: String, answer: String)] = [
    ("模块", "dev/ttyUSB0"), ("单位", "练习五金门窗加工店"), ("编号或名称", "3"), ("责任人姓名和电话", "王大山 13800000001"),
    ("街道", "树林召镇 练习社区"), ("编号或名称", "2"), ("从业人员", "3 2"), ("品牌、型号", "练习牌 ZX7-315"),
    ("出厂编号", "PRACTICE-0001"), ("编号或名称", "2"), ("输入侧最大电流", "20"), ("最大功率", "12"), ("回车登记", ""),
    ("安装前的照片", ""), ("封条编号", "LX-0001"), ("安装后的照片", ""), ("培训了多少", ""), ("编号或名称", "2"),
    ("同意保存书写过程吗", "y"), ("签名笔迹", ""),
  ]

  @Test func `a first welder takes 20 questions and 200 strokes at most, a further one of the unit 12 and 45`()
    throws
  {
    let bench = try Bench()
    let commandLine = TerminalSession.strokes(for: "weldtech install")
    func walk(_ answers: [(question: String, answer: String)], _ name: String) throws -> TerminalSession {
      try bench.plugIn()
      try bench.takePicture("before-\(name)")
      try bench.takeSignature(name)
      let session = try bench.install()
      for (question, answer) in answers {
        if question == "安装后的照片" { try bench.takePicture("after-\(name)") }
        try session.answer(question, answer)
      }
      #expect(session.end() == 0, "\(session.text)")
      return session
    }
    let first = try walk(Self.first, "1")
    #expect(first.questions <= 20 && first.strokes + commandLine <= 200, "\(first.questions), \(first.strokes)")

    let further = try walk(
      [
        ("模块", ""), ("编号", ""), ("编号", ""), ("出厂编号", "PRACTICE-0002"), ("回车登记", ""), ("安装前的照片", ""),
        ("封条编号", ""),
        ("安装后的照片", ""), ("培训了多少", ""), ("编号或名称", ""),
        ("同意保存书写过程吗", "y"), ("签名笔迹", ""),
      ], "22")
    #expect(
      further.questions <= 12 && further.strokes + commandLine <= 45, "\(further.questions), \(further.strokes)"
    )

    // The second record has the sample's values for everything that was taken over from the first.
    let rows = try bench.laptop.list()
    #expect(rows.map { $0["status"] as? String } == ["delivered", "delivered"])
    let sample = try #require(
      try JSONSerialization.jsonObject(with: Data(SampleRegistration.json.utf8)) as? [String: Any])
    for row in rows {
      let record = try bench.laptop.record(try #require(row["id"] as? String))
      let owner = try #require(record["owner"] as? [String: Any])
      let welder = try #require(record["welder"] as? [String: Any])
      for (key, value) in try #require(sample["owner"] as? [String: Any]) {
        #expect(owner[key] as? NSObject == value as? NSObject, "\(key)")
      }
      for (key, value) in try #require(sample["welder"] as? [String: Any])
      where !["serialNumber", "purchasedOn"].contains(key) {
        #expect(welder[key] as? NSObject == value as? NSObject, "\(key)")
      }
      #expect((record["handover"] as? [String: Any])?["trainedOperators"] as? Int == 3)
    }
    let seals = try rows.map {
      (try bench.laptop.record(try #require($0["id"] as? String))["seal"] as? [String: Any])?["number"]
        as? String
    }
    #expect(Set(seals) == ["LX-0001", "LX-0002"])
  }

  /// Wrong answers by the index of their question, each with the program's complaint; the right answer follows
  /// them.
  private static let slips: [Int: [(answer: String, complaint: String)]] = [
    0: [("dev/ttyUSB9", "没有串口")], 2: [("１２", "没有这一项")], 3: [("王大山 1380000", "电话号码不对")], 6: [("3 5", "多于从业人员")],
    10: [("二十", "请填数字"), ("99999", "应在")], 12: [("77", "没有这一行")],
    13: [("不存在.jpg", "找不到文件"), ("dev", "没有新的文件"), ("notes.txt", "不是")],
    16: [("三", "应在")], 17: [("9", "没有这一项")], 18: [("也许", "请回答 y")],
    19: [("notes.txt", "笔迹文件")],
  ]
  private static let fullWidth: [Int: String] = [
    2: "３", 3: "王大山　１３８０００００００１", 5: "２", 6: "３／２", 10: "２０", 14: "ＬＸ－０００１\u{7F}1",
  ]

  @Test
  func
    `the walk is left by Ctrl-C at every question and goes on, with slips, full-width input and a resized window`()
    throws
  {
    let bench = try Bench()
    try bench.plugIn()
    try bench.takePicture("before")
    try bench.takeSignature("1")
    try Data("no photo".utf8).write(to: URL(filePath: bench.folder + "/notes.txt"))

    for place in Self.first.indices {
      let session = try bench.install("--offline")
      try goOn(session, to: place)
      if place == 15 { try bench.takePicture("after") }
      let (question, answer) = Self.first[place]
      for slip in Self.slips[place] ?? [] {
        try session.answer(question, slip.answer)
        try session.read(until: slip.complaint)
      }
      // The program shows the question again when the window becomes narrower.
      if place == 7 {
        try session.read(until: question)
        session.resize(columns: 50)
        try session.read(until: question)
        session.resize(columns: 80)
      }
      try session.answer(question, Self.fullWidth[place] ?? answer)
      if place + 1 < Self.first.count {
        try session.read(until: Self.first[place + 1].question)
        session.type("\u{3}")
        #expect(session.end() == 2, "question \(place): \(session.text)")
        #expect(session.text.contains("接着") || place < 1, "question \(place): \(session.text)")
      } else {
        #expect(session.end() == 0, "\(session.text)")
        #expect(session.text.contains("待上传") && session.text.contains("sync"), "\(session.text)")
      }
      #expect(session.isAsItWas, "question \(place)")
      // Lines with paths are left out, because their length depends on the test's folders.
      let lines = session.text.split(whereSeparator: \.isNewline).filter {
        !$0.contains(bench.laptop.scratch.path)
      }
      for line in lines where place != 7 {
        #expect(Self.columns(of: line) <= 80, "question \(place): \(line)")
      }
    }
    let rows = try bench.laptop.list()
    #expect(rows.count == 1 && rows.first?["status"] as? String == "closed")
    let record = try bench.laptop.record(try #require(rows.first?["id"] as? String))
    #expect((record["owner"] as? [String: Any])?["responsiblePhone"] as? String == "13800000001")
    #expect((record["owner"] as? [String: Any])?["certifiedOperators"] as? Int == 2)
    #expect((record["seal"] as? [String: Any])?["number"] as? String == "LX-0001")
    #expect((record["photos"] as? [Any])?.count == 2)
  }

  @Test func `a dead battery at a question loses no answer before it`() throws {
    let bench = try Bench()
    try bench.plugIn()
    for place in 0...12 {
      let session = try bench.install()
      try goOn(session, to: place)
      try session.answer(Self.first[place].question, Self.first[place].answer)
      try session.read(until: Self.first[place + 1].question)
      session.kill()
      let drafts = try Fieldbook(home: bench.laptop.home).drafts()
      // The port (question 0) is no part of the draft, and the last answer of the registration replaces the
      // draft by a record.
      #expect(drafts.map(\.number) == ((1...11).contains(place) ? [1] : []), "question \(place)")
      #expect((drafts.first?.answers.asked.count ?? 0) >= (drafts.isEmpty ? 0 : place), "question \(place)")
    }
    #expect(try bench.laptop.list().map { $0["status"] as? String } == ["open"])
    #expect(try Fieldbook(home: bench.laptop.home).drafts().isEmpty)
  }

  /// Gives the answers that lead back to the question at which the walk was left.
  private func goOn(_ session: TerminalSession, to place: Int) throws {
    if place > 0 { try session.answer("模块", "") }
    // Enter chooses the draft, and later the open installation.
    if place > 1 { try session.answer("编号", "") }
    // The program records a step only as a whole, so the first question of a step with two is asked again.
    if place == 17 { try session.answer("培训了多少", "") }
    if place == 19 { try session.answer("同意保存书写过程吗", "y") }
  }

  private static func columns(of line: some StringProtocol) -> Int {
    // A carriage return separates texts that are drawn over each other on one line.
    line.split(separator: "\r").map { part in
      part.unicodeScalars.reduce(0) { sum, scalar in
        let isWide = (0x2E80...0x9FFF).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
        return sum + (isWide ? 2 : 1)
      }
    }.max() ?? 0
  }
}
