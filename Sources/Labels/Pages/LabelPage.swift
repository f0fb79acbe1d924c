import Cryptography
import Drawing

/// Writes the operators of pages of labels, and reads every label back from those same operators.
final class LabelPage {
  /// The parts that are the same on every label, each drawn once in a file.
  struct Forms: Sendable {
    /// One part that is the same on every label.
    struct Form: Sendable {
      let name: String
      let operators: [UInt8]
      let glyphs: GlyphUse
      let pictures: [GreyImage]
      /// Millimetres by which the part extends beyond the plate.
      let margin: Double

      /// - Parameter pictures: The pictures that pages show, where they differ from the form's own.
      init(_ name: String, _ stream: ContentStream, margin: Double, pictures: [GreyImage]? = nil) {
        self.name = name
        operators = stream.bytes
        glyphs = stream.glyphs
        self.pictures = pictures ?? stream.pictures
        self.margin = margin
      }
    }

    /// The white behind the plate. Forms are drawn in the order of these members; a label's own texts and
    /// symbol follow `fixed`.
    let underBase: Form?
    let fixed: Form
    let contour: Form?

    var all: [Form] { [underBase, fixed, contour].compactMap { $0 } }
  }

  /// A page that was read back from its operators.
  struct Drawn: Sendable {
    let packed: [UInt8]
    let glyphs: GlyphUse
    let marks: [Mark]
    /// Digest of the operators before compression.
    let digest: SHA256Digest
    /// Texts that the decoder read in the operators, one for each symbol.
    let texts: [String]
  }

  /// A label on its page, and the place of its symbol.
  struct Mark: Sendable {
    /// Place of the label's request in the list, from 0.
    let index: Int
    let request: LabelRequest
    /// The symbol with its quiet zone, points from the page's top left.
    let box: Rectangle
    let dots: SymbolDots
    let moduleMillimetres: Double

    func filed(in file: String) -> FiledLabel {
      FiledLabel(
        index: index, request: request, file: file, moduleMillimetres: moduleMillimetres,
        correction: dots.symbol.correction.rawValue, sha256: nil)
    }
  }

  let maker: LabelMaker
  private let layout: SheetLayout
  private let inks: LabelInks

  init(maker: LabelMaker, layout: SheetLayout, inks: LabelInks) {
    self.maker = maker
    self.layout = layout
    self.inks = inks
  }

  var width: Double { Length.points(millimetres: layout.pageWidthMillimetres) }
  var height: Double { Length.points(millimetres: layout.pageHeightMillimetres) }

  // MARK: - Making

  /// A requested label, and its place on the page.
  struct Placement: Sendable {
    /// Place of the label's request in the list, from 0.
    let index: Int
    let request: LabelRequest
    let place: SheetLayout.Place
  }

  func make(_ labels: [Placement], forms: Forms) throws(LabelError) -> Drawn {
    var operators = opening()
    var glyphs: GlyphUse = [:]
    var marks: [Mark] = []
    for label in labels {
      do {
        let drawing = try maker.lay(fields: label.request.fields, payload: label.request.payload)
        let stream = draw(drawing, at: label.place, forms: forms)
        operators += stream.bytes
        for (face, used) in stream.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
        marks.append(mark(label, drawing))
      } catch {
        throw .label(code: label.request.payload.code, line: label.request.line, error)
      }
    }
    operators += Array("Q Q\n".utf8)
    let texts = try readBack(operators, marks, forms)
    guard let packed = PDFWriter.pack(operators) else { throw .drawing(.outOfMemory) }
    return Drawn(
      packed: packed, glyphs: glyphs, marks: marks, digest: SHA256Digest(of: operators), texts: texts)
  }

  /// Sets up coordinates in dots from the page's top left downwards, mirrored for a mirrored page, and draws
  /// the cutter's marks.
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

  private func draw(_ drawing: LabelDrawing, at place: SheetLayout.Place, forms: Forms) -> ContentStream {
    let stream = ContentStream(dotsPerInch: maker.dotsPerInch, ink: inks.ink)
    let dotsPerMillimetre = Double(maker.dotsPerInch) / Length.millimetresPerInch
    stream.transformed([1, 0, 0, 1, place.x * dotsPerMillimetre, place.y * dotsPerMillimetre]) {
      if let underBase = forms.underBase { stream.form(underBase.name) }
      stream.form(forms.fixed.name)
      drawing.drawElements(on: stream) { $0.isBound || !maker.template.isLayered }
      stream.fill(drawing.place.dots, column: drawing.place.column, row: drawing.place.row)
      if let contour = forms.contour { stream.form(contour.name) }
    }
    return stream
  }

  /// Draws the parts that are the same on every label.
  /// - Parameter request: Any request of the list, since the fixed texts are the same on all labels.
  func forms(from request: LabelRequest) throws(LabelError) -> Forms {
    let drawing: LabelDrawing
    do {
      drawing = try maker.lay(fields: request.fields, payload: request.payload)
    } catch {
      throw .label(code: request.payload.code, line: request.line, error)
    }
    let fixed = ContentStream(dotsPerInch: maker.dotsPerInch, ink: inks.ink)
    // In a laser's file, everything without ink is dark.
    if inks.process == .laser { fixed.fill(Path(maker.template.plate), colour: .white) }
    // Each page draws its own elements in this order, so that its pictures get the same numbers as in this
    // stream.
    let whole = maker.template.isLayered ? fixed : ContentStream(dotsPerInch: maker.dotsPerInch, ink: inks.ink)
    drawing.drawElements(on: whole) { !maker.template.isLayered || !$0.isBound }
    return Forms(
      underBase: inks.underBase(of: maker.template, dotsPerInch: maker.dotsPerInch).map {
        Forms.Form(PageResources.underBaseForm, $0, margin: 0)
      },
      // Everything ends at the edge of the bleed, except the contour, whose line is half outside the plate.
      fixed: Forms.Form(PageResources.fixedForm, fixed, margin: layout.bleed, pictures: whole.pictures),
      contour: inks.contour(of: maker.template, dotsPerInch: maker.dotsPerInch).map {
        Forms.Form(PageResources.contourForm, $0, margin: 1)
      })
  }

  private func mark(_ label: Placement, _ drawing: LabelDrawing) -> Mark {
    let place = label.place
    let point = 72 / Double(maker.dotsPerInch)
    let side = Double(drawing.place.dots.side) * point
    let x = Length.points(millimetres: place.x) + Double(drawing.place.column) * point
    let y = Length.points(millimetres: place.y) + Double(drawing.place.row) * point
    return Mark(
      index: label.index, request: label.request,
      box: Rectangle(x: inks.isMirrored ? width - x - side : x, y: y, width: side, height: side),
      dots: drawing.place.dots,
      moduleMillimetres: Length.millimetres(
        dots: drawing.place.dots.dotsPerModule, dotsPerInch: maker.dotsPerInch))
  }

  /// Writes a number as PDF does, to a millionth, which is precise enough for the largest sheet.
  static func number(_ value: Double) -> String {
    let millionths = Int((value * 1e6).rounded())
    var digits = String(abs(millionths) % 1_000_000)
    digits = String(repeating: "0", count: 6 - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let whole = (value < 0 ? "-" : "") + String(abs(millionths) / 1_000_000)
    return digits.isEmpty ? whole : whole + "." + digits
  }

  // MARK: - Reading back

  /// Draws the square of every symbol from the page's operators at 3 pixels for each module and has the decoder
  /// read it.
  /// - Returns: the texts that the decoder read.
  private func readBack(_ operators: [UInt8], _ marks: [Mark], _ forms: Forms) throws(LabelError) -> [String] {
    let reader = PageReader(
      operators,
      forms: Dictionary(forms.all.map { ($0.name, $0.operators) }, uniquingKeysWith: { first, _ in first }),
      pageHeight: height)
    var texts: [String] = []
    for mark in marks {
      do throws(LabelError) {
        let side = mark.dots.symbol.moduleCountWithQuietZone * 3
        texts.append(
          try Self.check(
            reader.picture(of: mark.box, side: side), shows: mark.dots.symbol, inks: inks, isDots: true))
      } catch {
        throw .label(code: mark.request.payload.code, line: mark.request.line, error)
      }
    }
    return texts
  }

  /// Checks a picture of one symbol with its quiet zone: the symbol can be read, is mirrored exactly where it
  /// has to be, and the middle of each module is as it was encoded. A mirrored picture is turned over first,
  /// because zxing-cpp cannot read some mirrored symbols at any size.
  /// - Parameter isDots: whether every pixel was drawn on its own, so that the symbol stands exactly at its
  ///   place.
  /// - Returns: the text that the decoder read.
  @discardableResult
  static func check(
    _ picture: GreyImage, shows symbol: QRSymbol, inks: LabelInks, isDots: Bool = false
  ) throws(LabelError) -> String {
    var seen = inks.process == .laser ? picture.inverted : picture
    if inks.isMirrored { seen = seen.flipped }
    let turned = LabelError.unreadable(inks.isMirrored ? .notMirrored : .mirrored)
    var findings: [LabelReader.Finding] = []
    if isDots { findings = try LabelReader.findings(in: seen, as: .symbol) }
    if findings.isEmpty { findings = try LabelReader.findings(in: seen, as: .drawing) }
    guard let finding = findings.first else {
      throw try LabelReader.findings(in: seen.flipped, as: .drawing).isEmpty
        ? LabelError.unreadable(.noSymbol) : turned
    }
    guard findings.count == 1 else { throw .unreadable(.severalSymbols) }
    guard finding.text == symbol.text else { throw .unreadable(.otherText) }
    guard !finding.isMirrored else { throw turned }
    let modules = symbol.moduleCountWithQuietZone
    for row in 0..<modules {
      let y = (2 * row + 1) * seen.heightPixels / (2 * modules)
      for column in 0..<modules {
        let x = (2 * column + 1) * seen.widthPixels / (2 * modules)
        guard
          (seen.pixels[y * seen.widthPixels + x] < 128)
            == symbol.isDark(column: column - QRSymbol.quietModules, row: row - QRSymbol.quietModules)
        else { throw .unreadable(.otherDots) }
      }
    }
    return finding.text
  }
}
