import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

/// Checks SVG drawings beside a template.
@Suite struct TemplateDrawingTests {
  private static let arrow = """
    <svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm" viewBox="0 0 20 10">
    <path d="M0 0L20 5L0 10z"/></svg>
    """

  private var element: [String: Any] {
    [
      "type": "image", "id": "logo", "file": "a.svg", "xMillimetres": 42, "yMillimetres": 19,
      "widthMillimetres": 5,
      "heightMillimetres": 3,
    ]
  }

  private func template(_ svg: String, file: String = "a.svg") throws -> LabelTemplate {
    let json = try Sample.json(of: "thermal-50x30", adding: [element.merging(["file": file]) { $1 }])
    return try LabelTemplate(json: json, file: "t.json") { $0 == file ? Data(svg.utf8) : nil }
  }

  private func problems(_ svg: String, file: String = "a.svg") -> [TemplateProblem] {
    do {
      _ = try template(svg, file: file)
      return []
    } catch LabelError.templateRejected(_, let problems) { return problems } catch { return [] }
  }

  @Test(arguments: [203, 600])
  func `a drawing comes out at the label's resolution, the same in PNG and SVG`(dotsPerInch: Int) throws {
    let bare = try Sample.catalogue.template(named: "thermal-50x30")
    func picture(_ template: LabelTemplate, _ format: LabelFormat) throws -> GreyImage {
      let made = try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch, format: format))
        .make(
          fields: Sample.fields, payload: Sample.payload())
      guard format == .svg else { return try GreyImage(png: made.bytes) }
      let dots = Double(dotsPerInch) / Length.millimetresPerInch
      return try SVGImage(made.bytes).picture(widthPixels: 50 * dots, heightPixels: 30 * dots)
    }
    /// For each pixel of the box, whether the drawing makes it dark.
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
    // The ink is half of a box of 5 x 2.5 mm within a box of 5 x 3 mm.
    let share = Double(png.count { $0 }) / Double(png.count)
    #expect(abs(share - 0.5 * 2.5 / 3) < 0.03, "\(share)")
    #expect(try inked(.svg) == png)
  }

  @Test(arguments: [true, false])
  func `a page shows the drawing, drawn once a file or, where it lies over a text, anew on each page`(
    isLayered: Bool
  )
    throws
  {
    var json = try #require(
      try JSONSerialization.jsonObject(with: Sample.json(of: "thermal-50x30", adding: [element]))
        as? [String: Any])
    var elements = try #require(json["elements"] as? [[String: Any]])
    // The box lies over a text's box; the element that comes first lies below.
    if isLayered { elements.insert(elements.removeLast(), at: 0) }
    json["elements"] = elements
    let template = try LabelTemplate(json: JSONSerialization.data(withJSONObject: json), file: "t.json") { _ in
      Data(Self.arrow.utf8)
    }
    #expect(template.isLayered == isLayered)
    let folder = TemporaryFolder()
    let file = folder.file("drawn.pdf")
    let request = LabelRequest(
      line: 2, payload: try Sample.payload(), fields: ["unitName": "样品电焊铺", "street": "镇"])
    _ = try LabelSheets(
      template: template, settings: .init(dotsPerInch: 600),
      layout: SheetLayout(template: template, sheet: nil),
      inks: LabelInks(), verification: .pages, workers: 1
    ).run([request], count: 1, output: file, title: "t")
    let page = try PopplerPages(Data(contentsOf: URL(filePath: file))).picture(
      ofPage: 0, dotsPerInch: 600, maxPixels: LabelReader.maxPixels)
    func dots(_ millimetres: Double) -> Int { Length.dots(millimetres: millimetres, dotsPerInch: 600) }
    let part = try #require(
      page.part(columns: dots(42)..<dots(47), rows: dots(19)..<dots(22)))
    let share = Double(part.pixels.count { $0 < 128 }) / Double(part.pixels.count)
    #expect((0.38..<0.55).contains(share), "\(share)")
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

  /// Compares each shipped template with the same template without the elements for the company's phone number.
  @Test(arguments: ["acrylic-60x40", "acrylic-80x50", "round-50", "small-30x30", "thermal-50x30"])
  func `a label shows the company's phone where it is given, and is as it was without one`(name: String) throws
  {
    let file = "\(Sample.catalogue.directory)/\(name).json"
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
    var before = try #require(json as? [String: Any])
    let elements = try #require(before["elements"] as? [[String: Any]])
    before["elements"] = elements.compactMap { element -> [String: Any]? in
      var element = element
      if element["field"] as? String == "companyPhone" || element["shownWith"] != nil { return nil }
      element["shownWithout"] = nil
      return element
    }
    let old = try LabelTemplate(json: try JSONSerialization.data(withJSONObject: before), file: file)
    let new = try Sample.catalogue.template(named: name)
    #expect(new.fieldNames.subtracting(old.fieldNames) == ["companyPhone"])
    #expect(new.requiredFields.filter { $0 != "code" } == old.requiredFields.filter { $0 != "code" })
    func made(_ template: LabelTemplate, _ phone: String?) throws -> Data {
      var fields = Sample.fields
      fields["companyPhone"] = phone
      return try LabelMaker(template: template, settings: .init()).make(
        fields: fields, payload: Sample.payload()
      ).bytes
    }
    let bare = try made(old, nil)
    #expect(try made(new, nil) == bare && made(new, "") == bare)
    for phone in ["138 0000 0000", "0477-5200000", "400-000-0000"] {
      #expect(try made(new, phone) != bare && made(old, phone) == bare)
    }
  }
}
