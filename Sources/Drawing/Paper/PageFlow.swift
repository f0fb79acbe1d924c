/// Places blocks one under the other, page after page. Nothing is drawn before all is placed, since each page
/// shows the number of pages.
public final class PageFlow {
  public typealias Drawing = (_ canvas: any Artboard, _ top: Double) -> Void

  /// A block that was placed: the height of its upper edge, and what draws it.
  public struct Mark {
    public let top: Double
    public let draw: Drawing
  }

  /// The size of A4 and its margins, millimetres.
  public static let pageWidth = 210.0
  public static let pageHeight = 297.0
  public static let sideMargin = 18.0
  public static let topMargin = 15.0
  public static let bottomMargin = 19.0
  public static let width = pageWidth - 2 * sideMargin
  public static let left = sideMargin
  public static let bottom = pageHeight - bottomMargin
  public let typesetter = Typesetter()
  public private(set) var pages: [[Mark]] = [[]]
  private var top = topMargin
  /// The characters of the document that no font has, each once, in the order in which they first occur.
  public private(set) var unknown: [Unicode.Scalar] = []

  public init() {}

  // MARK: - Placing

  /// Places a block that is not divided.
  /// - Parameter with: the room that the next block needs on the same page, so that a heading is never the last
  ///   on its page.
  public func place(height: Double, with following: Double = 0, draw: @escaping Drawing) {
    if top + height + following > Self.bottom, !(pages.last?.isEmpty ?? true) { startPage() }
    pages[pages.count - 1].append(Mark(top: top, draw: draw))
    top += height
  }

  /// Leaves room below the last block, but not at the top of a page.
  public func space(_ height: Double) {
    if top > Self.topMargin { top += height }
  }

  /// Whether a block of the height fits on the present page.
  public func fits(_ height: Double) -> Bool { top + height <= Self.bottom }

  private func startPage() {
    pages.append([])
    top = Self.topMargin
  }

  // MARK: - Text

  /// Sets a text, and notes the characters that no font has.
  public func set(
    _ text: String, style: TextStyle, width: Double? = nil, alignment: TextAlignment = .left
  ) -> TextBlock {
    let block = typesetter.set(text, style: style, widthMillimetres: width, alignment: alignment)
    if block.unknownGlyphCount > 0,
      let scalar = FontCoverage().firstWithoutGlyph(in: text) ?? text.unicodeScalars.first,
      !unknown.contains(scalar)
    {
      unknown.append(scalar)
    }
    return block
  }

  /// Places a heading, on the page of the block that follows.
  public func heading(_ text: String, with following: Double) {
    space(3.6)
    let block = set(text, style: TextStyle(sizePoints: 11, weight: .bold), width: Self.width)
    place(height: block.heightMillimetres + 1.2, with: following) { canvas, top in
      canvas.draw(block, x: Self.left, y: top)
    }
  }

  /// Places a heading and numbered clauses below it.
  /// - Parameters:
  ///   - title: nil for clauses that go on under the heading before them.
  ///   - following: the room that the next block needs on the same page; the clauses are then not divided either, so that the
  ///     signatory sees them beside the signature. With nil only the heading keeps its first clause.
  public func clauses(_ title: String?, _ texts: [String], with following: Double?) {
    let style = TextStyle(sizePoints: 9.5)
    let indent = 8.0
    let gap = 1.1
    let blocks = texts.map { set($0, style: style, width: Self.width - indent) }
    let height =
      following.map { $0 + blocks.reduce(0) { $0 + $1.heightMillimetres + gap } }
      ?? (blocks.first?.heightMillimetres ?? 0) + gap
    if let title { heading(title, with: height) }
    for (index, block) in blocks.enumerated() {
      let number = set("\(index + 1).", style: style)
      place(height: block.heightMillimetres + gap) { canvas, top in
        canvas.draw(number, x: Self.left + indent - 2 - number.widthMillimetres, y: top)
        canvas.draw(block, x: Self.left + indent, y: top)
      }
    }
  }
}
