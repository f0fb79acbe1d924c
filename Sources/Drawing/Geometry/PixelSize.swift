/// A picture's size in pixels, and its resolution.
public struct PixelSize: Hashable, Sendable {
  public static let maxSide = 65_500
  /// The maximum number of pixels: 400 megapixels, which is a sheet of labels at 1,200 dots per inch.
  public static let maxPixels = 400_000_000

  public let widthPixels: Int
  public let heightPixels: Int
  /// Resolution of the picture; nil where it is not known.
  public let dotsPerInch: Int?

  public init(widthPixels: Int, heightPixels: Int, dotsPerInch: Int?) throws(DrawingError) {
    guard (1...Self.maxSide).contains(widthPixels), (1...Self.maxSide).contains(heightPixels),
      widthPixels * heightPixels <= Self.maxPixels
    else { throw .impossibleSize(widthPixels: widthPixels, heightPixels: heightPixels) }
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
    self.dotsPerInch = dotsPerInch
  }
}
