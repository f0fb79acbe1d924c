import Cryptography
import Drawing
public import FoundationEssentials
import Records

/// An agreement in English for reading. It is not signed and not sealed, every page says so, and it names the
/// file that counts.
public struct ReadingCopy {
  private let text: AgreementText
  private let signing: Agreement.Signing
  private let translation: TermsTranslation?
  private let agreementSha256: String
  private let sealWords: String

  /// Makes a copy from the files embedded in an agreement, so that the copy shows what was signed, whatever was
  /// changed since.
  /// - Parameters:
  ///   - file: the signed PDF without a timestamp, which is not judged here.
  ///   - translation: the clauses in English; where the translation is nil or of other clauses, the copy shows
  ///     the Chinese clauses and says so.
  /// - Throws: `AgreementFault` for a file without an embedded record, such as a file of an earlier version.
  public init(of file: Data, translation: TermsTranslation?) throws(AgreementFault) {
    let document: OwnPDFFile
    do { document = try OwnPDFFile(file) } catch { throw .structure(error) }
    let evidence = try EmbeddedEvidence(document)
    text = evidence.text
    signing = evidence.signing
    sealWords = EnglishWords.seal(
      evidence.manifest.sealedBy, expectsTimestamp: evidence.manifest.timestampExpected)
    self.translation = translation.flatMap { $0.translates(evidence.terms) ? $0 : nil }
    agreementSha256 = SHA256Digest(of: file).hex
  }

  /// Makes the document; the same values give the same bytes.
  /// - Throws: `noGlyph`, `drawing`.
  public func render() throws(AgreementError) -> Data {
    let flow = PageFlow()
    layOut(in: flow)
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    return try flow.paper(
      CairoPDFDocument.Metadata(
        title: "Reading copy \(text.parts.code)", author: text.installation.technician?.company.text ?? "",
        subject: text.installation.id.description, date: signing.signedAt.description),
      identity: "\(text.installation.id) \(agreementSha256) en"
    ) { mark($0, page: $1, in: flow) }
  }

  // MARK: - The document, from top to bottom

  private func layOut(in flow: PageFlow) {
    let table = Table(flow: flow)
    let facts = EnglishFacts(installation: text.installation, parts: text.parts)
    head(in: flow)
    let sections: [(String, () -> Void)] = [
      (
        "The parties",
        {
          table.band("Party A: the company that fits the module", with: 10)
          table.facts(facts.company)
          table.band("Party B: the owner of the welder", with: 10)
          table.facts(facts.owner)
        }
      ),
      ("The welder", { table.facts(facts.welder) }),
      ("Smart module, label and seal", { table.facts(facts.fitting) }),
      (
        "Test on site",
        {
          place(facts.testSummary, in: flow)
          table.columns(Self.testColumns, rows: facts.test)
        }
      ),
      ("Training and operating rules", { table.facts(facts.handover) }),
      ("Photos", { table.columns(Self.photoColumns, rows: photos, role: .small) }),
      (
        "Costs",
        { table.facts(facts.funding(fittedOn: text.installation.fittedOn(signedAt: signing.signedAt))) }
      ),
    ]
    for (index, section) in sections.enumerated() {
      flow.heading("\(index + 1). \(section.0)", with: 20)
      section.1()
    }
    let clauses =
      translation.map { $0.sections + [$0.personalData] } ?? text.terms.sections + [text.terms.personalData]
    for (index, section) in clauses.enumerated() {
      let paragraphs = flow.setNumbered(
        section.clauses, style: Self.style, numberStyle: Self.style, indent: 8, gap: 1.1)
      flow.heading("\(sections.count + 1 + index). \(section.heading)", with: paragraphs.firstHeight)
      flow.place(paragraphs)
    }
    flow.heading("\(sections.count + 1 + clauses.count). Signature", with: 40)
    place(translation?.statement ?? text.terms.statement, in: flow)
    place(translation?.consent ?? text.terms.consent, in: flow)
    table.facts(facts.signing(signing))
    place(sealWords, in: flow)
  }

  private static let style = TextStyle(sizePoints: 9)
  private static let testColumns: [(title: String, width: Double, alignment: TextAlignment)] = [
    ("No.", 12, .centre), ("Step", 56, .left), ("Measured", 30, .left), ("Limits", 38, .left),
    ("Result", 38, .left),
  ]
  private static let photoColumns: [(title: String, width: Double, alignment: TextAlignment)] = [
    ("Shows", 26, .left), ("Taken at", 26, .left), ("Pixels", 19, .left),
    ("Digest of the file (SHA-256)", 103, .left),
  ]

  private var photos: [[String]] {
    text.installation.photos.filter { $0.stage != .authority }.map {
      [
        EnglishWords.stage($0.stage), EnglishWords.time($0.takenAt), "\($0.widthPixels)×\($0.heightPixels)",
        $0.sha256,
      ]
    }
  }

  private func head(in flow: PageFlow) {
    // This space keeps the title below the banner of the page.
    flow.place(height: 6) { _, _ in }
    let title = flow.set(
      translation?.title ?? text.terms.title, style: TextStyle(sizePoints: 16, weight: .bold),
      width: PageFlow.width)
    flow.place(height: title.heightMillimetres + 1) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top)
    }
    var lines = [
      translation?.subtitle ?? text.terms.subtitle, "Agreement \(text.parts.code)",
      "Record \(text.installation.id)", "Concluded on \(signing.signedAt.day)",
      "Clauses \(text.terms.reference.name), version \(text.terms.reference.version)",
      "This is a translation for reading. What was signed and sealed is the Chinese document with the SHA-256 \(agreementSha256).",
    ]
    if translation == nil {
      lines.append("There is no English wording of these clauses; they stand in Chinese.")
    }
    if let earlier = text.supersedes {
      lines.append(
        "It replaces the agreement signed at \(EnglishWords.time(earlier.signedAt)) (SHA-256 \(earlier.sha256)), which is void from this signature on."
      )
    }
    for line in lines { place(line, in: flow) }
  }

  private func place(_ words: String, in flow: PageFlow) {
    let block = flow.set(words, style: Self.style, width: PageFlow.width)
    flow.place(height: block.heightMillimetres + 0.8) { canvas, top in
      canvas.draw(block, x: PageFlow.left, y: top)
    }
  }

  /// Draws the banner 'READING COPY' above a page, and its number below.
  private func mark(_ canvas: any Artboard, page: Int, in flow: PageFlow) {
    let banner = flow.set(
      "READING COPY — not the document that counts 阅读副本，不具协议效力",
      style: TextStyle(sizePoints: 9, weight: .bold))
    let box = Rectangle(x: PageFlow.left, y: 7, width: PageFlow.width, height: banner.heightMillimetres + 2)
    canvas.fill(Path(box), colour: .grey(0.9))
    canvas.draw(banner, x: box.x + (box.width - banner.widthMillimetres) / 2, y: box.y + 1)
    let number = flow.set(
      "\(text.parts.code) · page \(page) of \(flow.pages.count)", style: TextStyle(sizePoints: 8))
    canvas.draw(
      number, x: PageFlow.left + PageFlow.width - number.widthMillimetres, y: PageFlow.pageHeight - 12.5,
      colour: .grey(0.3))
  }
}
