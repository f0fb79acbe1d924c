import CPangoCairo

extension TextBlock {
  /// The glyphs of the text at their places, left to right, line by line.
  var glyphRuns: [GlyphRun] { GlyphLock.hold { heldGlyphRuns } }

  private var heldGlyphRuns: [GlyphRun] {
    var runs: [GlyphRun] = []
    guard let text = pango_layout_get_text(layout), let iterator = pango_layout_get_iter(layout) else {
      return []
    }
    defer { pango_layout_iter_free(iterator) }
    repeat {
      guard let run = pango_layout_iter_get_run_readonly(iterator),
        let font = run.pointee.item.pointee.analysis.font, let face = FontFace.face(of: font)
      else { continue }
      var extents = PangoRectangle()
      pango_layout_iter_get_run_extents(iterator, nil, &extents)
      runs.append(
        GlyphRun(
          face: face, sizePoints: sizePoints, x: Self.millimetres(extents.x),
          baseline: Self.millimetres(pango_layout_iter_get_baseline(iterator)),
          glyphs: Self.glyphs(of: run.pointee, in: text)))
    } while pango_layout_iter_next_run(iterator) != 0
    return runs
  }

  private static func glyphs(of run: PangoGlyphItem, in text: UnsafePointer<CChar>) -> [GlyphRun.Glyph] {
    let item = run.item.pointee
    let string = run.glyphs.pointee
    var glyphs: [GlyphRun.Glyph] = []
    var pen: Int32 = 0
    for index in 0..<Int(string.num_glyphs) {
      let info = string.glyphs[index]
      let start = string.log_clusters[index]
      // In text from left to right a new cluster begins where the cluster number changes.
      var next = index + 1
      while next < Int(string.num_glyphs), string.log_clusters[next] == start { next += 1 }
      let end = next < Int(string.num_glyphs) ? string.log_clusters[next] : item.length
      let isFirst = index == 0 || string.log_clusters[index - 1] != start
      // PANGO_GLYPH_EMPTY and glyphs without a font take up space and show nothing.
      if info.glyph < 0x0FFF_FFFF {
        let bytes = UnsafeRawBufferPointer(
          start: text + Int(item.offset + start), count: isFirst ? Int(max(0, end - start)) : 0)
        glyphs.append(
          GlyphRun.Glyph(
            index: info.glyph, x: millimetres(pen + info.geometry.x_offset),
            text: String(decoding: bytes, as: UTF8.self)))
      }
      pen += info.geometry.width
    }
    return glyphs
  }
}
