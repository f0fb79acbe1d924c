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

/// An installation's agreement: the record just before the signature, with the signatory and the time. The same
/// values give the same bytes.
public struct Agreement {
  private let facts: AgreementFacts
  private let parts: AgreementParts
  private let signatory: Signatory
  private let signedAt: Timestamp
  private let strokes: SignatureStrokes
  private let strokesSha256: String
  private let symbol: QRSymbol

  /// Puts an agreement together.
  /// - Parameters:
  ///   - schemeTitle: the scheme's Chinese title; nil shows its name only.
  ///   - strokesSha256: SHA-256 of the strokes as they were read, lower-case hex; it stands below the signature.
  /// - Throws: `incomplete`; `drawing(.symbolTooLong)`.
  public init(
    of installation: Installation, signatory: Signatory, signedAt: Timestamp, strokes: SignatureStrokes,
    strokesSha256: String, schemeTitle: String? = nil
  ) throws(AgreementError) {
    parts = try AgreementParts(installation)
    facts = AgreementFacts(installation: installation, parts: parts, schemeTitle: schemeTitle)
    self.signatory = signatory
    self.signedAt = signedAt
    self.strokes = strokes
    self.strokesSha256 = strokesSha256
    do { symbol = try QRSymbol(parts.label.payload, atLeast: .medium) } catch { throw .drawing(error) }
  }

  /// Makes the document.
  /// - Throws: `noGlyph` where a character would come out as an empty box, so that nobody signs it; `drawing`.
  public func render() throws(AgreementError) -> AgreementDocument {
    let flow = PageFlow()
    layOut(in: flow)
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    let title = "电焊机智能模块安装部署协议 \(parts.code)"
    do {
      let document = OwnPDFDocument(
        pageWidthMillimetres: PageFlow.pageWidth, pageHeightMillimetres: PageFlow.pageHeight,
        metadata: CairoPDFDocument.Metadata(
          title: title, author: facts.installation.technician.company.text,
          subject: facts.installation.id.description, date: signedAt.description))
      let footers = flow.pages.indices.map { footer(in: flow, page: $0 + 1, of: flow.pages.count) }
      for (marks, footer) in zip(flow.pages, footers) {
        for mark in marks { mark.draw(document.canvas, mark.top) }
        footer(document.canvas)
        try document.endPage()
      }
      let identity = SHA256Digest(of: Data("\(facts.installation.id) \(signedAt) \(strokesSha256)".utf8))
      let pdf = try document.finish(identity: Array(identity.bytes.prefix(16)))
      return AgreementDocument(
        pdf: pdf, sha256: SHA256Digest(of: pdf).hex, pageCount: flow.pages.count)
    } catch { throw .drawing(error) }
  }

  // MARK: - The document, from top to bottom

  /// The room that the signature's part of the page takes, heading included.
  private static let signatureMillimetres = 72.0

  private func layOut(in flow: PageFlow) {
    let table = Table(flow: flow)
    head(in: flow)
    flow.heading("一、协议双方", with: 20)
    table.band("甲方：芯片模块安装服务机构", with: 10)
    table.facts(facts.company)
    table.band("乙方：电焊机所有权人（作业单位）", with: 10)
    table.facts(facts.owner)
    flow.heading("二、电焊机", with: 20)
    table.facts(facts.welder)
    flow.heading("三、智能模块、二维码标牌和封条", with: 20)
    table.facts(facts.fitting)
    flow.heading("四、现场测试", with: 30)
    note(facts.testSummary, in: flow)
    table.columns(
      [
        ("序号", 12, .centre), ("项目", 58, .left), ("实测值", 30, .left), ("合格范围", 38, .left),
        ("结论", 36, .left),
      ], rows: facts.test)
    flow.heading("五、培训和安全操作规程", with: 16)
    table.facts(facts.handover)
    flow.heading("六、安装前后照片", with: 20)
    table.columns(
      [("阶段", 14, .left), ("拍摄时间", 38, .left), ("像素", 19, .left), ("文件摘要（SHA-256）", 103, .left)],
      rows: facts.photos, role: .small)
    flow.heading("七、费用", with: 10)
    table.facts(facts.funding(fittedOn: signedAt.day))
    flow.clauses(
      "八、双方约定（条款版本 \(AgreementTerms.version)）", AgreementTerms.clauses, with: Self.signatureMillimetres)
    signature(in: flow)
  }

  private func head(in flow: PageFlow) {
    let title = flow.set(
      "电焊机智能模块安装部署协议", style: TextStyle(sizePoints: 19, weight: .bold, letterSpacingPoints: 0.6))
    let subtitle = flow.set("达拉特旗电焊机“加芯赋码”电子协议", style: TextStyle(sizePoints: 10))
    let numbers = flow.set(
      "协议编号：\(parts.code)\n记录号：\(facts.installation.id)\n签订日期：\(AgreementWords.day(signedAt.day))",
      style: TextStyle(sizePoints: 9.5, lineSpacing: 1))
    let side = 30.0
    let module = side / Double(symbol.moduleCountWithQuietZone)
    let symbol = symbol
    flow.place(height: side + 1) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top - 1)
      canvas.draw(subtitle, x: PageFlow.left, y: top + 9.2)
      canvas.draw(numbers, x: PageFlow.left, y: top + side - numbers.heightMillimetres)
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
    let statement = flow.set(
      "本人已阅读并同意上述内容，确认所登记的信息属实，焊机经现场测试可以正常使用。", style: style, width: PageFlow.width)
    let caption = flow.set("乙方签字：", style: TextStyle(sizePoints: 8.5))
    let technician = facts.installation.technician
    let signer = flow.set(
      """
      签字人：\(signatory.name.full)
      签字身份：\(signatory.capacity.word)
      联系电话：\(signatory.phone.full)
      签字时间：\(AgreementWords.time(signedAt))
      """, style: style, width: rightWidth)
    let installer = flow.set(
      """
      甲方：\(technician.company)
      技术人员：\(technician.name.full)（证书 \(technician.certificate)）
      """, style: style, width: rightWidth)
    let digest = flow.set(
      "签字笔迹摘要（SHA-256）：\(strokesSha256)", style: TextStyle(sizePoints: 7.5), width: PageFlow.width)
    let body = max(boxHeight, signer.heightMillimetres + installer.heightMillimetres + 4)
    let bodyTop = statement.heightMillimetres + 2
    let height = bodyTop + body + 1.5 + digest.heightMillimetres
    flow.heading("九、签字确认", with: height)
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

  private func footer(in flow: PageFlow, page: Int, of count: Int) -> (any Artboard) -> Void {
    let style = TextStyle(sizePoints: 8)
    let left = flow.set("协议编号 \(parts.code) · 记录号 \(facts.installation.id.text.prefix(8))", style: style)
    let right = flow.set("第 \(page) 页 共 \(count) 页", style: style)
    return { canvas in
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
}
