extension GreyImage {
  /// The picture mirrored left to right.
  public var flipped: GreyImage {
    let width = widthPixels
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { into, count in
      pixels.withUnsafeBufferPointer { from in
        for row in 0..<heightPixels {
          let start = row * width
          for column in 0..<width { into[start + width - 1 - column] = from[start + column] }
        }
      }
      count = pixels.count
    }
    return GreyImage(
      widthPixels: width, heightPixels: heightPixels, pixelsPerMetre: pixelsPerMetre, pixels: turned)
  }

  /// A part of the picture; nil where it reaches beyond the edge or is empty.
  public func part(columns: Range<Int>, rows: Range<Int>) -> GreyImage? {
    guard !columns.isEmpty, !rows.isEmpty, columns.lowerBound >= 0, rows.lowerBound >= 0,
      columns.upperBound <= widthPixels, rows.upperBound <= heightPixels
    else { return nil }
    return GreyImage(
      widthPixels: columns.count, heightPixels: rows.count, pixelsPerMetre: pixelsPerMetre,
      pixels: rows.flatMap {
        pixels[$0 * widthPixels + columns.lowerBound..<$0 * widthPixels + columns.upperBound]
      })
  }
}
