import FoundationEssentials

/// The markers of a JPEG file, ITU-T T.81 annex B, without its contents.
enum JPEGStructure {
  /// Whether the end-of-image marker of the picture is there. What follows it is no concern: phones append
  /// pictures of their own.
  /// - Parameter bytes: begin with the start-of-image marker.
  static func isComplete(_ bytes: Data) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var position = 2
      var isInScan = false
      while position + 1 < bytes.count {
        guard bytes[position] == 0xFF else {
          // Between segments this is rubbish, for the decoder to judge.
          position += 1
          continue
        }
        switch bytes[position + 1] {
        case 0xD9: return true
        case 0xFF: position += 1  // a fill byte
        case 0x00, 0x01, 0xD0...0xD8: position += 2  // a stuffed zero, markers without a length
        case let marker:
          // In a scan only the tables, scans and frames that can follow one are markers with a length.
          guard position + 3 < bytes.count else { return false }
          let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
          if isInScan, !(0xC0...0xFE).contains(marker) {
            position += 2
          } else {
            position += 2 + max(2, length)
          }
          if marker == 0xDA { isInScan = true }
        }
      }
      return false
    }
  }
}
