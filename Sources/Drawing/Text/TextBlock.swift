import CPangoCairo

/// Text that has been measured and broken into lines and is ready to be drawn.
public final class TextBlock {
  /// Size of the letters after any shrinking.
  public let sizePoints: Double
  /// Width of the widest line, without the space to its left or right.
  public let widthMillimetres: Double
  public let heightMillimetres: Double
  /// Distance from the top of the block to the baseline of the first line.
  public let baselineMillimetres: Double
  public let lineCount: Int
  /// Number of characters that no installed font has, or that are of private use, which each font draws
  /// differently.
  public let unknownGlyphCount: Int

  /// Millimetres by which ink extends beyond the box given by width and height.
  public let overhangMillimetres: Double

  let layout: OpaquePointer

  /// Takes ownership of the reference to `layout`.
  init(layout: OpaquePointer, sizePoints: Double) {
    self.layout = layout
    self.sizePoints = sizePoints
    var ink = PangoRectangle()
    var logical = PangoRectangle()
    GlyphLock.hold { pango_layout_get_extents(layout, &ink, &logical) }
    overhangMillimetres = Self.millimetres(
      max(
        0, logical.x - ink.x, logical.y - ink.y, ink.x + ink.width - logical.x - logical.width,
        ink.y + ink.height - logical.y - logical.height))
    widthMillimetres = Self.millimetres(logical.width)
    heightMillimetres = Self.millimetres(logical.height)
    baselineMillimetres = Self.millimetres(pango_layout_get_baseline(layout))
    lineCount = Int(pango_layout_get_line_count(layout))
    let text = pango_layout_get_text(layout).map { String(cString: $0) } ?? ""
    unknownGlyphCount = max(
      Int(pango_layout_get_unknown_glyphs_count(layout)), text.unicodeScalars.count(where: \.isOfPrivateUse))
  }

  deinit { GlyphLock.hold { g_object_unref(UnsafeMutableRawPointer(layout)) } }

  func show(on context: OpaquePointer) { GlyphLock.hold { pango_cairo_show_layout(context, layout) } }

  /// The text that was set.
  var text: String { pango_layout_get_text(layout).map { String(cString: $0) } ?? "" }

  static func millimetres(_ pangoUnits: Int32) -> Double {
    Length.millimetres(points: Double(pangoUnits) / Double(PANGO_SCALE))
  }
}

extension Unicode.Scalar {
  var isOfPrivateUse: Bool { (0xE000...0xF8FF).contains(value) || value >= 0xF0000 }
}
