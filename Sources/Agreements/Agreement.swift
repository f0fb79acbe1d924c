import Cryptography
public import Drawing
public import FoundationEssentials
public import Records

/// The agreement (安装部署协议) as it is signed, with an empty place for the seal.
public struct SealableAgreement: Hashable, Sendable {
  /// The PDF: A4, real text, fonts, record, clauses and evidence embedded.
  public let pdf: SealablePDF
  public let pageCount: Int
}

/// An installation's agreement: its text, and who signed it when. The same values give the same bytes.
public struct Agreement {
  let text: AgreementText
  let signing: Signing
  let strokes: SignatureStrokes
  let evidence: Evidence
  private let symbol: QRSymbol

  /// The circumstances of a signature, as they stand below the text.
  public struct Signing: Hashable, Sendable {
    public var signatory: Signatory
    public var signedAt: Timestamp
    /// SHA-256 of the strokes as they are kept, lower-case hex.
    public var strokesSha256: String
    /// The answer to the question for consent; nil where it was not asked.
    public var consents: Bool?
    public var shown: AgreementRecord.Showing?
    /// SHA-256 of the photos of the signatory's authority, lower-case hex; empty where the signatory needs none.
    public var authoritySha256: [String]

    public init(
      signatory: Signatory, signedAt: Timestamp, strokesSha256: String, consents: Bool?,
      shown: AgreementRecord.Showing?, authoritySha256: [String] = []
    ) {
      self.signatory = signatory
      self.signedAt = signedAt
      self.strokesSha256 = strokesSha256
      self.consents = consents
      self.shown = shown
      self.authoritySha256 = authoritySha256
    }
  }

  /// The facts that the document shows about its own evidence, in addition to the record.
  public struct Evidence: Sendable {
    /// The sealer whose seal will close the document.
    public var sealer: EvidenceManifest.Sealer
    /// Whether a timestamp authority is set up, so that a timestamp token will follow.
    public var expectsTimestamp: Bool
    /// Small pictures of the photos, by the SHA-256 of the photo; a photo without one is shown by its digest alone.
    public var pictures: [String: JPEGPicture]

    public init(
      sealer: EvidenceManifest.Sealer, expectsTimestamp: Bool, pictures: [String: JPEGPicture] = [:]
    ) {
      self.sealer = sealer
      self.expectsTimestamp = expectsTimestamp
      self.pictures = pictures
    }
  }

  /// Puts an agreement together.
  /// - Throws: `drawing(.symbolTooLong)`.
  public init(
    _ text: AgreementText, signing: Signing, strokes: SignatureStrokes, evidence: Evidence
  ) throws(AgreementError) {
    self.text = text
    self.signing = signing
    self.strokes = strokes
    self.evidence = evidence
    do { symbol = try QRSymbol(text.parts.label.payload, atLeast: .medium) } catch { throw .drawing(error) }
  }

  /// Makes the document.
  /// - Throws: `noGlyph` where a character would come out as an empty box, so that nobody signs it; `drawing`.
  public func render() throws(AgreementError) -> SealableAgreement {
    let flow = PageFlow()
    let seal = layOut(in: flow)
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    let installation = text.installation
    let identity = SHA256Digest(
      of: Data("\(installation.id) \(signing.signedAt) \(signing.strokesSha256)".utf8))
    let files = try attachments()
    let manifest = manifest(record: files.record.bytes)
    do {
      let pdf = try flow.sealablePDF(
        CairoPDFDocument.Metadata(
          title: "\(text.title) \(text.parts.code)", author: text.technician?.company.text ?? "",
          subject: installation.id.description, date: signing.signedAt.description),
        identity: Array(identity.bytes.prefix(16)), attachments: [files.record, files.terms],
        closing: Self.closing(manifest), seal: (seal.page, seal.box, evidence.sealer.subject)
      ) { drawFooter(on: $0, page: $1, in: flow) }
      return SealableAgreement(pdf: pdf, pageCount: flow.pages.count)
    } catch { throw .drawing(error) }
  }

  // MARK: - What is embedded

  /// The names of the embedded files.
  public enum EmbeddedFile: String, CaseIterable, Sendable {
    case record = "record.json"
    case terms = "terms.json"
    case evidence = "evidence.json"
  }

  static let mediaType = "application/json"

  /// The record as it stood the moment before the signature, and the clauses.
  private func attachments() throws(AgreementError) -> (record: PDFAttachment, terms: PDFAttachment) {
    func attachment(_ file: EmbeddedFile, _ description: String, _ bytes: Data) -> PDFAttachment {
      PDFAttachment(name: file.rawValue, mediaType: Self.mediaType, description: description, bytes: bytes)
    }
    do {
      return (
        attachment(
          .record, "签署前的安装记录 / the record before the signature", try RecordCoding.encode(text.installation)),
        attachment(.terms, "协议条款 / the clauses", text.terms.json)
      )
    } catch {
      // A record that was read can always be written, since all its numbers are finite.
      throw .drawing(.outOfMemory)
    }
  }

  /// The manifest of the evidence, without the pieces of the file.
  private func manifest(record: Data) -> EvidenceManifest {
    EvidenceManifest(
      of: text, recordSha256: SHA256Digest(of: record).hex, recordBytes: record.count, signing: signing,
      sealedBy: evidence.sealer, timestampExpected: evidence.expectsTimestamp)
  }

  private static func closing(_ manifest: EvidenceManifest) -> PDFClosingAttachment {
    PDFClosingAttachment(
      name: EmbeddedFile.evidence.rawValue, mediaType: mediaType,
      description: "证据清单 / the evidence manifest"
    ) { pieces throws(DrawingError) in
      var manifest = manifest
      manifest.pieces = pieces.map { EvidenceManifest.Piece($0) }
      // Encoding cannot fail: the values come from a record that was read, or are whole numbers.
      do { return try manifest.json() } catch { throw .outOfMemory }
    }
  }

  // MARK: - The document, from top to bottom

  /// The maximum height of what is kept together, half of a page between its margins, millimetres.
  private static let maxTogether = (PageFlow.bottom - PageFlow.topMargin) / 2

  /// Lays all pages out.
  /// - Returns: the page and the box of the seal.
  private func layOut(in flow: PageFlow) -> (page: Int, box: Rectangle) {
    let table = Table(flow: flow)
    head(in: flow)
    let signature = SignaturePart(of: self, in: flow)
    var blocks = text.blocks[...]
    while let block = blocks.popFirst() {
      switch block {
      case .heading(let title):
        if case .clauses(let clauses)? = blocks.first {
          blocks.removeFirst()
          let paragraphs = numbered(clauses, in: flow)
          flow.heading(title, with: paragraphs.firstHeight)
          // The last clause stands on one page with the signature, so that nobody signs a page without a
          // clause, unless this would leave half of the page before empty.
          let isTogether = blocks.isEmpty && signature.height + paragraphs.lastHeight <= Self.maxTogether
          flow.place(paragraphs, with: isTogether ? signature.height : 0)
        } else {
          flow.heading(title, with: 20)
        }
      case .band(let title): table.band(title, with: 10)
      case .facts(let facts): table.facts(facts)
      case .note(let words): note(words, in: flow)
      case .columns(AgreementText.photoColumns, _, _):
        PhotoGrid(evidence.pictures, in: flow).place(text.photos)
      case .columns(let columns, let rows, let isSmall):
        table.columns(
          columns.map { ($0.title, $0.widthMillimetres, $0.isCentred ? .centre : .left) }, rows: rows,
          role: isSmall ? .small : .value)
      case .clauses(let clauses): flow.place(numbered(clauses, in: flow))
      }
    }
    return signature.place(in: flow)
  }

  private func numbered(_ clauses: [String], in flow: PageFlow) -> PageFlow.NumberedParagraphs {
    let style = TextStyle(sizePoints: 9.5)
    return flow.setNumbered(clauses, style: style, numberStyle: style, indent: 8, gap: 1.1)
  }

  private func head(in flow: PageFlow) {
    let title = flow.set(
      text.title, style: TextStyle(sizePoints: 19, weight: .bold, letterSpacingPoints: 0.6))
    let subtitle = flow.set(text.subtitle, style: TextStyle(sizePoints: 10))
    let numbers = flow.set(
      (text.numbers.map { "\($0.name)：\($0.value)" } + [text.termsLine]).joined(separator: "\n"),
      style: TextStyle(sizePoints: 9.5, lineSpacing: 1))
    let side = 30.0
    let module = side / Double(symbol.moduleCountWithQuietZone)
    let symbol = symbol
    let numbersTop = 10.5 + subtitle.heightMillimetres
    flow.place(height: max(side, numbersTop + numbers.heightMillimetres) + 1) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top - 1)
      canvas.draw(subtitle, x: PageFlow.left, y: top + 9.2)
      canvas.draw(numbers, x: PageFlow.left, y: top + numbersTop)
      // The quiet zone may reach into the margin, which is empty.
      let quiet = Double(QRSymbol.quietModules) * module
      canvas.draw(
        symbol, x: PageFlow.left + PageFlow.width - side + 2 * quiet, y: top + quiet, moduleMillimetres: module)
    }
    if let supersession = text.supersession { framed(supersession, in: flow) }
  }

  /// Places a sentence in a frame, which nobody overlooks.
  private func framed(_ text: String, in flow: PageFlow) {
    let padding = 2.0
    let block = flow.set(
      text, style: TextStyle(sizePoints: 9.5, weight: .bold), width: PageFlow.width - 2 * padding)
    flow.space(2)
    flow.place(height: block.heightMillimetres + 2 * padding) { canvas, top in
      let box = Rectangle(
        x: PageFlow.left, y: top, width: PageFlow.width, height: block.heightMillimetres + 2 * padding)
      canvas.fill(Path(box), colour: .grey(0.94))
      canvas.stroke(Path(box), widthMillimetres: 0.4)
      canvas.draw(block, x: box.x + padding, y: box.y + padding)
    }
  }

  private func note(_ text: String, in flow: PageFlow) {
    let block = flow.set(text, style: TextStyle(sizePoints: 9), width: PageFlow.width)
    flow.place(height: block.heightMillimetres + 1, with: 20) { canvas, top in
      canvas.draw(block, x: PageFlow.left, y: top)
    }
  }

  private func drawFooter(on canvas: any Artboard, page: Int, in flow: PageFlow) {
    let style = TextStyle(sizePoints: 8)
    let left = flow.set(Self.footer(of: text), style: style)
    let right = flow.set("第 \(page) 页 共 \(flow.pages.count) 页", style: style)
    let top = PageFlow.pageHeight - 13.5
    var line = Path()
    line.move(x: PageFlow.left, y: top)
    line.line(x: PageFlow.left + PageFlow.width, y: top)
    canvas.stroke(line, widthMillimetres: 0.15, colour: .grey(0.55))
    canvas.draw(left, x: PageFlow.left, y: top + 1, colour: .grey(0.3))
    canvas.draw(
      right, x: PageFlow.left + PageFlow.width - right.widthMillimetres, y: top + 1, colour: .grey(0.3))
  }
}
