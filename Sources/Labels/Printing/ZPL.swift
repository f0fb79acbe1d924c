public import Drawing
public import FoundationEssentials

/// ZPL II, the language of Zebra's label printers and of many others.
public enum ZPL {
  /// The labels of several pictures one behind the other.
  /// - Throws: `picture`, `drawing`.
  static func labels(_ pngs: [Data]) throws(LabelError) -> Data {
    var bytes = Data()
    for png in pngs { bytes += label(try LabelReader.decode(png: png)) }
    return bytes
  }

  /// A label as one graphic field, dot for dot as in the picture, because the printer's own symbol command
  /// would choose version, mask and level by itself. `^GFA` has one row after the other, one bit for each dot,
  /// 1 for ink.
  public static func label(_ image: GreyImage) -> Data {
    let rowBytes = (image.widthPixels + 7) / 8
    let total = rowBytes * image.heightPixels
    let head =
      "^XA^PW\(image.widthPixels)^LL\(image.heightPixels)^LH0,0^FO0,0^GFA,\(total),\(total),\(rowBytes),\n"
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes = Data(head.utf8)
    bytes.reserveCapacity(2 * total + 200)
    for row in 0..<image.heightPixels {
      let line = image.pixels[row * image.widthPixels..<(row + 1) * image.widthPixels]
      for start in stride(from: line.startIndex, to: line.endIndex, by: 8) {
        var byte: UInt8 = 0
        for offset in 0..<8 where start + offset < line.endIndex && line[start + offset] < 128 {
          byte |= 0x80 >> UInt8(offset)
        }
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    bytes.append(contentsOf: "^FS^PQ1^XZ\n".utf8)
    return bytes
  }
}
