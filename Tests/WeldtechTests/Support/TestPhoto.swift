import Drawing
import Foundation
import TestSupport

/// Pictures of dark and bright squares, each from a seed.
enum TestPhoto {
  /// Makes a picture of 640 × 480 pixels.
  /// - Parameter changed: the number of squares, from the first, that are inverted.
  static func png(_ seed: UInt64, changed: Int = 0) throws -> Data {
    var random = SplitMix64(seed: seed)
    let size = try PixelSize(widthPixels: 640, heightPixels: 480, dotsPerInch: 254)
    return try DotImage(size: size, dotsPerInch: 254) { canvas in
      for square in 0..<16 * 12 {
        let isDark = random.next(below: 2) == 0
        guard isDark != (square < changed) else { continue }
        let (row, column) = (square / 16, square % 16)
        canvas.fill(Path(Rectangle(x: 4 * Double(column), y: 4 * Double(row), width: 4, height: 4)))
      }
    }.png()
  }

  /// Makes a white picture of 640 × 480 pixels.
  static func white() throws -> Data {
    try DotImage(size: try PixelSize(widthPixels: 640, heightPixels: 480, dotsPerInch: 254)).png()
  }

  /// Makes another file of the same picture, with a comment in it.
  static func commented(_ png: Data, _ comment: String = "one") -> Data {
    PNGChunks.inserting("tEXt", Data("Comment\0\(comment)".utf8), into: png)
  }
}
