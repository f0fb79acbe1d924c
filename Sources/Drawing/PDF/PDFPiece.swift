public import FoundationEssentials

/// A run of bytes of a PDF that belongs together and has a name: an object as a whole, or the first lines of the file.
public struct PDFPiece: Hashable, Sendable {
  /// The kind of a piece.
  public enum Part: String, Hashable, Sendable, Codable, CaseIterable {
    /// The first two lines of the file.
    case header
    /// A page with its size and its references.
    case page
    /// The operators that draw a page.
    case content
    /// A picture, counted in the order of drawing.
    case picture
    /// A font with its outlines, widths and texts.
    case font
    /// The list of fonts.
    case resources
    /// The list of pages.
    case pageTree
    /// The bookmarks.
    case outline
    /// An embedded file, or its description.
    case attachment
    /// The document's properties as XMP.
    case metadata
    /// The colour space of the pages.
    case colourProfile
    /// The seal's field on its page.
    case sealField
    /// The dictionary around the seal.
    case seal
    /// The object that names all parts.
    case catalog
    /// The document's properties in the information dictionary.
    case information
  }

  public struct Subject: Hashable, Sendable {
    public let part: Part
    /// The number, from 1, of a page or picture, or the name of a font or file; nil where there is only one.
    public let name: String?

    public init(_ part: Part, _ name: String? = nil) {
      self.part = part
      self.name = name
    }
  }

  public let subject: Subject
  /// The place of the first byte in the file, from 0.
  public let offset: Int
  public let bytes: Data
}
