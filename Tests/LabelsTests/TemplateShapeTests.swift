import Drawing
import Foundation
import TestSupport
import Testing

@testable import Labels

extension Sample {
  /// Elements of every kind that fit on acrylic-80x50 beside its own.
  static var everyKind: [[String: Any]] {
    [
      [
        "type": "box", "id": "frame", "thicknessMillimetres": 0.4, "cornerRadiusMillimetres": 1,
        "xMillimetres": 38, "yMillimetres": 10, "widthMillimetres": 39.8, "heightMillimetres": 20,
      ],
      [
        "type": "line", "id": "slope", "thicknessMillimetres": 0.2, "reversed": true, "bleed": true,
        "xMillimetres": 40, "yMillimetres": -1, "toXMillimetres": 60, "toYMillimetres": 1,
      ],
      [
        "type": "image", "id": "logo", "file": "logo.png", "rotationDegrees": 270,
        "xMillimetres": 73, "yMillimetres": 31, "widthMillimetres": 4, "heightMillimetres": 8,
      ],
      [
        "type": "text", "id": "upright", "text": "竖", "sizePoints": 6, "rotationDegrees": 90,
        "xMillimetres": 73, "yMillimetres": 25, "widthMillimetres": 4, "heightMillimetres": 4,
      ],
    ]
  }
}

extension Sample {
  /// A picture of 20 × 10 dots whose left half is ink.
  static func halves() throws -> Data {
    var image = DotImage(size: try PixelSize(widthPixels: 20, heightPixels: 10, dotsPerInch: nil))
    image.set(columns: 0..<10, rows: 0..<10, ink: true)
    return try image.png()
  }
}

/// The ink of a finished label.
private struct Ink {
  let image: GreyImage
  let dotsPerMillimetre: Double

  init(_ json: Data, dotsPerInch: Int = 254, picture: Data? = nil) throws {
    let template = try LabelTemplate(json: json, file: "t.json") { _ in picture }
    let maker = try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch))
    let made = try maker.make(fields: Sample.fields, payload: Sample.payload())
    image = try GreyImage(png: made.bytes)
    dotsPerMillimetre = Double(dotsPerInch) / 25.4
  }

  func isInk(_ x: Double, _ y: Double) -> Bool {
    let column = Int(x * dotsPerMillimetre)
    let row = Int(y * dotsPerMillimetre)
    return image.pixels[row * image.widthPixels + column] == 0
  }

  func share(_ box: Rectangle) -> Double {
    var count = 0
    var all = 0
    for row in Int(box.y * dotsPerMillimetre)..<Int(box.bottom * dotsPerMillimetre) {
      for column in Int(box.x * dotsPerMillimetre)..<Int(box.right * dotsPerMillimetre) {
        all += 1
        if image.pixels[row * image.widthPixels + column] == 0 { count += 1 }
      }
    }
    return Double(count) / Double(all)
  }
}

@Suite struct TemplateShapeTests {
  private static func bare(_ elements: [[String: Any]]) throws -> Data {
    let symbol: [String: Any] = [
      "type": "qr", "id": "symbol", "xMillimetres": 2.4, "yMillimetres": 2.4, "sizeMillimetres": 29.6,
    ]
    return try Sample.json("elements", [symbol] + elements)
  }

  @Test func `a filled box is ink and reversed lettering in it is paper`() throws {
    let box: [String: Any] = [
      "type": "box", "id": "box", "filled": true, "xMillimetres": 34, "yMillimetres": 10,
      "widthMillimetres": 20, "heightMillimetres": 10,
    ]
    var lettering: [String: Any] = [
      "type": "text", "id": "lettering", "text": "焊", "sizePoints": 20, "align": "centre", "xMillimetres": 34,
      "yMillimetres": 10, "widthMillimetres": 20, "heightMillimetres": 10,
    ]
    let area = Rectangle(x: 34, y: 10, width: 20, height: 10)
    #expect(try Ink(Self.bare([box])).share(area) == 1)
    #expect(try Ink(Self.bare([box, lettering])).share(area) == 1)
    lettering["reversed"] = true
    let share = try Ink(Self.bare([box, lettering])).share(area)
    #expect(share < 0.95 && share > 0.7)
  }

  @Test(arguments: [0.0, 2])
  func `a frame is ink along its edge only`(radius: Double) throws {
    let ink = try Ink(
      Self.bare([
        [
          "type": "box", "id": "box", "thicknessMillimetres": 1, "cornerRadiusMillimetres": radius,
          "xMillimetres": 34, "yMillimetres": 10, "widthMillimetres": 20, "heightMillimetres": 10,
        ]
      ]))
    for (x, y) in [(34.5, 15.0), (53.5, 15), (44, 10.5), (44, 19.5)] { #expect(ink.isInk(x, y)) }
    for (x, y) in [(33.8, 15.0), (35.3, 15), (44, 15), (44, 20.3)] { #expect(!ink.isInk(x, y)) }
    #expect(ink.isInk(34.15, 10.15) == (radius == 0))
  }

  @Test(arguments: [150, 203, 300, 600])
  func `a line thinner than a dot is a dot thick and a line of dots is sharp`(dotsPerInch: Int) throws {
    let ink = try Ink(
      Self.bare([
        [
          "type": "line", "id": "thin", "thicknessMillimetres": 0.05, "xMillimetres": 34, "yMillimetres": 10.03,
          "toXMillimetres": 54, "toYMillimetres": 10.03,
        ]
      ]), dotsPerInch: dotsPerInch)
    let column = Int(44 * ink.dotsPerMillimetre)
    let rows = (0..<ink.image.heightPixels).filter {
      ink.image.pixels[$0 * ink.image.widthPixels + column] == 0
    }
    #expect(rows.count == 1)
  }

  @Test func `a picture is turned within its box`() throws {
    // The sides of the dark half: left, top, right, bottom.
    for (degrees, x, y) in [(0, 40.5, 15.0), (90, 44, 11.5), (180, 47.5, 15), (270, 44, 18.5)] {
      let isUpright = degrees % 180 != 0
      let box =
        isUpright
        ? Rectangle(x: 41.5, y: 10, width: 5, height: 10) : Rectangle(x: 39, y: 12.5, width: 10, height: 5)
      let ink = try Ink(
        Self.bare([
          [
            "type": "image", "id": "logo", "file": "logo.png", "rotationDegrees": degrees,
            "xMillimetres": box.x,
            "yMillimetres": box.y, "widthMillimetres": box.width, "heightMillimetres": box.height,
          ]
        ]), picture: Sample.halves())
      #expect(ink.isInk(x, y), "\(degrees)")
      #expect(abs(ink.share(box) - 0.5) < 0.03, "\(degrees)")
      #expect(ink.share(Rectangle(x: 36, y: 8, width: 3, height: 14)) == 0)
    }
  }

  @Test func `turned text has the room of its turned box`() throws {
    let text: [String: Any] = [
      "type": "text", "id": "t", "text": "扫码开机 持证上岗", "sizePoints": 8, "fit": "refuse", "xMillimetres": 34,
      "yMillimetres": 4, "widthMillimetres": 5, "heightMillimetres": 30,
    ]
    #expect(throws: LabelError.self) { try Ink(Self.bare([text])) }
    for degrees in [90, 270] {
      var turned = text
      turned["rotationDegrees"] = degrees
      let ink = try Ink(Self.bare([turned]))
      #expect(ink.share(Rectangle(x: 34, y: 4, width: 5, height: 30)) > 0.1)
      // The text is left-aligned, so that it starts at the top when turned clockwise, and otherwise at the
      // bottom.
      let top = ink.share(Rectangle(x: 34, y: 4, width: 5, height: 4))
      let bottom = ink.share(Rectangle(x: 34, y: 30, width: 5, height: 4))
      #expect(degrees == 90 ? top > 0 && bottom == 0 : top == 0 && bottom > 0)
    }
  }

  @Test func `elements of every kind stand on one label that reads back`() throws {
    let json = try Sample.json(of: "acrylic-80x50", adding: Sample.everyKind)
    let template = try LabelTemplate(json: json, file: "t.json") {
      $0 == "logo.png" ? try? Sample.halves() : nil
    }
    for dotsPerInch in [203, 300, 600] {
      let maker = try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch))
      #expect(try maker.make(fields: Sample.fields, payload: Sample.payload()).verified)
    }
  }

  @Test func `a picture that is missing or no PNG is named`() throws {
    func problem(_ file: String, _ picture: Data?) throws -> TemplateProblem? {
      let json = try Self.bare([
        [
          "type": "image", "id": "logo", "file": file, "xMillimetres": 34, "yMillimetres": 10,
          "widthMillimetres": 10, "heightMillimetres": 10,
        ]
      ])
      do {
        _ = try LabelTemplate(json: json, file: "t.json") { _ in picture }
        return nil
      } catch LabelError.templateRejected(_, let problems) { return problems.first }
    }
    func fault(_ fault: TemplateProblem.Fault) -> TemplateProblem {
      TemplateProblem(element: "logo", field: "file", fault: fault)
    }
    let png = try Sample.halves()
    #expect(try problem("logo.png", png) == nil)
    #expect(try problem("logo.png", nil) == fault(.noSuchFile))
    #expect(try problem("logo.png", Data("no".utf8)) == fault(.picture(.notPNG)))
    #expect(try problem("logo.png", png.prefix(png.count / 2)) == fault(.picture(.truncated)))
    #expect(try problem("logo.svg", png) == fault(.drawing(.notSVG)))
    for name in ["../logo.png", "/etc/logo.png", "logo.gif", ".png", "a b.png", "logo.png/", "标.png"] {
      #expect(try problem(name, png) == fault(.wrongType), "\(name)")
    }
  }

  @Test func `the catalogue takes pictures from beside the template`() throws {
    let folder = TemporaryFolder()
    try folder.write("acrylic-80x50.json", Sample.json(of: "acrylic-80x50", adding: Sample.everyKind))
    let catalogue = LabelTemplateCatalogue(directory: folder.path)
    #expect(throws: LabelError.self) { try catalogue.template(named: "acrylic-80x50") }
    try folder.write("logo.png", Sample.halves())
    #expect(try catalogue.template(named: "acrylic-80x50").elements.count > 10)
    try folder.write("logo.png", Data(count: LabelTemplate.maxPictureBytes + 1))
    #expect(throws: LabelError.self) { try catalogue.template(named: "acrylic-80x50") }
  }

  @Test func `the sheet of all templates shows a symbol for each`() throws {
    let templates = try Sample.catalogue.names().map { try Sample.catalogue.template(named: $0) }
    let preview = try LabelPreview(of: templates) { "\($0.name)\n\($0.titleChinese)" }
    let png = try preview.png()
    #expect(try LabelReader.read(png: png) == templates.map { _ in Sample.payloadText })
    #expect(try preview.png() == png)
    #expect(try preview.pdf(title: "t", date: "2026-11-24T09:30:00+08:00").prefix(5) == Data("%PDF-".utf8))
    #expect(try GreyImage(png: LabelPreview(of: []) { _ in "" }.png()).pixels.allSatisfy { $0 == 255 })
  }
}
