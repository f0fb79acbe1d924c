import CPangoCairo

extension FontFace {
  /// A step of a glyph's outline, in fractions of an em upwards from the baseline.
  enum OutlineStep {
    case move(Double, Double)
    case line(Double, Double)
    case quadratic(Double, Double, Double, Double)
    case cubic(Double, Double, Double, Double, Double, Double)
    case close
  }

  func outline(of glyph: UInt32) -> [OutlineStep] {
    let pen = OutlinePen(unitsPerEm: Double(unitsPerEm))
    hb_font_get_glyph_shape(
      metrics, glyph, Self.drawing.functions, Unmanaged.passUnretained(pen).toOpaque())
    return pen.steps
  }

  private static let drawing = OutlineFunctions()
}

/// Collects the steps of an outline as harfbuzz reports them.
private final class OutlinePen {
  private let unitsPerEm: Double
  private(set) var steps: [FontFace.OutlineStep] = []

  init(unitsPerEm: Double) { self.unitsPerEm = unitsPerEm }

  func add(_ step: (_ em: (Float) -> Double) -> FontFace.OutlineStep) {
    let unitsPerEm = unitsPerEm
    steps.append(step { Double($0) / unitsPerEm })
  }

  static func of(_ data: UnsafeMutableRawPointer?) -> OutlinePen? {
    data.map { Unmanaged<OutlinePen>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// harfbuzz calls these functions with the pen. They are never changed once made, so that all threads share
/// them.
private final class OutlineFunctions: @unchecked Sendable {
  let functions: OpaquePointer

  init() {
    let functions: OpaquePointer = hb_draw_funcs_create()
    hb_draw_funcs_set_move_to_func(
      functions, { _, pen, _, x, y, _ in OutlinePen.of(pen)?.add { .move($0(x), $0(y)) } }, nil, nil)
    hb_draw_funcs_set_line_to_func(
      functions, { _, pen, _, x, y, _ in OutlinePen.of(pen)?.add { .line($0(x), $0(y)) } }, nil, nil)
    hb_draw_funcs_set_quadratic_to_func(
      functions,
      { _, pen, _, x1, y1, x, y, _ in OutlinePen.of(pen)?.add { .quadratic($0(x1), $0(y1), $0(x), $0(y)) } },
      nil,
      nil)
    hb_draw_funcs_set_cubic_to_func(
      functions,
      { _, pen, _, x1, y1, x2, y2, x, y, _ in
        OutlinePen.of(pen)?.add { .cubic($0(x1), $0(y1), $0(x2), $0(y2), $0(x), $0(y)) }
      }, nil, nil)
    hb_draw_funcs_set_close_path_func(
      functions, { _, pen, _, _ in OutlinePen.of(pen)?.add { _ in .close } }, nil, nil)
    hb_draw_funcs_make_immutable(functions)
    self.functions = functions
  }
}
