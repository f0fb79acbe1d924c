import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Installs welders with plates from stock. Registration binds the plate in hand, and a photo of the welder
/// shows it later.
@Suite(.serialized, .enabled(if: InstalledProgram("vips").isInstalled, "vips is missing: scripts/setup tests"))
struct StockPlateTests {
  /// A laptop that is set to plates from stock, with a box of plates and a folder of photos.
  private final class Bench {
    let laptop: Laptop
    let folder: String
    private(set) var plates: [(code: String, payload: String, file: String)] = []
    private var plug: Plug?

    init(plates count: Int) throws {
      laptop = try Office.shared.get().laptop()
      folder = laptop.scratch.file("inbox")
      try FileManager.default.createDirectory(atPath: folder + "/dev", withIntermediateDirectories: true)
      let list = laptop.scratch.file("codes.csv")
      let box = laptop.scratch.file("box")
      let drawn = try laptop.json("labels", "codes", "--count", "\(count)", "--output", list)
      try laptop.json("labels", "batch", "--input", list, "--output", box, "--format", "png", "--dpi", "300")
      for code in try #require(drawn["codes"] as? [String]) {
        let stock = try laptop.json("labels", "stock", code)
        let label = try #require((stock["labels"] as? [[String: Any]])?.first)
        let payload = try #require(label["payload"] as? String)
        plates.append((code, payload, "\(box)/\(code).png"))
      }
      #expect(try laptop.json("setup", "--plates", "stock")["plates"] as? String == "stock")
    }

    /// Adds a forged plate with the code of an existing one and a symbol that leads to another platform.
    func copy(_ number: Int) throws {
      let forger = try Laptop()
      try forger.setUp(codes: "00Z000+5", platform: "https://copied.example")
      let code = plates[number].code
      let list = try laptop.scratch.write("copied.csv", Data("code\n\(code)\n".utf8))
      let box = laptop.scratch.file("copied")
      try forger.json("labels", "batch", "--input", list, "--output", box, "--format", "png", "--dpi", "300")
      plates.append((code, "https://copied.example/w/\(code)", "\(box)/\(code).png"))
    }

    func plugIn() throws -> String {
      let plug = try Plug()
      let port = folder + "/dev/ttyUSB0"
      try? FileManager.default.removeItem(atPath: port)
      try FileManager.default.createSymbolicLink(atPath: port, withDestinationPath: plug.port)
      self.plug = plug
      return port
    }

    func takePicture(_ name: String) throws {
      try Laptop.picture(of: "\(name) \(UUID().uuidString)").write(to: URL(filePath: "\(folder)/\(name).png"))
    }

    /// Makes a photo of a machine with plates on it, as JPEG.
    /// - Returns: the path of the photo.
    @discardableResult
    func photograph(_ shown: [Int], _ name: String, in place: String? = nil) throws -> String {
      var picture = laptop.scratch.file("\(name)-0.png")
      _ = try InstalledProgram("vips").output(["resize", try wall(), picture, "2.5", "--kernel", "nearest"])
      for (place, number) in shown.enumerated() {
        let next = laptop.scratch.file("\(name)-\(place + 1).png")
        _ = try InstalledProgram("vips").output(
          ["insert", picture, plates[number].file, next, "\(100 + 740 * place)", "\(300)"])
        picture = next
      }
      let file = "\(place ?? folder)/\(name).jpg"
      _ = try InstalledProgram("vips").output(["jpegsave", picture, file, "--Q", "80"])
      return file
    }

    /// Makes a grey picture that no installation has, with 8 bits a pixel, and returns its path.
    private func wall() throws -> String {
      let bits = try laptop.scratch.write("wall.png", Laptop.picture(of: UUID().uuidString))
      let grey = laptop.scratch.file("wall-grey.png")
      _ = try InstalledProgram("vips").output(["cast", bits, grey, "uchar"])
      return grey
    }

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

  private static let commandLine = TerminalSession.strokes(for: "weldtech install")

  @Test
  func `with a plate in hand a walk stays within 20 questions and 200 strokes, a further one within 12 and 45`()
    throws
  {
    let bench = try Bench(plates: 2)
    func walk(_ number: Int, before: [(String, String)], after: [(String, String)]) throws -> TerminalSession {
      _ = try bench.plugIn()
      try bench.takePicture("before-\(number)")
      try bench.takeSignature(String(repeating: "s", count: number + 1))
      let photo = try bench.photograph([number], "plate-\(number)", in: bench.laptop.scratch.path)
      let session = try bench.install()
      for (question, answer) in before { try session.answer(question, answer) }
      try session.scan("扫描手上的标牌", bench.plates[number].payload)
      try session.answer("安装前的照片", "")
      // The phone's photo arrives while the module is flashed and paired.
      try FileManager.default.moveItem(atPath: photo, toPath: "\(bench.folder)/plate-\(number).jpg")
      try session.answer("标牌和封条贴好后拍的照片", "")
      for (question, answer) in after { try session.answer(question, answer) }
      #expect(session.end() == 0, "\(session.text)")
      return session
    }
    let first = try walk(
      0,
      before: [
        ("模块", "dev/ttyUSB0"), ("单位", "练习五金门窗加工店"), ("编号或名称", "3"), ("责任人姓名和电话", "王大山 13800000001"),
        ("街道", "树林召镇 练习社区"), ("编号或名称", "2"), ("从业人员", "3 2"), ("品牌、型号", "练习牌 ZX7-315"),
        ("出厂编号", "PRACTICE-0001"), ("编号或名称", "2"), ("输入侧最大电流", "20"), ("最大功率", "12"),
      ],
      after: [("封条编号", "LX-0001"), ("培训了多少", ""), ("编号或名称", "2"), ("同意保存书写过程吗", "y"), ("签名笔迹", "")])
    #expect(
      first.questions <= 20 && first.strokes + Self.commandLine <= 200, "\(first.questions), \(first.strokes)")
    let further = try walk(
      1, before: [("模块", ""), ("编号", ""), ("编号", ""), ("出厂编号", "PRACTICE-0002")],
      after: [("封条编号", ""), ("培训了多少", ""), ("编号或名称", ""), ("同意保存书写过程吗", "y"), ("签名笔迹", "")])
    #expect(
      further.questions <= 12 && further.strokes + Self.commandLine <= 45,
      "\(further.questions), \(further.strokes)")

    let rows = try bench.laptop.list()
    #expect(rows.map { $0["status"] as? String } == ["delivered", "delivered"])
    #expect(Set(rows.compactMap { $0["code"] as? String }) == Set(bench.plates.map(\.code)))
    for row in rows {
      let record = try bench.laptop.record(try #require(row["id"] as? String))
      let label = try #require(record["label"] as? [String: Any])
      let plate = try #require(bench.plates.first { $0.code == label["code"] as? String })
      #expect(label["template"] as? String == "stock" && label["payload"] as? String == plate.payload)
      let stages = (record["photos"] as? [[String: Any]])?.compactMap { $0["stage"] as? String }
      #expect(stages == ["before", "after"])
    }
  }

  @Test func `a plate that is unread, another one or two of them are said, and asked for again`() throws {
    let bench = try Bench(plates: 3)
    let port = try bench.plugIn()
    let before = try bench.laptop.photo()
    let session = try bench.install(
      "--from", try bench.laptop.registration(), "--port", port, "--photo-before", before, "--offline")
    try session.answer("扫描手上的标牌", "150621-00A009-?")
    try session.read(until: "不是标牌码")
    try session.answer("扫描手上的标牌", try bench.photograph([0, 1], "two"))
    try session.read(until: "几块标牌")
    try session.answer("扫描手上的标牌", try bench.photograph([2], "in-hand"))
    try session.answer("标牌和封条贴好后拍的照片", try bench.photograph([], "bare"))
    try session.read(until: "读不出标牌")
    try session.answer("标牌和封条贴好后拍的照片", try bench.photograph([1], "other"))
    try session.read(until: "模块已按它配对")
    try session.answer("标牌和封条贴好后拍的照片", bench.plates[2].code)
    try session.read(until: "封条编号")
    session.type("\u{3}")
    #expect(session.end() == 2)
    let row = try #require(try bench.laptop.list().first)
    #expect(row["code"] as? String == bench.plates[2].code && row["next"] as? String == "seal")
  }

  @Test func `label --photo and --code-photo read the plate, and refuse another and a copied address`() throws {
    let bench = try Bench(plates: 2)
    let port = try bench.plugIn()
    let laptop = bench.laptop
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(), status: 64) == "usage.option.missing")
    let opened = try laptop.json(
      "register", "--from", try laptop.registration(), "--code-photo", try bench.photograph([0], "hand"))
    let id = try #require(opened["id"] as? String)
    #expect(opened["code"] as? String == bench.plates[0].code)
    // A second registration with the bound plate is refused.
    #expect(
      try laptop.failure(
        "register", "--from", try laptop.registration(), "--code-photo", try bench.photograph([0], "again"),
        status: 65) == "code.bound")
    try laptop.walk(id, to: .label, on: port)
    #expect(
      try laptop.failure("label", id, "--photo", try bench.photograph([1], "other"), status: 65)
        == "label.otherCode")
    #expect(
      try laptop.failure("label", id, "--photo", try bench.photograph([], "bare"), status: 65)
        == "label.plate.unread")
    try bench.copy(0)
    #expect(
      try laptop.failure("label", id, "--photo", try bench.photograph([2], "copied"), status: 65)
        == "label.plate.payload")
    #expect((try laptop.record(id)["photos"] as? [Any])?.count == 1)
    let photo = try bench.photograph([0], "on-welder")
    let label = try laptop.json("label", id, "--photo", photo)
    #expect(label["payload"] as? String == bench.plates[0].payload)
    let record = try laptop.record(id)
    let photos = try #require(record["photos"] as? [[String: Any]])
    #expect(photos.map { $0["stage"] as? String } == ["before", "after"])
    let digest = try sha256(of: photo)
    #expect(photos.last?["sha256"] as? String == digest)
    // The other steps keep their order: seal and test are still to be done.
    let next = try #require(try laptop.json("next", id)["installations"] as? [[String: Any]])
    #expect(next.first?["next"] as? String == "seal")
  }

  @Test func `a retired welder takes no plate`() throws {
    let bench = try Bench(plates: 1)
    let retired = SampleRegistration.json.replacingOccurrences(of: "\"fit\"", with: "\"retired\"")
    let opened = try bench.laptop.json(
      "register", "--from", try bench.laptop.registration(retired), "--retired-reason", "机壳带电", "--photo",
      try bench.laptop.photo())
    #expect(opened["status"] as? String == "retired" && opened["code"] is NSNull)
  }

  private func sha256(of file: String) throws -> String {
    try InstalledProgram("sha256sum").output([file]).split(separator: " ").first.map(String.init) ?? ""
  }
}
