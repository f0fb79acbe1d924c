import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks which text the owner reads before the signature, which questions are asked apart from the signature,
/// and what the record keeps of the text and the answers.
@Suite(.serialized) struct AgreementTests {
  private func signable(_ laptop: Laptop) throws -> String {
    let plug = try Plug(timings: .instant)
    return try withExtendedLifetime(plug) {
      try laptop.walk(try laptop.register(), to: .sign, on: plug.port)
    }
  }

  /// Returns the SHA-256 of lines as the system's own program computes it, lower-case hex.
  private func digest(of lines: [String]) throws -> String {
    let folder = TemporaryFolder()
    let file = try folder.write("text", Data(lines.map { $0 + "\n" }.joined().utf8))
    return String(try InstalledProgram("sha256sum").output([file]).prefix(64))
  }

  private func agreement(_ id: String, in laptop: Laptop) throws -> [String: Any] {
    try #require(try laptop.record(id)["agreement"] as? [String: Any])
  }

  @Test func `on a terminal the text is shown before the consent and the signature are asked for`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let text = try laptop.json("sign", id, "--text")
    let lines = try #require(text["lines"] as? [String])
    #expect(text["sha256"] as? String == (try digest(of: lines)))
    #expect(try laptop.status(of: id) == "open")

    let session = try TerminalSession(
      ["--home", laptop.home, "sign", id], environment: ["LANG": "zh_CN.UTF-8"])
    try session.answer("同意保存书写过程吗", "n")
    try session.answer("签名笔迹文件", try laptop.signature())
    #expect(session.end() == 0, "\(session.text)")
    let shown = session.text.filter { !$0.isWhitespace }
    let consent = try #require(shown.range(of: "同意保存书写过程吗"))
    for line in lines {
      let words = line.filter { !$0.isWhitespace }
      #expect(words.isEmpty || shown[..<consent.lowerBound].contains(words), "\(line)")
    }

    let agreement = try agreement(id, in: laptop)
    #expect(agreement["textSha256"] as? String == text["sha256"] as? String)
    #expect((agreement["shown"] as? [String: String])?["means"] == "terminal")
    #expect(agreement["consentsToDynamics"] as? Bool == false)
    #expect((agreement["terms"] as? [String: String])?["name"] == "dalad")
    // Without consent the home keeps only the shape of the signature, without times and pressures.
    let strokes = try #require(agreement["strokesSha256"] as? String)
    let kept = try #require(
      try FileManager.default.subpathsOfDirectory(atPath: laptop.home).first { $0.hasSuffix(strokes) })
    let file = try Data(contentsOf: URL(filePath: "\(laptop.home)/\(kept)"))
    let document = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    let points = try #require(document["strokes"] as? [[[String: Double]]]).joined()
    #expect(!points.isEmpty && points.allSatisfy { $0["t"] == 0 && $0["p"] == nil })
  }

  @Test func `going back is no consent, and a text that changed while it was read is not signed`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let shipped = try String(
      contentsOfFile: FirmwareShare.checkout + "/agreement-terms/dalad.json", encoding: .utf8)
    let other = try laptop.scratch.write("other.json", Data(shipped.replacing("2026-2", with: "9").utf8))

    func session() throws -> TerminalSession {
      try TerminalSession(["--home", laptop.home, "sign", id], environment: ["LANG": "zh_CN.UTF-8"])
    }
    let first = try session()
    try first.answer("同意保存书写过程吗", "<")
    try first.read(until: "不能退回")
    try first.answer("同意保存书写过程吗", "y")
    try laptop.json("setup", "--terms", other)
    try first.answer("签名笔迹文件", try laptop.signature())
    #expect(first.end() == 1 && first.text.contains("[sign.textChanged]"), "\(first.text.suffix(400))")
    #expect(try laptop.status(of: id) == "open")

    let second = try session()
    try second.answer("同意保存书写过程吗", "y")
    try second.answer("签名笔迹文件", try laptop.signature())
    #expect(second.end() == 0, "\(second.text.suffix(400))")
    let agreement = try agreement(id, in: laptop)
    #expect((agreement["terms"] as? [String: String])?["version"] == "9")
    #expect(agreement["consentsToDynamics"] as? Bool == true)
  }

  /// Checks the widths of the signature's line, which show the pressure of the pen: without consent there is
  /// one width.
  @Test(arguments: ["yes", "no", nil])
  func `without consent the paper does not show how hard the pen was pressed`(consent: String?) throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let stroke = (0..<200).map { point -> [String: Double] in
      ["x": 20 + 2 * Double(point), "y": 100, "t": Double(point) * 8, "p": point % 40 < 20 ? 0.05 : 0.97]
    }
    let strokes: [String: Any] = ["width": 600, "height": 300, "strokes": [stroke]]
    let file = try laptop.scratch.write("pressed.json", try JSONSerialization.data(withJSONObject: strokes))
    let options = consent.map { ["--consent", $0] } ?? []
    let signed = try laptop.run(["--json", "sign", id, "--signature", file] + options)
    #expect(signed.status == 0, "\(signed)")
    let paper = try #require((try signed.document()["agreement"] as? [String: Any])?["file"] as? String)
    let folder = TemporaryFolder()
    try InstalledProgram("pdftocairo").run(["-svg", "-f", "3", "-l", "3", paper, folder.file("page.svg")])
    let page = String(decoding: try folder.bytes("page.svg"), as: UTF8.self)
    let widths = Set(page.matches(of: #/stroke-width[:=]"?([0-9.]+)/#).map { String($0.output.1) })
    let kept = try #require(try agreement(id, in: laptop)["strokesSha256"] as? String)
    let same = try #require(try agreement(id, in: laptop)["strokesSha256"] as? String) == digest(ofFile: file)
    #expect(same == (consent == "yes") && !kept.isEmpty)
    // A box and a rule on the page add two widths to those of the pen's line.
    #expect(consent == "yes" ? widths.count > 3 : widths.count == 3, "\(widths)")
  }

  @Test func `a copy in English stands beside the agreement, asked for with the signature or afterwards`()
    throws
  {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let signed = try laptop.json("sign", id, "--signature", try laptop.signature(), "--copy", "en")
    let agreement = try #require(signed["agreement"] as? [String: Any])
    let (paper, copy) = (try #require(agreement["file"] as? String), try #require(agreement["copy"] as? String))
    #expect(copy == paper.replacing("agreement.pdf", with: "agreement.en.pdf"))
    let words = try InstalledProgram("pdftotext").output(["-raw", copy, "-"])
    let sha256 = try #require(agreement["sha256"] as? String)
    #expect(words.contains("READING COPY") && words.contains(sha256))
    let first = try Data(contentsOf: URL(filePath: copy))
    let signedPaper = try Data(contentsOf: URL(filePath: paper))
    try FileManager.default.removeItem(atPath: copy)
    let again = try laptop.json("sign", id, "--copy", "en")
    #expect((again["agreement"] as? [String: Any])?["copy"] as? String == copy)
    #expect(try Data(contentsOf: URL(filePath: copy)) == first)
    #expect(try Data(contentsOf: URL(filePath: paper)) == signedPaper)

    let shipped = try String(
      contentsOfFile: FirmwareShare.checkout + "/agreement-terms/dalad.json", encoding: .utf8)
    let other = try laptop.scratch.write("other.json", Data(shipped.replacing("2026-2", with: "9").utf8))
    try laptop.json("setup", "--terms", other)
    // The copy shows the clauses that were signed, even after the laptop's clauses have changed.
    try laptop.json("sign", id, "--copy", "en")
    #expect(try Data(contentsOf: URL(filePath: copy)) == first)
  }

  @Test func `the agreement shows a small picture of every photo`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let signed = try laptop.json("sign", id, "--signature", try laptop.signature())
    let paper = try #require((signed["agreement"] as? [String: Any])?["file"] as? String)
    let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
    let list = try InstalledProgram("pdfimages").output(["-list", paper]).split(separator: "\n").dropFirst(2)
    #expect(!photos.isEmpty && list.count == photos.count && list.allSatisfy { $0.contains(" jpeg ") })
  }

  private func digest(ofFile file: String) throws -> String {
    String(try InstalledProgram("sha256sum").output([file]).prefix(64))
  }

  @Test func `another signatory's name needs that person's phone`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    let options = ["--json", "sign", id, "--signature", try laptop.signature(), "--signatory", "李小强"]
    #expect(try laptop.run(options).status == 64)
    #expect(try laptop.run(options + ["--signatory-phone", "13800000009"]).status == 0)
  }

  @Test func `a script that says nothing of a text or consent leaves both open in the record`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    try laptop.json("sign", id, "--signature", try laptop.signature())
    let agreement = try agreement(id, in: laptop)
    #expect(agreement["shown"] == nil && agreement["consentsToDynamics"] == nil)
    #expect(agreement["textSha256"] is String)
  }

  @Test func `a company's own clauses are judged, signed with and named, and the shipped ones come back`()
    throws
  {
    let office = try Office()
    let laptop = try office.laptop()
    let shipped = try String(
      contentsOfFile: FirmwareShare.checkout + "/agreement-terms/dalad.json", encoding: .utf8)
    let own = shipped.replacing("\"dalad\"", with: "\"our-own\"").replacing("2026-2", with: "7")
    let broken = try laptop.scratch.write(
      "broken.json", Data(own.replacing("statement", with: "satement").utf8))
    #expect(try laptop.failure("setup", "--terms", broken, status: 65) == "agreement.terms")
    #expect(try laptop.json("setup")["terms"] == nil)

    let file = try laptop.scratch.write("own.json", Data(own.utf8))
    let set = try #require(try laptop.json("setup", "--terms", file)["terms"] as? [String: String])
    try FileManager.default.removeItem(atPath: file)
    let id = try signable(laptop)
    try laptop.json("sign", id, "--signature", try laptop.signature(), "--shown", "paper", "--consent", "yes")
    let terms = try #require(try agreement(id, in: laptop)["terms"] as? [String: String])
    #expect(terms == set && terms["name"] == "our-own" && terms["version"] == "7")
    #expect(
      terms["sha256"]
        == String(
          try InstalledProgram("sha256sum").output([
            try laptop.scratch.write("again.json", Data(own.utf8))
          ]).prefix(64)))
    #expect(try laptop.json("setup", "--terms", "default")["terms"] == nil)
  }

  @Test func `those who were trained are named in the record, and the unit gets its rules`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try withExtendedLifetime(plug) {
      try laptop.walk(try laptop.register(), to: .handover, on: plug.port)
    }
    let rules = laptop.scratch.file("rules.pdf")
    let options = ["handover", id, "--rules", "drafted", "--trainee", "赵铁柱", "--trainee", "孙小梅"]
    let tooFew = try laptop.run(["--json"] + options + ["--trained", "1", "--print-rules", rules])
    #expect(tooFew.status == 65 && tooFew.errorCode == "handover.trainees")
    #expect(!FileManager.default.fileExists(atPath: rules))
    let done = try laptop.run(["--json"] + options + ["--print-rules", rules])
    #expect(done.status == 0, "\(done)")
    let handover = try #require(try laptop.record(id)["handover"] as? [String: Any])
    #expect(handover["trainedOperators"] as? Int == 2)
    #expect(handover["trainees"] as? [String] == ["赵铁柱", "孙小梅"])
    #expect(try laptop.run("show", id, "--lang", "zh").output.contains("赵**"))
    let pages = try InstalledProgram("pdftotext").output([rules, "-"])
    #expect(pages.contains("电气焊安全操作规程"))

    // Printing the page of rules alone afterwards does not change the record.
    let events = (try laptop.record(id)["history"] as? [Any])?.count
    let again = laptop.scratch.file("again.pdf")
    let alone = try laptop.run(["--json", "handover", id, "--print-rules", again])
    #expect(alone.status == 0 && FileManager.default.fileExists(atPath: again), "\(alone)")
    #expect((try laptop.record(id)["history"] as? [Any])?.count == events)

    // A corrected number of operators makes the recorded handover untrue, so the handover has to be repeated
    // before the signature.
    let corrected = try laptop.json("correct", id, "--operators", "9")
    #expect(corrected["redo"] as? [String] == ["handover"] && corrected["next"] as? String == "handover")
    #expect(try laptop.failure("sign", id, "--signature", try laptop.signature(), status: 1) == "walk.order")
    #expect(try laptop.run(["--json"] + options).status == 0)
    let next = try #require(try laptop.json("next", id)["installations"] as? [[String: Any]])
    #expect(next.first?["next"] as? String == "sign")
  }
}
