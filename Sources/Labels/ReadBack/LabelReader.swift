import CZXing
import Drawing
public import FoundationEssentials

/// Reads labels back with zxing-cpp, which shares no code with the encoder that made them.
public enum LabelReader {
  /// Maximum number of pixels; a larger picture is refused before its pixels are read.
  public static let maxPixels = 100_000_000

  struct Finding: Hashable {
    let text: String
    let isMirrored: Bool
    /// Level of error correction that the decoder found in the symbol; nil where the decoder reports none.
    let correction: QRSymbol.Correction?
    /// Corners of the symbol without its quiet zone, clockwise from the symbol's own top left, to the nearest
    /// pixel.
    let corners: [Point]
  }

  /// The texts of all QR symbols in a PNG, in no particular order; empty where there is none.
  /// - Throws: `picture`, `drawing`.
  public static func read(png: Data) throws(LabelError) -> [String] {
    try findings(in: decode(png: png), as: .photograph).map(\.text)
  }

  static func decode(png: Data) throws(LabelError) -> GreyImage {
    do {
      return try GreyImage(png: png, maxPixels: maxPixels)
    } catch {
      if case .png(let fault) = error { throw .picture(fault) }
      throw .drawing(error)
    }
  }

  /// Reads the dots of a PNG. libdeflate unpacks a file that this program wrote for a picture of `size`; libpng
  /// decodes any other file.
  /// - Returns: nil for a PNG that is not 1-bit grey.
  /// - Throws: `picture`, `drawing`.
  static func dots(png: Data, size: PixelSize) throws(LabelError) -> DotImage? {
    do {
      if let own = try DotImage(ownPNG: png, size: size) { return own }
      return try DotImage(png: png, maxPixels: maxPixels)
    } catch {
      if case .png(let fault) = error { throw .picture(fault) }
      throw .drawing(error)
    }
  }

  /// The kind of a picture, which decides how the decoder searches for symbols.
  enum Sight: Hashable {
    case photograph
    /// A black and white picture with symbols anywhere.
    case drawing
    /// A picture of one upright symbol that is not mirrored, with its quiet zone and nothing else.
    case symbol

    fileprivate var c: wt_zxing_sight {
      switch self {
      case .photograph: wt_zxing_photograph
      case .drawing: wt_zxing_drawing
      case .symbol: wt_zxing_symbol_only
      }
    }
  }

  static func findings(in image: GreyImage, as sight: Sight) throws(LabelError) -> [Finding] {
    var symbols: UnsafeMutablePointer<wt_zxing_symbol>?
    let count = image.pixels.withUnsafeBufferPointer {
      wt_zxing_read(
        $0.baseAddress, UInt32(image.widthPixels), UInt32(image.heightPixels), sight.c, &symbols)
    }
    guard count >= 0 else { throw .drawing(.outOfMemory) }
    defer { wt_zxing_free(symbols, count) }
    return UnsafeBufferPointer(start: symbols, count: Int(count)).map { symbol in
      let text = UnsafeRawBufferPointer(start: symbol.text, count: symbol.text_length)
      let (x, y) = (symbol.corner_x, symbol.corner_y)
      return Finding(
        text: String(decoding: text, as: UTF8.self), isMirrored: symbol.mirrored != 0,
        correction: QRSymbol.Correction(rawValue: String(UnicodeScalar(UInt8(bitPattern: symbol.correction)))),
        corners: [(x.0, y.0), (x.1, y.1), (x.2, y.2), (x.3, y.3)].map {
          Point(x: Double($0.0), y: Double($0.1))
        })
    }
  }
}
