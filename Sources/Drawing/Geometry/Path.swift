/// Lines and curves on a page, coordinates in millimetres from its top left.
public struct Path: Hashable, Sendable {
  enum Element: Hashable, Sendable {
    case move(x: Double, y: Double)
    case line(x: Double, y: Double)
    /// Two control points of a cubic Bézier curve, and its end.
    case curve(x1: Double, y1: Double, x2: Double, y2: Double, x: Double, y: Double)
    case rectangle(Rectangle)
    case circle(x: Double, y: Double, radius: Double)
    case close
  }

  var elements: [Element] = []

  public init() {}

  public init(_ rectangle: Rectangle) { elements = [.rectangle(rectangle)] }

  public var isEmpty: Bool { elements.isEmpty }

  public mutating func move(x: Double, y: Double) { elements.append(.move(x: x, y: y)) }

  public mutating func line(x: Double, y: Double) { elements.append(.line(x: x, y: y)) }

  public mutating func curve(x1: Double, y1: Double, x2: Double, y2: Double, x: Double, y: Double) {
    elements.append(.curve(x1: x1, y1: y1, x2: x2, y2: y2, x: x, y: y))
  }

  public mutating func add(_ rectangle: Rectangle) { elements.append(.rectangle(rectangle)) }

  public mutating func addCircle(x: Double, y: Double, radius: Double) {
    elements.append(.circle(x: x, y: y, radius: radius))
  }

  /// The path moved by `x` to the right and by `y` down, millimetres.
  public func moved(x: Double, y: Double) -> Path {
    var path = Path()
    path.elements = elements.map { element in
      switch element {
      case .move(let left, let top): .move(x: left + x, y: top + y)
      case .line(let left, let top): .line(x: left + x, y: top + y)
      case .curve(let x1, let y1, let x2, let y2, let left, let top):
        .curve(x1: x1 + x, y1: y1 + y, x2: x2 + x, y2: y2 + y, x: left + x, y: top + y)
      case .rectangle(let box):
        .rectangle(Rectangle(x: box.x + x, y: box.y + y, width: box.width, height: box.height))
      case .circle(let left, let top, let radius): .circle(x: left + x, y: top + y, radius: radius)
      case .close: .close
      }
    }
    return path
  }

  public mutating func close() { elements.append(.close) }
}
