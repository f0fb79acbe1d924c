public import Drawing

/// A label's design: what stands where. One JSON file each in `label-templates/`, whose README describes
/// every member.
public struct LabelTemplate: Hashable, Sendable {
  public static let schema = "weldtech.label-template/1"

  public enum Shape: String, Hashable, Sendable, CaseIterable { case rectangle, round }

  public let name: String
  public let titleChinese: String
  public let titleEnglish: String
  public let shape: Shape
  public let widthMillimetres: Double
  public let heightMillimetres: Double
  /// Radius of the plate's corners; a round plate's is its own radius.
  public let cornerRadiusMillimetres: Double
  /// Nothing stands nearer to the edge or a hole than this, besides what may bleed.
  public let safeZoneMillimetres: Double
  /// Millimetres by which an element that bleeds may reach beyond the edge; the cutter takes that off.
  public let bleedMillimetres: Double
  /// Resolution of the printers that labels of this kind are usually made on.
  public let defaultDotsPerInch: Int
  public let holes: [Hole]
  /// The elements in the order in which they are drawn.
  public let elements: [Element]
  /// The one element that holds the symbol.
  public let symbol: SymbolElement

  public struct Hole: Hashable, Sendable {
    /// Of its middle.
    public let x: Double
    public let y: Double
    public let diameterMillimetres: Double
  }

  /// The plate's outline, its top left at 0, 0.
  public var plate: RoundedRectangle {
    RoundedRectangle(
      Rectangle(x: 0, y: 0, width: widthMillimetres, height: heightMillimetres),
      radius: cornerRadiusMillimetres)
  }

  /// The fields that a label needs a value for; the code comes with the payload.
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
    /// The box that the element may cover. Rotation turns what is in the box, not the box.
    public let box: Rectangle
    public let rotation: Rotation
    /// Paper instead of ink: lettering in a filled box.
    public let isReversed: Bool
    /// It may reach beyond the edge and into holes.
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

  /// A box, drawn along the inside of its edge or filled.
  public struct FrameElement: Hashable, Sendable {
    /// Thickness of the frame's line; nil where the frame is filled.
    public let thicknessMillimetres: Double?
    public let cornerRadiusMillimetres: Double
  }

  public struct ImageElement: Hashable, Sendable {
    public enum Picture: Hashable, Sendable {
      case dots(GreyImage)
      /// Drawn at each printer's resolution.
      case drawing(SVGImage)
    }

    public let file: String
    public let picture: Picture
  }

  public struct SymbolElement: Hashable, Sendable {
    /// Square, the quiet zone included.
    public let box: Rectangle
    /// The least; more is used where that does not enlarge the symbol.
    public let correction: QRSymbol.Correction
    public let smallestModuleMillimetres: Double
    public let smallestModuleDots: Int
    /// Millimetres by which ink spreads beyond every edge, which are taken off beforehand.
    public let printGainMillimetres: Double
  }

  public struct TextElement: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
      case fixed(String)
      /// The prefix stands before the field's value, and not without it.
      case field(String, isOptional: Bool, prefix: String)
    }

    public enum VerticalAlignment: String, Hashable, Sendable, CaseIterable { case top, middle, bottom }

    public let source: Source
    /// The field without whose value the text is left out; nil for none.
    public let shownWith: String?
    /// The field with whose value the text is left out; nil for none.
    public let shownWithout: String?
    public let style: TextStyle
    public let smallestPoints: Double
    public let fit: TextFit
    public let alignment: TextAlignment
    public let verticalAlignment: VerticalAlignment

    /// The name of the field it shows; nil for fixed text.
    public var field: String? {
      if case .field(let name, _, _) = source { name } else { nil }
    }
  }
}
