import Drawing

/// A place in a picture, in pixels from its top left; the centres of pixels are at halves.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double
}

/// The places of a symbol's modules in a picture, as those of a plane seen from any angle.
struct SymbolSampling {
  let image: GreyImage
  let moduleCount: Int
  /// Corners of the symbol without its quiet zone, clockwise from the symbol's own top left; counter-clockwise
  /// where the symbol is mirrored.
  private(set) var corners: [Point]
  private var plane: Plane

  init(image: GreyImage, moduleCount: Int, corners: [Point]) {
    self.image = image
    self.moduleCount = moduleCount
    self.corners = corners
    plane = Plane(corners: corners)
  }

  // MARK: - Finding its place

  /// Turns, mirrors and moves the corners until the picture agrees best with the known modules of the symbol. A
  /// decoder gives the corners only to the nearest pixel, and estimates the corner without a finder.
  static func fitted(_ image: GreyImage, to symbol: QRSymbol, near corners: [Point]) -> SymbolSampling {
    let orders = (0..<4).flatMap { turn in
      let turned = (0..<4).map { corners[($0 + turn) % 4] }
      return [turned, [turned[0], turned[3], turned[2], turned[1]]]
    }
    var best = SymbolSampling(image: image, moduleCount: symbol.moduleCount, corners: orders[0])
    var bestScore = best.agreement(with: symbol)
    for order in orders.dropFirst() {
      let other = SymbolSampling(image: image, moduleCount: symbol.moduleCount, corners: order)
      let score = other.agreement(with: symbol)
      if score > bestScore { (best, bestScore) = (other, score) }
    }
    for step in [1.0, 0.5, 0.25, 0.12, 0.06] {
      let length = best.modulePixels * step
      for _ in 0..<2 {
        for corner in 0..<4 {
          for (x, y) in [(length, 0), (-length, 0), (0, length), (0, -length)] {
            var moved = best.corners
            moved[corner].x += x
            moved[corner].y += y
            let other = SymbolSampling(image: image, moduleCount: symbol.moduleCount, corners: moved)
            let score = other.agreement(with: symbol)
            if score > bestScore { (best, bestScore) = (other, score) }
          }
        }
      }
    }
    return best
  }

  /// Difference in grey between the light and the dark modules, 0 to 255. Samples of the modules' middles alone
  /// would agree equally well wherever they lie within the modules.
  private func agreement(with symbol: QRSymbol) -> Double {
    var sums = (dark: 0.0, light: 0.0)
    var counts = (dark: 0.0, light: 0.0)
    // Each module is sampled at one of five places, so that neighbouring modules together cover all of them.
    let insets = [(0.5, 0.5), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2)]
    for row in 0..<moduleCount {
      for column in 0..<moduleCount {
        let (x, y) = insets[(column + 2 * row) % insets.count]
        let grey = grey(column: Double(column) + x, row: Double(row) + y)
        if symbol.modules[row * moduleCount + column] {
          sums.dark += grey
          counts.dark += 1
        } else {
          sums.light += grey
          counts.light += 1
        }
      }
    }
    return sums.light / max(1, counts.light) - sums.dark / max(1, counts.dark)
  }

  // MARK: - Looking

  /// Mean grey of the middle of a module, inside or around the symbol; nil where the module is outside the
  /// picture.
  func grey(ofColumn column: Int, row: Int) -> Double? {
    var sum = 0.0
    for x in [0.3, 0.5, 0.7] {
      for y in [0.3, 0.5, 0.7] {
        guard let place = place(column: Double(column) + x, row: Double(row) + y) else { return nil }
        sum += bilinear(place)
      }
    }
    return sum / 9
  }

  /// Side of one module in pixels, as the mean over the symbol's four sides.
  var modulePixels: Double {
    var length = 0.0
    for index in 0..<4 {
      let (from, to) = (corners[index], corners[(index + 1) % 4])
      length += ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot()
    }
    return length / 4 / Double(moduleCount)
  }

  /// Whether the corners run counter-clockwise.
  var isMirrored: Bool {
    var area = 0.0
    for index in 0..<4 {
      let (from, to) = (corners[index], corners[(index + 1) % 4])
      area += from.x * to.y - to.x * from.y
    }
    // The y axis points down.
    return area < 0
  }

  /// Number of clockwise quarter turns from the picture's top left to the symbol's own top left.
  var quarterTurns: Int {
    let middle = Point(
      x: corners.map(\.x).reduce(0, +) / 4, y: corners.map(\.y).reduce(0, +) / 4)
    let (x, y) = (corners[0].x - middle.x, corners[0].y - middle.y)
    if x < 0 { return y < 0 ? 0 : 3 }
    return y < 0 ? 1 : 2
  }

  private func grey(column: Double, row: Double) -> Double {
    place(column: column, row: row).map(bilinear) ?? 0
  }

  private func place(column: Double, row: Double) -> Point? {
    let size = Double(moduleCount)
    let place = plane.place(u: column / size, v: row / size)
    guard place.x >= 0, place.y >= 0, place.x <= Double(image.widthPixels),
      place.y <= Double(image.heightPixels)
    else { return nil }
    return place
  }

  private func bilinear(_ place: Point) -> Double {
    let x = min(max(place.x - 0.5, 0), Double(image.widthPixels - 1))
    let y = min(max(place.y - 0.5, 0), Double(image.heightPixels - 1))
    let (left, top) = (Int(x), Int(y))
    let right = min(left + 1, image.widthPixels - 1)
    let bottom = min(top + 1, image.heightPixels - 1)
    let (fx, fy) = (x - Double(left), y - Double(top))
    func pixel(_ column: Int, _ row: Int) -> Double { Double(image.pixels[row * image.widthPixels + column]) }
    return (pixel(left, top) * (1 - fx) + pixel(right, top) * fx) * (1 - fy)
      + (pixel(left, bottom) * (1 - fx) + pixel(right, bottom) * fx) * fy
  }

  /// The projective map from the unit square to four corners, which keeps straight lines straight.
  private struct Plane {
    private let a, b, c, d, e, f, g, h: Double

    init(corners p: [Point]) {
      let (dx1, dy1) = (p[1].x - p[2].x, p[1].y - p[2].y)
      let (dx2, dy2) = (p[3].x - p[2].x, p[3].y - p[2].y)
      let (dx3, dy3) = (p[0].x - p[1].x + p[2].x - p[3].x, p[0].y - p[1].y + p[2].y - p[3].y)
      let area = dx1 * dy2 - dx2 * dy1
      // Four corners on one line belong to no symbol; the values sampled there agree with nothing.
      g = area == 0 ? 0 : (dx3 * dy2 - dx2 * dy3) / area
      h = area == 0 ? 0 : (dx1 * dy3 - dx3 * dy1) / area
      a = p[1].x - p[0].x + g * p[1].x
      b = p[3].x - p[0].x + h * p[3].x
      c = p[0].x
      d = p[1].y - p[0].y + g * p[1].y
      e = p[3].y - p[0].y + h * p[3].y
      f = p[0].y
    }

    func place(u: Double, v: Double) -> Point {
      let w = g * u + h * v + 1
      return Point(x: (a * u + b * v + c) / w, y: (d * u + e * v + f) / w)
    }
  }
}
