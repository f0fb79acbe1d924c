import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

@Suite(.enabled(if: InstalledProgram("pdftotext").isInstalled, "apt install poppler-utils"))
struct ReadingCopyTests {
  private static let authority = String(repeating: "cd", count: 32)

  private static func translation() throws -> TermsTranslation {
    try TermsTranslation(json: Sample.shipped("dalad.en"), drawnBy: nil)
  }

  /// The pages of a copy as text without white space, and the digest of the agreement from which the copy is
  /// made.
  private static func copy(
    of text: AgreementText, _ sample: Sample, _ translation: TermsTranslation?,
    capacity: SignatoryCapacity? = nil
  ) throws -> (pages: [String], sha256: String) {
    var signatory = sample.signatory
    if let capacity { signatory.capacity = capacity }
    let agreement = try Agreement(
      text,
      signing: Agreement.Signing(
        signatory: signatory, signedAt: Sample.signedAt, strokesSha256: Sample.digest, consents: false,
        shown: AgreementRecord.Showing(means: .phone, at: Sample.signedAt), authoritySha256: [authority]),
      strokes: SignatureStrokes(json: Sample.signature()), evidence: Sample.evidence
    ).render().pdf.bytes
    let copy = try ReadingCopy(of: agreement, translation: translation)
    let pdf = try copy.render()
    #expect(try copy.render() == pdf)
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", pdf)
    let pages = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).split(separator: "\u{C}")
      .map { $0.filter { !$0.isWhitespace } }
    return (pages, SHA256Digest(of: agreement).hex)
  }

  private static func contains(_ pages: [String], _ words: String) -> Bool {
    pages.joined().contains(words.filter { !$0.isWhitespace })
  }

  @Test(arguments: Sample.extremes)
  func `every page says that it does not count, and names what does`(name: String) throws {
    let (sample, installation) = Sample.extreme(name)
    let text = try Sample.agreement(of: installation, sample, picture: nil).text
    let (pages, sha256) = try Self.copy(of: text, sample, Self.translation())
    #expect(pages.count >= 2)
    for (index, page) in pages.enumerated() {
      #expect(
        page.contains("READINGCOPY—notthedocumentthatcounts")
          && page.contains("page\(index + 1)of\(pages.count)"))
    }
    #expect(Self.contains(pages, "the Chinese document with the SHA-256 \(sha256)"))
    if let earlier = text.supersedes {
      #expect(Self.contains(pages, "(SHA-256 \(earlier.sha256)), which is void"))
    }
  }

  @Test func `it has every value of the record and every clause in English`() throws {
    let sample = Sample()
    let translation = try Self.translation()
    let (pages, _) = try Self.copy(of: sample.text(), sample, translation, capacity: .authorised)
    let clauses = (translation.sections + [translation.personalData]).flatMap { [$0.heading] + $0.clauses }
    for words in clauses + [translation.title, translation.consent, translation.statement] {
      #expect(Self.contains(pages, words), "\(words)")
    }
    let values = [
      sample.unitName.text, "individual business", "27.5 A (plate: I1max)", "three-phase 380 V",
      "manual arc welding", "relay closes on a valid start", "a start that is used again is refused",
      "sealed the Chinese document with the certificate '\(Sample.evidence.sealer.subject)'",
      "no third party says whose it is", "there is no timestamp", "WM1-24000173",
      "FT-000123",
      "383.4 V", "342 to 418 V", "at least -105 dBm", "not run (no network on site)",
      "1 not run and to be made up",
      "authorised agent", "only the shape of the strokes is kept", "2026-11-24 09:45, on a phone",
      "drawn up on site",
      "fitted on 2024-12-15 or later", Self.authority,
    ]
    for value in values + Sample.photoDigests { #expect(Self.contains(pages, value), "\(value)") }
  }

  @Test func `the shipped translation is of the shipped clauses`() throws {
    let terms = try AgreementTerms(json: Sample.shippedTerms(), drawnBy: nil)
    #expect(try Self.translation().translates(terms))
  }

  /// Checks that no translation is shown for other clauses than its own, which would be worse than none.
  @Test func `clauses without a translation of their own stand in Chinese, and the copy says so`() throws {
    var own = try #require(
      try JSONSerialization.jsonObject(with: Sample.shippedTerms()) as? [String: Any])
    own["version"] = "own-1"
    let json = try JSONSerialization.data(withJSONObject: own)
    let text = try Sample().text(terms: json)
    let translation = try Self.translation()
    #expect(!translation.translates(text.terms))
    let (pages, _) = try Self.copy(of: text, Sample(), translation)
    #expect(Self.contains(pages, "There is no English wording of these clauses; they stand in Chinese."))
    for clause in text.terms.sections.flatMap(\.clauses) { #expect(Self.contains(pages, clause)) }
    #expect(!Self.contains(pages, translation.consent) && Self.contains(pages, text.terms.consent))
  }

  @Test func `a file without a record inside has no copy`() throws {
    #expect(throws: AgreementFault.self) { try ReadingCopy(of: Data("%PDF-1.7\n".utf8), translation: nil) }
  }

  @Test func `a translation that is none is refused at its place`() throws {
    var document = try #require(
      try JSONSerialization.jsonObject(with: Sample.shipped("dalad.en")) as? [String: Any])
    document["of"] = "ab"
    let json = try JSONSerialization.data(withJSONObject: document)
    #expect(throws: AgreementError.terms(path: "of", .wrongType)) {
      try TermsTranslation(json: json, drawnBy: nil)
    }
    #expect(throws: AgreementError.terms(path: "schema", .otherSchema(expected: TermsTranslation.schema))) {
      try TermsTranslation(
        json: Data(
          String(decoding: Sample.shipped("dalad.en"), as: UTF8.self)
            .replacing("reading/1", with: "reading/2").utf8), drawnBy: nil)
    }
  }
}
