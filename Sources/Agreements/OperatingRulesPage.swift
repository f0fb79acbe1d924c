import Drawing
public import FoundationEssentials
public import Records

/// 电气焊安全操作规程: one page of operating rules for a unit to hang up, in letters that can be read from two steps away. The
/// same values give the same bytes.
public struct OperatingRulesPage {
  private let text: OperatingRulesText
  private let unit: WrittenText
  private let company: WrittenText
  private let phone: String?
  private let day: CalendarDay

  /// - Parameters:
  ///   - company: the installer company, which stands at the foot.
  ///   - phone: the number to call for a repair; nil for none.
  public init(
    _ text: OperatingRulesText, unit: WrittenText, company: WrittenText, phone: String?, day: CalendarDay
  ) {
    self.text = text
    self.unit = unit
    self.company = company
    self.phone = phone
    self.day = day
  }

  /// The sizes of letters that are tried, points, the largest first, until all stands on one page.
  private static let sizes = [17.0, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6]

  /// Makes the document.
  /// - Throws: `noGlyph`, `drawing`.
  public func render() throws(AgreementError) -> Data {
    let flow = PageFlow.onOnePage(trying: Self.sizes) { layOut(in: $0, size: $1) }
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    return try flow.paper(
      CairoPDFDocument.Metadata(
        title: text.title, author: company.text, subject: unit.text, date: day.description),
      identity: "\(unit) \(text.title) \(text.version) \(day)")
  }

  private func layOut(in flow: PageFlow, size: Double) {
    let title = flow.set(
      text.title, style: TextStyle(sizePoints: size * 1.9, weight: .bold, letterSpacingPoints: 2),
      width: PageFlow.width, alignment: .centre)
    let name = flow.set(
      unit.text, style: TextStyle(sizePoints: size), width: PageFlow.width, alignment: .centre)
    flow.place(height: title.heightMillimetres + name.heightMillimetres + 10) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top)
      canvas.draw(name, x: PageFlow.left, y: top + title.heightMillimetres + 3)
    }
    flow.place(
      flow.setNumbered(
        text.rules, style: TextStyle(sizePoints: size), numberStyle: TextStyle(sizePoints: size, weight: .bold),
        indent: size * 0.75, gap: size * 0.2))
    let repair = phone.map { "报修电话：\($0)\n" } ?? ""
    let foot = flow.set(
      "\(text.basis)（版本 \(text.version)）\n\(repair)\(company)  \(AgreementWords.day(day))",
      style: TextStyle(sizePoints: size * 0.62), width: PageFlow.width)
    flow.space(4)
    flow.place(height: foot.heightMillimetres) { canvas, top in canvas.draw(foot, x: PageFlow.left, y: top) }
  }
}
