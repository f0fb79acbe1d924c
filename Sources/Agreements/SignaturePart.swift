import Drawing
import Records

/// The last part of an agreement: the declaration, a box for each party, and the sentences about the seal.
struct SignaturePart {
  private static let gap = 5.0
  private static let boxWidth = (PageFlow.width - gap) / 2
  /// The height of the box for a signature or a stamp, whose diameter is 42 mm at most, millimetres.
  private static let boxHeight = 44.0
  private static let padding = 2.0
  private static let style = TextStyle(sizePoints: 9.5)
  private static let small = TextStyle(sizePoints: 7.5)

  private let heading: String
  private let strokes: SignatureStrokes
  private let statement: TextBlock
  private let ownerCaption: TextBlock
  private let companyCaption: TextBlock
  private let owner: TextBlock
  private let company: TextBlock
  private let seal: TextBlock
  private let digests: TextBlock

  init(of agreement: Agreement, in flow: PageFlow) {
    let (text, signing) = (agreement.text, agreement.signing)
    heading = text.signatureHeading
    strokes = agreement.strokes
    statement = flow.set(
      "\(text.statement)\n\(text.terms.consent)\n\(AgreementWords.consent(signing.consents))",
      style: Self.style, width: PageFlow.width)
    let caption = TextStyle(sizePoints: 8.5)
    ownerCaption = flow.set("乙方（签字）：", style: caption)
    companyCaption = flow.set("甲方（盖章）：", style: caption)
    let technician = text.technician
    owner = flow.set(
      """
      签字人：\(signing.signatory.name.full)
      签字身份：\(signing.signatory.capacity.word)
      联系电话：\(signing.signatory.phone.full)
      签字时间：\(AgreementWords.time(signing.signedAt))
      """, style: Self.style, width: Self.boxWidth)
    company = flow.set(
      """
      甲方：\(technician?.company.text ?? "")
      技术人员：\(technician?.name.full ?? "")
      培训证书编号：\(technician?.certificate.text ?? "")
      """, style: Self.style, width: Self.boxWidth)
    seal = flow.set(
      AgreementWords.seal(agreement.evidence), style: TextStyle(sizePoints: 8.5), width: PageFlow.width)
    let shown = signing.shown.map { "，\(AgreementWords.time($0.at))在\(AgreementWords.means($0.means))出示" } ?? ""
    digests = flow.set(
      ([
        "签章证书摘要（SHA-256）：\(agreement.evidence.sealer.certificateSha256)",
        "协议文本摘要（SHA-256）：\(text.sha256)\(shown)", "签字笔迹摘要（SHA-256）：\(signing.strokesSha256)",
      ]
        + signing.authoritySha256.map { "\(Photo.Stage.authority.word)照片摘要（SHA-256）：\($0)" })
        .joined(separator: "\n"), style: Self.small, width: PageFlow.width)
  }

  /// The height of the part below its heading, millimetres.
  private var bodyHeight: Double {
    boxTop + Self.boxHeight + Self.padding + partiesHeight + Self.padding + seal.heightMillimetres + 1
      + digests.heightMillimetres
  }

  private var boxTop: Double { statement.heightMillimetres + Self.padding }

  private var partiesHeight: Double { max(owner.heightMillimetres, company.heightMillimetres) }

  /// The height of the part on a page, its heading included, millimetres.
  var height: Double { bodyHeight + 10.5 }

  /// Places the part, which is not divided.
  /// - Returns: the page and the box of the installing company, where the seal stands too.
  func place(in flow: PageFlow) -> (page: Int, box: Rectangle) {
    flow.heading(heading, with: bodyHeight)
    let place = flow.place(height: bodyHeight) { canvas, top in draw(on: canvas, top: top) }
    return (place.page, companyBox(top: place.top))
  }

  private func ownerBox(top: Double) -> Rectangle {
    Rectangle(x: PageFlow.left, y: top + boxTop, width: Self.boxWidth, height: Self.boxHeight)
  }

  private func companyBox(top: Double) -> Rectangle {
    Rectangle(
      x: PageFlow.left + Self.boxWidth + Self.gap, y: top + boxTop, width: Self.boxWidth, height: Self.boxHeight
    )
  }

  private func draw(on canvas: ContentStream, top: Double) {
    canvas.draw(statement, x: PageFlow.left, y: top)
    let parties = [(ownerBox(top: top), ownerCaption, owner), (companyBox(top: top), companyCaption, company)]
    for (box, caption, words) in parties {
      canvas.stroke(Path(box), widthMillimetres: 0.2, colour: .grey(0.4))
      canvas.draw(caption, x: box.x + Self.padding, y: box.y + 1.5)
      canvas.draw(words, x: box.x, y: box.bottom + Self.padding)
    }
    let box = ownerBox(top: top)
    let ink = Rectangle(x: box.x + 4, y: box.y + 7, width: box.width - 8, height: box.height - 9)
    SignatureInk(strokes, in: ink).draw(on: canvas)
    let below = box.bottom + Self.padding + partiesHeight + Self.padding
    canvas.draw(seal, x: PageFlow.left, y: below)
    canvas.draw(digests, x: PageFlow.left, y: below + seal.heightMillimetres + 1)
  }
}
