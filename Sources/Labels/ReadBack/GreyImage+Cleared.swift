import Drawing

extension GreyImage {
  /// The picture with the upright box around each group of points painted white.
  func cleared(_ groups: [[Point]]) -> GreyImage {
    var pixels = pixels
    for points in groups {
      guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
        let top = points.map(\.y).min(), let bottom = points.map(\.y).max()
      else { continue }
      let columns = Self.pixels(from: left, through: right, of: widthPixels)
      for row in Self.pixels(from: top, through: bottom, of: heightPixels) {
        let start = row * widthPixels
        for column in columns { pixels[start + column] = 255 }
      }
    }
    return GreyImage(
      widthPixels: widthPixels, heightPixels: heightPixels, pixelsPerMetre: pixelsPerMetre, pixels: pixels)
  }

  /// The whole pixels from one coordinate to another, limited to the picture.
  private static func pixels(from first: Double, through last: Double, of count: Int) -> Range<Int> {
    let start = Int(min(max(first.rounded(.down), 0), Double(count)))
    let end = Int(min(max(last.rounded(.up) + 1, 0), Double(count)))
    return start..<max(start, end)
  }
}
