/// The operators of a PDF page or form (ISO 32000-1, 8 and 9). Coordinates are dots from the top left,
/// downwards, and whole numbers where shapes stand on whole dots.
public final class ContentStream: Artboard {
  /// The way in which colours become ink on the page.
  public enum Ink: Hashable, Sendable {
    /// Ink is process black, and the rest of the page stays bare.
    case black
    /// Black parts stay bare and bare parts become black, which a laser removes.
    case inverted
    /// Ink has levels of grey, for pages that are read on a screen as well as on paper.
    case screen
  }

  public var bytes: [UInt8] { operators.bytes }
  public private(set) var glyphs: GlyphUse = [:]
  public private(set) var pictures: [GreyImage] = []
  /// The photos that the page shows, named `J0`, `J1` and so on in its resources.
  private(set) var photos: [JPEGPicture] = []
  private var operators = Operators()
  private let dotsPerMillimetre: Double
  private let ink: Ink

  public init(dotsPerInch: Int, ink: Ink = .black) {
    dotsPerMillimetre = Double(dotsPerInch) / Length.millimetresPerInch
    self.ink = ink
  }

  // MARK: - Shapes

  public func fill(_ path: Path, colour: Canvas.Colour) {
    set(colour)
    trace(path)
    put("f\n")
  }

  public func stroke(_ path: Path, widthMillimetres: Double, colour: Canvas.Colour) {
    set(colour, isStroke: true)
    put("1 J 1 j ")
    put(widthMillimetres * dotsPerMillimetre)
    put("w\n")
    trace(path)
    put("S\n")
  }

  /// Fills a path, by the even-odd rule, in a spot colour of the page's resources.
  public func spot(_ name: String, fill path: Path) {
    operators.put(name: name)
    put("cs 1 scn\n")
    trace(path)
    put("f*\n")
  }

  public func spot(_ name: String, stroke path: Path, widthMillimetres: Double) {
    operators.put(name: name)
    put("CS 1 SCN ")
    put(widthMillimetres * dotsPerMillimetre)
    put("w\n")
    trace(path)
    put("S\n")
  }

  /// Draws a symbol's ink, with the quiet zone's top left dot at `column`, `row`; coordinates are modules where
  /// all edges stand on modules.
  public func fill(_ dots: SymbolDots, column: Int, row: Int) {
    set(.black)
    let unit = dots.gainDots == 0 ? dots.dotsPerModule : 1
    // The local copy spares Swift a check for exclusive access at each byte.
    var path = Operators()
    path.put("q ")
    for value in [unit, 0, 0, unit, column, row] { path.put(value) }
    path.put("cm\n")
    for block in dots.inkBlocks() {
      for run in block.columns {
        path.put(run.lowerBound / unit)
        path.put(block.rows.lowerBound / unit)
        path.put(run.count / unit)
        path.put(block.rows.count / unit)
        path.put("re\n")
      }
    }
    path.put("f Q\n")
    operators.bytes += path.bytes
  }

  public func draw(_ image: GreyImage, in box: Rectangle, colour: Canvas.Colour) {
    let number = pictures.firstIndex(of: image) ?? pictures.count
    if number == pictures.count { pictures.append(image) }
    put("q\n")
    set(colour)
    place("I\(number)", widthPixels: image.widthPixels, heightPixels: image.heightPixels, in: box)
    put("Q\n")
  }

  /// Draws a photo as large as fits into `box` and in its middle.
  public func draw(_ photo: JPEGPicture, in box: Rectangle) {
    let number = photos.firstIndex(of: photo) ?? photos.count
    if number == photos.count { photos.append(photo) }
    place("J\(number)", widthPixels: photo.widthPixels, heightPixels: photo.heightPixels, in: box)
  }

  /// Draws a picture of the page's resources as large as fits into `box` and in its middle.
  private func place(_ name: String, widthPixels: Int, heightPixels: Int, in box: Rectangle) {
    let scale = min(box.width / Double(widthPixels), box.height / Double(heightPixels))
    let (width, height) = (Double(widthPixels) * scale, Double(heightPixels) * scale)
    put("q ")
    put(width * dotsPerMillimetre)
    put("0 0 ")
    put(-height * dotsPerMillimetre)
    put((box.x + (box.width - width) / 2) * dotsPerMillimetre)
    put((box.y + (box.height + height) / 2) * dotsPerMillimetre)
    put("cm ")
    operators.put(name: name)
    put("Do Q\n")
  }

  public func turned(_ rotation: Rotation, within box: Rectangle, draw: () -> Void) {
    if rotation == .none && box.x == 0 && box.y == 0 { return draw() }
    let (matrix, x, y): (StaticString, Double, Double) =
      switch rotation {
      case .none: ("1 0 0 1 ", box.x, box.y)
      case .clockwise: ("0 1 -1 0 ", box.right, box.y)
      case .upsideDown: ("-1 0 0 -1 ", box.right, box.bottom)
      case .anticlockwise: ("0 -1 1 0 ", box.x, box.bottom)
      }
    put("q ")
    put(matrix)
    put(x * dotsPerMillimetre)
    put(y * dotsPerMillimetre)
    put("cm\n")
    draw()
    put("Q\n")
  }

  /// Draws in the coordinate system of `matrix`, six numbers as PDF writes them.
  public func transformed(_ matrix: [Double], draw: () -> Void) {
    put("q ")
    for value in matrix { put(value) }
    put("cm\n")
    draw()
    put("Q\n")
  }

  /// Draws a form of the page's resources.
  public func form(_ name: String) {
    operators.put(name: name)
    put("Do\n")
  }

  /// Appends the operators of another stream, with the glyphs that they use.
  public func append(_ other: ContentStream) {
    operators.bytes += other.bytes
    for (face, used) in other.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
  }

  // MARK: - Text

  public func draw(_ text: TextBlock, x: Double, y: Double, colour: Canvas.Colour) {
    set(colour)
    put("BT\n")
    for run in text.glyphRuns { show(run, x: x, y: y) }
    put("ET\n")
  }

  private func show(_ run: GlyphRun, x: Double, y: Double) {
    let size = Length.millimetres(points: run.sizePoints) * dotsPerMillimetre
    guard size > 0, !run.glyphs.isEmpty else { return }
    operators.put(name: run.face.name)
    put(size)
    put("Tf 1 0 0 -1 ")
    put((x + run.x) * dotsPerMillimetre)
    put((y + run.baseline) * dotsPerMillimetre)
    put("Tm [<")
    // Position of the pen, in thousandths of an em from the run's start.
    var pen = 0.0
    for glyph in run.glyphs {
      let wanted = glyph.x * dotsPerMillimetre / size * 1000
      let back = (pen - wanted).rounded()
      if back != 0 {
        put(">")
        put(Int(back))
        put("<")
        pen -= back
      }
      operators.put(glyph: glyph.index)
      // The advance is rounded, because the file holds the rounded width.
      pen += run.face.advance(of: glyph.index).rounded()
      if glyphs[run.face]?[glyph.index] == nil { glyphs[run.face, default: [:]][glyph.index] = glyph.text }
    }
    put(">] TJ\n")
  }

  // MARK: - Operators

  private func set(_ colour: Canvas.Colour, isStroke: Bool = false) {
    if ink == .screen {
      put(0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue)
      return put(isStroke ? "G\n" : "g\n")
    }
    let isPaper = (colour == .white) != (ink == .inverted)
    put(isPaper ? "0 0 0 0 " : "0 0 0 1 ")
    put(isStroke ? "K\n" : "k\n")
  }

  private func trace(_ path: Path) {
    func point(_ x: Double, _ y: Double) {
      put(x * dotsPerMillimetre)
      put(y * dotsPerMillimetre)
    }
    for element in path.elements {
      switch element {
      case .move(let x, let y):
        point(x, y)
        put("m\n")
      case .line(let x, let y):
        point(x, y)
        put("l\n")
      case .curve(let x1, let y1, let x2, let y2, let x, let y):
        point(x1, y1)
        point(x2, y2)
        point(x, y)
        put("c\n")
      case .rectangle(let box):
        point(box.x, box.y)
        point(box.width, box.height)
        put("re\n")
      case .circle(let x, let y, let radius):
        trace(
          Path(
            RoundedRectangle(
              Rectangle(x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius), radius: radius)))
      case .close: put("h\n")
      }
    }
  }

  private func put(_ text: StaticString) { operators.put(text) }
  private func put(_ value: Double) { operators.put(value) }
  private func put(_ value: Int) { operators.put(value) }
}

/// Writes operators and operands.
private struct Operators {
  var bytes: [UInt8] = []

  mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func put(name: String) {
    bytes.append(0x2F)
    bytes.append(contentsOf: name.utf8)
    bytes.append(0x20)
  }

  /// Writes a number and a space; the number has up to three decimals, and no point where it is whole.
  mutating func put(_ value: Double) {
    let thousandths = Int((value * 1000).rounded())
    if thousandths % 1000 == 0 { return put(thousandths / 1000) }
    if thousandths < 0 { bytes.append(0x2D) }
    let size = abs(thousandths)
    digits(size / 1000)
    bytes.append(0x2E)
    var rest = size % 1000
    var unit = 100
    while rest > 0 {
      bytes.append(UInt8(48 + rest / unit))
      rest %= unit
      unit /= 10
    }
    bytes.append(0x20)
  }

  mutating func put(_ value: Int) {
    if value < 0 { bytes.append(0x2D) }
    digits(abs(value))
    bytes.append(0x20)
  }

  /// Writes the glyph's number as four hexadecimal digits.
  mutating func put(glyph: UInt32) {
    for shift: UInt32 in stride(from: 12, through: 0, by: -4) {
      let digit = UInt8(glyph >> shift & 15)
      bytes.append(digit < 10 ? 48 + digit : 55 + digit)
    }
  }

  private mutating func digits(_ value: Int) {
    var unit = 1
    while value / unit >= 10 { unit *= 10 }
    while unit > 0 {
      bytes.append(UInt8(48 + value / unit % 10))
      unit /= 10
    }
  }
}
