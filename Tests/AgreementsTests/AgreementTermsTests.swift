import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

@Suite struct AgreementTermsTests {
  /// The shipped clauses with `change` applied to them.
  private func changed(_ change: (inout [String: Any]) throws -> Void) throws -> Data {
    var document = try #require(
      try JSONSerialization.jsonObject(with: Sample.shippedTerms()) as? [String: Any])
    try change(&document)
    return try JSONSerialization.data(withJSONObject: document)
  }

  @Test func `the shipped clauses are whole`() throws {
    let terms = try AgreementTerms(json: Sample.shippedTerms(), drawnBy: nil)
    #expect(terms.reference.name == "dalad" && terms.sections.count == 3)
    // The sentence by which both parties agree on this kind of signature names the two articles of the law.
    let words = terms.sections.flatMap(\.clauses).joined()
    #expect(words.contains("电子签名法》第三条、第十三条第二款") && words.contains("工艺质量"))
    #expect(terms.personalData.clauses.joined().contains("撤回同意"))
  }

  @Test func `another word in the file is another digest, in the record and in the text`() throws {
    let own = try changed { $0["statement"] = "本人同意。" }
    let (shipped, other) = (try Sample().text(), try Sample().text(terms: own))
    #expect(shipped.terms.reference.sha256 != other.terms.reference.sha256)
    #expect(shipped.sha256 != other.sha256 && other.lines.contains("本人同意。"))
    #expect(try Sample().text().sha256 == shipped.sha256)
  }

  @Test func `what is wrong in a file of clauses is named by its place`() throws {
    let cases: [(String, AgreementError.TermsFault, (inout [String: Any]) throws -> Void)] = [
      ("name", .notAName, { $0["name"] = "Dalad 1" }),
      ("version", .missing, { $0["version"] = "  " }),
      ("title", .tooLong(most: 40), { $0["title"] = String(repeating: "长", count: 41) }),
      ("subtitle", .missing, { $0["subtitle"] = nil }),
      ("sections", .count(lower: 1, upper: 10), { $0["sections"] = [Any]() }),
      ("sections", .wrongType, { $0["sections"] = "x" }),
      (
        "sections[0].clauses", .count(lower: 1, upper: 20),
        { $0["sections"] = [["heading": "一", "clauses": [String]()] as [String: Any]] }
      ),
      (
        "sections[0].clauses[1]", .tooLong(most: 600),
        { $0["sections"] = [["heading": "一", "clauses": ["甲", String(repeating: "乙", count: 601)]]] }
      ),
      ("schema", .otherSchema(expected: "weldtech.agreement-terms/1"), { $0["schema"] = "x/1" }),
      ("personalData.heading", .missing, { $0["personalData"] = ["clauses": ["甲"]] }),
    ]
    for (path, fault, change) in cases {
      let file = try changed(change)
      #expect(throws: AgreementError.terms(path: path, fault)) { try AgreementTerms(json: file, drawnBy: nil) }
    }
    #expect {
      try AgreementTerms(json: changed { $0["consent"] = "同意\u{202E}不" }, drawnBy: nil)
    } throws: { error in
      guard case AgreementError.terms("consent", .character) = error else { return false }
      return true
    }
    #expect {
      try AgreementTerms(json: Data(Sample.shippedTerms().dropLast(20)), drawnBy: nil)
    } throws: { error in
      guard case AgreementError.terms("$", .notJSON) = error else { return false }
      return true
    }
  }

  @Test func `ten sections of twenty long clauses go on over the pages`() throws {
    let clause = String(repeating: "乙方应定期维护保养电焊机，", count: 46)
    let own = try changed {
      $0["sections"] = (0..<10).map {
        ["heading": "约定\($0)", "clauses": Array(repeating: clause, count: 20)] as [String: Any]
      }
    }
    let text = try Sample().text(terms: own)
    let document = try Agreement(
      text,
      signing: Agreement.Signing(
        signatory: Sample().signatory, signedAt: Sample.signedAt, strokesSha256: Sample.digest, consents: nil,
        shown: nil), strokes: SignatureStrokes(json: Sample.signature()), evidence: Sample.evidence
    ).render()
    #expect(document.pageCount > 40)
  }

  /// The same signature with its strokes reversed and in another order, at another pace and pressure.
  private func changedPace(_ json: Data) throws -> Data {
    var document = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let strokes = try #require(document["strokes"] as? [[[String: Double]]])
    document["strokes"] = strokes.reversed().map { stroke in
      stroke.reversed().enumerated().map {
        ["x": $1["x"] ?? 0, "y": $1["y"] ?? 0, "t": Double($0) * 7, "p": 0.5]
      }
    }
    return try JSONSerialization.data(withJSONObject: document)
  }

  @Test func `without consent only the shape of a signature is left`() throws {
    let strokes = try SignatureStrokes(json: Sample.signature())
    let shape = try SignatureStrokes(json: strokes.shape())
    #expect(shape.strokes.joined().allSatisfy { $0.milliseconds == 0 && $0.pressure == nil })
    // The ink is the same: each point of the signature has a point of the shape within one pixel across and
    // down.
    #expect(shape.strokes.count == strokes.strokes.count)
    let (before, after) = (strokes.strokes.joined(), shape.strokes.joined())
    for point in before {
      #expect(after.contains { abs($0.x - point.x) <= 1 && abs($0.y - point.y) <= 1 }, "\(point)")
    }
    #expect(abs(shape.inkPixels - strokes.inkPixels) < strokes.inkPixels / 100)
    // Neither the pace nor the order of the writing is left: the same strokes written in another way have the
    // same shape.
    let slowly = try changedPace(Sample.signature())
    #expect(try SignatureStrokes(json: slowly).shape() == strokes.shape())
  }
}

@Suite struct OperatingRulesTests {
  @Test(
    .enabled(if: InstalledProgram("pdftotext").isInstalled, "apt install poppler-utils"),
    arguments: ["老王电焊铺", String(repeating: "鄂尔多斯市达拉特旗树林召镇农机修理服", count: 2)])
  func `the page of rules is one page with every rule on it`(unit: String) throws {
    let rules = try OperatingRulesText(json: Sample.shipped("operating-rules"), drawnBy: nil)
    let page = try OperatingRulesPage(
      rules, unit: WrittenText(asKept: unit), company: Sample().technician.company, phone: "138 0000 0000",
      day: Sample.signedAt.day
    ).render()
    let folder = TemporaryFolder()
    let file = try folder.write("rules.pdf", page)
    let text = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
    for rule in rules.rules { #expect(text.contains(rule.filter { !$0.isWhitespace }), "\(rule)") }
    #expect(text.contains(unit) && text.contains("13800000000") && text.contains("2026年11月24日"))
    #expect(try InstalledProgram("pdfinfo").output([file]).contains("Pages:           1\n"))
  }
}
