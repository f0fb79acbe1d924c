import Drawing

/// Strokes as smooth lines on a page, wider where the pen was pressed.
struct SignatureInk {
  /// A line that goes through its points without a corner, in one width.
  struct Line {
    let path: Path
    let widthMillimetres: Double
  }

  /// The range of widths of the pen, from no pressure to full pressure; a point without a pressure takes the
  /// middle.
  static let penMillimetres = 0.25...0.95
  /// The step between widths of the pen, millimetres. Widths are whole multiples of this step, so that a stroke
  /// becomes a few lines and not one for each point.
  private static let widthStep = 0.05
  /// The distance below which two points count as one, millimetres.
  private static let resolution = 0.08
  /// The highest factor by which a small signature is enlarged, relative to the scale at which the whole pad
  /// would fit.
  private static let maxEnlargement = 3.0

  private struct Dot {
    var x: Double
    var y: Double
    var width: Double
  }

  let lines: [Line]
  let dots: Path

  /// Scales the ink, not the pad, to fit into `box`, and centres the ink in the box.
  init(_ strokes: SignatureStrokes, in box: Rectangle) {
    let points = strokes.strokes.joined()
    let left = points.map(\.x).min() ?? 0
    let right = points.map(\.x).max() ?? 0
    let top = points.map(\.y).min() ?? 0
    let bottom = points.map(\.y).max() ?? 0
    let inner = box.inset(by: Self.penMillimetres.upperBound)
    let whole = min(inner.width / strokes.widthPixels, inner.height / strokes.heightPixels)
    // A stroke straight across or straight down has no extent in the other direction, which then sets no scale.
    let scale = min(
      right > left ? inner.width / (right - left) : .infinity,
      bottom > top ? inner.height / (bottom - top) : .infinity, whole * Self.maxEnlargement)
    let originX = inner.x + (inner.width - (right - left) * scale) / 2
    let originY = inner.y + (inner.height - (bottom - top) * scale) / 2

    var lines: [Line] = []
    var dots = Path()
    for stroke in strokes.strokes {
      let placed = Self.thinned(
        stroke.map { point in
          Dot(
            x: originX + (point.x - left) * scale, y: originY + (point.y - top) * scale,
            width: Self.width(pressure: point.pressure))
        })
      if placed.count == 1, let dot = placed.first {
        dots.addCircle(x: dot.x, y: dot.y, radius: dot.width * 0.6)
      } else {
        lines += Self.lines(through: placed, within: inner)
      }
    }
    self.lines = lines
    self.dots = dots
  }

  func draw(on canvas: any Artboard) {
    for line in lines { canvas.stroke(line.path, widthMillimetres: line.widthMillimetres) }
    if !dots.isEmpty { canvas.fill(dots) }
  }

  // MARK: - Smoothing

  private static func width(pressure: Double?) -> Double {
    penMillimetres.lowerBound + (penMillimetres.upperBound - penMillimetres.lowerBound) * (pressure ?? 0.5)
  }

  private static func thinned(_ dots: [Dot]) -> [Dot] {
    var kept: [Dot] = []
    for dot in dots {
      if let last = kept.last {
        let across = dot.x - last.x
        let down = dot.y - last.y
        if across * across + down * down < resolution * resolution { continue }
      }
      kept.append(dot)
    }
    return kept
  }

  /// Draws cubic curves through the points with tangents by Catmull and Rom: each tangent points from the
  /// previous point to the next. A line goes on as long as its rounded width stays the same. A curve lies
  /// within the hull of its control points, so clamping the control points to the box keeps the ink in the box.
  private static func lines(through dots: [Dot], within box: Rectangle) -> [Line] {
    func across(_ x: Double) -> Double { min(max(x, box.x), box.right) }
    func down(_ y: Double) -> Double { min(max(y, box.y), box.bottom) }
    var lines: [Line] = []
    var path = Path()
    var width = 0.0
    for index in 0..<dots.count - 1 {
      let before = dots[max(0, index - 1)]
      let from = dots[index]
      let to = dots[index + 1]
      let behind = dots[min(dots.count - 1, index + 2)]
      let wanted = max(1, ((from.width + to.width) / 2 / widthStep).rounded()) * widthStep
      if wanted != width {
        if !path.isEmpty { lines.append(Line(path: path, widthMillimetres: width)) }
        path = Path()
        path.move(x: from.x, y: from.y)
        width = wanted
      }
      path.curve(
        x1: across(from.x + (to.x - before.x) / 6), y1: down(from.y + (to.y - before.y) / 6),
        x2: across(to.x - (behind.x - from.x) / 6), y2: down(to.y - (behind.y - from.y) / 6), x: to.x, y: to.y)
    }
    if !path.isEmpty { lines.append(Line(path: path, widthMillimetres: width)) }
    return lines
  }
}
