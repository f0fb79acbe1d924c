import Drawing
import Records

/// Looks for a label's symbol on a photo where it is small, faint or noisy: each part of the picture is looked at alone, so
/// that contrast is spread over the part and not over the window behind it, and at half and twice its size as well.
struct PlateSearch {
  /// The side of a part as a share of the picture's longer side.
  private static let partShare = 0.3
  /// The minimum side of a part, pixels, so that a small picture is one part.
  private static let minPartPixels = 400

  let image: GreyImage

  /// The texts of the symbols in the first part of the picture that has a label's; empty where none has one.
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

  /// Ranges of `side` pixels, each half over the one before it, so that a symbol that is at most half as wide is whole in one.
  private static func parts(of length: Int, side: Int) -> [Range<Int>] {
    guard length > side else { return [0..<length] }
    let starts = stride(from: 0, to: length - side, by: side / 2)
    return (Array(starts) + [length - side]).map { $0..<$0 + side }
  }
}
