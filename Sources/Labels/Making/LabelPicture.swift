public import Drawing
public import FoundationEssentials
public import Records

/// A file in which labels are searched: PNG, JPEG, PDF or SVG, recognised by its first bytes.
public enum LabelPicture {
  /// Dots per inch at which a page of a PDF, or a drawing, is rendered.
  public static let dotsPerInchOfPages = 300

  public struct Page: Hashable, Sendable {
    /// Page number, from 1; nil for a picture.
    public let number: Int?
    /// Number of pages in the whole file; 1 for a picture.
    public let count: Int
    public let image: GreyImage
  }

  /// Hands over every page in turn; a picture is one page.
  /// - Throws: `drawing`, and the errors of `body`.
  public static func pages(of file: Data, _ body: (Page) throws -> Void) throws {
    if file.starts(with: Array("%PDF".utf8)) {
      let pages = try document(file)
      for index in 0..<pages.count {
        try body(Page(number: index + 1, count: pages.count, image: try picture(of: index, in: pages)))
      }
    } else {
      try body(Page(number: nil, count: 1, image: try picture(file)))
    }
  }

  /// The texts of all symbols in a file, including mirrored and light on dark ones, in no particular order. A
  /// picture on which no label is found is searched part by part, since a plate on a photo of a whole machine
  /// is small.
  /// - Throws: `drawing`.
  public static func texts(in file: Data) throws -> [String] {
    var texts: [String] = []
    try pages(of: file) { page in
      let found = try LabelInspection.symbols(in: page.image).map(\.text)
      let isLabel = found.contains { LabelCode(written: $0) != nil }
      texts += found
      if page.number == nil, !isLabel { texts += try PlateSearch(image: page.image).texts() }
    }
    return texts
  }

  private static func document(_ file: Data) throws(LabelError) -> PopplerPages {
    do { return try PopplerPages(file) } catch { throw .drawing(error) }
  }

  private static func picture(of page: Int, in pages: PopplerPages) throws(LabelError) -> GreyImage {
    do {
      return try pages.picture(
        ofPage: page, dotsPerInch: dotsPerInchOfPages, maxPixels: LabelReader.maxPixels)
    } catch { throw .drawing(error) }
  }

  private static func picture(_ file: Data) throws(LabelError) -> GreyImage {
    if file.first == UInt8(ascii: "<") { return try drawn(file) }
    do {
      let picture =
        file.starts(with: [0xFF, 0xD8])
        ? try GreyImage(jpeg: file, maxPixels: LabelReader.maxPixels)
        : try GreyImage(png: file, maxPixels: LabelReader.maxPixels)
      // A phone that is held on its side, or its front camera, records how the stored picture is to be turned.
      return picture.upright(from: Orientation(of: file))
    } catch { throw .drawing(error) }
  }

  private static func drawn(_ file: Data) throws(LabelError) -> GreyImage {
    do throws(DrawingError) {
      let drawing = try SVGImage(file)
      let dots = Double(dotsPerInchOfPages) / Length.millimetresPerInch
      let (width, height) = (drawing.widthMillimetres * dots, drawing.heightMillimetres * dots)
      guard width * height <= Double(LabelReader.maxPixels) else { throw DrawingError.svg(.tooLarge) }
      let picture = try drawing.picture(widthPixels: width, heightPixels: height)
      return GreyImage(
        widthPixels: picture.widthPixels, heightPixels: picture.heightPixels,
        pixelsPerMetre: Int((Double(dotsPerInchOfPages) / 0.0254).rounded()), pixels: picture.pixels)
    } catch { throw .drawing(error) }
  }
}

extension LabelPayload {
  /// The code at the end of a symbol's text, without a tag behind it; nil where the text is no label's.
  public static func code(in text: String) -> LabelCode? {
    guard let slash = text.lastIndex(of: "/"), text[..<slash].hasSuffix("/w") else { return nil }
    return LabelCode(String(text[text.index(after: slash)...].prefix { $0 != "." }))
  }

  /// The tag behind the code in a symbol's text; nil where nothing, or something other than a tag, is behind
  /// the code.
  public static func tag(in text: String) -> LabelTag? {
    guard let slash = text.lastIndex(of: "/"), let dot = text[slash...].firstIndex(of: ".") else { return nil }
    return LabelTag(String(text[text.index(after: dot)...]))
  }
}
