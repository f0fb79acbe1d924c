import CExif
import FoundationEssentials

/// Finds the block of a file in which the camera's words stand.
enum ExifBlock {
  private static let head: [UInt8] = Array("Exif\0\0".utf8)

  /// The block with its head, at most `WT_EXIF_LONGEST_BLOCK` bytes; nil where there is none.
  static func find(in bytes: Data) -> [UInt8]? {
    bytes.withUnsafeBytes { bytes in
      switch FileKind(bytes.prefix(64)) {
      case .jpeg: inJPEG(bytes)
      case .png: inPNG(bytes)
      default: nil
      }
    }
  }

  /// Looks through the segments before the picture: FF, a kind, and a length of two bytes that counts itself.
  private static func inJPEG(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF {
      let kind = bytes[at + 1]
      // Any number of FF may stand before a kind.
      if kind == 0xFF {
        at += 1
        continue
      }
      // DA begins the picture data and D9 ends the file: no Exif block follows.
      if kind == 0xDA || kind == 0xD9 { return nil }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= 2, at + 2 + length <= bytes.count else { return nil }
      if kind == 0xE1, bytes[(at + 4)..<(at + 2 + length)].starts(with: head) {
        return Array(bytes[(at + 4)..<(at + 2 + length)])
      }
      at += 2 + length
    }
    return nil
  }

  /// Looks through the chunks: a length of four bytes, a kind of four letters, the data, and a checksum of four bytes.
  private static func inPNG(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { return nil }
      if bytes[(at + 4)..<(at + 8)].elementsEqual("eXIf".utf8) {
        guard length + head.count <= Int(WT_EXIF_LONGEST_BLOCK) else { return nil }
        return head + bytes[(at + 8)..<(at + 8 + length)]
      }
      at += 12 + length
    }
    return nil
  }
}
