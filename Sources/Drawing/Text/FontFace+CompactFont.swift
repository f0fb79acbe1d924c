import CPangoCairo

extension FontFace {
  /// Whether the face's outlines are a CFF font by character identifiers, each of which is its glyph's number.
  /// Such a font's subset keeps the identifiers although its glyphs are renumbered (Adobe Technical Note 5176,
  /// 10 and 13).
  var isIdentifiedByGlyph: Bool {
    guard let blob = hb_face_reference_table(face, "CFF ".utf8.reduce(0) { $0 << 8 | UInt32($1) }) else {
      return false
    }
    defer { hb_blob_destroy(blob) }
    var length: UInt32 = 0
    guard let data = hb_blob_get_data(blob, &length), length > 4 else { return false }
    let table = UnsafeRawBufferPointer(start: data, count: Int(length))
    guard let names = CompactIndex(in: table, at: Int(table[2])),
      let fonts = CompactIndex(in: table, at: names.end), let first = fonts.first,
      let charset = Self.charset(ofDictionary: table[first])
    else { return false }
    // A charset of format 2 with one range from 1 on lists identifiers in the order of the glyphs; the first
    // glyph is always 0.
    guard charset > 2, charset + 5 <= table.count, table[charset] == 2 else { return false }
    let start = Int(table[charset + 1]) << 8 | Int(table[charset + 2])
    let others = Int(table[charset + 3]) << 8 | Int(table[charset + 4])
    return start == 1 && others == Int(hb_face_get_glyph_count(face)) - 2
  }

  /// The offset of the charset in a dictionary that begins with ROS, as in fonts by identifiers; nil in other
  /// fonts.
  private static func charset(ofDictionary bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    var operand = 0
    var operators = 0
    var place = bytes.startIndex
    func byte(_ offset: Int) -> Int { place + offset < bytes.endIndex ? Int(bytes[place + offset]) : 0 }
    while place < bytes.endIndex {
      switch byte(0) {
      case 12:
        if operators == 0, byte(1) != 30 { return nil }
        operators += 1
        place += 2
      case 15:
        return operators > 0 ? operand : nil
      case 0...21:
        if operators == 0 { return nil }
        operators += 1
        place += 1
      case 28:
        operand = byte(1) << 8 | byte(2)
        place += 3
      case 29:
        operand = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4)
        place += 5
      case 30:
        // A real number ends with a half byte of value 15.
        place += 1
        while place < bytes.endIndex, byte(0) & 15 != 15, byte(0) >> 4 != 15 { place += 1 }
        place += 1
      case 32...246: (operand, place) = (byte(0) - 139, place + 1)
      case 247...250: (operand, place) = ((byte(0) - 247) * 256 + byte(1) + 108, place + 2)
      case 251...254: (operand, place) = (-(byte(0) - 251) * 256 - byte(1) - 108, place + 2)
      default: return nil
      }
    }
    return nil
  }
}

/// The first element of an INDEX in a CFF table, and the place where the next part begins.
private struct CompactIndex {
  let first: Range<Int>?
  let end: Int

  init?(in table: UnsafeRawBufferPointer, at start: Int) {
    guard start >= 0, start + 2 <= table.count else { return nil }
    let count = Int(table[start]) << 8 | Int(table[start + 1])
    guard count > 0 else {
      (first, end) = (nil, start + 2)
      return
    }
    guard start + 3 <= table.count else { return nil }
    let size = Int(table[start + 2])
    let data = start + 2 + (count + 1) * size
    guard (1...4).contains(size), data < table.count else { return nil }
    func offset(_ index: Int) -> Int {
      (0..<size).reduce(0) { $0 << 8 | Int(table[start + 3 + index * size + $1]) }
    }
    // Offsets count from the byte before the data.
    let (from, to, last) = (data + offset(0), data + offset(1), data + offset(count))
    guard from > data, to >= from, last >= to, last <= table.count else { return nil }
    (first, end) = (from..<to, last)
  }
}
