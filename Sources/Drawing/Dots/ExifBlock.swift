import CExif
public import FoundationEssentials

/// Finds the block of a picture that holds the camera's data (Exif 2.32, 4.7.2; PNG 1.3, eXIf).
public enum ExifBlock {
  private static let head: [UInt8] = Array("Exif\0\0".utf8)

  /// Returns the block with its head, which is `Exif` and two zeros, at most `WT_EXIF_LONGEST_BLOCK` bytes; nil
  /// where the file is neither JPEG nor PNG, or has no such block.
  public static func find(in file: Data) -> [UInt8]? {
    file.withUnsafeBytes { bytes in
      if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return inJPEG(bytes) }
      if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return inPNG(bytes) }
      return nil
    }
  }

  /// Searches the segments before the picture. A segment is FF, a kind, a length of two bytes that counts
  /// itself, and data.
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

  /// Searches the chunks. A chunk is a length of four bytes, a kind of four letters, the data, and a checksum
  /// of four bytes.
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
