import Drawing
import FoundationEssentials

extension LabelMaker {
  /// How closely a label is read back. Either way decodes the file again, has it read by zxing-cpp, and
  /// compares every dot of the symbol and its quiet zone with what was encoded.
  public enum Scrutiny: Hashable, Sendable {
    /// The decoder sees 3 pixels a module; orientation, grid and quiet zone are compared row by row.
    case thinned
    /// The decoder sees every dot, and each is compared on its own: 30 times the work.
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
      // The square of the symbol alone; where that does not read, the whole label says why.
      guard var image = try LabelReader.dots(png: png, size: size) else { throw .unreadable(.otherSize) }
      if inks.process == .laser { image.invert() }
      // pHYs is rounded to a dot a metre, from which the resolution comes back whole.
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

  /// Whether a size in millimetres is the template's: half a dot each way is lost to whole dots, and a hundredth of a
  /// millimetre to the rounding of pHYs.
  private func isTemplateSize(_ width: Double, _ height: Double) -> Bool {
    let slack = Length.millimetres(dots: 1, dotsPerInch: dotsPerInch) / 2 + 0.01
    return abs(width - template.widthMillimetres) <= slack && abs(height - template.heightMillimetres) <= slack
  }

  /// Whether every dot of the symbol is as it was encoded; a symbol that reaches beyond the picture's edge is not.
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
