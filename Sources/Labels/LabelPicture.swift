public import Drawing
public import FoundationEssentials
public import Records

/// A file that labels are looked for in: PNG, JPEG or PDF, told apart by how it begins.
public enum LabelPicture {
  /// A page of a PDF is looked at in so many dots per inch.
  public static let dotsPerInchOfPages = 300

  public struct Page: Hashable, Sendable {
    /// From 1; nil of a picture.
    public let number: Int?
    public let image: GreyImage
  }

  /// Hands every page over in turn; a picture is one.
  /// - Throws: `drawing`, and what `body` throws.
  public static func pages(of file: Data, _ body: (Page) throws -> Void) throws {
    if file.starts(with: Array("%PDF".utf8)) {
      let pages = try document(file)
      for index in 0..<pages.count {
        try body(Page(number: index + 1, image: try picture(of: index, in: pages)))
      }
    } else {
      try body(Page(number: nil, image: try picture(file)))
    }
  }

  private static func document(_ file: Data) throws(LabelError) -> PDFPages {
    do { return try PDFPages(file) } catch { throw .drawing(error) }
  }

  private static func picture(of page: Int, in pages: PDFPages) throws(LabelError) -> GreyImage {
    do {
      return try pages.picture(
        ofPage: page, dotsPerInch: dotsPerInchOfPages, mostPixels: LabelReader.mostPixels)
    } catch { throw .drawing(error) }
  }

  private static func picture(_ file: Data) throws(LabelError) -> GreyImage {
    do {
      return file.starts(with: [0xFF, 0xD8])
        ? try GreyImage(jpeg: file, mostPixels: LabelReader.mostPixels)
        : try GreyImage(png: file, mostPixels: LabelReader.mostPixels)
    } catch { throw .drawing(error) }
  }
}

extension LabelPayload {
  /// The code that a symbol's text ends in, a tag behind it left aside; nil where it is no label's.
  public static func code(in text: String) -> LabelCode? {
    guard let slash = text.lastIndex(of: "/"), text[..<slash].hasSuffix("/w") else { return nil }
    return LabelCode(String(text[text.index(after: slash)...].prefix { $0 != "." }))
  }
}
