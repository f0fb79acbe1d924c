import Drawing
public import FoundationEssentials
public import Records

/// 电焊机检查记录: the one page on paper that an inspection leaves at the unit. It is Chinese only, as the agreement is.
/// The same values give the same bytes.
public struct InspectionPage {
  /// A check in the words of the page.
  public struct Row: Hashable, Sendable {
    public let title: String
    public let outcome: String
    /// The meaning of a difference, or the reason why the check was not run; empty for a check that passed.
    public let words: String

    public init(title: String, outcome: String, words: String) {
      self.title = title
      self.outcome = outcome
      self.words = words
    }
  }

  private let installation: Installation
  private let inspection: Inspection
  private let verdict: String
  private let rows: [Row]

  /// - Parameter verdict: the sentence that the page ends in.
  public init(of inspection: Inspection, _ installation: Installation, verdict: String, rows: [Row]) {
    self.installation = installation
    self.inspection = inspection
    self.verdict = verdict
    self.rows = rows
  }

  /// The factors of the default text size that are tried in turn until everything fits on one page.
  private static let scales = [1, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62, 0.56, 0.5]
  /// The maximum number of characters of a value, which is shortened to it; a record from elsewhere may have
  /// more.
  private static let maxCharacters = 120
  /// The printers' mark for a character that no installed font has.
  private static let missing: Character = "〓"

  /// Makes the document. A character that no font has is printed as 〓, since a label may hold any character.
  /// - Throws: `drawing`.
  public func render() throws(AgreementError) -> Data {
    try PageFlow.onOnePage(trying: Self.scales) { layOut(in: $0, scale: $1) }.paper(
      CairoPDFDocument.Metadata(
        title: "电焊机检查记录 \(installation.code?.description ?? "")",
        author: Self.printable(inspection.inspector.company.text), subject: installation.id.description,
        date: inspection.inspectedAt.description),
      identity: "\(installation.id) \(inspection.inspectedAt) inspection")
  }

  // MARK: - The page, from top to bottom

  private func layOut(in flow: PageFlow, scale: Double) {
    let table = Table(flow: flow, scale: scale)
    head(in: flow)
    table.facts(inspectorFacts)
    flow.space(2.5)
    table.facts(machineFacts)
    flow.space(2.5)
    table.columns(
      [("检查项目", 46, .left), ("结果", 24, .left), ("说明", 104, .left)],
      rows: rows.map { [$0.title, $0.outcome, Self.printable($0.words)] })
    conclusion(in: flow, scale: scale)
  }

  private func head(in flow: PageFlow) {
    let title = flow.set(
      "电焊机检查记录", style: TextStyle(sizePoints: 17, weight: .bold, letterSpacingPoints: 0.6))
    let subtitle = flow.set(
      "达拉特旗电焊机“加芯赋码” · 记录号 \(installation.id)", style: TextStyle(sizePoints: 9))
    flow.place(height: title.heightMillimetres + subtitle.heightMillimetres + 4) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top)
      canvas.draw(subtitle, x: PageFlow.left, y: top + title.heightMillimetres + 1)
    }
  }

  private var inspectorFacts: [Fact] {
    let inspector = inspection.inspector
    return [
      fact(inspector.role == .inspector ? "检查单位" : "安装服务机构", inspector.company.text, isWide: true),
      fact(inspector.role == .inspector ? "检查人员" : "技术人员", inspector.name.full),
      fact("证件编号", inspector.certificate?.text), fact("联系电话", inspector.phone.full),
      fact("检查时间", AgreementWords.time(inspection.inspectedAt)),
    ]
  }

  private var machineFacts: [Fact] {
    let (owner, welder) = (installation.owner, installation.welder)
    let machine = [welder.brand, welder.model, welder.serialNumber].compactMap { $0?.text }.joined(
      separator: " ")
    let place = [owner.street.text, owner.community?.text].compactMap(\.self).joined(separator: " ")
    return [
      fact("企业/店铺名称", owner.unitName.text, isWide: true), fact("所在地", place, isWide: true),
      fact("责任人", "\(owner.responsibleName.full) \(owner.responsiblePhone.full)"),
      fact("电焊机", machine.isEmpty ? welder.weldingProcess.word : machine),
      fact("标牌码", installation.code?.description), fact("封条编号", installation.seal?.number),
      fact("模块序列号", installation.module?.serialNumber),
      fact(
        "对照的登记",
        "\(inspection.source == .fieldbook ? "本机" : "平台")，第 \(inspection.againstRevision) 版"),
    ]
  }

  private func conclusion(in flow: PageFlow, scale: Double) {
    let width = PageFlow.width
    let words = flow.set(
      "检查结论：\(verdict)", style: TextStyle(sizePoints: 11 * max(scale, 0.8), weight: .bold), width: width)
    let style = TextStyle(sizePoints: 9.5)
    let inspector = flow.set("检查人员签字：", style: style)
    let unit = flow.set("作业单位签字：", style: style)
    let day = flow.set("日期：", style: style)
    let signatureTop = words.heightMillimetres + 9
    flow.space(3)
    flow.place(height: signatureTop + inspector.heightMillimetres + 2) { canvas, top in
      canvas.draw(words, x: PageFlow.left, y: top)
      let bottom = top + signatureTop
      for (text, left, length) in [(inspector, 0.0, 38.0), (unit, 66.0, 38.0), (day, 132.0, 30.0)] {
        canvas.draw(text, x: PageFlow.left + left, y: bottom)
        var line = Path()
        let start = PageFlow.left + left + text.widthMillimetres
        line.move(x: start, y: bottom + text.heightMillimetres)
        line.line(x: min(start + length, PageFlow.left + width), y: bottom + text.heightMillimetres)
        canvas.stroke(line, widthMillimetres: 0.2, colour: .grey(0.3))
      }
    }
  }

  // MARK: - Text

  private func fact(_ name: String, _ value: String?, isWide: Bool = false) -> Fact {
    Fact(name, value.map(Self.printable), isWide: isWide)
  }

  /// The text as it can be printed: shortened to `maxCharacters`, with 〓 for each character without a glyph.
  private static func printable(_ text: String) -> String {
    let coverage = FontCoverage()
    let bounded = text.count > maxCharacters ? text.prefix(maxCharacters - 1) + "…" : Substring(text)
    guard coverage.firstWithoutGlyph(in: String(bounded)) != nil else { return String(bounded) }
    return String(bounded.map { coverage.firstWithoutGlyph(in: String($0)) == nil ? $0 : missing })
  }
}
