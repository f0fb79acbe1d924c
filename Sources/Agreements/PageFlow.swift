import Drawing

/// Blocks one under the other, page after page. Nothing is drawn before all is placed, since each page
/// says how many there are.
final class PageFlow {
  typealias Drawing = (_ canvas: Canvas, _ top: Double) -> Void

  struct Mark {
    let top: Double
    let draw: Drawing
  }

  /// A4, millimetres.
  static let pageWidth = 210.0
  static let pageHeight = 297.0
  static let sideMargin = 18.0
  static let topMargin = 15.0
  static let bottomMargin = 19.0
  static let width = pageWidth - 2 * sideMargin
  static let left = sideMargin
  static let bottom = pageHeight - bottomMargin
  static let mostHeight = bottom - topMargin

  let typesetter = Typesetter()
  private(set) var pages: [[Mark]] = [[]]
  private var top = topMargin
  /// Characters that no font has, over all that was set.
  private(set) var unknownGlyphCount = 0

  // MARK: - Placing

  /// Places a block that is not divided.
  /// - Parameter with: the room that what follows needs on the same page; a heading is never the last.
  func place(height: Double, with following: Double = 0, draw: @escaping Drawing) {
    if top + height + following > Self.bottom, !(pages.last?.isEmpty ?? true) { startPage() }
    pages[pages.count - 1].append(Mark(top: top, draw: draw))
    top += height
  }

  func space(_ height: Double) {
    if top > Self.topMargin { top += height }
  }

  func fits(_ height: Double) -> Bool { top + height <= Self.bottom }

  private func startPage() {
    pages.append([])
    top = Self.topMargin
  }

  // MARK: - Text

  func set(
    _ text: String, style: TextStyle, width: Double? = nil, alignment: TextAlignment = .left
  ) -> TextBlock {
    let block = typesetter.set(text, style: style, widthMillimetres: width, alignment: alignment)
    unknownGlyphCount += block.unknownGlyphCount
    return block
  }

  func heading(_ text: String, with following: Double) {
    space(3.6)
    let block = set(text, style: TextStyle(sizePoints: 11, weight: .bold), width: Self.width)
    place(height: block.heightMillimetres + 1.2, with: following) { canvas, top in
      canvas.draw(block, x: Self.left, y: top)
    }
  }

  /// A clause with its number hanging in the margin.
  func clause(_ number: Int, _ text: String) {
    let style = TextStyle(sizePoints: 9.5)
    let indent = 8.0
    let label = set("\(number).", style: style)
    let block = set(text, style: style, width: Self.width - indent)
    place(height: block.heightMillimetres + 1.1) { canvas, top in
      canvas.draw(label, x: Self.left + indent - 2 - label.widthMillimetres, y: top)
      canvas.draw(block, x: Self.left + indent, y: top)
    }
  }
}
