import Drawing
import Foundation
import Records
import Testing

@testable import Labels

/// SVG beside a template.
@Suite struct TemplateDrawingTests {
  private static let arrow = """
    <svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm" viewBox="0 0 20 10">
    <path d="M0 0L20 5L0 10z"/></svg>
    """

  private func template(_ svg: String, _ more: [String: Any] = [:], file: String = "a.svg") throws
    -> LabelTemplate
  {
    var element: [String: Any] = [
      "type": "image", "id": "logo", "file": file, "xMillimetres": 42, "yMillimetres": 19,
      "widthMillimetres": 5,
      "heightMillimetres": 3,
    ]
    element.merge(more) { $1 }
    let json = try Sample.json(of: "thermal-50x30", adding: [element])
    return try LabelTemplate(json: json, file: "t.json") { $0 == file ? Data(svg.utf8) : nil }
  }

  private func problems(_ svg: String, file: String = "a.svg") -> [TemplateProblem] {
    do {
      _ = try template(svg, file: file)
      return []
    } catch LabelError.templateRejected(_, let problems) { return problems } catch { return [] }
  }

  @Test(arguments: [203, 600])
  func `a drawing comes out at the label's resolution, the same in PNG, PDF and SVG`(dotsPerInch: Int) throws {
    let bare = try Sample.catalogue.template(named: "thermal-50x30")
    func picture(_ template: LabelTemplate, _ format: LabelFormat) throws -> GreyImage {
      let made = try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch, format: format))
        .make(
          fields: Sample.fields, payload: Sample.payload())
      guard format == .svg else { return try GreyImage(png: made.bytes) }
      let dots = Double(dotsPerInch) / Length.millimetresPerInch
      return try SVGImage(made.bytes).picture(widthPixels: 50 * dots, heightPixels: 30 * dots)
    }
    /// Of the box: how many of its pixels are dark where they were not without the drawing.
    func inked(_ format: LabelFormat) throws -> [Bool] {
      let (with, without) = (try picture(template(Self.arrow), format), try picture(bare, format))
      let columns =
        Length.dots(
          millimetres: 42, dotsPerInch: dotsPerInch)..<Length.dots(millimetres: 47, dotsPerInch: dotsPerInch)
      let rows =
        Length.dots(
          millimetres: 19, dotsPerInch: dotsPerInch)..<Length.dots(millimetres: 22, dotsPerInch: dotsPerInch)
      return rows.flatMap { row in
        columns.map { column in
          with.pixels[row * with.widthPixels + column] < 128
            && without.pixels[row * without.widthPixels + column] >= 128
        }
      }
    }
    let png = try inked(.png)
    // Half of a box of 5 x 2.5 mm in one of 5 x 3.
    let share = Double(png.count { $0 }) / Double(png.count)
    #expect(abs(share - 0.5 * 2.5 / 3) < 0.03, "\(share)")
    #expect(try inked(.svg) == png)
  }

  @Test func `a template that uses more than shapes is refused by element and field`() {
    let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" height=\"9mm\">"
    for (svg, fault) in [
      ("\(head)<image href=\"/etc/passwd\"/></svg>", DrawingError.SVGFault.feature("image")),
      ("\(head)<g id=\"a\"><use href=\"#a\"/></g></svg>", .feature("use")),
      ("\(head)<text>x</text></svg>", .feature("text")), ("PNG", .notSVG), ("\(head)<path", .damaged),
    ] {
      #expect(problems(svg) == [TemplateProblem(element: "logo", field: "file", fault: .drawing(fault))])
    }
    let missing = TemplateProblem(element: "logo", field: "file", fault: .wrongType)
    for name in ["../a.svg", "a.svgz", ".svg", "a/b.svg"] {
      #expect(problems(Self.arrow, file: name) == [missing])
    }
  }
}
