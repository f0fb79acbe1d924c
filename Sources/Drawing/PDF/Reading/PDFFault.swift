/// The first fault by which a file is no PDF of `OwnPDFDocument`, and its place.
public struct PDFFault: Error, Hashable, Sendable {
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// The first two lines of the file.
    case header
    /// The frame of an object, or a value in it.
    case object
    /// The table of objects, or the end of the file behind it.
    case table
    /// The dictionary behind the table.
    case trailer
    /// An object that nothing refers to, or a reference to a missing object.
    case reference
    /// The catalog, which names the pages and what belongs to the document.
    case catalog
    case page
    /// The operators that draw a page.
    case content
    case font
    /// An embedded file.
    case attachment
    /// A packed stream that cannot be unpacked.
    case stream
    /// The file, or an unpacked stream in it, is larger than the maximum size.
    case size
    /// Text that the page does not show, because it is too light, too small or off the page.
    case hiddenText
  }

  public let part: Part
  /// The offset in the file of the object or value concerned, bytes from 0.
  public let offset: Int

  package init(_ part: Part, at offset: Int) {
    self.part = part
    self.offset = offset
  }
}
