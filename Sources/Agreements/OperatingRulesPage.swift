import Cryptography
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
    var flow = PageFlow()
    for size in Self.sizes {
      flow = PageFlow()
      layOut(in: flow, size: size)
      if flow.pages.count == 1 { break }
    }
    guard flow.unknown.isEmpty else { throw .noGlyph(flow.unknown) }
    do {
      let document = OwnPDFDocument(
        pageWidthMillimetres: PageFlow.pageWidth, pageHeightMillimetres: PageFlow.pageHeight,
        metadata: CairoPDFDocument.Metadata(
          title: text.title, author: company.text, subject: unit.text, date: day.description))
      for marks in flow.pages {
        for mark in marks { mark.draw(document.canvas, mark.top) }
        try document.endPage()
      }
      let identity = SHA256Digest(of: Data("\(unit) \(text.title) \(text.version) \(day)".utf8))
      return try document.finish(identity: Array(identity.bytes.prefix(16)))
    } catch { throw .drawing(error) }
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
    let style = TextStyle(sizePoints: size)
    let indent = size * 0.75
    for (index, rule) in text.rules.enumerated() {
      let number = flow.set("\(index + 1).", style: TextStyle(sizePoints: size, weight: .bold))
      let block = flow.set(rule, style: style, width: PageFlow.width - indent)
      flow.place(height: block.heightMillimetres + size * 0.2) { canvas, top in
        canvas.draw(number, x: PageFlow.left + indent - 2 - number.widthMillimetres, y: top)
        canvas.draw(block, x: PageFlow.left + indent, y: top)
      }
    }
    let repair = phone.map { "报修电话：\($0)\n" } ?? ""
    let foot = flow.set(
      "\(text.basis)（版本 \(text.version)）\n\(repair)\(company)  \(AgreementWords.day(day))",
      style: TextStyle(sizePoints: size * 0.62), width: PageFlow.width)
    flow.space(4)
    flow.place(height: foot.heightMillimetres) { canvas, top in canvas.draw(foot, x: PageFlow.left, y: top) }
  }
}
