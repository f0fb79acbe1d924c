public import Drawing

/// A label's design: the elements and their places. Each template is one JSON file in `label-templates/`, whose
/// README describes every member.
public struct LabelTemplate: Hashable, Sendable {
  public static let schema = "weldtech.label-template/1"

  public enum Shape: String, Hashable, Sendable, CaseIterable { case rectangle, round }

  public let name: String
  public let titleChinese: String
  public let titleEnglish: String
  public let shape: Shape
  public let widthMillimetres: Double
  public let heightMillimetres: Double
  /// Radius of the plate's corners, millimetres; for a round plate, the radius of the plate.
  public let cornerRadiusMillimetres: Double
  /// Minimum distance of elements from the edge and from holes, millimetres; only elements that may bleed come
  /// nearer.
  public let safeZoneMillimetres: Double
  /// Millimetres by which an element that may bleed can extend beyond the edge; the cutter removes this part.
  public let bleedMillimetres: Double
  /// Default resolution of the printers for labels of this kind, dots per inch.
  public let defaultDotsPerInch: Int
  public let holes: [Hole]
  /// The elements in the order in which they are drawn.
  public let elements: [Element]
  /// The one element that is the symbol.
  public let symbol: SymbolElement

  public struct Hole: Hashable, Sendable {
    /// Horizontal place of the hole's middle, millimetres from the plate's left.
    public let x: Double
    /// Vertical place of the hole's middle, millimetres from the plate's top.
    public let y: Double
    public let diameterMillimetres: Double
  }

  /// The plate's outline, with its top left at 0, 0.
  public var plate: RoundedRectangle {
    RoundedRectangle(
      Rectangle(x: 0, y: 0, width: widthMillimetres, height: heightMillimetres),
      radius: cornerRadiusMillimetres)
  }

  /// The fields that need a value on every label; the code comes with the payload.
  public var requiredFields: [String] {
    elements.compactMap {
      if case .text(let text) = $0.content, case .field(let name, isOptional: false, _) = text.source {
        name
      } else {
        nil
      }
    }
  }

  public struct Element: Hashable, Sendable {
    public let id: String
    /// The box that the element may cover. Rotation turns the contents of the box and not the box itself.
    public let box: Rectangle
    public let rotation: Rotation
    /// Whether the element is paper instead of ink, such as lettering in a filled box.
    public let isReversed: Bool
    /// Whether the element may extend beyond the edge and into holes.
    public let mayBleed: Bool
    public let content: Content
  }

  public enum Content: Hashable, Sendable {
    case symbol(SymbolElement)
    case text(TextElement)
    /// A bar of ink that fills its box.
    case rule
    case line(LineElement)
    case frame(FrameElement)
    case image(ImageElement)
  }

  /// A straight line with round ends.
  public struct LineElement: Hashable, Sendable {
    public let fromX: Double
    public let fromY: Double
    public let toX: Double
    public let toY: Double
    public let thicknessMillimetres: Double
  }

  /// A box that is filled, or drawn along the inside of its edge.
  public struct FrameElement: Hashable, Sendable {
    /// Thickness of the frame's line; nil where the frame is filled.
    public let thicknessMillimetres: Double?
    public let cornerRadiusMillimetres: Double
  }

  public struct ImageElement: Hashable, Sendable {
    public enum Picture: Hashable, Sendable {
      case dots(GreyImage)
      /// A vector drawing, rendered at the resolution of each printer.
      case drawing(SVGImage)
    }

    public let file: String
    public let picture: Picture
  }

  public struct SymbolElement: Hashable, Sendable {
    /// The square of the symbol with its quiet zone.
    public let box: Rectangle
    /// The minimum level of error correction; a higher one is used where it does not enlarge the symbol.
    public let correction: QRSymbol.Correction
    public let smallestModuleMillimetres: Double
    public let smallestModuleDots: Int
    /// Millimetres by which ink spreads at every edge, which the drawing compensates for.
    public let printGainMillimetres: Double
  }

  public struct TextElement: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
      case fixed(String)
      /// A field's value behind a prefix; the prefix is omitted without a value.
      case field(String, isOptional: Bool, prefix: String)
    }

    public enum VerticalAlignment: String, Hashable, Sendable, CaseIterable { case top, middle, bottom }

    public let source: Source
    /// The field without whose value the text is omitted; nil for none.
    public let shownWith: String?
    /// The field with whose value the text is omitted; nil for none.
    public let shownWithout: String?
    public let style: TextStyle
    public let smallestPoints: Double
    public let fit: TextFit
    public let alignment: TextAlignment
    public let verticalAlignment: VerticalAlignment

    /// The name of the field that the text shows; nil for fixed text.
    public var field: String? {
      if case .field(let name, _, _) = source { name } else { nil }
    }
  }
}
