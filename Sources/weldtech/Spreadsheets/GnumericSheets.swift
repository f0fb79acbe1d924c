import Files

/// Reads from gnumeric's own format which sheets of a workbook are hidden. The format is XML, whose texts
/// contain no `<`.
struct GnumericSheets {
  /// The maximum length of the tag that begins a sheet, bytes; the tags that gnumeric writes have some five
  /// hundred.
  private static let maxTagBytes = 8_192
  private static let beginning = Array("<gnm:Sheet ".utf8)

  private var areHidden: [Bool] = []
  /// The tag as far as it is read, its beginning included.
  private var tag: [UInt8] = []

  /// Whether each sheet is hidden, in the order of the tabs; nil where the file cannot be read.
  static func areHidden(in path: FilePath) -> [Bool]? {
    var sheets = GnumericSheets()
    do {
      try OpenFile(reading: path).forEachPiece { piece in for byte in piece { sheets.take(byte) } }
    } catch { return nil }
    return sheets.areHidden
  }

  private mutating func take(_ byte: UInt8) {
    if tag.count < Self.beginning.count {
      if byte == Self.beginning[tag.count] {
        tag.append(byte)
      } else {
        tag.removeAll(keepingCapacity: true)
        if byte == UInt8(ascii: "<") { tag.append(byte) }
      }
      return
    }
    guard byte == UInt8(ascii: ">") || tag.count >= Self.maxTagBytes else {
      tag.append(byte)
      return
    }
    let text = String(decoding: tag, as: UTF8.self)
    areHidden.append(
      text.contains("Visibility=\"GNM_SHEET_VISIBILITY_") && !text.contains("GNM_SHEET_VISIBILITY_VISIBLE\""))
    tag.removeAll(keepingCapacity: true)
  }
}
