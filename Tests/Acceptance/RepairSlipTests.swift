import Bench
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks repairs in which a person makes a slip: the wrong module or cable, a forgotten answer, or an option
/// given too late.
@Suite(.serialized) struct RepairSlipTests {
  private struct Installed {
    let office: Office
    let laptop: Laptop
    let plug: Plug
    let id: String
    let code: String
    let serialNumber: String
  }

  private func install(on laptop: Laptop? = nil) throws -> Installed {
    let office = try Office.shared.get()
    let laptop = try laptop ?? office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let record = try laptop.record(id)
    return Installed(
      office: office, laptop: laptop, plug: plug, id: id, code: try #require(record["code"] as? String),
      serialNumber: try #require((record["module"] as? [String: Any])?["serialNumber"] as? String))
  }

  private func repair(_ one: Installed, _ arguments: [String], port: String? = nil) throws -> ProgramOutcome {
    try one.laptop.run(["--json", "repair", one.code, "--port", port ?? one.plug.port] + arguments)
  }

  private func photo(_ laptop: Laptop) throws -> String {
    try laptop.scratch.write("photo-\(UUID()).png", Laptop.picture(of: "photo \(UUID())"))
  }

  private func found(_ one: Installed, _ seal: String = "intact") throws -> [String] {
    ["--seal-found", seal, "--seal-photo", try photo(one.laptop)]
  }

  private func events(_ one: Installed) throws -> [String] {
    (try one.laptop.record(one.id)["history"] as? [[String: Any]] ?? []).compactMap { $0["event"] as? String }
  }

  private func lastRepair(_ one: Installed) throws -> [String: Any] {
    try #require((try one.laptop.record(one.id)["repairs"] as? [[String: Any]])?.last)
  }

  private func paper(_ one: Installed, _ more: [String] = []) throws -> [String] {
    let outcome = try one.laptop.run(["--json", "repair", "close", one.code, "--text"] + more)
    return try #require(try outcome.document()["lines"] as? [String], "\(outcome.output)")
  }

  // MARK: - Another welder's module

  @Test func `a module of a delivered welder of another laptop is refused with that welder's plate and unit`()
    throws
  {
    let owner = try install()
    #expect(try owner.laptop.json("sync")["failed"] as? Int == 0)
    let one = try install()
    _ = try repair(one, ["--fault", "不启动"] + (try found(one, "broken")))
    let key = owner.plug.module.truth.committedKeyID
    let refused = try repair(
      one, ["--old-module", one.serialNumber, "--seal", "N-\(one.id.prefix(8))"], port: owner.plug.port)
    #expect(refused.errorCode == "provision.pair.bound", "\(refused.output)")
    let unit = try #require(
      (try owner.laptop.record(owner.id)["owner"] as? [String: Any])?["unitName"] as? String)
    #expect(refused.output.contains(owner.code) && refused.output.contains(unit), "\(refused.output)")
    #expect(owner.plug.module.truth.committedKeyID == key)
    // The record has no event of the refused exchange.
    let kept = try events(one)
    #expect(!kept.contains("moduleRetired") && kept.count { $0 == "flashed" } == 1, "\(kept)")
    let walked = try one.laptop.walk(try one.laptop.register(), to: .pair, on: owner.plug.port)
    let unpaired = try one.laptop.run("--json", "pair", walked, "--port", owner.plug.port)
    #expect(unpaired.errorCode == "provision.pair.bound" && unpaired.output.contains(owner.code))
    #expect(owner.plug.module.truth.committedKeyID == key)

    // The module may be taken once its own welder's repair has replaced it.
    let other = try Plug(timings: .instant)
    _ = try repair(owner, ["--fault", "不启动"] + (try found(owner)))
    let exchanged = try repair(
      owner, ["--old-module", owner.serialNumber, "--seal", "N-\(owner.id.prefix(8))"], port: other.port)
    #expect(exchanged.status == 0, "\(exchanged.output)\(exchanged.diagnostics)")
    try owner.laptop.json("repair", "close", owner.code, "--signature", try owner.laptop.signature())
    #expect(try owner.laptop.json("sync")["failed"] as? Int == 0)
    let taken = try repair(
      one, ["--old-module", one.serialNumber, "--seal", "N-\(one.id.prefix(8))"], port: owner.plug.port)
    #expect(taken.status == 0, "\(taken.output)\(taken.diagnostics)")
    #expect(
      (try one.laptop.record(one.id)["module"] as? [String: Any])?["serialNumber"] as? String
        == owner.serialNumber)
  }

  @Test func `a module that another laptop took out as dead is fitted nowhere again`() throws {
    let owner = try install()
    let new = try Plug(timings: .instant)
    let mended = try repair(
      owner,
      ["--fault", "进水", "--old-module", owner.serialNumber, "--dead", "--photo", try photo(owner.laptop)]
        + (try found(owner, "broken")) + ["--seal", "N-\(owner.id.prefix(8))"], port: new.port)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    try owner.laptop.json("repair", "close", owner.code, "--signature", try owner.laptop.signature())
    #expect(try owner.laptop.json("sync")["failed"] as? Int == 0)
    let other = try owner.office.laptop()
    let id = try other.walk(try other.register(), to: .pair, on: owner.plug.port)
    #expect(try other.failure("pair", id, "--port", owner.plug.port, status: 65) == "module.dead")
  }

  @Test
  func `a refused module leaves nothing behind, and the right one is flashed and paired by the same command`()
    throws
  {
    let one = try install()
    let other = try install(on: one.laptop)
    _ = try repair(one, ["--fault", "不启动"] + (try found(one, "broken")))
    let exchange = ["--old-module", one.serialNumber, "--seal", "N-\(one.id.prefix(8))"]
    let before = try events(one)
    let refused = try repair(one, exchange, port: other.plug.port)
    #expect(refused.errorCode == "provision.pair.bound", "\(refused.output)")
    #expect(refused.output.contains(other.code) && !refused.output.contains("作废"), "\(refused.output)")
    let same = try repair(one, exchange)
    #expect(same.errorCode == "repair.module.old", "\(same.output)")
    #expect(try events(one) == before)

    let new = try Plug(timings: .instant)
    let mended = try repair(one, exchange, port: new.port)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
  }

  @Test func `a blank module is flashed where another one was flashed for this repair before`() throws {
    let one = try install()
    _ = try repair(one, ["--fault", "不启动"] + (try found(one, "broken")))
    let first = try Plug(timings: .instant)
    let exchange = ["--old-module", one.serialNumber, "--seal", "N-\(one.id.prefix(8))"]
    // The cable of the first new module is pulled after flashing and before pairing.
    let pulled = try Plug(of: first, fault: "silence-during=pair")
    let cut = try repair(one, exchange, port: pulled.port)
    #expect(cut.status == 1, "\(cut.output)")
    #expect(try events(one).suffix(1) == ["flashed"])
    let second = try Plug(timings: .instant)
    let mended = try repair(one, exchange, port: second.port)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
  }

  // MARK: - A wrong cable

  @Test func `a wrong cable is refused before anything is on record, and the right module is inspected`() throws
  {
    let one = try install()
    let other = try install(on: one.laptop)
    try one.laptop.json("repair", "open", one.code, "--fault", "不启动")
    let before = try events(one)
    let wrong = try repair(one, try found(one), port: other.plug.port)
    #expect(wrong.errorCode == "repair.module.other", "\(wrong.output)")
    #expect(try events(one) == before)
    // A separate inspection with the wrong cable does not replace the inspection of the repair.
    _ = try one.laptop.run("--json", "inspect", one.code, "--port", other.plug.port)
    let right = try repair(one, try found(one))
    #expect(right.status == 0, "\(right.output)\(right.diagnostics)")
    #expect((try lastRepair(one)["found"] as? [String: Any])?["verdict"] as? String == "asRecorded")
    #expect(try paper(one).contains { $0.contains("与登记一致") })
  }

  // MARK: - Nothing done

  @Test func `a repair is confirmed only with a test since the technician came, and the paper claims nothing`()
    throws
  {
    let one = try install()
    let mended = try repair(one, ["--fault", "不启动"] + (try found(one)))
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    #expect(try events(one).suffix(3) == ["welderInspected", "repairBegun", "tested"])
    let lines = try paper(one)
    #expect(lines.contains { $0.contains("没有更换") }, "\(lines)")
    for claim in ["恢复正常", "甲方发现", "没有发现", "停用：否"] {
      #expect(!lines.contains { $0.contains(claim) }, "\(claim)")
    }
    #expect(lines.contains { $0.contains("未记录") })
    #expect(try paper(one, ["--done", "紧固接线后恢复正常"]).contains { $0.contains("恢复正常") })
  }

  @Test func `a repair without a test is not confirmed`() throws {
    let one = try install()
    let arguments = ["--fault", "不启动"] + (try found(one))
    // The cable is pulled when the test begins.
    let bad = try Plug(of: one.plug, fault: "silence-during=test")
    let cut = try one.laptop.run(["--json", "repair", one.code, "--port", bad.port] + arguments)
    #expect(cut.status == 1, "\(cut.output)")
    #expect(try events(one).last == "repairBegun")
    #expect(
      try one.laptop.failure("repair", "close", one.code, "--signature", try one.laptop.signature(), status: 1)
        == "repair.test.missing")
  }

  @Test func `a terminal asks what is to be done, and who reports what`() throws {
    let one = try install()
    let report = try TerminalSession(
      ["--home", one.laptop.home, "repair", "open", one.code], environment: ["LANG": "zh_CN.UTF-8"])
    try report.answer("什么故障", "不启动")
    try report.answer("谁报修", "王大山")
    try report.answer("电话", "13800000001")
    try report.answer("安全隐患", "n")
    try report.read(until: "已登记报修")
    let opened = try lastRepair(one)
    #expect((opened["reporter"] as? [String: Any])?["phone"] as? String == "13800000001")
    #expect(opened["usable"] as? Bool == true && opened["unsafe"] as? Bool == false)

    let folder = one.laptop.scratch.file("inbox")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Laptop.picture(of: "asked \(one.id)").write(to: URL(filePath: "\(folder)/found.png"))
    let session = try TerminalSession(
      ["--home", one.laptop.home, "repair", one.code, "--port", one.plug.port],
      environment: ["LANG": "zh_CN.UTF-8"], folder: folder)
    try session.answer("封条（登记的是", "1")
    try session.answer("封条和焊机现状的照片", "found.png")
    try session.answer("要做什么", "label")
    try session.answer("还要做什么", "")
    try session.read(until: "weldtech repair close")
    #expect(try events(one).suffix(3) == ["repairBegun", "labelled", "tested"])
    let lines = try paper(one)
    #expect(lines.contains { $0.contains("王大山") } && lines.contains { $0.contains("更换二维码标牌") })
  }

  @Test func `a welder is named by its owner's phone or a part of the unit's name`() throws {
    let one = try install()
    let owner = try #require(try one.laptop.record(one.id)["owner"] as? [String: Any])
    let phone = try #require(owner["responsiblePhone"] as? String)
    #expect(try one.laptop.json("repair", "open", phone, "--fault", "不启动")["id"] as? String == one.id)
    let other = try install(on: one.laptop)
    let several = try one.laptop.run("--json", "repair", "open", phone, "--fault", "不启动")
    #expect(several.errorCode == "repair.ambiguous" && several.output.contains(other.code), "\(several.output)")
    #expect(
      try one.laptop.failure("repair", "open", "没有这一家", "--fault", "x", status: 65) == "installation.notFound")
  }

  // MARK: - Options that come too late

  @Test func `an option that contradicts the record, or asks for what is done, is not dropped in silence`()
    throws
  {
    let one = try install()
    let begun = try repair(one, ["--fault", "不启动", "--note", "封条有灰"] + (try found(one)))
    #expect(begun.status == 0, "\(begun.output)\(begun.diagnostics)")
    for late in [
      ["--note", "封条有撬痕"], ["--seal-found", "broken"], ["--fault", "漏电"], ["--unsafe"], ["--tampered"],
      ["--seal-photo", try photo(one.laptop)], ["--reported-by", "王大山"],
    ] {
      let refused = try repair(one, late)
      #expect(refused.errorCode == "repair.recorded", "\(late): \(refused.output)")
    }
    #expect(try repair(one, ["--note", "封条有灰", "--seal-found", "intact", "--fault", "不启动"]).status == 0)
    #expect(try repair(one, ["--new-seal-photo", try photo(one.laptop)]).status == 64)

    let number = "N-\(one.id.prefix(8))"
    let sealed = try repair(one, ["--seal", number])
    #expect(sealed.status == 0, "\(sealed.output)\(sealed.diagnostics)")
    #expect(try sealed.document()["sealNumber"] as? String == number)
    #expect(try events(one).suffix(2) == ["sealed", "tested"])
  }

  @Test func `a module that is paired anew gets another key`() throws {
    let one = try install()
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
    let key = one.plug.module.truth.committedKeyID
    let paired = try repair(
      one, ["--fault", "不启动", "--pair", "--seal", "N-\(one.id.prefix(8))"] + (try found(one)))
    #expect(paired.status == 0, "\(paired.output)\(paired.diagnostics)")
    let module = try #require(try one.laptop.record(one.id)["module"] as? [String: Any])
    #expect(
      module["keyId"] as? String != key && module["keyId"] as? String == one.plug.module.truth.committedKeyID)
    #expect(module["serialNumber"] as? String == one.serialNumber)
    try one.laptop.json("repair", "close", one.code, "--signature", try one.laptop.signature())
    #expect(try one.laptop.json("sync")["failed"] as? Int == 0)
  }

  // MARK: - What is shown

  @Test func `a repair is seen from the call to the paper, with its fault, caller, seal and confirmation`()
    throws
  {
    let one = try install()
    try one.laptop.json(
      "repair", "open", one.code, "--fault", "扫码后不启动", "--reported-by", "王大山", "--reporter-phone",
      "13800000001",
      "--usable")
    func said(_ arguments: String...) throws -> String {
      try one.laptop.run(["--lang", "zh"] + arguments).output
    }
    let waiting = try #require((try one.laptop.json("today")["repairs"] as? [[String: Any]])?.first)
    #expect(waiting["fault"] as? String == "扫码后不启动")
    #expect((waiting["reporter"] as? [String: Any])?["phone"] as? String == "13800000001")
    let today = try said("today")
    #expect(today.contains("扫码后不启动") && today.contains("到现场：weldtech repair"), "\(today)")
    #expect(!today.contains("王大山") && !today.contains("repair close"), "\(today)")
    #expect(try said("next").contains("故障：扫码后不启动"))

    _ = try repair(one, try found(one))
    let mended = try said("today")
    #expect(mended.contains("repair close") && !mended.contains("到现场"), "\(mended)")
    try one.laptop.json("repair", "close", one.code, "--signature", try one.laptop.signature())
    #expect(
      (try one.laptop.json("today")["repaired"] as? [[String: Any]])?.map { $0["id"] as? String } == [one.id])
    #expect(try said("today").contains("今天修好 1"))
    let shown = try said("show", one.code)
    #expect(shown.contains("封条完好") && shown.contains("addendum-1.pdf"), "\(shown)")
    let opened = try one.laptop.run("open", one.code, "addendum")
    #expect(opened.output.contains("addendum-1.pdf"), "\(opened.output)\(opened.diagnostics)")
  }

  @Test func `a move says what it leaves, and a retired welder is none that was installed today`() throws {
    let one = try install()
    let community = try #require(
      (try one.laptop.record(one.id)["owner"] as? [String: Any])?["community"] as? String)
    #expect(try one.laptop.failure("move", one.code, status: 64) == "move.nothing")
    let moved = try one.laptop.run("--lang", "zh", "move", one.code, "--street", "白泥井镇")
    #expect(moved.output.contains("社区还是原来的 \(community)"), "\(moved.output)")
    let isOutdated = moved.output.contains("标牌上印的内容变了")
    #expect(try one.laptop.run("--lang", "zh", "next", one.code).output.contains("重做标牌") == isOutdated)
    let street = try #require(
      ((try one.laptop.record(one.id)["history"] as? [[String: Any]])?.last?["changes"] as? [[String: Any]])?
        .first { $0["field"] as? String == "owner.street" }?["from"] as? String)
    try one.laptop.json("move", one.code, "--street", street)
    #expect(try !one.laptop.run("--lang", "zh", "next", one.code).output.contains("重做标牌"))
    #expect((try one.laptop.json("today")["installed"] as? [Any])?.count == 1)
    try one.laptop.json("retire", one.code, "--reason", "报废", "--photo", try photo(one.laptop))
    let today = try one.laptop.json("today")
    #expect((today["installed"] as? [Any])?.isEmpty == true && today["retired"] as? Int == 1)
    let refused = try one.laptop.run("--lang", "zh", "repair", "open", one.code, "--fault", "x")
    #expect(
      refused.diagnostics.contains("已淘汰") && !refused.diagnostics.contains("作废"), "\(refused.diagnostics)")
  }

  @Test func `a sale is called a sale, and leaves the earlier agreement in sight`() throws {
    let one = try install()
    try one.laptop.json(
      "transfer", one.code, "--unit-name", "东风路修理部", "--unit-type", "small", "--responsible-name", "赵新",
      "--responsible-phone", "13800000009", "--street", "白泥井镇", "--industry", "autoRepair")
    let next = try one.laptop.run("--lang", "zh", "next", one.code)
    #expect(!next.output.contains("更正"), "\(next.output)")
    for (step, command) in try one.laptop.steps(of: one.id, on: one.plug.port) {
      guard [.label, .handover, .sign].contains(step) else { continue }
      _ = try one.laptop.run(["--json"] + command)
    }
    let shown = try one.laptop.run("--lang", "zh", "show", one.code)
    #expect(
      shown.output.contains("/agreement.pdf") && shown.output.contains("agreement-2.pdf"), "\(shown.output)")
    #expect(!shown.output.contains("更正"), "\(shown.output)")
  }
}
