public import Drawing
public import Records

/// An error in making, printing or reading labels. The value of a field never appears in an error, since it may
/// be an owner's name.
public enum LabelError: Error, Hashable, Sendable {
  /// The file of a template is missing or may not be read.
  case templateUnreadable(file: String)
  case templateTooLarge(file: String, bytes: Int, maxBytes: Int)
  /// The template has these faults, in the order of the file.
  case templateRejected(file: String, problems: [TemplateProblem])
  case templateUnknown(name: String, available: [String])
  /// The resolution is not between `lower` and `upper`, both inclusive.
  case resolutionOutOfRange(dotsPerInch: Int, lower: Int, upper: Int)
  case platformAddress(PlatformAddressFault)
  case fieldMissing(template: String, element: String, field: String)
  /// No installed font has `count` characters of the text; `field` is nil for a template's own text.
  case noGlyph(template: String, element: String, field: String?, count: Int)
  /// The text is wider or higher than its box even at its smallest size.
  case textTooLarge(
    template: String, element: String, field: String?, axis: DrawingError.Axis, neededMillimetres: Double,
    givenMillimetres: Double, smallestPoints: Double)
  /// A module would come out smaller than the template or the printer admits. The symbol with its quiet zone
  /// fits into `neededMillimetres`, rounded up to a tenth, or with `excessCharacters` fewer characters in the
  /// platform's address, or at the lower level of correction `fitsWith`, where one is small enough.
  case symbolTooDense(
    template: String, modulesWithQuietZone: Int, givenMillimetres: Double, neededMillimetres: Double,
    dotsPerInch: Int, excessCharacters: Int, fitsWith: QRSymbol.Correction?)
  /// The payload is `excessCharacters` longer than a QR symbol holds at the level asked for.
  case payloadTooLong(bytes: Int, excessCharacters: Int)
  /// The print gain would take more than a fifth of a module off each edge, or more than one dot where a fifth
  /// is less. Both lengths are rounded to a thousandth.
  case printGainTooLarge(givenMillimetres: Double, maxMillimetres: Double, moduleDots: Int)
  /// The picture of the label cannot be read back, so that it is no label.
  case unreadable(UnreadableReason)
  /// A picture that is to be read is no PNG, or is damaged or too large.
  case picture(DrawingError.PNGFault)
  case drawing(DrawingError)
  /// A label of a batch could not be made, for the error that follows; `line` is its line in the list.
  indirect case label(code: LabelCode, line: Int, LabelError)
  case unwritable(file: String, errno: Int32)
  /// The finished files of a batch, read anew, do not show every label of the list exactly once and in the
  /// list's order.
  case notAccountedFor(LabelShortfall)
  /// The sheet has no room for a single label within its margins.
  case sheetTooSmall(
    widthMillimetres: Double, heightMillimetres: Double, neededWidthMillimetres: Double,
    neededHeightMillimetres: Double)
  /// The first position is not between 1 and `most`, which is the number of positions of a sheet.
  case startOutOfRange(position: Int, most: Int)
  /// The spooler has no printer of this name.
  case printerUnknown(name: String, available: [String])
  case spooler(SpoolerFault)
  /// A printer's device, or the file in its place, failed to take the bytes.
  case device(path: String, errno: Int32)

  public enum SpoolerFault: Hashable, Sendable {
    /// libcups is not installed.
    case noLibrary
    /// The file for the spooler could not be written.
    case unwritable(file: String)
    /// The spooler refused a label; the reason is in the spooler's own words.
    case refused(printer: String, reason: String)
  }

  public enum UnreadableReason: String, Hashable, Sendable {
    /// The decoder found no symbol.
    case noSymbol
    case severalSymbols
    case otherText
    case mirrored
    /// The symbol is not mirrored although its label goes on the back of clear acrylic.
    case notMirrored
    /// A dot of the symbol or its quiet zone differs from the encoded symbol.
    case otherDots
    /// The file's width, height or resolution differs from the template's.
    case otherSize
  }

  public enum PlatformAddressFault: String, Hashable, Sendable {
    /// The address is neither `https://…` nor, on this laptop itself, `http://…`.
    case notHTTPS
    case noHost
    case badHost
    case badPort
    /// The address has a user name, password, query or fragment.
    case hasMore
  }
}

/// A single fault of a template.
public struct TemplateProblem: Error, Hashable, Sendable {
  public enum Fault: Hashable, Sendable {
    case notJSON(JSONFault)
    case missing
    case wrongType
    case unknownField
    /// The value is not between `lower` and `upper`, both inclusive; `unit` is empty for a pure number.
    case outOfRange(lower: Double, upper: Double, unit: String)
    case notAChoice([String])
    case tooLong(longest: Int)
    case empty
    /// The id belongs to another element, too.
    case duplicate
    /// Exactly one of these members has to be given.
    case notExactlyOne(of: [String])
    /// The element is nearer to the edge than the safe zone allows, or in a rounded corner.
    case outsideSafeZone
    /// An element that may bleed reaches farther beyond the edge than the template's bleed.
    case outsideBleed
    /// A hole is not wholly within the plate.
    case outsidePlate
    /// The element lies on a hole, or nearer to one than the safe zone allows.
    case onHole
    /// The element lies on the symbol or its quiet zone.
    case onSymbol
    /// The template does not have exactly one `qr` element.
    case symbolCount(Int)
    /// The file is not beside the template, or may not be read.
    case noSuchFile
    /// The picture is no PNG, damaged, or larger than templates allow.
    case picture(DrawingError.PNGFault)
    /// The drawing is no SVG, or contains something that is not supported here.
    case drawing(DrawingError.SVGFault)
  }

  /// The element's id, or `elements[2]` (`holes[0]`) where it has none; nil for the template itself.
  public let element: String?
  /// The member's name; empty for the element or the template as a whole.
  public let field: String
  public let fault: Fault

  public init(element: String?, field: String, fault: Fault) {
    self.element = element
    self.field = field
    self.fault = fault
  }
}
