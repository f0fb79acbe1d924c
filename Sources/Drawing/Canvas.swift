import CPangoCairo

/// What a page is drawn on: coordinates in millimetres from the page's top left.
/// Errors stay in cairo's context until the page's owner asks for its bytes.
public final class Canvas {
  /// Parts of 1. On a bitmap of ink every colour is ink.
  public struct Colour: Hashable, Sendable {
    public var red: Double
    public var green: Double
    public var blue: Double

    public init(red: Double, green: Double, blue: Double) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    public static let black = Colour(red: 0, green: 0, blue: 0)

    public static func grey(_ level: Double) -> Colour { Colour(red: level, green: level, blue: level) }
  }

  private let context: OpaquePointer

  /// - Parameter unitsPerMillimetre: of the surface.
  init(surface: OpaquePointer, unitsPerMillimetre: Double) {
    context = cairo_create(surface)
    cairo_scale(context, unitsPerMillimetre, unitsPerMillimetre)
  }

  deinit { cairo_destroy(context) }

  // MARK: - Drawing

  public func fill(_ path: Path, colour: Colour = .black) {
    trace(path)
    set(colour)
    cairo_fill(context)
  }

  /// With round caps and joins.
  public func stroke(_ path: Path, widthMillimetres: Double, colour: Colour = .black) {
    trace(path)
    set(colour)
    cairo_set_line_width(context, widthMillimetres)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_stroke(context)
  }

  /// Draws `text` with the top left of its box at `x`, `y`.
  public func draw(_ text: TextBlock, x: Double, y: Double, colour: Colour = .black) {
    cairo_save(context)
    set(colour)
    cairo_move_to(context, x, y)
    let scale = Length.millimetres(points: 1)
    cairo_scale(context, scale, scale)
    text.show(on: context)
    cairo_restore(context)
    cairo_new_path(context)
  }

  /// Draws a symbol's dark modules, its top left module (quiet zone not counted) at `x`, `y`.
  public func draw(_ symbol: QRSymbol, x: Double, y: Double, moduleMillimetres: Double) {
    var path = Path()
    for row in 0..<symbol.moduleCount {
      for run in symbol.darkRuns(row: row) {
        path.add(
          Rectangle(
            x: x + Double(run.lowerBound) * moduleMillimetres, y: y + Double(row) * moduleMillimetres,
            width: Double(run.count) * moduleMillimetres, height: moduleMillimetres))
      }
    }
    fill(path)
  }

  // MARK: - The owner's

  func endPage() { cairo_show_page(context) }

  func check() throws(DrawingError) {
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
  }

  // MARK: - Paths

  private func set(_ colour: Colour) { cairo_set_source_rgb(context, colour.red, colour.green, colour.blue) }

  private func trace(_ path: Path) {
    cairo_new_path(context)
    for element in path.elements {
      switch element {
      case .move(let x, let y): cairo_move_to(context, x, y)
      case .line(let x, let y): cairo_line_to(context, x, y)
      case .curve(let x1, let y1, let x2, let y2, let x, let y): cairo_curve_to(context, x1, y1, x2, y2, x, y)
      case .rectangle(let box): cairo_rectangle(context, box.x, box.y, box.width, box.height)
      case .circle(let x, let y, let radius):
        cairo_new_sub_path(context)
        cairo_arc(context, x, y, radius, 0, 2 * Double.pi)
        cairo_close_path(context)
      case .close: cairo_close_path(context)
      }
    }
  }
}

extension DrawingError {
  init(_ status: cairo_status_t) {
    self = status == CAIRO_STATUS_NO_MEMORY ? .outOfMemory : .cairo(status: status.rawValue)
  }
}
