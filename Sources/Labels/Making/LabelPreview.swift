import Drawing
public import FoundationEssentials
import Records

/// A sheet with drawings of labels at true size, without their bleed: every template with sample values, or the
/// first labels of a list. The edges and holes of the plates are drawn as hairlines, which labels themselves do
/// not have.
public struct LabelPreview {
  /// Makes the text below the drawing of a template.
  public typealias Caption = (LabelTemplate) -> String

  /// Dots per inch of the PNG, to whose grid the symbols' modules are aligned.
  public static let dotsPerInch = 300

  static let sampleFields = ["unitName": "达拉特旗样品电焊铺", "street": "树林召镇"]
  private static let samplePlatform = "https://weld.example.cn"
  private static let sampleCode = LabelCode("150621-00A000-X")

  private struct Plate {
    let drawing: LabelDrawing
    let caption: TextBlock
    let x: Double
    let y: Double
  }

  private static let margin = 12.0
  private static let gap = 10.0
  private static let hairline = 0.1

  private let plates: [Plate]
  private let width: Double
  private let height: Double

  /// Maximum number of a list's labels that are drawn.
  public static let maxLabels = 24

  /// Sets a label with sample values for each template.
  /// - Throws: the errors that `LabelMaker.make` throws before it draws.
  public init(of templates: [LabelTemplate], caption: Caption) throws(LabelError) {
    var drawings: [(LabelDrawing, String)] = []
    for template in templates { drawings.append((try Self.sample(of: template), caption(template))) }
    self.init(drawings)
  }

  /// Sets the texts and places the symbol of every label, and draws the first ones.
  /// - Throws: `label`, where a label cannot be made.
  public init(
    of requests: some Sequence<LabelRequest>, template: LabelTemplate, settings: LabelMaker.Settings
  )
    throws(LabelError)
  {
    let maker = try LabelMaker(template: template, settings: settings)
    var drawings: [(LabelDrawing, String)] = []
    for request in requests {
      do {
        let drawing = try maker.lay(fields: request.fields, payload: request.payload)
        if drawings.count < Self.maxLabels { drawings.append((drawing, request.payload.code.description)) }
      } catch { throw .label(code: request.payload.code, line: request.line, error) }
    }
    self.init(drawings)
  }

  /// Arranges the plates in rows on a sheet that is as wide as A4, or as the widest plate, and as high as
  /// necessary.
  private init(_ drawings: [(LabelDrawing, String)]) {
    let typesetter = Typesetter()
    let widest = drawings.map(\.0.template.widthMillimetres).max() ?? 0
    width = max(210, widest + 2 * Self.margin)
    var plates: [Plate] = []
    var x = Self.margin
    var y = Self.margin
    var rowHeight = 0.0
    for (drawing, caption) in drawings {
      let template = drawing.template
      let text = typesetter.set(caption, style: TextStyle(sizePoints: 7.5))
      if x > Self.margin, x + template.widthMillimetres > width - Self.margin {
        x = Self.margin
        y += rowHeight + Self.gap
        rowHeight = 0
      }
      plates.append(Plate(drawing: drawing, caption: text, x: Self.onDots(x), y: Self.onDots(y)))
      x += max(template.widthMillimetres, text.widthMillimetres) + Self.gap
      rowHeight = max(rowHeight, template.heightMillimetres + 1.5 + text.heightMillimetres)
    }
    self.plates = plates
    height = y + rowHeight + Self.margin
  }

  /// Makes a PNG of 1-bit grey.
  /// - Throws: `drawing`.
  public func png() throws(LabelError) -> Data {
    do {
      let size = try PixelSize(
        widthPixels: Length.dots(millimetres: width, dotsPerInch: Self.dotsPerInch),
        heightPixels: Length.dots(millimetres: height, dotsPerInch: Self.dotsPerInch),
        dotsPerInch: Self.dotsPerInch)
      return try DotImage(size: size, dotsPerInch: Self.dotsPerInch, draw: draw).png()
    } catch { throw .drawing(error) }
  }

  /// Makes a PDF of one page.
  /// - Parameter date: RFC 3339 with offset.
  /// - Throws: `drawing`.
  public func pdf(title: String, date: String) throws(LabelError) -> Data {
    do {
      let document = try CairoPDFDocument(
        pageWidthMillimetres: width, pageHeightMillimetres: height,
        metadata: .init(title: title, author: "", subject: "", date: date))
      draw(on: document.canvas)
      document.endPage()
      return try document.finish()
    } catch { throw .drawing(error) }
  }

  // MARK: - Drawing

  private static func sample(of template: LabelTemplate) throws(LabelError) -> LabelDrawing {
    guard let sampleCode else { throw .platformAddress(.noHost) }
    var fields = sampleFields
    for field in template.requiredFields where fields[field] == nil { fields[field] = field }
    let payload = try LabelPayload(platform: samplePlatform, code: sampleCode)
    return try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch)).lay(
      fields: fields, payload: payload)
  }

  /// The nearest position on a whole dot, so that the modules of symbols stay whole dots.
  private static func onDots(_ millimetres: Double) -> Double {
    Length.millimetres(
      dots: Length.dots(millimetres: millimetres, dotsPerInch: dotsPerInch), dotsPerInch: dotsPerInch)
  }

  private func draw(on canvas: Canvas) {
    for plate in plates {
      let template = plate.drawing.template
      canvas.shifted(x: plate.x, y: plate.y) {
        canvas.clipped(to: Path(template.plate)) { plate.drawing.drawElements(on: canvas) }
        plate.drawing.drawSymbol(on: canvas)
        canvas.stroke(Path(template.plate), widthMillimetres: Self.hairline)
        for hole in template.holes {
          var circle = Path()
          circle.addCircle(x: hole.x, y: hole.y, radius: hole.diameterMillimetres / 2)
          canvas.fill(circle, colour: .white)
          canvas.stroke(circle, widthMillimetres: Self.hairline)
        }
        canvas.draw(plate.caption, x: 0, y: template.heightMillimetres + 1.5)
      }
    }
  }
}
