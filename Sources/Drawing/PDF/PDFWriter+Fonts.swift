import CPangoCairo

extension PDFWriter {
  /// Embeds a face with only the glyphs that are used. The face becomes a composite font whose codes are glyph
  /// numbers, with the text that each glyph stands for.
  /// - Parameter listsGlyphs: whether the file says which glyphs are in the subset, as PDF/A-1 demands.
  /// - Throws: `outOfMemory` where harfbuzz cannot make the subset.
  public func font(_ face: FontFace, showing used: [UInt32: String], listsGlyphs: Bool = false)
    throws(DrawingError) -> Reference
  {
    let glyphs = used.keys.sorted()
    let subset = try Self.subset(of: face, glyphs: glyphs)
    let (file, isCFF) = (subset.file, subset.isCFF)
    guard let packed = Self.pack(file) else { throw .outOfMemory }
    let program = stream(
      isCFF ? "/Subtype/CIDFontType0C" : "/Length1 \(file.count)", packed: packed)
    let name = Self.tag(of: glyphs) + "+" + face.name
    let (ascender, descender) = face.extents
    let list = listsGlyphs ? "/CIDSet \(try bits(of: subset.glyphs)) 0 R" : ""
    let descriptor = object(
      "<</Type/FontDescriptor/FontName/\(name)/Flags 4/FontBBox[0 \(descender) 1000 \(ascender)]/ItalicAngle 0/Ascent \(ascender)/Descent \(descender)/CapHeight 700/StemV 80/\(isCFF ? "FontFile3" : "FontFile2") \(program) 0 R\(list)>>"
    )
    let widths = glyphs.map { "\($0)[\(Int(face.advance(of: $0).rounded()))]" }.joined()
    let descendant = object(
      "<</Type/Font/Subtype/\(isCFF ? "CIDFontType0" : "CIDFontType2")/BaseFont/\(name)/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor \(descriptor) 0 R/DW 1000/W[\(widths)]\(isCFF ? "" : "/CIDToGIDMap/Identity")>>"
    )
    guard let map = Self.pack(Self.unicodeMap(of: used, glyphs: glyphs)) else { throw .outOfMemory }
    let unicode = stream("", packed: map)
    return object(
      "<</Type/Font/Subtype/Type0/BaseFont/\(name)/Encoding/Identity-H/DescendantFonts[\(descendant) 0 R]/ToUnicode \(unicode) 0 R>>"
    )
  }

  /// Writes a picture as a mask: parts darker than mid-grey are painted in the current colour.
  public func mask(_ picture: GreyImage) throws(DrawingError) -> Reference {
    let rowBytes = (picture.widthPixels + 7) / 8
    var bits = [UInt8](repeating: 0xFF, count: rowBytes * picture.heightPixels)
    for row in 0..<picture.heightPixels {
      for column in 0..<picture.widthPixels where picture.pixels[row * picture.widthPixels + column] < 128 {
        bits[row * rowBytes + column >> 3] &= ~(0x80 >> UInt8(column & 7))
      }
    }
    guard let packed = Self.pack(bits) else { throw .outOfMemory }
    return stream(
      "/Type/XObject/Subtype/Image/Width \(picture.widthPixels)/Height \(picture.heightPixels)/ImageMask true/BitsPerComponent 1",
      packed: packed)
  }

  // MARK: - Subsets

  /// Writes a set of glyphs as one bit for each glyph, from glyph 0, the highest bit of each byte first (ISO
  /// 32000-1 9.8.3.2).
  private func bits(of glyphs: [UInt32]) throws(DrawingError) -> Reference {
    var bits = [UInt8](repeating: 0, count: Int(glyphs.max() ?? 0) / 8 + 1)
    for glyph in glyphs { bits[Int(glyph) / 8] |= 0x80 >> UInt8(glyph & 7) }
    guard let packed = Self.pack(bits) else { throw .outOfMemory }
    return stream("", packed: packed)
  }

  /// Makes a subset of a face: the bare CFF of an OpenType font, or a whole TrueType font. The old numbers of
  /// glyphs stay valid. The result's `glyphs` are all glyphs in the subset: the shown ones, the parts of
  /// composed ones, and the sign for an unknown character.
  private static func subset(of face: FontFace, glyphs: [UInt32]) throws(DrawingError) -> (
    file: [UInt8], isCFF: Bool, glyphs: [UInt32]
  ) {
    guard let input = hb_subset_input_create_or_fail() else { throw .outOfMemory }
    defer { hb_subset_input_destroy(input) }
    let wanted = hb_subset_input_glyph_set(input)
    for glyph in glyphs { hb_set_add(wanted, glyph) }
    let dropped = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG)
    // The substitutions of these tables would add glyphs that no page shows.
    for tag in ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "DSIG", "BASE"] {
      hb_set_add(dropped, tag.utf8.reduce(0) { $0 << 8 | UInt32($1) })
    }
    // The codes on a page are glyph numbers. Where the font itself names its glyphs by these numbers, the
    // numbers stay valid in a renumbered subset, so that 65,000 places for absent glyphs need not be kept.
    let keepsNumbers = face.isIdentifiedByGlyph ? 0 : HB_SUBSET_FLAGS_RETAIN_GIDS.rawValue
    hb_subset_input_set_flags(
      input,
      keepsNumbers | HB_SUBSET_FLAGS_NO_HINTING.rawValue | HB_SUBSET_FLAGS_DESUBROUTINIZE.rawValue)
    guard let plan = hb_subset_plan_create_or_fail(face.face, input) else { throw .outOfMemory }
    defer { hb_subset_plan_destroy(plan) }
    guard let subset = hb_subset_plan_execute_or_fail(plan) else { throw .outOfMemory }
    defer { hb_face_destroy(subset) }
    let kept = Self.glyphs(of: plan, in: face)
    let outlines = bytes(of: hb_face_reference_table(subset, "CFF ".utf8.reduce(0) { $0 << 8 | UInt32($1) }))
    if !outlines.isEmpty { return (outlines, true, kept) }
    let whole = bytes(of: hb_face_reference_blob(subset))
    guard !whole.isEmpty else { throw .outOfMemory }
    return (whole, false, kept)
  }

  /// The glyphs of a face that a subset has, by their old numbers.
  private static func glyphs(of plan: OpaquePointer, in face: FontFace) -> [UInt32] {
    let map = hb_subset_plan_old_to_new_glyph_mapping(plan)
    return (0..<hb_face_get_glyph_count(face.face)).filter { hb_map_has(map, $0) != 0 }
  }

  private static func bytes(of blob: OpaquePointer?) -> [UInt8] {
    guard let blob else { return [] }
    defer { hb_blob_destroy(blob) }
    var length: UInt32 = 0
    guard let data = hb_blob_get_data(blob, &length), length > 0 else { return [] }
    return Array(UnsafeRawBufferPointer(start: data, count: Int(length)))
  }

  /// A tag of six capitals, which differs between different subsets (ISO 32000-1 9.6.4).
  private static func tag(of glyphs: [UInt32]) -> String {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for glyph in glyphs { sum = (sum ^ UInt64(glyph)) &* 0x100_0000_01B3 }
    return String(
      decoding: (0..<6).map { UInt8(65 + sum >> UInt64($0 * 8) & 0xFF % 26) }, as: UTF8.self)
  }

  private static func unicodeMap(of used: [UInt32: String], glyphs: [UInt32]) -> [UInt8] {
    var map = """
      /CIDInit/ProcSet findresource begin 12 dict begin begincmap
      /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
      /CMapName/Adobe-Identity-UCS def/CMapType 2 def
      1 begincodespacerange<0000><FFFF>endcodespacerange

      """
    let shown = glyphs.filter { used[$0]?.isEmpty == false }
    // A block has at most 100 entries (Adobe Technical Note 5411).
    for start in stride(from: 0, to: shown.count, by: 100) {
      let part = shown[start..<min(start + 100, shown.count)]
      map += "\(part.count) beginbfchar\n"
      for glyph in part {
        map +=
          "<" + hex([UInt8(glyph >> 8 & 0xFF), UInt8(glyph & 0xFF)]) + "><" + utf16(used[glyph] ?? "") + ">\n"
      }
      map += "endbfchar\n"
    }
    return Array((map + "endcmap CMapName currentdict/CMap defineresource pop end end\n").utf8)
  }
}
