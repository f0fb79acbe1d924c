public import Drawing
public import Records

/// What can go wrong between a template and a label that scans. A field's value never appears here:
/// it may be an owner's name.
public enum LabelError: Error, Hashable, Sendable {
  /// No such file or directory, or no permission.
  case templateUnreadable(file: String)
  case templateTooLarge(file: String, bytes: Int, mostBytes: Int)
  /// Everything that is wrong with a template, in the file's order.
  case templateRejected(file: String, problems: [TemplateProblem])
  case templateUnknown(name: String, available: [String])
  /// Both limits inclusive.
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
  /// More than a QR symbol holds at the level asked for: `excessCharacters` too many.
  case payloadTooLong(bytes: Int, excessCharacters: Int)
  /// Print gain that would take more than a fifth of a module off each edge. Both are rounded to a
  /// thousandth.
  case printGainTooLarge(givenMillimetres: Double, mostMillimetres: Double, moduleDots: Int)
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
  /// Not one label has room within the sheet's margins.
  case sheetTooSmall(
    widthMillimetres: Double, heightMillimetres: Double, neededWidthMillimetres: Double,
    neededHeightMillimetres: Double)
  /// A sheet has positions 1 to `most`.
  case startOutOfRange(position: Int, most: Int)
  /// The spooler has no printer of this name.
  case printerUnknown(name: String, available: [String])
  case spooler(SpoolerFault)
  /// A printer's device, or a file in its place, that did not take what was written.
  case device(path: String, errno: Int32)

  public enum SpoolerFault: Hashable, Sendable {
    /// libcups is not installed.
    case noLibrary
    /// What is handed over could not be written down first.
    case unwritable(file: String)
    /// In the spooler's words.
    case refused(printer: String, reason: String)
  }

  public enum UnreadableReason: String, Hashable, Sendable {
    /// The decoder found no symbol.
    case noSymbol
    case severalSymbols
    case otherText
    case mirrored
    /// On the back of clear acrylic it has to be.
    case notMirrored
    /// A dot of the symbol or its quiet zone is not what was encoded.
    case otherDots
    /// The file's width, height or resolution is not the template's.
    case otherSize
  }

  public enum PlatformAddressFault: String, Hashable, Sendable {
    /// Neither `https://…` nor, on this laptop itself, `http://…`.
    case notHTTPS
    case noHost
    case badHost
    case badPort
    /// Name, password, query or fragment.
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
    /// Inclusive; `unit` is empty for a pure number.
    case outOfRange(lower: Double, upper: Double, unit: String)
    case notAChoice([String])
    case tooLong(longest: Int)
    case empty
    /// Another element has this id.
    case duplicate
    /// Exactly one of these two is wanted.
    case notExactlyOne(of: [String])
    /// Nearer to the edge than the safe zone, or in a rounded corner.
    case outsideSafeZone
    /// An element that may bleed reaches farther beyond the edge than the template's bleed.
    case outsideBleed
    /// A hole that is not wholly within the plate.
    case outsidePlate
    /// On a hole or nearer to it than the safe zone.
    case onHole
    /// On the symbol or its quiet zone.
    case onSymbol
    /// A template has one `qr` element.
    case symbolCount(Int)
    /// No file of that name beside the template, or no permission.
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
