public import Drawing
public import Records

/// An error between a template and a label that scans. A field's value never appears in it, since it may be an owner's
/// name.
public enum LabelError: Error, Hashable, Sendable {
  /// A template's file is not there or may not be read.
  case templateUnreadable(file: String)
  case templateTooLarge(file: String, bytes: Int, maxBytes: Int)
  /// Everything that is wrong with a template, in the file's order.
  case templateRejected(file: String, problems: [TemplateProblem])
  case templateUnknown(name: String, available: [String])
  /// The resolution asked for is not between `lower` and `upper`, both inclusive.
  case resolutionOutOfRange(dotsPerInch: Int, lower: Int, upper: Int)
  case platformAddress(PlatformAddressFault)
  case fieldMissing(template: String, element: String, field: String)
  /// No installed font has `count` characters of the text; `field` is nil for a template's own text.
  case noGlyph(template: String, element: String, field: String?, count: Int)
  /// Even at its smallest size the text is wider or higher than its box.
  case textTooLarge(
    template: String, element: String, field: String?, axis: DrawingError.Axis, neededMillimetres: Double,
    givenMillimetres: Double, smallestPoints: Double)
  /// A module would come out smaller than the template or the printer admits. The symbol, quiet zone
  /// included, fits at `neededMillimetres`, rounded up to a tenth; or with `excessCharacters` fewer in the
  /// platform's address; or as it is at the level `fitsWith`, where a lower one than asked for is small enough.
  case symbolTooDense(
    template: String, modulesWithQuietZone: Int, givenMillimetres: Double, neededMillimetres: Double,
    dotsPerInch: Int, excessCharacters: Int, fitsWith: QRSymbol.Correction?)
  /// The payload is `excessCharacters` longer than a QR symbol holds at the level asked for.
  case payloadTooLong(bytes: Int, excessCharacters: Int)
  /// Print gain that would take more than a fifth of a module off each edge. Both are rounded to a
  /// thousandth.
  case printGainTooLarge(givenMillimetres: Double, maxMillimetres: Double, moduleDots: Int)
  /// The picture made does not read back; it is not a label.
  case unreadable(UnreadableReason)
  /// A picture to be read is no PNG, or a damaged or too large one.
  case picture(DrawingError.PNGFault)
  case drawing(DrawingError)
  /// A label of a batch that could not be made, and why; `line` is its list's.
  indirect case label(code: LabelCode, line: Int, LabelError)
  case unwritable(file: String, errno: Int32)
  /// The finished files of a batch, opened anew, do not show every label of the list exactly once and in its order.
  case notAccountedFor(LabelShortfall)
  /// The sheet has no room for a single label within its margins.
  case sheetTooSmall(
    widthMillimetres: Double, heightMillimetres: Double, neededWidthMillimetres: Double,
    neededHeightMillimetres: Double)
  /// The first position is not between 1 and `most`, the number of positions of a sheet.
  case startOutOfRange(position: Int, most: Int)
  /// The spooler has no printer of this name.
  case printerUnknown(name: String, available: [String])
  case spooler(SpoolerFault)
  /// A printer's device, or a file in its place, that did not take what was written.
  case device(path: String, errno: Int32)

  public enum SpoolerFault: Hashable, Sendable {
    /// libcups is not installed.
    case noLibrary
    /// The file that is handed over could not be written.
    case unwritable(file: String)
    /// The spooler refused a label, for a reason in its own words.
    case refused(printer: String, reason: String)
  }

  public enum UnreadableReason: String, Hashable, Sendable {
    /// The decoder found no symbol.
    case noSymbol
    case severalSymbols
    case otherText
    case mirrored
    /// The symbol is not mirrored, which it has to be on the back of clear acrylic.
    case notMirrored
    /// A dot of the symbol or its quiet zone is not what was encoded.
    case otherDots
    /// The file's width, height or resolution is not the template's.
    case otherSize
  }

  public enum PlatformAddressFault: String, Hashable, Sendable {
    /// The address is neither `https://…` nor, on this laptop itself, `http://…`.
    case notHTTPS
    case noHost
    case badHost
    case badPort
    /// The address has a name, password, query or fragment.
    case hasMore
  }
}

/// One thing wrong with a template.
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
    /// Another element has this id.
    case duplicate
    /// Of these members exactly one has to be given.
    case notExactlyOne(of: [String])
    /// The element is nearer to the edge than the safe zone, or in a rounded corner.
    case outsideSafeZone
    /// An element that may bleed reaches farther beyond the edge than the template's bleed.
    case outsideBleed
    /// A hole that is not wholly within the plate.
    case outsidePlate
    /// The element lies on a hole or nearer to one than the safe zone.
    case onHole
    /// The element lies on the symbol or its quiet zone.
    case onSymbol
    /// A template has one `qr` element.
    case symbolCount(Int)
    /// The file is not beside the template, or may not be read.
    case noSuchFile
    /// A picture that is no PNG, damaged, or larger than templates may have.
    case picture(DrawingError.PNGFault)
    /// A drawing that is no SVG, or has in it what is not drawn here.
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
