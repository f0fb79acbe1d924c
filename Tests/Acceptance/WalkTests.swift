import Bench
import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Takes the whole walk with the built program, whose benches are started as a technician starts them.
@Suite(.serialized) struct WalkTests {
  @Test func `the walk goes command by command, each with the document of the contract`() throws {
    let laptop = try Laptop()
    let world = try laptop.scratch.write("world.json", #"{"supplyVolts": 400}"#)
    let module = try RunningProgram(["bench", "module", "--world", world])
    let platform = try RunningProgram(["bench", "platform", "--data", laptop.scratch.file("platform")])
    let port = try #require(try module.firstLine()["port"] as? String)
    let announced = try platform.firstLine()
    #expect(Set(announced.keys) == ["url", "data"])
    let url = try #require(announced["url"] as? String)

    try laptop.setUp(codes: "00A000+50", platform: url)
    let id = try laptop.register()
    try laptop.json("photo", id, "--stage", "before", try laptop.photo())

    let flash = try laptop.json("flash", id, "--port", port)
    let flashKeys: Set = [
      "id", "chip", "firmwareVersion", "firmwareSha256", "skipped", "bytesWritten", "seconds", "proof",
      "keyErased",
    ]
    #expect(Set(flash.keys) == flashKeys)
    #expect(flash["chip"] as? String == "STM32F405" && flash["skipped"] as? Bool == false)
    let again = try laptop.json("flash", id, "--port", port)
    #expect(again["skipped"] as? Bool == true && again["bytesWritten"] as? Int == 0)

    let pair = try laptop.json("pair", id, "--port", port)
    #expect(Set(pair.keys) == ["id", "serialNumber", "keyId"])
    #expect(try laptop.json("pair", id, "--port", port)["keyId"] as? String == pair["keyId"] as? String)

    let early = try laptop.json("test", id, "--port", port)
    #expect(early["passed"] as? Bool == true)

    let label = try laptop.json("label", id)
    #expect(Set(label.keys) == ["id", "code", "payload", "file"])
    let code = try #require(label["code"] as? String)
    #expect((label["payload"] as? String)?.hasSuffix("/w/\(code)") == true)
    let png = try Data(contentsOf: URL(filePath: try #require(label["file"] as? String)))
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(
      try laptop.failure("label", id, "--code", "150621-00A009-\(check("00A009"))", status: 65)
        == "label.otherCode")

    try laptop.json("seal", id, "--number", "S-0001")
    try laptop.json("photo", id, "--stage", "after", try laptop.photo(.after))
    try laptop.json("handover", id, "--trained", "2", "--rules", "drafted")
    // The test before the seal does not count.
    #expect(
      try laptop.failure("sign", id, "--signature", try laptop.signature(), status: 1) == "walk.test.beforeSeal"
    )
    let test = try laptop.json("test", id, "--port", port)
    #expect(Set(test.keys).isSuperset(of: ["id", "passed", "steps"]))
    let steps = try #require(test["steps"] as? [[String: Any]])
    #expect(steps.count >= 10)
    for step in steps { #expect(Set(step.keys).isSuperset(of: ["name", "unit", "passed"])) }
    #expect(steps.last?["name"] as? String == "platformStart" && steps.last?["passed"] as? Bool == true)

    let sign = try laptop.json("sign", id, "--signature", try laptop.signature())
    #expect(Set(sign.keys) == ["id", "status", "agreement"])
    #expect(sign["status"] as? String == "closed")
    let agreement = try #require(sign["agreement"] as? [String: String])
    #expect(Set(agreement.keys) == ["file", "sha256"])
    let pdf = try Data(contentsOf: URL(filePath: try #require(agreement["file"])))
    #expect(pdf.starts(with: Data("%PDF".utf8)))
    #expect(SHA256Digest(of: pdf).hex == agreement["sha256"])
    #expect(try laptop.failure("flash", id, "--port", port, status: 1) == "walk.closed")

    #expect(try laptop.json("sync", "--dry-run")["records"] as? [String] == [id])
    let sync = try laptop.json("sync")
    #expect(Set(sync.keys).isSuperset(of: ["delivered", "pending", "failed", "outcomes"]))
    #expect(sync["delivered"] as? Int == 1)
    let outcome = try #require((sync["outcomes"] as? [[String: Any]])?.first)
    #expect(outcome["id"] as? String == id && outcome["outcome"] is String)
    #expect(try laptop.status(of: id) == "delivered")
    #expect(try laptop.json("sync")["delivered"] as? Int == 0)

    try expectWholeRecord(try laptop.record(id))
    #expect(module.stop().status == 0)
    #expect(platform.stop().status == 0)
  }

  private func check(_ serial: String) -> String {
    LabelCode(region: "150621", serial: CodeSerial(serial)!).map { String($0.checkCharacter) } ?? ""
  }

  private func expectWholeRecord(_ record: [String: Any]) throws {
    func keys(_ part: String) -> Set<String> { Set((record[part] as? [String: Any] ?? [:]).keys) }
    #expect(
      keys("module").isSuperset(of: [
        "serialNumber", "chip", "firmwareVersion", "firmwareSha256", "keyId", "pairedAt",
      ]))
    #expect(keys("test").isSuperset(of: ["plan", "startedAt", "passed", "steps"]))
    #expect(keys("label") == ["code", "payload", "template", "verified"])
    #expect(keys("seal").isSuperset(of: ["number"]))
    #expect(keys("handover").isSuperset(of: ["trainedOperators", "operatingRules"]))
    #expect(keys("agreement").isSuperset(of: ["sha256", "bytes", "signedAt", "signatory"]))
    let photos = try #require(record["photos"] as? [[String: Any]])
    #expect(
      photos.allSatisfy { Set($0.keys).isSuperset(of: ["stage", "sha256", "bytes", "mediaType", "takenAt"]) })
    let events = (record["history"] as? [[String: Any]] ?? []).compactMap { $0["event"] as? String }
    #expect(
      events == [
        "registered", "photographed", "flashed", "flashed", "paired", "tested", "labelled", "sealed",
        "photographed", "handedOver", "tested", "signed",
      ])
  }

  @Test func `install does the walk in one go, and again says that it is delivered`() throws {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug()
    let answers = try laptop.answers(port: plug.port)
    let outcome = try laptop.run(["--json", "install", "--from", try laptop.registration()] + answers)
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    let document = try outcome.document()
    #expect(document["status"] as? String == "delivered")
    let id = try #require(document["id"] as? String)

    let again = try laptop.run(["--json", "install", id])
    #expect(again.status == 0, "\(again.diagnostics)")
    #expect(try again.document()["status"] as? String == "delivered")
    let requests = office.platform.requests().count
    #expect(office.has(code: try #require(document["code"] as? String)).count == 1)
    #expect(requests == office.platform.requests().count)
    #expect(try laptop.list().count == 1)
  }

  @Test(arguments: ["zh_CN.UTF-8", "en_GB.UTF-8"])
  func `install asks for what is missing on a terminal, and goes on where it was left`(_ locale: String) throws
  {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug()
    let isChinese = locale.hasPrefix("zh")
    func session(_ arguments: [String]) throws -> TerminalSession {
      try TerminalSession(
        ["--home", laptop.home, "install", "--port", plug.port] + arguments, environment: ["LANG": locale])
    }
    let first = try session(["--from", try laptop.registration()])
    try first.answer(isChinese ? "安装前的照片文件" : "photo from before the work", try laptop.photo())
    try first.read(until: isChinese ? "封条编号" : "seal number")
    first.type("\u{3}")
    #expect(first.end() == 2, "\(first.text)")
    #expect(first.isAsItWas)

    let id = try #require(try laptop.list().first?["id"] as? String)
    let second = try session([String(id.prefix(8))])
    try second.answer(isChinese ? "封条编号" : "seal number", "Ｓ－０００２")
    try second.answer(isChinese ? "安装后的照片文件" : "finished work", try laptop.photo(.after))
    try second.answer(isChinese ? "培训了多少" : "operators trained", "２")
    try second.answer(isChinese ? "编号或名称" : "Number or name", "1")
    try second.answer(isChinese ? "同意保存书写过程吗" : "course of the writing is kept", "y")
    try second.answer(isChinese ? "签名笔迹文件" : "signature's strokes", try laptop.signature())
    #expect(second.end() == 0, "\(second.text)")
    let record = try laptop.record(id)
    #expect(record["status"] as? String == "delivered")
    #expect((record["seal"] as? [String: Any])?["number"] as? String == "S-0002")
    #expect((record["handover"] as? [String: Any])?["trainedOperators"] as? Int == 2)
  }

  @Test func `practice ends well and what it announces is there`() throws {
    let scratch = TemporaryFolder()
    let folder = scratch.file("practice")
    let outcome = try Weldtech.run(["--json", "practice", "--folder", folder])
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    let document = try outcome.document()
    for name in ["record", "label", "agreement", "archive", "root"] {
      let file = try #require(document[name] as? String)
      #expect(
        file.hasPrefix(folder) && (FileManager.default.contents(atPath: file)?.count ?? 0) > 500, "\(name)")
    }
    let platform = try #require(document["platform"] as? [String: Any])
    #expect(platform["record"] as? Bool == true && platform["key"] as? Bool == true)
    #expect(platform["files"] as? Int == platform["of"] as? Int)

    // Verification needs only the agreement's file and the root certificate.
    let agreement = try #require(document["agreement"] as? String)
    let root = try #require(document["root"] as? String)
    let judged = try Weldtech.run(["--json", "agreement", "verify", agreement, "--trust", root])
    #expect(judged.status == 0, "\(judged.output)")
    #expect(try Weldtech.run(["agreement", "verify", agreement]).status == 1)
    let archive = try #require(document["archive"] as? String)
    #expect(try Weldtech.run(["archive", "verify", archive, "--trust", root]).status == 0)

    // `practice` refuses a folder that it did not make, and leaves its files.
    let other = try scratch.write("other", "x")
    let refused = try Weldtech.run(["--json", "practice", "--folder", scratch.path])
    #expect(refused.status == 64 && refused.errorCode == "practice.folder")
    #expect(FileManager.default.fileExists(atPath: other))
  }

  @Test func `what practice prints can be typed as it stands, into its own folder`() throws {
    let scratch = TemporaryFolder()
    let folder = scratch.file("the practice's")
    let outcome = try Weldtech.run(["practice", "--folder", folder])
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    func shell(_ line: Substring) throws -> ProgramOutcome {
      try RunningProgram(
        ["-c", String(line)], environment: ["HOME": scratch.file("nobody")], executable: "/bin/sh"
      ).end()
    }
    let typed = outcome.diagnostics.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }
    #expect(typed.count == 17 && typed.allSatisfy { $0.contains(Weldtech.path) && $0.contains(" --home ") })
    let look = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("look at it: ") })
    let shown = try shell(look.dropFirst("look at it: ".count))
    #expect(shown.status == 0 && shown.output.contains("LX-0001"), "\(look)")
    let register = try #require(typed.first { $0.contains(" register ") })
    // A registration that is typed again is refused, because the welder is already known.
    let again = try shell(register)
    #expect(again.status == 65 && again.diagnostics.contains("[welder.known]"), "\(again.diagnostics)")
    #expect(try shell(register + " --reason practice").status == 0)
    let list = try Weldtech.run(["--home", "\(folder)/home", "--json", "list"]).document()
    #expect((list["installations"] as? [Any])?.count == 2)
  }

  @Test func `a failed test is exit 1, is recorded, and is mended by another`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug()
    let id = try laptop.walk(try laptop.register(), to: .test, on: plug.port)
    plug.module.configuration.surroundings.world.sealClosed = false
    let failed = try laptop.run("--json", "test", id, "--port", plug.port)
    #expect(failed.status == 1)
    let document = try failed.document()
    #expect(document["error"] == nil && document["passed"] as? Bool == false)
    let steps = try #require(document["steps"] as? [[String: Any]])
    #expect(
      steps.filter { $0["passed"] as? Bool == false }.compactMap { $0["name"] as? String } == ["sealClosed"])
    #expect(steps.allSatisfy { $0["measured"] != nil })
    let install = try laptop.run(["--json", "install", id] + (try laptop.answers(port: plug.port)))
    #expect(install.status == 1)
    #expect(try install.document()["next"] as? String == "test")

    plug.module.configuration.surroundings.world.sealClosed = true
    let mended = try laptop.run(["--json", "install", id] + (try laptop.answers(port: plug.port)))
    #expect(mended.status == 0, "\(mended.diagnostics)")
    let tests = (try laptop.record(id)["history"] as? [[String: Any]] ?? []).filter {
      $0["event"] as? String == "tested"
    }
    #expect(tests.map { $0["passed"] as? Bool } == [false, false, true])
  }
}
