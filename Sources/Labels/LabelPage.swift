import Drawing

/// Makes the operators of pages of labels, and reads every label back from those very operators.
final class LabelPage {
  /// What stands on every label, drawn once a file.
  struct Forms {
    var underBase: ContentStream?
    var fixed: ContentStream
    var contour: ContentStream?
  }

  /// A page that was read back from its operators.
  struct Made: Sendable {
    let packed: [UInt8]
    let glyphs: GlyphUse
    let marks: [Mark]
  }

  /// Where a label's symbol stands on the page, quiet zone included; points from the top left.
  struct Mark: Sendable {
    let order: Int
    let box: Rectangle
    let dots: SymbolDots
    let moduleMillimetres: Double
  }

  let maker: LabelMaker
  private let layout: SheetLayout
  private let inks: LabelInks
  private(set) var forms: Forms?

  init(maker: LabelMaker, layout: SheetLayout, inks: LabelInks) {
    self.maker = maker
    self.layout = layout
    self.inks = inks
  }

  var width: Double { Length.points(millimetres: layout.pageWidthMillimetres) }
  var height: Double { Length.points(millimetres: layout.pageHeightMillimetres) }

  // MARK: - Making

  /// - Parameter labels: index of its order, order and place of each.
  func make(_ labels: [(label: Int, order: LabelBatch.Order, place: SheetLayout.Place)]) throws(LabelError)
    -> Made
  {
    let head = opening()
    var body: [UInt8] = head
    var glyphs: GlyphUse = [:]
    var marks: [Mark] = []
    for (label, order, place) in labels {
      do {
        let drawing = try maker.lay(fields: order.fields, payload: order.payload)
        let stream = draw(drawing, at: place)
        let mark = mark(label, drawing, at: place)
        try readBack(head + stream.bytes, mark)
        body += stream.bytes
        for (face, used) in stream.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
        marks.append(mark)
      } catch {
        throw .label(code: order.payload.code, line: order.line, error)
      }
    }
    body += Array("Q Q\n".utf8)
    guard let packed = PDFWriter.pack(body) else { throw .drawing(.outOfMemory) }
    return Made(packed: packed, glyphs: glyphs, marks: marks)
  }

  /// Turns the page's points into dots that go down from its top left, mirrored where it is, and draws the
  /// cutter's marks.
  private func opening() -> [UInt8] {
    let stream = ContentStream(dotsPerInch: maker.dotsPerInch)
    let (crop, registration) = layout.marks
    for path in crop + registration {
      stream.spot(PageResources.all, stroke: path, widthMillimetres: Length.millimetres(points: 0.25))
    }
    let unit = Self.number(72 / Double(maker.dotsPerInch))
    let mirror = inks.isMirrored ? "-1 0 0 1 \(Self.number(width)) 0 cm " : ""
    return Array(
      "q \(mirror)q \(unit) 0 0 -\(unit) 0 \(Self.number(height)) cm /\(PageResources.overprint) gs\n".utf8)
      + stream.bytes
  }

  private func draw(_ drawing: LabelDrawing, at place: SheetLayout.Place) -> ContentStream {
    let forms = forms(from: drawing)
    let stream = ContentStream(dotsPerInch: maker.dotsPerInch, ink: inks.ink)
    let dotsPerMillimetre = Double(maker.dotsPerInch) / Length.millimetresPerInch
    stream.transformed([1, 0, 0, 1, place.x * dotsPerMillimetre, place.y * dotsPerMillimetre]) {
      if forms.underBase != nil { stream.form(PageResources.underBaseForm) }
      stream.form(PageResources.fixedForm)
      drawing.drawElements(on: stream) { $0.isBound || !maker.template.isLayered }
      stream.fill(drawing.place.dots, column: drawing.place.column, row: drawing.place.row)
      if forms.contour != nil { stream.form(PageResources.contourForm) }
    }
    return stream
  }

  /// Made from the first label there is: its fixed texts are those of all.
  private func forms(from drawing: LabelDrawing) -> Forms {
    if let forms { return forms }
    let fixed = ContentStream(dotsPerInch: maker.dotsPerInch, ink: inks.ink)
    // Of a laser's file all is dark that is not ink.
    if inks.process == .laser { fixed.fill(Path(maker.template.plate), colour: .white) }
    if maker.template.isLayered { drawing.drawElements(on: fixed) { !$0.isBound } }
    let made = Forms(
      underBase: inks.underBase(of: maker.template, dotsPerInch: maker.dotsPerInch), fixed: fixed,
      contour: inks.contour(of: maker.template, dotsPerInch: maker.dotsPerInch))
    forms = made
    return made
  }

  private func mark(_ label: Int, _ drawing: LabelDrawing, at place: SheetLayout.Place) -> Mark {
    let point = 72 / Double(maker.dotsPerInch)
    let side = Double(drawing.place.dots.side) * point
    let x = Length.points(millimetres: place.x) + Double(drawing.place.column) * point
    let y = Length.points(millimetres: place.y) + Double(drawing.place.row) * point
    return Mark(
      order: label,
      box: Rectangle(x: inks.isMirrored ? width - x - side : x, y: y, width: side, height: side),
      dots: drawing.place.dots,
      moduleMillimetres: Length.millimetres(
        dots: drawing.place.dots.dotsPerModule, dotsPerInch: maker.dotsPerInch))
  }

  /// To a millionth, enough for the largest sheet.
  static func number(_ value: Double) -> String {
    let millionths = Int((value * 1e6).rounded())
    var digits = String(abs(millionths) % 1_000_000)
    digits = String(repeating: "0", count: 6 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let whole = (value < 0 ? "-" : "") + String(abs(millionths) / 1_000_000)
    return digits.isEmpty ? whole : whole + "." + digits
  }

  // MARK: - Reading back

  /// Draws the symbol's square from the page's operators at 3 pixels a module and has it read.
  private func readBack(_ operators: [UInt8], _ mark: Mark) throws(LabelError) {
    var reader = PageReader(
      box: mark.box, pageHeight: height, pixels: mark.dots.symbol.moduleCountWithQuietZone * 3)
    for (name, form) in [
      (PageResources.underBaseForm, forms?.underBase), (PageResources.fixedForm, forms?.fixed),
      (PageResources.contourForm, forms?.contour),
    ] {
      if let form { reader.forms[name] = form.bytes }
    }
    reader.read(operators)
    try Self.check(reader.picture, shows: mark.dots.symbol, inks: inks)
  }

  /// A picture of a symbol and its quiet zone, and nothing else: it reads, it is mirrored where it has to be
  /// and nowhere else, and the middle of each module is as it was encoded.
  static func check(_ picture: GreyImage, shows symbol: QRSymbol, inks: LabelInks) throws(LabelError) {
    let picture = inks.process == .laser ? picture.inverted : picture
    let findings = try LabelReader.findings(in: picture, isPhotograph: false)
    guard let finding = findings.first else { throw .unreadable(.noSymbol) }
    guard findings.count == 1 else { throw .unreadable(.severalSymbols) }
    guard finding.text == symbol.text else { throw .unreadable(.otherText) }
    guard finding.isMirrored == inks.isMirrored else {
      throw .unreadable(inks.isMirrored ? .notMirrored : .mirrored)
    }
    let modules = symbol.moduleCountWithQuietZone
    for row in 0..<modules {
      let y = (2 * row + 1) * picture.heightPixels / (2 * modules)
      for column in 0..<modules {
        let x = (2 * column + 1) * picture.widthPixels / (2 * modules)
        let across = (inks.isMirrored ? modules - 1 - column : column) - QRSymbol.quietModules
        guard
          (picture.pixels[y * picture.widthPixels + x] < 128)
            == symbol.isDark(column: across, row: row - QRSymbol.quietModules)
        else { throw .unreadable(.otherDots) }
      }
    }
  }
}
