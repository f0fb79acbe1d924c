public import Drawing

/// A label's design: what stands where. One JSON file each in `label-templates/`, whose README describes
/// every member.
public struct LabelTemplate: Hashable, Sendable {
  public static let schema = "weldtech.label-template/1"

  public let name: String
  public let titleChinese: String
  public let titleEnglish: String
  public let widthMillimetres: Double
  public let heightMillimetres: Double
  public let cornerRadiusMillimetres: Double
  /// Nothing stands nearer to the edge than this.
  public let safeZoneMillimetres: Double
  /// In the order in which they are drawn.
  public let elements: [Element]
  /// The one element that holds the symbol.
  public let symbol: SymbolElement

  /// The fields that a label needs a value for; the code comes with the payload.
  public var requiredFields: [String] {
    elements.compactMap {
      if case .text(let text) = $0.content, case .field(let name, isOptional: false) = text.source {
        name
      } else {
        nil
      }
    }
  }

  public struct Element: Hashable, Sendable {
    public let id: String
    public let box: Rectangle
    public let content: Content
  }

  public enum Content: Hashable, Sendable {
    case symbol(SymbolElement)
    case text(TextElement)
    /// A bar of ink that fills its box.
    case rule
  }

  public struct SymbolElement: Hashable, Sendable {
    /// Square, the quiet zone included.
    public let box: Rectangle
    /// The least; more is used where that does not enlarge the symbol.
    public let correction: QRSymbol.Correction
    public let smallestModuleMillimetres: Double
    public let smallestModuleDots: Int
  }

  public struct TextElement: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
      case fixed(String)
      case field(String, isOptional: Bool)
    }

    public enum VerticalAlignment: String, Hashable, Sendable, CaseIterable { case top, middle, bottom }

    public let source: Source
    public let style: TextStyle
    public let smallestPoints: Double
    public let fit: TextFit
    public let alignment: TextAlignment
    public let verticalAlignment: VerticalAlignment

    /// The name of the field it shows; nil for fixed text.
    public var field: String? {
      if case .field(let name, _) = source { name } else { nil }
    }
  }

  /// Whether `box` keeps clear of the edge and of the rounded corners.
  static func isInSafeZone(
    _ box: Rectangle, width: Double, height: Double, cornerRadius: Double, safeZone: Double
  ) -> Bool {
    let slack = 1e-6
    let safe = Rectangle(x: 0, y: 0, width: width, height: height).inset(by: safeZone)
    guard box.x >= safe.x - slack, box.y >= safe.y - slack, box.right <= safe.right + slack,
      box.bottom <= safe.bottom + slack
    else { return false }
    let radius = max(0, cornerRadius - safeZone)
    for (x, y) in [(box.x, box.y), (box.right, box.y), (box.x, box.bottom), (box.right, box.bottom)] {
      // How far the point reaches into the corner's square, counted from the arc's centre.
      let across = max(safe.x + radius - x, x - (safe.right - radius), 0)
      let down = max(safe.y + radius - y, y - (safe.bottom - radius), 0)
      if across > 0, down > 0, across * across + down * down > (radius + slack) * (radius + slack) {
        return false
      }
    }
    return true
  }
}
