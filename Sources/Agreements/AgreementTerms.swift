import Cryptography
public import FoundationEssentials
public import Records

/// The clauses of the agreement between the two parties, from a data file that a company's lawyer may replace
/// (`agreement-terms/README.md`). An agreement once signed keeps the wording it was signed with.
public struct AgreementTerms: Hashable, Sendable {
  /// Clauses under one heading.
  public struct Section: Hashable, Sendable {
    public let heading: String
    public let clauses: [String]
  }

  public static let maxBytes = 1 << 20
  static let schema = "weldtech.agreement-terms/1"

  /// The file, byte for byte.
  public let json: Data
  /// The clauses' name, version and digest, as the record has them.
  public let reference: TermsReference
  public let title: String
  public let subtitle: String
  public let sections: [Section]
  /// The notice of how personal data is processed.
  public let personalData: Section
  /// The question for consent, which is answered apart from the signature.
  public let consent: String
  /// The sentence above the signature.
  public let statement: String

  /// Reads a file of clauses.
  /// - Parameter glyphs: the characters that can be printed; with nil, characters are not checked.
  /// - Throws: `terms`, with the first thing that is wrong.
  public init(json: Data, drawnBy glyphs: (any GlyphCoverage)?) throws(AgreementError) {
    let paper = PaperDocument(glyphs: glyphs)
    let document = try paper.decode(Document.self, from: json, schema: Self.schema)
    self.json = json
    reference = TermsReference(
      name: try paper.name(document.name, path: "name"),
      version: try paper.line(document.version, atMost: 20, path: "version"),
      sha256: SHA256Digest(of: json).hex)
    title = try paper.line(document.title, atMost: 40, path: "title")
    subtitle = try paper.line(document.subtitle, atMost: 80, path: "subtitle")
    guard (1...10).contains(document.sections.count) else {
      throw .terms(path: "sections", .count(lower: 1, upper: 10))
    }
    var sections: [Section] = []
    for (index, section) in document.sections.enumerated() {
      sections.append(try Self.section(section, paper, path: "sections[\(index)]"))
    }
    self.sections = sections
    personalData = try Self.section(document.personalData, paper, path: "personalData")
    consent = try paper.line(document.consent, atMost: 600, path: "consent")
    statement = try paper.line(document.statement, atMost: 200, path: "statement")
  }

  private static func section(_ section: Document.Section, _ paper: PaperDocument, path: String)
    throws(AgreementError) -> Section
  {
    Section(
      heading: try paper.line(section.heading, atMost: 40, path: "\(path).heading"),
      clauses: try paper.lines(section.clauses, 1...20, atMost: 600, path: "\(path).clauses"))
  }

  private struct Document: PaperDocument.Shape {
    struct Section: Decodable {
      let heading: String
      let clauses: [String]
    }

    let schema: String
    let name: String
    let version: String
    let title: String
    let subtitle: String
    let sections: [Section]
    let personalData: Section
    let consent: String
    let statement: String
  }
}
