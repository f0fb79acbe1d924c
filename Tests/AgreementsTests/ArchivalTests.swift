import Cryptography
import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

private let poppler: ConditionTrait = .enabled(
  if: InstalledProgram("pdftotext").isInstalled && InstalledProgram("pdfdetach").isInstalled
    && InstalledProgram("pdfimages").isInstalled, "poppler is missing: apt install poppler-utils")

/// Checks the agreement as an archival file, by programs that share no code with this one.
@Suite struct ArchivalTests {
  /// A photo of 640 × 480 pixels.
  private static func photo() throws -> Data {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: tests.appending(path: "Fixtures/Photos/photo-samsung-sos.jpg"))
  }

  private static func document(_ name: String) throws -> (Agreement, SealableAgreement) {
    let (sample, installation) = Sample.extreme(name)
    let agreement = try Sample.agreement(
      of: installation, sample, picture: try JPEGPicture(shrinking: photo(), minSidePixels: 320))
    return (agreement, try agreement.render())
  }

  /// Checks that Apache's validator of PDF/A-1b reports only the differences of PDF/A-3: another part than 1,
  /// and embedded files.
  @Test(
    .enabled(if: Preflight.isInstalled, "PDFBox Preflight is missing: scripts/setup tests"),
    arguments: Sample.extremes)
  func `Preflight finds nothing but that it is PDF/A-3 with embedded files`(name: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", try Self.document(name).1.pdf.bytes)
    let lines = try Preflight.faults(of: file)
    #expect(lines.filter { $0.hasPrefix("7.11.2 ") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("1.4.7 ") }.count == 1)
    #expect(lines.filter { $0.hasPrefix("1.2.9 ") }.count == 3)
    #expect(lines.count == 5, "\(lines)")
  }

  @Test(poppler, arguments: Sample.extremes)
  func `the record, the clauses and the evidence come out of it byte for byte`(name: String) throws {
    let (agreement, document) = try Self.document(name)
    let folder = TemporaryFolder()
    try InstalledProgram("pdfdetach").run(
      ["-saveall", "-o", folder.path, folder.write("a.pdf", document.pdf.bytes)])
    func saved(_ file: Agreement.EmbeddedFile) throws -> Data {
      try Data(contentsOf: URL(filePath: folder.file(file.rawValue)))
    }
    let record = try RecordCoding.encode(agreement.text.installation)
    #expect(try saved(.record) == record)
    #expect(try saved(.terms) == Sample.shippedTerms())
    let manifest = try EvidenceManifest(json: saved(.evidence))
    #expect(manifest.record == .init(sha256: SHA256Digest(of: record).hex, bytes: record.count))
    #expect(manifest.textSha256 == agreement.text.sha256 && manifest.supersedes == agreement.text.supersedes)
    #expect(manifest.photos.map(\.sha256) == agreement.text.installation.photos.map(\.sha256))
  }

  @Test(poppler, arguments: Sample.extremes)
  func `every line of the text stands in it, and every page but the last is half full`(name: String) throws {
    let (agreement, document) = try Self.document(name)
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", document.pdf.bytes)
    let words = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
    for line in agreement.text.lines {
      for part in line.split(whereSeparator: { "：；".contains($0) }) {
        // Only the last word of each part is compared, since a table's titles stand above its rows, and a
        // photo's words are in another order.
        let value = part.split(separator: " ").last.map(String.init) ?? ""
        #expect(words.contains(value.filter { !$0.isWhitespace }), "\(line)")
      }
    }
    let pages = try InstalledProgram("pdftotext").output(["-bbox", file, "-"]).components(separatedBy: "<page ")
    #expect(pages.count == document.pageCount + 1)
    let half = 72 / 25.4 * (PageFlow.topMargin + PageFlow.bottom) / 2
    for (index, page) in pages.dropFirst().dropLast().enumerated() {
      // Words below the margin belong to the footer and do not count.
      let bottom = page.matches(of: #/yMax="([0-9.]+)"/#).compactMap { Double($0.output.1) }
        .filter { $0 < 72 / 25.4 * (PageFlow.bottom + 1) }.max()
      #expect(try #require(bottom) >= half, "page \(index + 1)")
    }
  }

  @Test(poppler) func `the small pictures are in it as they were given`() throws {
    let picture = try JPEGPicture(shrinking: Self.photo(), minSidePixels: 320)
    #expect(picture.widthPixels == 320 && picture.heightPixels == 240 && picture.bytes.count < 40_000)
    let folder = TemporaryFolder()
    try InstalledProgram("pdfimages").run(
      ["-all", folder.write("a.pdf", try Self.document("fullest").1.pdf.bytes), folder.file("p")])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("p-") }
    // Nine photos of the text; the authority, which can show an identity card, is there by its digest only.
    #expect(files.count == 9)
    for file in files { #expect(try Data(contentsOf: URL(filePath: folder.file(file))) == picture.bytes) }
  }

  @Test(.enabled(if: InstalledProgram("qpdf").isInstalled, "apt install qpdf"))
  func `its structure is sound and its bookmarks are the headings`() throws {
    let (agreement, document) = try Self.document("fullest")
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", document.pdf.bytes)
    let checked = try InstalledProgram("qpdf").run(["--check", file])
    #expect(checked.status == 0, "\(checked.output) \(checked.diagnostics)")
    let json = try InstalledProgram("qpdf").run(["--json=1", "--json-key=outlines", file]).outputBytes
    let read = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let outlines = try #require(read["outlines"] as? [[String: Any]])
    let headings = agreement.text.blocks.compactMap { block -> String? in
      if case .heading(let title) = block { title } else { nil }
    }
    #expect(outlines.compactMap { $0["title"] as? String } == headings + [agreement.text.signatureHeading])
    let pages = outlines.compactMap { $0["destpageposfrom1"] as? Int }
    #expect(pages == pages.sorted() && pages.first == 1 && pages.last == document.pageCount)
  }

  @Test func `the same values give the same bytes, and another picture gives others`() throws {
    let first = try Self.document("rare").1
    #expect(try Self.document("rare").1 == first)
    let (sample, installation) = Sample.rare()
    #expect(try Sample.agreement(of: installation, sample, picture: nil).render() != first)
  }

  @Test(poppler)
  func `a company that others vouch for is not called unknown, and one that nobody vouches for is`() throws {
    func words(_ sealer: EvidenceManifest.Sealer, timestamp: Bool) throws -> String {
      var evidence = Sample.evidence
      (evidence.sealer, evidence.expectsTimestamp) = (sealer, timestamp)
      let document = try Agreement(
        Sample().text(),
        signing: Agreement.Signing(
          signatory: Sample().signatory, signedAt: Sample.signedAt, strokesSha256: Sample.digest, consents: nil,
          shown: nil), strokes: SignatureStrokes(json: Sample.signature()), evidence: evidence
      ).render()
      let folder = TemporaryFolder()
      let file = try folder.write("a.pdf", document.pdf.bytes)
      return try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
    }
    var sealer = Sample.evidence.sealer
    let own = try words(sealer, timestamp: false)
    #expect(own.contains("没有第三方证明它属于谁") && own.contains("没有时间戳") && own.contains(sealer.certificateSha256))
    sealer.selfIssued = false
    let vouched = try words(sealer, timestamp: true)
    #expect(!vouched.contains("没有第三方") && vouched.contains("签章时间另由时间戳机构证明"))
  }

  @Test func `a text that looks like a byte range does not become one`() throws {
    var sample = Sample()
    sample.unitName = "/ByteRange[0 1 2 3]/Contents<00>"
    let document = try sample.agreement(strokes: SignatureStrokes(json: Sample.signature())).render()
    #expect(document.pdf.contents == nil)
  }
}

/// Apache PDFBox's validator of PDF/A-1b.
enum Preflight {
  private static let jars = [
    "preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "bcprov", "javax.activation", "jaxb-api",
  ].map { "/usr/share/java/\($0).jar" }

  static var isInstalled: Bool {
    InstalledProgram("java").isInstalled && jars.allSatisfy { FileManager.default.fileExists(atPath: $0) }
  }

  /// The lines that name a fault, each with its code.
  static func faults(of file: String) throws -> [String] {
    let outcome = try InstalledProgram("java").run(
      ["-cp", jars.joined(separator: ":"), "org.apache.pdfbox.preflight.Validator_A1b", file])
    return (outcome.output + "\n" + outcome.diagnostics).split(separator: "\n").map(String.init)
      .filter { $0.wholeMatch(of: #/[0-9]+(\.[0-9]+)* : .*/#) != nil }
  }
}
