extension GreyImage {
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
