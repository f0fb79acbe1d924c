/// A rectangle on a page, in millimetres from the page's top left.
public struct Rectangle: Hashable, Sendable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  public var right: Double { x + width }
  public var bottom: Double { y + height }

  public func inset(by margin: Double) -> Rectangle {
    Rectangle(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
  }

  /// Whether the two rectangles share more than an edge.
  public func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}

/// Conversions between the units of a page.
public enum Length {
  public static let millimetresPerInch = 25.4
  public static let pointsPerInch = 72.0

  public static func millimetres(points: Double) -> Double { points * millimetresPerInch / pointsPerInch }
  public static func points(millimetres: Double) -> Double { millimetres * pointsPerInch / millimetresPerInch }

  /// The nearest whole number of dots.
  public static func dots(millimetres: Double, dotsPerInch: Int) -> Int {
    Int((millimetres * Double(dotsPerInch) / millimetresPerInch).rounded())
  }

  public static func millimetres(dots: Int, dotsPerInch: Int) -> Double {
    Double(dots) * millimetresPerInch / Double(dotsPerInch)
  }
}
