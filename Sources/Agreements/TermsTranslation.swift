import Cryptography
public import FoundationEssentials
public import Records

/// The clauses of one file in English, for reading: `agreement-terms/<name>.en.json`. A translation names the
/// digest of exactly one file of clauses, so that it is never shown for other clauses.
public struct TermsTranslation: Hashable, Sendable {
  static let schema = "weldtech.agreement-terms-reading/1"
  /// The maximum number of characters of one text; English takes more letters than Chinese takes characters.
  private static let maxCharacters = 2_000

  /// SHA-256 of the file that is translated, lower-case hex.
  public let of: String
  let title: String
  let subtitle: String
  let sections: [AgreementTerms.Section]
  let personalData: AgreementTerms.Section
  let consent: String
  let statement: String

  /// Reads a translation.
  /// - Throws: `terms`, with the first thing that is wrong.
  public init(json: Data, drawnBy glyphs: (any GlyphCoverage)?) throws(AgreementError) {
    let paper = PaperDocument(glyphs: glyphs)
    let document = try paper.decode(Document.self, from: json, schema: Self.schema)
    guard SHA256Digest(hex: document.of) != nil else { throw .terms(path: "of", .wrongType) }
    of = document.of
    func line(_ text: String, _ path: String) throws(AgreementError) -> String {
      try paper.line(text, atMost: Self.maxCharacters, path: path)
    }
    func section(_ section: Document.Section, _ path: String) throws(AgreementError) -> AgreementTerms.Section {
      AgreementTerms.Section(
        heading: try line(section.heading, "\(path).heading"),
        clauses: try paper.lines(section.clauses, 1...20, atMost: Self.maxCharacters, path: "\(path).clauses"))
    }
    title = try line(document.title, "title")
    subtitle = try line(document.subtitle, "subtitle")
    var sections: [AgreementTerms.Section] = []
    for (index, part) in document.sections.enumerated() {
      sections.append(try section(part, "sections[\(index)]"))
    }
    self.sections = sections
    personalData = try section(document.personalData, "personalData")
    consent = try line(document.consent, "consent")
    statement = try line(document.statement, "statement")
  }

  /// Whether this translation names the digest of `terms`, and has as many sections and as many clauses in
  /// each.
  public func translates(_ terms: AgreementTerms) -> Bool {
    of == terms.reference.sha256
      && (sections + [personalData]).map(\.clauses.count)
        == (terms.sections + [terms.personalData]).map(\.clauses.count)
  }

  private struct Document: PaperDocument.Shape {
    struct Section: Decodable {
      let heading: String
      let clauses: [String]
    }

    let schema: String
    let of: String
    let title: String
    let subtitle: String
    let sections: [Section]
    let personalData: Section
    let consent: String
    let statement: String
  }
}
