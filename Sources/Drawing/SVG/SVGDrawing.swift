public import FoundationEssentials

/// A drawing in SVG 1.1 that consists of shapes only. Letters are outlines, so that they look the same where
/// their font is not installed; each text stands in its shape's title. Coordinates are dots, and whole numbers
/// where shapes stand on whole dots.
public final class SVGDrawing: Artboard {
  private var body = ""
  private let dotsPerMillimetre: Double
  private let isInverted: Bool
  private let showsColours: Bool

  /// - Parameters:
  ///   - isInverted: whether black and bare parts are exchanged, as a laser needs them.
  ///   - showsColours: whether colours are those of the screen; else every colour but white is ink.
  public init(dotsPerInch: Int, isInverted: Bool = false, showsColours: Bool = false) {
    dotsPerMillimetre = Double(dotsPerInch) / Length.millimetresPerInch
    self.isInverted = isInverted
    self.showsColours = showsColours
  }

  // MARK: - The whole

  /// Writes the whole drawing as a file.
  /// - Parameters:
  ///   - page: the visible part of the drawing, millimetres.
  ///   - description: the text that screen readers read out and searches find.
  public func document(page: Rectangle, title: String, description: String) -> Data {
    let sizes = [page.x, page.y, page.width, page.height].map { number($0 * dotsPerMillimetre) }
    return Data(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" \
      width="\(number(page.width))mm" height="\(number(page.height))mm" viewBox="\(sizes.joined(separator: " "))">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      \(body)</svg>

      """.utf8)
  }

  /// Puts everything that `draw` draws into a layer of its own, by which a print shop tells inks apart, since
  /// SVG has no spot colours.
  /// - Parameter mirroredWithin: width in millimetres across whose middle the layer is mirrored; nil for a
  ///   layer that is not mirrored.
  public func layer(_ name: String, mirroredWithin width: Double? = nil, draw: () -> Void) {
    let label = Self.escaped(name)
    let turn = width.map { " transform=\"matrix(-1 0 0 1 \(number($0 * dotsPerMillimetre)) 0)\"" } ?? ""
    body += "<g inkscape:groupmode=\"layer\" inkscape:label=\"\(label)\"\(turn)>\n<title>\(label)</title>\n"
    draw()
    body += "</g>\n"
  }

  /// Puts everything that `draw` draws into a group with a name and a title, which viewers show.
  public func group(_ id: String, title: String, draw: () -> Void) {
    body += "<g id=\"\(Self.escaped(id))\">\n<title>\(Self.escaped(title))</title>\n"
    draw()
    body += "</g>\n"
  }

  // MARK: - Shapes

  public func fill(_ path: Path, colour: Canvas.Colour) { fill(path, shown: shown(colour)) }

  /// Fills a path, by the even-odd rule, in a screen colour `#rrggbb` that stands for the ink of the layer.
  public func fill(_ path: Path, shown colour: String) {
    body += "<path fill=\"\(colour)\" fill-rule=\"evenodd\" d=\"\(trace(path))\"/>\n"
  }

  public func stroke(_ path: Path, widthMillimetres: Double, colour: Canvas.Colour) {
    stroke(path, widthMillimetres: widthMillimetres, shown: shown(colour))
  }

  public func stroke(_ path: Path, widthMillimetres: Double, shown colour: String) {
    body += """
      <path fill="none" stroke="\(colour)" stroke-width="\(number(widthMillimetres * dotsPerMillimetre))" \
      stroke-linecap="round" stroke-linejoin="round" d="\(trace(path))"/>

      """
  }

  /// Fills a symbol's ink as one path; the top left dot of the quiet zone is at `column`, `row`.
  public func fill(_ dots: SymbolDots, column: Int, row: Int) {
    var path = ""
    for block in dots.inkBlocks() {
      for run in block.columns {
        path +=
          "M\(column + run.lowerBound) \(row + block.rows.lowerBound)h\(run.count)v\(block.rows.count)h-\(run.count)z"
      }
    }
    body += "<path fill=\"\(shown(.black))\" shape-rendering=\"crispEdges\" d=\"\(path)\"/>\n"
  }

  /// Draws a picture as rectangles of one pixel or more, which cover the pixels darker than mid-grey.
  public func draw(_ image: GreyImage, in box: Rectangle, colour: Canvas.Colour) {
    let scale = min(box.width / Double(image.widthPixels), box.height / Double(image.heightPixels))
    let x = box.x + (box.width - Double(image.widthPixels) * scale) / 2
    let y = box.y + (box.height - Double(image.heightPixels) * scale) / 2
    var path = ""
    for row in 0..<image.heightPixels {
      var start: Int?
      for column in 0...image.widthPixels {
        let isDark = column < image.widthPixels && image.pixels[row * image.widthPixels + column] < 128
        if isDark {
          start = start ?? column
        } else if let first = start {
          path += "M\(first) \(row)h\(column - first)v1h-\(column - first)z"
          start = nil
        }
      }
    }
    let matrix = [scale, 0, 0, scale, x, y].enumerated().map {
      $0.offset % 3 == 0 ? Self.precise($0.element * dotsPerMillimetre) : number($0.element * dotsPerMillimetre)
    }
    body +=
      "<path fill=\"\(shown(colour))\" transform=\"matrix(\(matrix.joined(separator: " ")))\" d=\"\(path)\"/>\n"
  }

  public func turned(_ rotation: Rotation, within box: Rectangle, draw: () -> Void) {
    if rotation == .none && box.x == 0 && box.y == 0 { return draw() }
    let (matrix, x, y) =
      switch rotation {
      case .none: ("1 0 0 1", box.x, box.y)
      case .clockwise: ("0 1 -1 0", box.right, box.y)
      case .upsideDown: ("-1 0 0 -1", box.right, box.bottom)
      case .anticlockwise: ("0 -1 1 0", box.x, box.bottom)
      }
    body +=
      "<g transform=\"matrix(\(matrix) \(number(x * dotsPerMillimetre)) \(number(y * dotsPerMillimetre)))\">\n"
    draw()
    body += "</g>\n"
  }

  // MARK: - Text

  public func draw(_ text: TextBlock, x: Double, y: Double, colour: Canvas.Colour) {
    var path = ""
    for run in text.glyphRuns {
      let em = Length.millimetres(points: run.sizePoints)
      for glyph in run.glyphs {
        path += outline(
          run.face.outline(of: glyph.index), x: x + run.x + glyph.x, baseline: y + run.baseline, em: em)
      }
    }
    guard !path.isEmpty else { return }
    body += "<path fill=\"\(shown(colour))\" d=\"\(path)\"><title>\(Self.escaped(text.text))</title></path>\n"
  }

  private func outline(_ steps: [FontFace.OutlineStep], x: Double, baseline: Double, em: Double) -> String {
    func point(_ right: Double, _ up: Double) -> String {
      number((x + right * em) * dotsPerMillimetre) + " " + number((baseline - up * em) * dotsPerMillimetre)
    }
    return steps.map { step in
      switch step {
      case .move(let x, let y): "M" + point(x, y)
      case .line(let x, let y): "L" + point(x, y)
      case .quadratic(let x1, let y1, let x, let y): "Q" + point(x1, y1) + " " + point(x, y)
      case .cubic(let x1, let y1, let x2, let y2, let x, let y):
        "C" + point(x1, y1) + " " + point(x2, y2) + " " + point(x, y)
      case .close: "z"
      }
    }.joined()
  }

  // MARK: - Spelling

  private func shown(_ colour: Canvas.Colour) -> String {
    if showsColours {
      let parts = [colour.red, colour.green, colour.blue].map { Int((min(max($0, 0), 1) * 255).rounded()) }
      return "#" + parts.map { (String(256 + $0, radix: 16)).dropFirst() }.joined()
    }
    return (colour == .white) != isInverted ? "#fff" : "#000"
  }

  private func trace(_ path: Path) -> String {
    func point(_ x: Double, _ y: Double) -> String {
      number(x * dotsPerMillimetre) + " " + number(y * dotsPerMillimetre)
    }
    return path.elements.map { element in
      switch element {
      case .move(let x, let y): return "M" + point(x, y)
      case .line(let x, let y): return "L" + point(x, y)
      case .curve(let x1, let y1, let x2, let y2, let x, let y):
        return "C" + point(x1, y1) + " " + point(x2, y2) + " " + point(x, y)
      case .rectangle(let box):
        let (width, height) = (number(box.width * dotsPerMillimetre), number(box.height * dotsPerMillimetre))
        return "M" + point(box.x, box.y) + "h\(width)v\(height)h-\(width)z"
      case .circle(let x, let y, let radius):
        let (r, across) = (number(radius * dotsPerMillimetre), number(2 * radius * dotsPerMillimetre))
        return "M" + point(x - radius, y) + "a\(r) \(r) 0 1 0 \(across) 0a\(r) \(r) 0 1 0 -\(across) 0z"
      case .close: return "z"
      }
    }.joined()
  }

  /// Writes a coordinate to a thousandth of a dot.
  private func number(_ value: Double) -> String { Self.decimal(value, digits: 3) }

  /// Writes the size of a pixel to a billionth, since its error adds up over a picture's width.
  private static func precise(_ value: Double) -> String { decimal(value, digits: 9) }

  private static func decimal(_ value: Double, digits: Int) -> String {
    var unit = 1
    for _ in 0..<digits { unit *= 10 }
    let scaled = Int((value * Double(unit)).rounded())
    let sign = scaled < 0 ? "-" : ""
    let whole = abs(scaled) / unit
    let rest = abs(scaled) % unit
    guard rest > 0 else { return sign + String(whole) }
    var fraction = String(unit + rest).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return sign + String(whole) + "." + fraction
  }

  /// Escapes a text for XML 1.0, and drops the control characters other than line feeds, which are not allowed
  /// there.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n": escaped += "\n"
      default:
        if character.value >= 0x20, character.value != 0x7F, character.value & 0xFFFE != 0xFFFE {
          escaped.unicodeScalars.append(character)
        }
      }
    }
    return escaped
  }
}
