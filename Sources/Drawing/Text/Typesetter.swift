import CPangoCairo

/// Sets text by pango. A typesetter keeps the fonts that it has loaded, so one should serve many pages; only
/// one thread may use it at a time. The result does not depend on the resolution of the page: there is no
/// hinting and no rounding of positions.
public final class Typesetter {
  private let fonts: UnsafeMutablePointer<PangoFontMap>
  private let context: OpaquePointer

  public init() {
    fonts = pango_cairo_font_map_new()
    // The font map makes cairo fonts, so the cast is safe; G_TYPE_CHECK_INSTANCE_CAST, which does it in C, is a
    // macro.
    pango_cairo_font_map_set_resolution(OpaquePointer(fonts), Length.pointsPerInch)
    context = pango_font_map_create_context(fonts)
    pango_context_set_language(context, pango_language_from_string("zh-cn"))
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR)
    pango_context_set_round_glyph_positions(context, 0)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }

  deinit {
    GlyphLock.hold {
      g_object_unref(UnsafeMutableRawPointer(context))
      g_object_unref(UnsafeMutableRawPointer(fonts))
    }
  }

  // MARK: - Setting

  /// Sets `text` at its own size, broken into lines at `widthMillimetres`, or only at its own line ends where
  /// that is nil.
  public func set(
    _ text: String, style: TextStyle, widthMillimetres: Double? = nil, alignment: TextAlignment = .left
  ) -> TextBlock {
    let layout = makeLayout(text, style: style, widthMillimetres: widthMillimetres, alignment: alignment)
    return TextBlock(layout: layout, sizePoints: style.sizePoints)
  }

  /// Sets `text` within a box, by `fit`. Sizes go down in steps of a quarter of a point.
  /// - Parameter smallestPoints: the minimum size, points; a text that needs a smaller size is an error.
  /// - Throws: `textTooLarge`; `noGlyph` where a character would come out as an empty box.
  public func set(
    _ text: String, style: TextStyle, widthMillimetres: Double, heightMillimetres: Double,
    fit: TextFit, smallestPoints: Double, alignment: TextAlignment
  ) throws(DrawingError) -> TextBlock {
    // Iterating over scalars is ten times as fast as over characters.
    let hasLines = text.unicodeScalars.contains { Self.lineEnds.contains($0) }
    let oneLine = hasLines ? text.filter { !$0.isNewline } : text
    var style = style
    while true {
      let block = set(oneLine, style: style, widthMillimetres: widthMillimetres, alignment: alignment)
      guard block.unknownGlyphCount == 0 else { throw .noGlyph(count: block.unknownGlyphCount) }
      let mayBreak = fit == .wrap || block.lineCount == 1
      // A text that must not break needs the width that it would have on one line.
      let natural = mayBreak ? block : set(oneLine, style: style)
      let isTooWide = natural.widthMillimetres > widthMillimetres + Self.tolerance
      if mayBreak && !isTooWide && natural.heightMillimetres <= heightMillimetres + Self.tolerance {
        return block
      }
      let smaller = style.sizePoints - 0.25
      guard fit != .refuse, smaller >= smallestPoints, smaller > 0 else {
        throw .textTooLarge(
          axis: isTooWide ? .width : .height,
          neededMillimetres: isTooWide ? natural.widthMillimetres : natural.heightMillimetres,
          givenMillimetres: isTooWide ? widthMillimetres : heightMillimetres, sizePoints: style.sizePoints)
      }
      style.sizePoints = smaller
    }
  }

  // MARK: - Layouts

  /// Tolerance in millimetres when a text is compared with its box, because pango rounds lengths to its own
  /// units.
  private static let tolerance = 0.001

  private static let lineEnds: [Unicode.Scalar] = [
    "\n", "\u{B}", "\u{C}", "\r", "\u{85}", "\u{2028}", "\u{2029}",
  ]

  private func makeLayout(
    _ text: String, style: TextStyle, widthMillimetres: Double?, alignment: TextAlignment
  ) -> OpaquePointer {
    // The caller owns the layout and passes it to a TextBlock.
    let layout: OpaquePointer = pango_layout_new(context)
    let description = pango_font_description_new()
    pango_font_description_set_family(description, style.families.joined(separator: ","))
    pango_font_description_set_weight(
      description, style.weight == .bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
    pango_font_description_set_absolute_size(description, style.sizePoints * Double(PANGO_SCALE))
    pango_layout_set_font_description(layout, description)
    pango_font_description_free(description)
    let attributes = pango_attr_list_new()
    // pango must not add a hyphen where a digest or a serial number is broken over two lines.
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(0))
    if style.letterSpacingPoints != 0 {
      pango_attr_list_insert(
        attributes, pango_attr_letter_spacing_new(Int32(style.letterSpacingPoints * Double(PANGO_SCALE))))
    }
    pango_layout_set_attributes(layout, attributes)
    pango_attr_list_unref(attributes)
    pango_layout_set_line_spacing(layout, Float(style.lineSpacing))
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
    switch alignment {
    case .left: pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT)
    case .centre: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
    case .right: pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT)
    }
    if let widthMillimetres {
      let units = Length.points(millimetres: max(0, widthMillimetres)) * Double(PANGO_SCALE)
      // The width is half a unit more, so that a line measured at this width is not broken again.
      pango_layout_set_width(layout, Int32(min(units.rounded(.up) + 1, Double(Int32.max))))
    }
    // pango takes no NUL, and no other control character has a shape.
    func isShown(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "\n" || !(scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value)
    }
    let shown =
      text.unicodeScalars.allSatisfy(isShown)
      ? text
      : String(String.UnicodeScalarView(text.unicodeScalars.map { isShown($0) ? $0 : "\u{FFFD}" }))
    pango_layout_set_text(layout, shown, -1)
    return layout
  }
}
