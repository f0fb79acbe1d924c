import Drawing
import FoundationEssentials

extension LabelMaker {
  /// The thoroughness with which a label is read back. Both cases decode the file again, have zxing-cpp read
  /// it, and compare every dot of the symbol and its quiet zone with the encoded symbol.
  public enum Scrutiny: Hashable, Sendable {
    /// The decoder sees 3 pixels for each module; orientation, grid and quiet zone are compared row by row.
    case thinned
    /// The decoder sees every dot, and each dot is compared on its own, which is 30 times the work.
    case full
  }

  /// Reads a label back from the bytes of its PNG.
  /// - Returns: The text that the decoder read.
  /// - Throws: `unreadable`, `picture`, `drawing`.
  func verify(png: Data, place: LabelDrawing.Place, scrutiny: Scrutiny) throws(LabelError) -> String {
    switch scrutiny {
    case .full:
      var image = try LabelReader.decode(png: png)
      if inks.process == .laser { image = image.inverted }
      guard image.widthPixels == size.widthPixels, image.heightPixels == size.heightPixels,
        let width = image.millimetres(pixels: image.widthPixels),
        let height = image.millimetres(pixels: image.heightPixels), isTemplateSize(width, height)
      else { throw .unreadable(.otherSize) }
      let text = try read(image, as: .drawing, place: place)
      guard isEncoded(image, place: place) else { throw .unreadable(.otherDots) }
      return text
    case .thinned:
      // Only the square of the symbol is read first; where that fails, the whole label gives the reason.
      guard var image = try LabelReader.dots(png: png, size: size) else { throw .unreadable(.otherSize) }
      if inks.process == .laser { image.invert() }
      // The resolution is whole again after rounding, since pHYs is rounded to one dot for each metre.
      guard image.size == size else { throw .unreadable(.otherSize) }
      let thinned = image.thinned(place.dots, column: place.column, row: place.row)
      guard let text = try? read(thinned, as: .symbol, place: place) else {
        return try verify(png: png, place: place, scrutiny: .full)
      }
      guard image.shows(place.dots, column: place.column, row: place.row) else { throw .unreadable(.otherDots) }
      return text
    }
  }

  private func read(_ image: GreyImage, as sight: LabelReader.Sight, place: LabelDrawing.Place)
    throws(LabelError) -> String
  {
    let findings = try LabelReader.findings(in: image, as: sight)
    guard let finding = findings.first else { throw .unreadable(.noSymbol) }
    guard findings.count == 1 else { throw .unreadable(.severalSymbols) }
    guard finding.text == place.dots.symbol.text else { throw .unreadable(.otherText) }
    guard !finding.isMirrored else { throw .unreadable(.mirrored) }
    return finding.text
  }

  /// Whether a size in millimetres matches the template's, with a tolerance of half a dot for whole dots and of
  /// a hundredth of a millimetre for the rounding of pHYs.
  private func isTemplateSize(_ width: Double, _ height: Double) -> Bool {
    let slack = Length.millimetres(dots: 1, dotsPerInch: dotsPerInch) / 2 + 0.01
    return abs(width - template.widthMillimetres) <= slack && abs(height - template.heightMillimetres) <= slack
  }

  /// Whether every dot of the symbol is as it was encoded; a symbol that extends beyond the picture's edge
  /// fails.
  private func isEncoded(_ image: GreyImage, place: LabelDrawing.Place) -> Bool {
    let side = place.dots.side
    for row in 0..<side {
      for column in 0..<side {
        let x = place.column + column
        let y = place.row + row
        guard x < image.widthPixels, y < image.heightPixels,
          (image.pixels[y * image.widthPixels + x] == 0) == place.dots.isInk(column: column, row: row)
        else { return false }
      }
    }
    return true
  }
}
