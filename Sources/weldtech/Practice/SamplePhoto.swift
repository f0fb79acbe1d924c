import Bench
import Drawing
import FoundationEssentials

/// Line drawings that replace photos in the practice: a welder before the work, and one with module, seal and
/// label. Their text says that they are drawings.
enum SamplePhoto {
  enum Scene {
    case before, after
  }

  /// Makes a PNG of 1,600 × 1,200 pixels.
  /// - Parameter workshop: the number of the workshop in the background, 0 for an empty one. Two welders in one
  ///   workshop would look nearly the same.
  static func png(_ scene: Scene, workshop: Int = 0) throws -> Data {
    let size = try PixelSize(widthPixels: 1600, heightPixels: 1200, dotsPerInch: 254)
    let typesetter = Typesetter()
    return try DotImage(size: size, dotsPerInch: 254) { canvas in
      let caption: String
      draw(workshop: workshop, on: canvas)
      switch scene {
      case .before:
        drawWelder(on: canvas)
        caption = "练习用图：安装前（不是真实照片）"
      case .after:
        // Nobody stands in the same place twice, and two pictures from one place would be nearly the same.
        canvas.shifted(x: -24, y: -4) {
          drawWelder(on: canvas)
          drawModule(on: canvas)
        }
        caption = "练习用图：安装后（不是真实照片）"
      }
      let text = typesetter.set(
        caption, style: TextStyle(sizePoints: 16, weight: .bold), widthMillimetres: 150, alignment: .centre)
      // The watermark needs the lower edge.
      canvas.draw(text, x: 5, y: 2)
    }.png()
  }

  /// Draws the boards on the wall of a workshop; each number has another pattern of them.
  private static func draw(workshop: Int, on canvas: Canvas) {
    guard workshop > 0 else { return }
    var random = SeededGenerator(seed: UInt64(workshop))
    for row in 0..<6 {
      for column in 0..<8 where random.next() & 1 == 1 {
        canvas.fill(Path(Rectangle(x: Double(column) * 20, y: Double(row) * 20, width: 20, height: 20)))
      }
    }
    canvas.fill(Path(Rectangle(x: 32, y: 32, width: 96, height: 64)), colour: .white)
  }

  /// Draws case, handle, louvres, current dial and the two sockets of an inverter welder.
  private static func drawWelder(on canvas: Canvas) {
    canvas.stroke(Path(Rectangle(x: 30, y: 30, width: 100, height: 68)), widthMillimetres: 1.2)
    var handle = Path()
    handle.move(x: 62, y: 30)
    handle.curve(x1: 62, y1: 14, x2: 98, y2: 14, x: 98, y: 30)
    canvas.stroke(handle, widthMillimetres: 2.4)
    var louvres = Path()
    for index in 0..<7 {
      louvres.move(x: 96, y: 42 + Double(index) * 4)
      louvres.line(x: 122, y: 42 + Double(index) * 4)
    }
    canvas.stroke(louvres, widthMillimetres: 0.8)
    var dial = Path()
    dial.addCircle(x: 48, y: 50, radius: 8)
    canvas.stroke(dial, widthMillimetres: 1)
    var needle = Path()
    needle.move(x: 48, y: 50)
    needle.line(x: 53, y: 45)
    canvas.stroke(needle, widthMillimetres: 1)
    for x in [50.0, 82.0] {
      var socket = Path()
      socket.addCircle(x: x, y: 86, radius: 6)
      canvas.stroke(socket, widthMillimetres: 1)
      var hole = Path()
      hole.addCircle(x: x, y: 86, radius: 2.4)
      canvas.fill(hole)
    }
  }

  /// Draws the module's box on the case's side, its antenna, the seal across the joint, the label's place.
  private static func drawModule(on canvas: Canvas) {
    canvas.stroke(Path(Rectangle(x: 130, y: 48, width: 18, height: 26)), widthMillimetres: 1.2)
    var antenna = Path()
    antenna.move(x: 143, y: 48)
    antenna.line(x: 143, y: 30)
    canvas.stroke(antenna, widthMillimetres: 1.2)
    canvas.fill(Path(Rectangle(x: 124, y: 78, width: 14, height: 5)))
    canvas.stroke(Path(Rectangle(x: 62, y: 40, width: 24, height: 16)), widthMillimetres: 0.8)
    for (column, row) in [(0, 0), (2, 0), (0, 2), (3, 1), (1, 3), (3, 3)] {
      canvas.fill(
        Path(Rectangle(x: 64 + Double(column) * 2.4, y: 42.5 + Double(row) * 2.4, width: 2.4, height: 2.4)))
    }
  }
}
