import Cryptography
import Drawing
public import FoundationEssentials
public import Records

/// The agreement (安装部署协议) as it is signed.
public struct AgreementDocument: Hashable, Sendable {
  /// The PDF: A4, real text, fonts embedded.
  public let pdf: Data
  /// SHA-256 of `pdf`, lower-case hex.
  public let sha256: String
  public let pageCount: Int
}

/// An installation's agreement: its text, and who signed it when. The same values give the same bytes.
public struct Agreement {
  private let text: AgreementText
  private let signing: Signing
  private let strokes: SignatureStrokes
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

  /// Puts an agreement together.
  /// - Throws: `drawing(.symbolTooLong)`.
  public init(_ text: AgreementText, signing: Signing, strokes: SignatureStrokes) throws(AgreementError) {
    self.text = text
    self.signing = signing
    self.strokes = strokes
    do { symbol = try QRSymbol(text.parts.label.payload, atLeast: .medium) } catch { throw .drawing(error) }
  }

  /// Makes the document.
  /// - Throws: `noGlyph` where a character would come out as an empty box, so that nobody signs it; `drawing`.
  public func render() throws(AgreementError) -> AgreementDocument {
    let flow = PageFlow()
    layOut(in: flow)
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    let installation = text.installation
    let pdf = try flow.paper(
      CairoPDFDocument.Metadata(
        title: "\(text.terms.title) \(text.parts.code)", author: installation.technician.company.text,
        subject: installation.id.description, date: signing.signedAt.description),
      identity: "\(installation.id) \(signing.signedAt) \(signing.strokesSha256)"
    ) { drawFooter(on: $0, page: $1, in: flow) }
    return AgreementDocument(pdf: pdf, sha256: SHA256Digest(of: pdf).hex, pageCount: flow.pages.count)
  }

  // MARK: - The document, from top to bottom

  /// The room that the signature's part of the page takes, heading included.
  private static let signatureMillimetres = 88.0

  private func layOut(in flow: PageFlow) {
    let table = Table(flow: flow)
    head(in: flow)
    var blocks = text.blocks[...]
    while let block = blocks.popFirst() {
      switch block {
      case .heading(let title):
        // The last section stands on one page with the signature.
        if case .clauses(let clauses)? = blocks.first {
          blocks.removeFirst()
          let paragraphs = numbered(clauses, in: flow)
          let isLast = blocks.isEmpty
          flow.heading(
            title, with: isLast ? paragraphs.height + Self.signatureMillimetres : paragraphs.firstHeight)
          flow.place(paragraphs)
        } else {
          flow.heading(title, with: 20)
        }
      case .band(let title): table.band(title, with: 10)
      case .facts(let facts): table.facts(facts)
      case .note(let words): note(words, in: flow)
      case .columns(let columns, let rows, let isSmall):
        table.columns(
          columns.map { ($0.title, $0.widthMillimetres, $0.isCentred ? .centre : .left) }, rows: rows,
          role: isSmall ? .small : .value)
      case .clauses(let clauses): flow.place(numbered(clauses, in: flow))
      }
    }
    signature(in: flow)
  }

  private func numbered(_ clauses: [String], in flow: PageFlow) -> PageFlow.NumberedParagraphs {
    let style = TextStyle(sizePoints: 9.5)
    return flow.setNumbered(clauses, style: style, numberStyle: style, indent: 8, gap: 1.1)
  }

  private func head(in flow: PageFlow) {
    let title = flow.set(
      text.terms.title, style: TextStyle(sizePoints: 19, weight: .bold, letterSpacingPoints: 0.6))
    let subtitle = flow.set(text.terms.subtitle, style: TextStyle(sizePoints: 10))
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
  }

  private func note(_ text: String, in flow: PageFlow) {
    let block = flow.set(text, style: TextStyle(sizePoints: 9), width: PageFlow.width)
    flow.place(height: block.heightMillimetres + 1, with: 20) { canvas, top in
      canvas.draw(block, x: PageFlow.left, y: top)
    }
  }

  private func signature(in flow: PageFlow) {
    let boxWidth = 84.0
    let boxHeight = 42.0
    let right = PageFlow.left + boxWidth + 6
    let rightWidth = PageFlow.width - boxWidth - 6
    let style = TextStyle(sizePoints: 9.5)
    let small = TextStyle(sizePoints: 7.5)
    let statement = flow.set(
      "\(text.terms.statement)\n\(text.terms.consent)\n\(AgreementWords.consent(signing.consents))",
      style: style,
      width: PageFlow.width)
    let caption = flow.set("乙方签字：", style: TextStyle(sizePoints: 8.5))
    let technician = text.installation.technician
    let signer = flow.set(
      """
      签字人：\(signing.signatory.name.full)
      签字身份：\(signing.signatory.capacity.word)
      联系电话：\(signing.signatory.phone.full)
      签字时间：\(AgreementWords.time(signing.signedAt))
      """, style: style, width: rightWidth)
    let installer = flow.set(
      """
      甲方：\(technician.company)
      技术人员：\(technician.name.full)（证书 \(technician.certificate)）
      """, style: style, width: rightWidth)
    let shown = signing.shown.map { "，\(AgreementWords.time($0.at))在\(AgreementWords.means($0.means))出示" } ?? ""
    let digests =
      ["协议文本摘要（SHA-256）：\(text.sha256)\(shown)", "签字笔迹摘要（SHA-256）：\(signing.strokesSha256)"]
      + signing.authoritySha256.map { "\(Photo.Stage.authority.word)照片摘要（SHA-256）：\($0)" }
    let digest = flow.set(digests.joined(separator: "\n"), style: small, width: PageFlow.width)
    let body = max(boxHeight, signer.heightMillimetres + installer.heightMillimetres + 4)
    let bodyTop = statement.heightMillimetres + 2
    let height = bodyTop + body + 1.5 + digest.heightMillimetres
    flow.heading(text.signatureHeading, with: height)
    let strokes = strokes
    flow.place(height: height) { canvas, top in
      canvas.draw(statement, x: PageFlow.left, y: top)
      let box = Rectangle(x: PageFlow.left, y: top + bodyTop, width: boxWidth, height: body)
      canvas.stroke(Path(box), widthMillimetres: 0.2, colour: .grey(0.4))
      canvas.draw(caption, x: box.x + 2, y: box.y + 1.5)
      let ink = Rectangle(
        x: box.x + 4, y: box.y + 7, width: box.width - 8, height: box.height - 9)
      SignatureInk(strokes, in: ink).draw(on: canvas)
      canvas.draw(signer, x: right, y: box.y)
      canvas.draw(installer, x: right, y: box.bottom - installer.heightMillimetres)
      canvas.draw(digest, x: PageFlow.left, y: box.bottom + 1.5)
    }
  }

  private func drawFooter(on canvas: any Artboard, page: Int, in flow: PageFlow) {
    let style = TextStyle(sizePoints: 8)
    let left = flow.set(
      "协议编号 \(text.parts.code) · 记录号 \(text.installation.id.text.prefix(8))", style: style)
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
