import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

private let poppler: ConditionTrait = .enabled(
  if: InstalledProgram("pdftotext").isInstalled && InstalledProgram("pdfinfo").isInstalled,
  "poppler is missing: apt install poppler-utils")

private func render(_ sample: Sample = Sample()) throws -> SealableAgreement {
  try sample.agreement(strokes: SignatureStrokes(json: Sample.signature())).render()
}

/// The document's text without white space, so that a wrapped value equals the original.
private func text(of document: SealableAgreement) throws -> String {
  let folder = TemporaryFolder()
  let file = try folder.write("a.pdf", document.pdf.bytes)
  return try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
}

private func contains(_ text: String, _ value: String) -> Bool {
  text.contains(value.filter { !$0.isWhitespace })
}

@Suite struct AgreementTests {
  @Test func `it is small enough for a poor network though all its glyphs are embedded`() throws {
    var sample = Sample()
    #expect(try render(sample).pdf.bytes.count < 200_000)
    // The note has every Latin letter; the name has a character from each font of the chain.
    sample.note = "The quick brown fox JUMPS OVER THE LAZY DOG, FI IL 0123456789"
    sample.unitName = "䶮𠮷𬭎\u{2A701}\u{2CEB5} ᠮᠣᠩᠭᠣᠯ 焊铺"
    let document = try render(sample)
    #expect(document.pdf.bytes.count < 250_000)
    let program = InstalledProgram("pdffonts")
    guard program.isInstalled else { return }
    let folder = TemporaryFolder()
    let fonts = try program.output([folder.write("a.pdf", document.pdf.bytes)]).split(separator: "\n")
      .dropFirst(2)
    // Each font is embedded as a subset and mapped back to text.
    #expect(fonts.count >= 2 && fonts.allSatisfy { $0.contains(" yes yes yes ") })
  }

  @Test(poppler) func `every field of the record is in the document as text`() throws {
    let sample = Sample()
    let text = try text(of: render(sample))
    let owner = sample.owner
    let welder = sample.welder
    let technician = sample.technician
    let expected: [String?] = [
      owner.unitID?.text, owner.unitName.text, owner.unitType?.word, owner.responsibleName.full,
      owner.responsiblePhone.full,
      owner.street.text, owner.community?.text, owner.industry.word, owner.industryNote?.text, "3 人", "2 人",
      welder.brand?.text, welder.model?.text, welder.serialNumber?.text, welder.weldingProcess.word,
      welder.supply.word,
      welder.sourceType.word, "27.5 A", "400 A", "18.2 kW", welder.purpose?.text, "2023年11月20日",
      welder.condition.word,
      technician.name.full, technician.phone.full, technician.company.text, technician.certificate.text,
      "2027年12月31日",
      "WM1-24000173", "STM32F405", "1.2.0", Sample.digest, "k-5f2c9b1e8d3a4f60", "861234050012345",
      "89860412102070001234", "2026年11月24日 09:14", "150621-00A000-X",
      "https://weld.example.cn/w/150621-00A000-X", "acrylic-60x40", "三相逆变焊机", "three-phase-inverter",
      "版本 1.0.0",
      "FT-000123", "FT-000122", "2026年11月24日 09:24", "383.4 V", "342 至 418 V", "不小于 -105 dBm",
      "未测（现场无网络）", "另有 1 项未测", sample.note?.text, sample.remarks?.text, "现场辅导制定",
      "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "乙方自费", "电焊机所有权人", "签字时间：2026年11月24日 09:45",
    ]
    for value in expected.compactMap(\.self) + Sample.photoDigests {
      #expect(contains(text, value), "\(value)")
    }
    let terms = try AgreementTerms(json: Sample.shippedTerms(), drawnBy: nil)
    for section in terms.sections + [terms.personalData] {
      #expect(contains(text, section.heading))
      for clause in section.clauses { #expect(contains(text, clause), "\(clause)") }
    }
    for words in [terms.consent, terms.statement, "☑ 同意保存书写过程", terms.reference.version] {
      #expect(contains(text, words), "\(words)")
    }
    // A time in the time zone of the place is printed without an offset.
    #expect(!text.contains("+08:00"))
  }

  @Test(poppler) func `the pages are A4 and numbered and the fonts embedded`() throws {
    let document = try render()
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", document.pdf.bytes)
    let info = try InstalledProgram("pdfinfo").output([file])
    #expect(info.contains("(A4)"))
    #expect(info.contains("Pages:           \(document.pageCount)\n"))
    #expect(info.contains("150621-00A000-X"))
    let fonts = try InstalledProgram("pdffonts").output([file]).split(separator: "\n").dropFirst(2)
    #expect(!fonts.isEmpty && fonts.allSatisfy { $0.contains("yes yes yes") })
    let text = try text(of: document)
    for page in 1...document.pageCount { #expect(text.contains("第\(page)页共\(document.pageCount)页")) }
  }

  @Test(
    .enabled(
      if: InstalledProgram("pdftoppm").isInstalled && InstalledProgram("zbarimg").isInstalled,
      "apt install poppler-utils zbar-tools"))
  func `the symbol on the first page reads`() throws {
    let document = try render()
    let folder = TemporaryFolder()
    try InstalledProgram("pdftoppm").run([
      "-r", "200", "-l", "1", "-png", folder.write("a.pdf", document.pdf.bytes), folder.file("page"),
    ])
    let read = try InstalledProgram("zbarimg").output(["-q", "--raw", "--nodbus", folder.file("page-1.png")])
    #expect(read == "https://weld.example.cn/w/150621-00A000-X\n")
  }

  @Test func `the same record and signature give the same bytes`() throws {
    let first = try render()
    #expect(try render() == first)
    #expect(try render(Sample(responsibleName: "王建军")) != first)
  }

  @Test func `photos seals and steps without end go on over the pages`() throws {
    var sample = Sample()
    sample.previousSeals = (0..<400).map { "FT-\($0)" }
    sample.steps = (0..<150).map {
      .init(name: "step\($0)", measured: Double($0) / 3, unit: "V", lower: nil, upper: 1_000, outcome: .passed)
    }
    sample.note = WrittenText(asKept: String(repeating: "已讲解。\n", count: 2_000))
    let document = try render(sample)
    #expect(document.pageCount > 8)
  }

  @Test(poppler) func `long values wrap within the page and none is lost`() throws {
    var sample = Sample()
    sample.unitName = WrittenText(asKept: String(repeating: "达拉特旗树林召镇锡尼街", count: 7) + "焊铺")
    sample.responsibleName = WrittenText(asKept: "阿拉坦乌力吉" + String(repeating: "巴特尔", count: 20))
    sample.industryNote = WrittenText(asKept: String(repeating: "农机修理和农具焊接，", count: 40))
    sample.note = WrittenText(asKept: String(repeating: "W", count: 2_000))
    sample.remarks = WrittenText(asKept: String(repeating: "0123456789abcdef", count: 25))
    let document = try render(sample)
    let text = try text(of: document)
    for value in [sample.unitName, sample.responsibleName, sample.industryNote, sample.remarks]
      as [WrittenText?]
    {
      #expect(contains(text, try #require(value).text))
    }
    #expect(text.filter { $0 == "W" }.count >= 2_000)

    let folder = TemporaryFolder()
    let words = try InstalledProgram("pdftotext").output([
      "-bbox", folder.write("a.pdf", document.pdf.bytes), "-",
    ])
    // The numbers are points. The margins left and right are 18 mm (51 pt); at the top and the bottom, text
    // keeps 28 pt and 12 pt from the edge.
    var count = 0
    for line in words.split(separator: "\n") where line.contains("<word ") {
      let numbers = line.split(separator: "\"").compactMap { Double($0) }
      guard numbers.count >= 4 else { continue }
      count += 1
      #expect(numbers[0] >= 50.5 && numbers[2] <= 545, "\(line)")
      #expect(numbers[1] >= 28 && numbers[3] <= 830, "\(line)")
    }
    #expect(count > 100)
  }

  /// Checks that no empty box and no wrong glyph is ever signed, whatever characters a record has.
  @Test(arguments: ["\u{10FFFD}", "\u{E863}", "\u{1E4D0}"])
  func `a character no font has is named and nothing is made`(character: Unicode.Scalar) throws {
    #expect(throws: AgreementError.noGlyph([character])) {
      try render(Sample(responsibleName: WrittenText(asKept: "王\(character)")))
    }
    #expect(throws: AgreementError.noGlyph([character])) {
      try render(Sample(remarks: WrittenText(asKept: "又是 \(character)\(character)")))
    }
  }

  @Test(arguments: [Step.photoBefore, .flash, .pair, .label, .seal, .photoAfter, .handover])
  func `a record without a step has no agreement yet`(step: Step) throws {
    #expect {
      _ = try Sample().text(leavingOut: step)
    } throws: { error in
      guard case AgreementError.incomplete(let steps) = error else { return false }
      return steps.contains(step)
    }
  }

  @Test func `a record whose test failed has no agreement`() throws {
    var sample = Sample()
    sample.steps = [
      .init(name: "signal", measured: -120, unit: "dBm", lower: -105, upper: nil, outcome: .failed)
    ]
    let strokes = try SignatureStrokes(json: Sample.signature())
    #expect(throws: AgreementError.incomplete([.test])) { try sample.agreement(strokes: strokes) }
  }

  /// Checks that each line of the text whose digest the record has stands in the PDF.
  @Test(poppler, arguments: [true, false, nil])
  func `the lines of the text stand in the document, and so does the answer on consent`(consents: Bool?) throws
  {
    var sample = Sample()
    sample.trainees = ["赵铁柱", "孙小梅"].map { PersonName(WrittenText(asKept: $0)) }
    let strokes = try SignatureStrokes(json: Sample.signature())
    let document = try sample.agreement(strokes: strokes, consents: consents).render()
    let words = try text(of: document)
    let written = try sample.text()
    #expect(contains(words, written.sha256) && written.lines.contains("  受训人员：赵铁柱、孙小梅"))
    for line in written.lines {
      // A table's row stands as cells on paper.
      for part in line.split(whereSeparator: { "：；".contains($0) }).map(String.init) {
        let value = part.split(separator: " ").last.map(String.init) ?? ""
        #expect(contains(words, value), "\(line)")
      }
    }
    #expect(words.contains(consents == true ? "☑同意保存" : "☐同意保存"))
    #expect(words.contains(consents == false ? "☑不同意" : "☐不同意"))
  }

  @Test(
    arguments: [
      (Industry.other, "2024-12-14T23:59:59+08:00", "达拉特旗人民政府出资"),
      (.other, "2024-12-15T00:00:00+08:00", "乙方自费"), (.mining, "2024-10-01T10:00:00+08:00", "乙方自费"),
    ])
  func `the payer goes by the day of the signature`(industry: Industry, time: String, payer: String) throws {
    let installation = Sample(industry: industry).installation()
    let facts = AgreementFacts(
      installation: installation, parts: try AgreementParts(installation), schemeTitle: nil)
    #expect(facts.funding(fittedOn: try #require(Timestamp(time)).day).first?.value == payer)
  }
}

@Suite struct AgreementWordsTests {
  @Test func `limits are said for every side`() {
    func step(_ unit: String, _ lower: Double?, _ upper: Double?) -> TestReport.Step {
      .init(name: "x", measured: 1, unit: unit, lower: lower, upper: upper, outcome: .passed)
    }
    #expect(AgreementWords.limits(step("V", 198, 242)) == "198 至 242 V")
    #expect(AgreementWords.limits(step("颗", 4, nil)) == "不小于 4 颗")
    #expect(AgreementWords.limits(step("s", nil, 5)) == "不大于 5 秒")
    #expect(AgreementWords.limits(step("V", nil, nil)) == "—")
    #expect(AgreementWords.limits(step("1", 1, nil)) == "是")
    #expect(AgreementWords.limits(step("1", nil, 0)) == "否")
  }
}
