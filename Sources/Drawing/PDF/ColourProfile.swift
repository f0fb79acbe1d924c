import Glibc

/// The colour space sRGB as an ICC profile of version 2.4 (ICC.1:2001-04), written by us: a matrix and one
/// curve. PDF/A-1 allows no profile of version 4.
///
///     0    header, 128 bytes
///     128  number of tags, then 12 bytes for each: signature, offset, size
///     …    the tags' data, each on a multiple of four
enum ColourProfile {
  /// The profile's name, as a PDF's output intent states it.
  static let name = "sRGB IEC61966-2.1"

  /// The whole profile.
  static let sRGB: [UInt8] = {
    // White of D50, to which the primaries and the white of D65 are adapted by Bradford's matrix (IEC
    // 61966-2-1, 15076-1).
    let white = xyz(0xF6D6, 0x10000, 0xD32D)
    let matrix =
      Array("sf32".utf8) + word(0)
      + [
        0x10C42, 0x5DE, 0xFFFF_F325, 0x793, 0xFD90, 0xFFFF_FBA1, 0xFFFF_FDA2, 0x3DC, 0xC06E,
      ].flatMap { word($0) }
    let curve =
      Array("curv".utf8) + word(0) + word(UInt32(curvePoints))
      + (0..<curvePoints).flatMap {
        half(UInt16((light(Double($0) / Double(curvePoints - 1)) * 65_535).rounded()))
      }
    let data: [(signature: String, bytes: [UInt8])] = [
      ("desc", description(name)), ("cprt", Array("text".utf8) + word(0) + Array("No rights reserved\0".utf8)),
      ("wtpt", white), ("chad", matrix),
      ("rXYZ", xyz(0x6FA0, 0x38F5, 0x390)), ("gXYZ", xyz(0x6297, 0xB787, 0x18D9)),
      ("bXYZ", xyz(0x249F, 0xF84, 0xB6C4)), ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
    ]
    var table = word(UInt32(data.count))
    var body: [UInt8] = []
    let start = 128 + 4 + 12 * data.count
    // Tags with the same data share it.
    var places: [[UInt8]: Int] = [:]
    for tag in data {
      let place = places[tag.bytes] ?? start + body.count
      if places.updateValue(place, forKey: tag.bytes) == nil {
        body += tag.bytes + [UInt8](repeating: 0, count: (4 - tag.bytes.count % 4) % 4)
      }
      table += Array(tag.signature.utf8) + word(UInt32(place)) + word(UInt32(tag.bytes.count))
    }
    return header(size: start + body.count) + table + body
  }()

  private static func header(size: Int) -> [UInt8] {
    let date = [2026, 1, 1, 0, 0, 0].flatMap { half($0) }
    return word(UInt32(size)) + word(0) + word(0x0240_0000) + Array("mntrRGB XYZ ".utf8) + date
      + Array("acsp".utf8) + [UInt8](repeating: 0, count: 28) + word(0xF6D6) + word(0x10000) + word(0xD32D)
      + [UInt8](repeating: 0, count: 48)
  }

  /// The number of points of the curve; between them readers interpolate, to less than a level of eight bits.
  private static let curvePoints = 1_024

  /// The light of a value, both from 0 to 1: a power of 2.4 above 0.04045, and a straight line below.
  private static func light(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  /// A number of four bytes, the highest first.
  private static func word(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> UInt32($0) & 255) }
  }

  /// A number of two bytes, the higher first.
  private static func half(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

  /// Three numbers with 16 bits behind the point.
  private static func xyz(_ x: UInt32, _ y: UInt32, _ z: UInt32) -> [UInt8] {
    Array("XYZ ".utf8) + word(0) + word(x) + word(y) + word(z)
  }

  /// A description in ASCII, without the two other spellings for which the format has room.
  private static func description(_ text: String) -> [UInt8] {
    let ascii = Array(text.utf8) + [0]
    return Array("desc".utf8) + word(0) + word(UInt32(ascii.count)) + ascii + [UInt8](repeating: 0, count: 78)
  }
}
