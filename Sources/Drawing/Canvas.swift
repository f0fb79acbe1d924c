import CPangoCairo

/// A page on which cairo draws, with coordinates in millimetres from the page's top left. Errors stay in
/// cairo's context until the page's owner asks for the page's bytes. On a bitmap of ink every colour but white
/// is ink, and white removes ink.
public final class Canvas {
  /// A colour of the screen, each component from 0 to 1.
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
    public static let white = Colour(red: 1, green: 1, blue: 1)

    public static func grey(_ level: Double) -> Colour { Colour(red: level, green: level, blue: level) }
  }

  private let context: OpaquePointer
  private let isInkOnly: Bool

  /// - Parameters:
  ///   - unitsPerMillimetre: units of the surface in a millimetre.
  ///   - isInkOnly: whether the surface holds coverage and no colours.
  init(surface: OpaquePointer, unitsPerMillimetre: Double, isInkOnly: Bool = false) {
    context = cairo_create(surface)
    self.isInkOnly = isInkOnly
    cairo_scale(context, unitsPerMillimetre, unitsPerMillimetre)
  }

  deinit { GlyphLock.hold { cairo_destroy(context) } }

  // MARK: - Drawing

  public func fill(_ path: Path, colour: Colour = .black) {
    trace(path)
    set(colour)
    cairo_fill(context)
  }

  /// Strokes a path with round caps and joins.
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

  /// Draws a picture as large as fits into `box` and in its middle: dark parts come out in `colour`, light
  /// parts leave the page unchanged.
  public func draw(_ image: GreyImage, in box: Rectangle, colour: Colour = .black) {
    let width = Int32(image.widthPixels)
    let height = Int32(image.heightPixels)
    let mask: OpaquePointer = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height)
    defer { cairo_surface_destroy(mask) }
    guard let coverage = cairo_image_surface_get_data(mask) else {
      // An error of the mask becomes an error of the page.
      cairo_mask_surface(context, mask, 0, 0)
      return
    }
    cairo_surface_flush(mask)
    let stride = Int(cairo_image_surface_get_stride(mask))
    for row in 0..<image.heightPixels {
      for column in 0..<image.widthPixels {
        coverage[row * stride + column] = 255 - image.pixels[row * image.widthPixels + column]
      }
    }
    cairo_surface_mark_dirty(mask)
    let scale = min(box.width / Double(width), box.height / Double(height))
    cairo_save(context)
    cairo_translate(
      context, box.x + (box.width - Double(width) * scale) / 2,
      box.y + (box.height - Double(height) * scale) / 2)
    cairo_scale(context, scale, scale)
    set(colour)
    cairo_mask_surface(context, mask, 0, 0)
    cairo_restore(context)
  }

  // MARK: - Places

  /// Draws with the origin at `x`, `y`.
  public func shifted(x: Double, y: Double, draw: () -> Void) {
    cairo_save(context)
    cairo_translate(context, x, y)
    draw()
    cairo_restore(context)
  }

  /// Draws only what lies inside `path`.
  public func clipped(to path: Path, draw: () -> Void) {
    cairo_save(context)
    trace(path)
    cairo_clip(context)
    draw()
    cairo_restore(context)
  }

  /// Runs `draw` in `box` turned by `rotation`. There the origin is the top left of the box as a reader of the
  /// drawing sees it, and the size is `rotation.turned(box)`.
  public func turned(_ rotation: Rotation, within box: Rectangle, draw: () -> Void) {
    cairo_save(context)
    // Columns of the matrix: the directions on the page of a step to the reader's right and of a step down.
    var matrix = cairo_matrix_t()
    switch rotation {
    case .none: cairo_matrix_init(&matrix, 1, 0, 0, 1, box.x, box.y)
    case .clockwise: cairo_matrix_init(&matrix, 0, 1, -1, 0, box.right, box.y)
    case .upsideDown: cairo_matrix_init(&matrix, -1, 0, 0, -1, box.right, box.bottom)
    case .anticlockwise: cairo_matrix_init(&matrix, 0, -1, 1, 0, box.x, box.bottom)
    }
    cairo_transform(context, &matrix)
    draw()
    cairo_restore(context)
  }

  // MARK: - The owner's

  func endPage() { GlyphLock.hold { cairo_show_page(context) } }

  func check() throws(DrawingError) {
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status) }
  }

  // MARK: - Paths

  private func set(_ colour: Colour) {
    cairo_set_source_rgb(context, colour.red, colour.green, colour.blue)
    // For coverage without colours, compositing is addition, which pixman does much faster.
    let ink = colour == .white ? CAIRO_OPERATOR_DEST_OUT : CAIRO_OPERATOR_ADD
    cairo_set_operator(context, isInkOnly ? ink : CAIRO_OPERATOR_OVER)
  }

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
