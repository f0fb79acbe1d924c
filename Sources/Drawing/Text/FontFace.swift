import CPangoCairo
import Synchronization

/// A face of a font file, for setting text and for embedding in a page. Two faces of the same name are equal.
public final class FontFace: Hashable, @unchecked Sendable {
  /// The face's PostScript name, which has only letters, digits, `-` and `_` and serves as a name in a page's
  /// resources.
  public let name: String
  let unitsPerEm: Int
  /// All threads may share the face: harfbuzz counts references atomically, and the face is not changed.
  let face: OpaquePointer
  let metrics: OpaquePointer

  private init(name: String, face: OpaquePointer) {
    self.name = name
    self.face = hb_face_reference(face)
    unitsPerEm = max(1, Int(hb_face_get_upem(face)))
    let metrics: OpaquePointer = hb_font_create(face)
    hb_font_set_scale(metrics, Int32(unitsPerEm), Int32(unitsPerEm))
    hb_font_make_immutable(metrics)
    self.metrics = metrics
  }

  deinit {
    hb_font_destroy(metrics)
    hb_face_destroy(face)
  }

  /// Width of the glyph, in thousandths of an em.
  func advance(of glyph: UInt32) -> Double {
    Double(hb_font_get_glyph_h_advance(metrics, glyph)) * 1000 / Double(unitsPerEm)
  }

  /// Ascender and descender in thousandths of an em.
  var extents: (ascender: Int, descender: Int) {
    var extents = hb_font_extents_t()
    hb_font_get_h_extents(metrics, &extents)
    return (Int(extents.ascender) * 1000 / unitsPerEm, Int(extents.descender) * 1000 / unitsPerEm)
  }

  // MARK: - Faces that are known

  private struct Known {
    var byName: [String: FontFace] = [:]
    /// The faces of harfbuzz by their addresses. Each is retained, so that no other face gets its address;
    /// every typesetter has a face object of its own.
    var byPlace: [UInt: FontFace] = [:]
  }

  private static let known = Mutex(Known())

  /// The face of one of pango's fonts. Each thread has fonts of its own, but faces of the same name are one
  /// object here.
  static func face(of font: UnsafeMutablePointer<PangoFont>) -> FontFace? {
    guard let shaper = pango_font_get_hb_font(font), let face = hb_font_get_face(shaper) else { return nil }
    let place = UInt(bitPattern: face)
    if let known = known.withLock({ $0.byPlace[place] }) { return known }
    let name = name(of: face)
    return known.withLock { known in
      let made = known.byName[name] ?? FontFace(name: name, face: face)
      known.byName[name] = made
      known.byPlace[place] = made
      hb_face_reference(face)
      return made
    }
  }

  private static func name(of face: OpaquePointer) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    var length = UInt32(buffer.count)
    hb_ot_name_get_utf8(face, hb_ot_name_id_t(6), nil, &length, &buffer)
    let raw = buffer.prefix(Int(min(length, 127))).map { UInt8(bitPattern: $0) }
    let kept = raw.filter {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
    }
    return kept.isEmpty ? "Font\(hb_face_get_index(face))" : String(decoding: kept, as: UTF8.self)
  }

  public static func == (left: FontFace, right: FontFace) -> Bool { left.name == right.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The glyphs that a page or a file shows, and the text that each glyph stands for.
public typealias GlyphUse = [FontFace: [UInt32: String]]

/// A run of glyphs of one face on one baseline.
struct GlyphRun {
  struct Glyph {
    let index: UInt32
    /// Distance from the run's start, millimetres.
    let x: Double
    /// The text of the glyph for copying and searching; empty for all but the first glyph of a cluster.
    let text: String
  }

  let face: FontFace
  let sizePoints: Double
  /// Distance from the block's left to the run's start, millimetres.
  let x: Double
  /// Distance from the block's top to the run's baseline, millimetres.
  let baseline: Double
  let glyphs: [Glyph]
}
