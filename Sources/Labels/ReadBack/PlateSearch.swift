import Drawing
import Records

/// Searches a photo for a label's symbol that is small, faint or noisy. Each part of the picture is searched
/// alone, at its own, half and twice its size, so that contrast is spread over the part, without a bright
/// background such as a window.
struct PlateSearch {
  /// The side of a part as a share of the picture's longer side.
  private static let partShare = 0.3
  /// The minimum side of a part, pixels, so that a small picture is one part.
  private static let minPartPixels = 400

  let image: GreyImage

  /// The texts of the symbols in the first part of the picture that shows a label's symbol; empty where no part
  /// does.
  /// - Throws: `drawing(.outOfMemory)`.
  func texts() throws(LabelError) -> [String] {
    let side = max(Self.minPartPixels, Int(Double(max(image.widthPixels, image.heightPixels)) * Self.partShare))
    for rows in Self.parts(of: image.heightPixels, side: side) {
      for columns in Self.parts(of: image.widthPixels, side: side) {
        guard let part = image.part(columns: columns, rows: rows)?.stretched else { continue }
        for seen in [part.halved, part, part.doubled].compactMap(\.self) {
          let texts = try LabelReader.findings(in: seen, as: .photograph).map(\.text)
          if texts.contains(where: { LabelCode(written: $0) != nil }) { return texts }
        }
      }
    }
    return []
  }

  /// Ranges of `side` pixels, each of which overlaps the range before it by half, so that a symbol of at most
  /// half this width is whole in one range.
  private static func parts(of length: Int, side: Int) -> [Range<Int>] {
    guard length > side else { return [0..<length] }
    let starts = stride(from: 0, to: length - side, by: side / 2)
    return (Array(starts) + [length - side]).map { $0..<$0 + side }
  }
}
