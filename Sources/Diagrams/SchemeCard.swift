import Cryptography
import Drawing
public import FoundationEssentials
public import Records

/// A scheme on A4 to take along: title and approval, the diagram with the table of its wires, and the steps. A
/// card that does not fit on one page continues on the next, and each page states its number and the number of
/// pages.
public struct SchemeCard {
  private let diagram: SchemeDiagram
  private let company: String?

  /// - Parameter company: the installer company, which stands at the foot; nil for none.
  public init(_ diagram: SchemeDiagram, company: WrittenText?) {
    self.diagram = diagram
    self.company = company?.text
  }

  /// A way to lay the card out: the size of the steps' letters in points, and the scale of the diagram.
  private struct Layout {
    let size: Double
    let scale: Double
  }

  /// The layouts in the order in which they are tried until one fits on a single page. Where none fits, the
  /// last one, which has legible letters, is used on several pages.
  private static let layouts =
    [11, 10.5, 10, 9.5, 9].map { Layout(size: $0, scale: 0.92) }
    + [9, 8.5, 8].map { Layout(size: $0, scale: 0.84) } + [Layout(size: 9.5, scale: 0.92)]
  private static let footSize = 7.5

  private var isChinese: Bool { diagram.language == .zh }

  /// Renders the card as a PDF.
  /// - Throws: `noGlyph`, `drawing`.
  public func render() throws(DiagramError) -> Data {
    let flow = try PageFlow.onOnePage(trying: Self.layouts) { (flow, layout) throws(DiagramError) in
      try layOut(in: flow, layout)
    }
    guard flow.unknown.isEmpty else { throw .noGlyph(count: flow.unknown.count) }
    let scheme = diagram.scheme
    let identity = SHA256Digest(of: Data("\(scheme.name) \(scheme.version) \(diagram.language)".utf8))
    do {
      return try flow.pdf(
        CairoPDFDocument.Metadata(
          title: diagram.title, author: company ?? "weldtech", subject: "\(scheme.name) \(scheme.version)",
          date: "2000-01-01"),
        identity: Array(identity.bytes.prefix(16))
      ) { canvas, page in
        let foot = flow.set(
          self.foot(page: page, of: flow.pages.count), style: TextStyle(sizePoints: Self.footSize))
        canvas.draw(foot, x: PageFlow.left, y: PageFlow.pageHeight - 12)
      }
    } catch { throw .drawing(error) }
  }

  private func foot(page: Int, of count: Int) -> String {
    let scheme = diagram.scheme
    let place = isChinese ? "第 \(page) 页，共 \(count) 页" : "page \(page) of \(count)"
    return ([company, "\(scheme.name) \(scheme.version)", diagram.approvalText, place].compactMap(\.self))
      .joined(separator: "  ·  ")
  }

  private func layOut(in flow: PageFlow, _ layout: Layout) throws(DiagramError) {
    let title = flow.set(
      diagram.title, style: TextStyle(sizePoints: 15, weight: .bold), width: PageFlow.width)
    let approval = flow.set(
      diagram.approvalText, style: TextStyle(sizePoints: 11, weight: .bold), width: PageFlow.width)
    flow.place(height: title.heightMillimetres + approval.heightMillimetres + 3) { canvas, top in
      canvas.draw(title, x: PageFlow.left, y: top)
      canvas.draw(approval, x: PageFlow.left, y: top + title.heightMillimetres + 0.5)
    }
    let figure = try diagram.figure(isWhole: false, scale: layout.scale, typesetter: flow.typesetter)
    let table = DiagramTable(scheme: diagram.scheme, diagram: diagram.diagram, language: diagram.language)
    let (wires, rows) = table.group(
      x: 0, y: 0, columns: 1, columnWidth: 60, scale: layout.scale, typesetter: flow.typesetter)
    let list = Figure(width: 60, height: rows, groups: [wires])
    flow.place(height: max(figure.height, rows * layout.scale) + 3) { canvas, top in
      figure.draw(on: canvas, x: PageFlow.left - 4, y: top)
      list.draw(on: canvas, x: PageFlow.left + figure.width, y: top)
    }
    steps(in: flow, size: layout.size)
  }

  private func steps(in flow: PageFlow, size: Double) {
    let style = TextStyle(sizePoints: size)
    let heading = flow.set(
      isChinese ? "接线步骤" : "Steps", style: TextStyle(sizePoints: size + 1.5, weight: .bold))
    let steps = flow.setNumbered(diagram.steps, style: style, numberStyle: style, indent: 8, gap: 0.8)
    flow.place(height: heading.heightMillimetres + 0.8, with: steps.firstHeight) { canvas, top in
      canvas.draw(heading, x: PageFlow.left, y: top)
    }
    flow.place(steps)
  }
}
