public import FoundationEssentials

/// Places blocks one under the other, page after page. Nothing is drawn before all is placed, since each page
/// shows the number of pages.
public final class PageFlow {
  public typealias Drawing = (_ canvas: ContentStream, _ top: Double) -> Void

  /// A block that was placed: the distance of its upper edge from the page's, millimetres, and the closure that
  /// draws the block.
  public struct Mark {
    public let top: Double
    public let draw: Drawing
  }

  // A4 and its margins; all lengths are in millimetres.
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
  /// The headings, which become bookmarks where the document has them.
  private var headings: [(title: String, place: Place)] = []
  /// The characters of the document that no font has, each once, in the order in which they first occur.
  public private(set) var unknown: [Unicode.Scalar] = []

  public init() {}

  /// The place of a block: the number of its page from 0, and the distance of its upper edge from the page's,
  /// millimetres.
  public struct Place: Hashable, Sendable {
    public let page: Int
    public let top: Double
  }

  // MARK: - Placing

  /// Places a block that is not divided.
  /// - Parameter with: the room that the next block needs on the same page, millimetres, so that a heading is
  ///   never the last on its page.
  /// - Returns: the place of the block.
  @discardableResult
  public func place(height: Double, with following: Double = 0, draw: @escaping Drawing) -> Place {
    if top + height + following > Self.bottom, !(pages.last?.isEmpty ?? true) { startPage() }
    let place = Place(page: pages.count - 1, top: top)
    pages[place.page].append(Mark(top: top, draw: draw))
    top += height
    return place
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
    let place = place(height: block.heightMillimetres + 1.2, with: following) { canvas, top in
      canvas.draw(block, x: Self.left, y: top)
    }
    headings.append((text, place))
  }

  // MARK: - Numbered paragraphs

  /// Paragraphs that are numbered from 1, set and not placed yet; lengths in millimetres.
  public struct NumberedParagraphs {
    fileprivate let lines: [(number: TextBlock, text: TextBlock)]
    /// The distance from the left margin to the text; the numbers end 2 mm before it.
    fileprivate let indent: Double
    /// The room below each paragraph.
    fileprivate let gap: Double

    /// The height of the first paragraph with the room below it.
    public var firstHeight: Double { (lines.first?.text.heightMillimetres ?? 0) + gap }
    /// The height of the last paragraph with the room below it.
    public var lastHeight: Double { (lines.last?.text.heightMillimetres ?? 0) + gap }
    public var height: Double { lines.reduce(0) { $0 + $1.text.heightMillimetres + gap } }
  }

  /// Sets paragraphs with their numbers.
  public func setNumbered(
    _ texts: [String], style: TextStyle, numberStyle: TextStyle, indent: Double, gap: Double
  ) -> NumberedParagraphs {
    NumberedParagraphs(
      lines: texts.enumerated().map { index, text in
        (set("\(index + 1).", style: numberStyle), set(text, style: style, width: Self.width - indent))
      }, indent: indent, gap: gap)
  }

  /// Places paragraphs that are set.
  /// - Parameter with: the room that the block behind the paragraphs needs on the page of the last one,
  ///   millimetres.
  public func place(_ paragraphs: NumberedParagraphs, with following: Double = 0) {
    let indent = paragraphs.indent
    for (index, (number, text)) in paragraphs.lines.enumerated() {
      let isLast = index == paragraphs.lines.count - 1
      place(height: text.heightMillimetres + paragraphs.gap, with: isLast ? following : 0) { canvas, top in
        canvas.draw(number, x: Self.left + indent - 2 - number.widthMillimetres, y: top)
        canvas.draw(text, x: Self.left + indent, y: top)
      }
    }
  }

  // MARK: - Pages

  /// Lays a document out with one step after another until the whole document fits on one page. The result of
  /// the last step is returned even where it does not fit.
  public static func onOnePage<Step, Failure: Error>(
    trying steps: [Step], _ layOut: (PageFlow, Step) throws(Failure) -> Void
  ) throws(Failure) -> PageFlow {
    var flow = PageFlow()
    for step in steps {
      flow = PageFlow()
      try layOut(flow, step)
      if flow.pages.count == 1 { break }
    }
    return flow
  }

  /// Draws all pages.
  /// - Parameters:
  ///   - identity: the 16 bytes of the PDF's id; the same document and the same bytes give the same file.
  ///   - footer: draws the footer of a page, whose number from 1 it receives.
  public func pdf(
    _ metadata: CairoPDFDocument.Metadata, identity: [UInt8],
    footer: (_ canvas: any Artboard, _ page: Int) -> Void = { _, _ in }
  ) throws(DrawingError) -> Data {
    let document = OwnPDFDocument(
      pageWidthMillimetres: Self.pageWidth, pageHeightMillimetres: Self.pageHeight, metadata: metadata)
    try draw(on: document, footer: footer)
    return try document.finish(identity: identity)
  }

  /// Draws all pages as PDF/A-3 with bookmarks, embedded files and a place for one seal.
  /// - Parameters:
  ///   - identity: the 16 bytes of the PDF's id.
  ///   - closing: the embedded file that is made from all objects before it.
  ///   - seal: the page from 0, the box on it and the name of whoever seals.
  ///   - footer: draws the footer of a page, whose number from 1 it receives.
  public func sealablePDF(
    _ metadata: CairoPDFDocument.Metadata, identity: [UInt8], attachments: [PDFAttachment],
    closing: PDFClosingAttachment, seal: (page: Int, box: Rectangle, name: String),
    footer: (_ canvas: any Artboard, _ page: Int) -> Void = { _, _ in }
  ) throws(DrawingError) -> SealablePDF {
    let document = OwnPDFDocument(
      pageWidthMillimetres: Self.pageWidth, pageHeightMillimetres: Self.pageHeight, metadata: metadata,
      isArchival: true)
    for file in attachments { document.attach(file) }
    document.attach(closing)
    try draw(on: document, footer: footer) { index in
      for heading in headings where heading.place.page == index {
        document.bookmark(heading.title, top: heading.place.top)
      }
      if seal.page == index { document.placeSeal(in: seal.box, name: seal.name) }
    }
    return try document.finishSealable(identity: identity)
  }

  private func draw(
    on document: OwnPDFDocument, footer: (_ canvas: any Artboard, _ page: Int) -> Void,
    beside: (_ page: Int) -> Void = { _ in }
  ) throws(DrawingError) {
    for (index, marks) in pages.enumerated() {
      beside(index)
      for mark in marks { mark.draw(document.canvas, mark.top) }
      footer(document.canvas, index + 1)
      try document.endPage()
    }
  }
}
