public import FoundationEssentials
public import Records

/// Rules that a unit hangs up beside its welders, from a data file (`agreement-terms/README.md`).
public struct OperatingRulesText: Hashable, Sendable {
  static let schema = "weldtech.operating-rules/1"

  public let version: String
  public let title: String
  /// The sentence that says on what the rules are based.
  public let basis: String
  /// The rules; the words before a colon are a rule's heading.
  public let rules: [String]

  /// Reads a file of rules.
  /// - Parameter glyphs: the characters that can be printed; with nil, characters are not checked.
  /// - Throws: `terms`, with the first thing that is wrong.
  public init(json: Data, drawnBy glyphs: (any GlyphCoverage)?) throws(AgreementError) {
    let paper = PaperDocument(glyphs: glyphs)
    let document = try paper.decode(Document.self, from: json, schema: Self.schema)
    _ = try paper.name(document.name, path: "name")
    version = try paper.line(document.version, atMost: 20, path: "version")
    title = try paper.line(document.title, atMost: 20, path: "title")
    basis = try paper.line(document.basis, atMost: 120, path: "basis")
    rules = try paper.lines(document.rules, 1...20, atMost: 200, path: "rules")
  }

  private struct Document: PaperDocument.Shape {
    let schema: String
    let name: String
    let version: String
    let title: String
    let basis: String
    let rules: [String]
  }
}
