import Bench
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Corrects and refuses records with the built program, and checks the platform's copy of them.
@Suite struct CorrectionTests {
  private func correct(_ laptop: Laptop, _ arguments: [String]) throws -> [String: Any] {
    let outcome = try laptop.run(["--json", "correct"] + arguments)
    #expect(outcome.status == 0, "\(arguments): \(outcome.output)\(outcome.diagnostics)")
    return try outcome.document()
  }

  private func step(_ step: Step, of id: String, _ laptop: Laptop, _ plug: Plug) throws {
    let command = try #require(try laptop.steps(of: id, on: plug.port).first { $0.0 == step }).1
    let outcome = try laptop.run(["--json"] + command)
    #expect(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
  }

  @Test
  func `a delivered record that is corrected is done again where it became untrue, signed again, and follows`()
    throws
  {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.register()
    try laptop.walk(id, to: .sign, on: plug.port)
    let first = try laptop.json("sign", id, "--signature", try laptop.signature())
    let firstFile = try #require((first["agreement"] as? [String: Any])?["file"] as? String)
    let firstPaper = try Data(contentsOf: URL(filePath: firstFile))
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    let firstBody = try #require(try office.platform.record(id))
    let scheme = (try laptop.record(id)["scheme"] as? [String: Any])?["name"] as? String

    let corrected = try correct(
      laptop, [id, "--unit-name", "练习五金二店", "--source-type", "ac"])
    #expect(corrected["redo"] as? [String] == ["label", "test", "sign"] && corrected["revision"] as? Int == 2)
    #expect(corrected["status"] as? String == "open" && corrected["next"] as? String == "label")
    #expect((corrected["scheme"] as? [String: Any])?["name"] as? String != scheme)
    #expect(try laptop.json("status")["signaturesDue"] as? Int == 1)
    // A corrected record is not delivered before it is signed, and the platform keeps the earlier revision.
    #expect(try laptop.json("sync")["delivered"] as? Int == 0)
    #expect(try office.platform.record(id) == firstBody)
    #expect(try laptop.failure("sign", id, "--signature", try laptop.signature(), status: 1) == "walk.order")

    // The record is open, but an earlier revision was signed and delivered, so `void` requires a confirmation.
    #expect(try laptop.failure("void", id, "--reason", "登记错了", status: 64) == "usage.option.missing")
    #expect(try laptop.status(of: id) == "open")

    // A user who did not see the answer may repeat the correction, which then changes nothing.
    #expect((try correct(laptop, [id, "--unit-name", "练习五金二店"])["changes"] as? [Any])?.isEmpty == true)
    for again in [Step.label, .test] { try step(again, of: id, laptop, plug) }
    let second = try laptop.json("sign", id, "--signature", try laptop.signature())
    let secondFile = try #require((second["agreement"] as? [String: Any])?["file"] as? String)
    #expect(secondFile != firstFile && secondFile.hasSuffix("agreement-2.pdf"))
    #expect(try Data(contentsOf: URL(filePath: firstFile)) == firstPaper)
    let paper = InstalledProgram("pdftotext")
    if paper.isInstalled {
      let text = try paper.output([secondFile, "-"])
      #expect(text.contains("练习五金二店") && text.contains("签署：第 2 次"), "\(text.prefix(400))")
      // The first page voids the first agreement by its digest, and says what was corrected.
      let front = try paper.output(["-raw", "-l", "1", secondFile, "-"]).filter { !$0.isWhitespace }
      let digest = try #require((first["agreement"] as? [String: Any])?["sha256"] as? String)
      #expect(front.contains(digest) && front.contains("原协议自本协议签署之时起作废"), "\(front.prefix(400))")
      #expect(front.contains("原因：更正登记信息（企业/店铺名称、单位编号、电源类型）"), "\(front.prefix(400))")
    }

    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    let body = try #require(try office.platform.record(id))
    let copy = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
    #expect(copy["revision"] as? Int == 2 && (copy["earlierAgreements"] as? [[String: Any]])?.count == 1)
    #expect((copy["owner"] as? [String: Any])?["unitName"] as? String == "练习五金二店")
    let entry = try #require(
      (copy["history"] as? [[String: Any]])?.first { $0["event"] as? String == "corrected" })
    let changes = try #require(entry["changes"] as? [[String: Any]])
    let change = try #require(changes.first { $0["field"] as? String == "owner.unitName" })
    #expect(change["from"] as? String == "练习五金门窗加工店" && change["to"] as? String == "练习五金二店")
    #expect(try laptop.status(of: id) == "delivered")
    #expect(try laptop.json("doctor")["ok"] as? Bool != false)
  }

  @Test func `a refused record reaches the platform, whatever was done before`() throws {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let early = try laptop.register()
    let code = try #require(try laptop.record(early)["code"] as? String)
    #expect(try laptop.json("refuse", early, "--reason", "不装了")["releasedCode"] as? String == code)
    let paired = try laptop.register()
    #expect(try laptop.record(paired)["code"] as? String == code, "the code that nobody had seen serves again")
    try laptop.walk(paired, to: .seal, on: plug.port)
    let refused = try laptop.json("refuse", paired, "--reason", "中途退出")
    #expect(refused["code"] as? String == code)
    let module = try #require(refused["module"] as? [String: Any])
    #expect(module["serialNumber"] is String && module["keyId"] is String)
    #expect(try laptop.json("sync")["delivered"] as? Int == 2)
    for (id, reason) in [(early, "不装了"), (paired, "中途退出")] {
      let body = try #require(try office.platform.record(id))
      let copy = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
      #expect(copy["status"] as? String == "refused" && copy["refusedReason"] as? String == reason)
    }
    #expect((try laptop.json("status")["installations"] as? [String: Int])?["refused"] == 2)
    #expect(try laptop.failure("inspect", paired, "--port", plug.port, status: 65) == "inspect.record.refused")

    // The module goes into another welder.
    let next = try laptop.register()
    try laptop.walk(next, to: .label, on: plug.port)
    let reused = try #require(try laptop.record(next)["module"] as? [String: Any])
    #expect(reused["serialNumber"] as? String == module["serialNumber"] as? String)
  }

  @Test func `a file is opened by the desktop's program, and without a desktop its path is printed`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.register()
    #expect(try laptop.failure("open", id, "agreement", status: 65) == "open.missing")
    try laptop.walk(id, to: .sign, on: plug.port)
    let signed = try laptop.json("sign", id, "--signature", try laptop.signature())
    let file = try #require((signed["agreement"] as? [String: Any])?["file"] as? String)
    let bytes = try Data(contentsOf: URL(filePath: file))
    // `open` makes a lost copy anew from the signed agreement.
    try FileManager.default.removeItem(atPath: file)
    let without = ["DISPLAY": "", "WAYLAND_DISPLAY": ""]
    let printed = try laptop.run(["open", id, "agreement"], environment: without)
    #expect(
      printed.status == 1 && printed.output == file + "\n" && printed.diagnostics.contains("[open.noDesktop]"))
    #expect(try Data(contentsOf: URL(filePath: file)) == bytes)
    // `open` does not show a changed copy as the signed agreement.
    try Data("%PDF-1.7 another".utf8).write(to: URL(filePath: file))
    let mended = try laptop.run(["--lang", "en", "open", id, "agreement"], environment: without)
    #expect(mended.diagnostics.contains("was not what was signed"), "\(mended.diagnostics)")
    #expect(try Data(contentsOf: URL(filePath: file)) == bytes)

    let opened = laptop.scratch.file("opened")
    let folder = laptop.scratch.file("bin")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let program = folder + "/xdg-open"
    try Data("#!/bin/sh\necho chatter\nprintf %s \"$1\" > '\(opened)'\n".utf8).write(to: URL(filePath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let desktop = ["DISPLAY": ":9", "PATH": "\(folder):/usr/bin:/bin"]
    for (paper, name) in [("agreement", "agreement.pdf"), ("label", "label.png")] {
      let outcome = try laptop.run(["--json", "open", id, paper], environment: desktop)
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
      let path = try #require(try outcome.document()["file"] as? String)
      let given = String(decoding: try Data(contentsOf: URL(filePath: opened)), as: UTF8.self)
      #expect(path.hasSuffix(name) && given == path)
    }
    let shown = try laptop.run("show", id).output
    #expect(shown.contains(file) && shown.contains("label.png"), "\(shown)")
  }

  @Test func `on a terminal install asks why a welder is registered twice`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let file = try laptop.registration()
    let id = try #require(try laptop.json("register", "--from", file)["id"] as? String)
    let session = try TerminalSession(
      ["--home", laptop.home, "register", "--from", file], environment: ["LANG": "en_GB.UTF-8"])
    try session.answer("say why", "the plate was copied")
    #expect(session.end() == 0, "\(session.text)")
    #expect(session.text.contains(id.prefix(8)), "\(session.text)")
    #expect(try laptop.list().count == 2)
  }
}
