/// A picture's size in pixels and how large they are.
public struct PixelSize: Hashable, Sendable {
  public static let longestSide = 65_500
  /// 400 megapixels: a sheet of labels at 1,200 dots per inch.
  public static let mostPixels = 400_000_000

  public let widthPixels: Int
  public let heightPixels: Int
  /// Resolution of the picture; nil where it is not known.
  public let dotsPerInch: Int?

  public init(widthPixels: Int, heightPixels: Int, dotsPerInch: Int?) throws(DrawingError) {
    guard (1...Self.longestSide).contains(widthPixels), (1...Self.longestSide).contains(heightPixels),
      widthPixels * heightPixels <= Self.mostPixels
    else { throw .impossibleSize(widthPixels: widthPixels, heightPixels: heightPixels) }
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
    self.dotsPerInch = dotsPerInch
  }
}
