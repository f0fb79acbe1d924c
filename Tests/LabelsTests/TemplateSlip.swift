import Drawing
import Foundation
import Labels
import Testing

/// A shipped template with one fault, and the report that is expected.
struct TemplateSlip: CustomTestStringConvertible, @unchecked Sendable {
  let template: String
  let element: String?
  let field: String
  let value: Any?
  let problem: TemplateProblem
  /// Whether `template.schema.json` refuses the fault too. The schema knows shapes and limits; only the reader
  /// knows places, repeated names, and limits that depend on another member.
  let isInSchema: Bool

  init(
    _ element: String?, _ field: String, _ value: Any?, _ fault: TemplateProblem.Fault,
    at place: String? = nil, of part: String? = nil, in template: String = "acrylic-60x40", schema: Bool? = nil
  ) {
    self.template = template
    self.element = element
    self.field = field
    self.value = value
    problem = TemplateProblem(element: part ?? element, field: place ?? field, fault: fault)
    isInSchema = schema ?? !Self.geometry.contains(fault)
  }

  var testDescription: String { "\(template) \(element ?? "template").\(field) = \(value ?? "nothing")" }

  func json() throws -> Data { try Sample.json(of: template, element: element, field, value) }

  private static let geometry: Set<TemplateProblem.Fault> = [
    .outsideSafeZone, .outsideBleed, .outsidePlate, .onHole, .onSymbol, .duplicate, .noSuchFile,
  ]

  private static func hole(_ x: Double, _ y: Double, _ diameter: Double) -> [String: Any] {
    ["xMillimetres": x, "yMillimetres": y, "diameterMillimetres": diameter]
  }

  static let all: [TemplateSlip] = own + symbols + texts + shapes

  private static let own: [TemplateSlip] = [
    TemplateSlip(nil, "schema", "weldtech.label-template/2", .notAChoice([LabelTemplate.schema])),
    TemplateSlip(nil, "schema", nil, .missing),
    TemplateSlip(nil, "$schema", 1, .wrongType),
    TemplateSlip(nil, "name", "a b", .wrongType),
    TemplateSlip(nil, "name", "", .empty),
    TemplateSlip(nil, "title", "x", .wrongType),
    TemplateSlip(nil, "title", ["zh": "x"], .missing, at: "title.en"),
    TemplateSlip(nil, "title", ["zh": "x", "en": "x", "fr": "x"], .unknownField, at: "title.fr"),
    TemplateSlip(nil, "shape", "oval", .notAChoice(["rectangle", "round"])),
    TemplateSlip(nil, "widthMillimetres", 9, .outOfRange(lower: 10, upper: 500, unit: "mm")),
    TemplateSlip(nil, "widthMillimetres", "60", .wrongType),
    TemplateSlip(nil, "heightMillimetres", nil, .missing),
    TemplateSlip(
      nil, "cornerRadiusMillimetres", 21, .outOfRange(lower: 0, upper: 20, unit: "mm"), schema: false),
    TemplateSlip(nil, "safeZoneMillimetres", -1, .outOfRange(lower: 0, upper: 10, unit: "mm")),
    TemplateSlip(nil, "bleedMillimetres", 11, .outOfRange(lower: 0, upper: 10, unit: "mm")),
    TemplateSlip(nil, "dotsPerInch", 100, .outOfRange(lower: 150, upper: 2_400, unit: "")),
    TemplateSlip(nil, "dotsPerInch", 203.2, .wrongType),
    TemplateSlip(nil, "colour", "red", .unknownField),
    TemplateSlip(nil, "holes", "none", .wrongType),
    TemplateSlip(nil, "holes", [hole(59.8, 39.8, 1)], .outsidePlate, at: "", of: "holes[0]"),
    TemplateSlip(
      nil, "holes", [hole(4, 4, 0)], .outOfRange(lower: 0.5, upper: 50, unit: "mm"), at: "diameterMillimetres",
      of: "holes[0]"),
    TemplateSlip(
      nil, "holes", Array(repeating: hole(57, 37, 1), count: 17), .tooLong(longest: 16)),
    TemplateSlip(nil, "holes", [hole(44, 25, 1)], .onHole, at: "", of: "street"),
    TemplateSlip(nil, "elements", "none", .wrongType),
    TemplateSlip(nil, "elements", [Any](), .symbolCount(0)),
    TemplateSlip(
      nil, "heightMillimetres", 60, .outOfRange(lower: 50, upper: 50, unit: "mm"), in: "round-50", schema: false
    ),
    TemplateSlip(nil, "cornerRadiusMillimetres", 25, .unknownField, in: "round-50"),
  ]

  private static let symbols: [TemplateSlip] = [
    TemplateSlip("symbol", "sizeMillimetres", 4, .outOfRange(lower: 5, upper: 500, unit: "mm")),
    TemplateSlip("symbol", "errorCorrection", "X", .notAChoice(["L", "M", "Q", "H"])),
    TemplateSlip("symbol", "smallestModuleMillimetres", 0.4, .outOfRange(lower: 0.5, upper: 20, unit: "mm")),
    TemplateSlip("symbol", "smallestModuleDots", 3, .outOfRange(lower: 4, upper: 200, unit: "")),
    TemplateSlip("symbol", "smallestModuleDots", 4.5, .wrongType),
    TemplateSlip("symbol", "printGainMillimetres", 0.4, .outOfRange(lower: 0, upper: 0.3, unit: "mm")),
    TemplateSlip("symbol", "widthMillimetres", 5, .unknownField),
    TemplateSlip("symbol", "reversed", true, .unknownField),
    TemplateSlip("symbol", "xMillimetres", 1, .outsideSafeZone, at: ""),
    TemplateSlip("heading", "xMillimetres", 8, .outsideSafeZone, at: "", in: "round-50"),
  ]

  private static let texts: [TemplateSlip] = [
    TemplateSlip(
      "code", "type", "picture", .notAChoice(["qr", "text", "rule", "line", "box", "image"])),
    TemplateSlip("code", "type", nil, .missing),
    TemplateSlip("code", "yMillimetres", 31, .onSymbol, at: ""),
    TemplateSlip("code", "yMillimetres", 34, .outsideSafeZone, at: ""),
    TemplateSlip("code", "field", "unit name", .wrongType),
    TemplateSlip("code", "field", nil, .notExactlyOne(of: ["text", "field"]), at: ""),
    TemplateSlip("code", "text", "x", .notExactlyOne(of: ["text", "field"]), at: ""),
    TemplateSlip("code", "optional", 1, .wrongType),
    TemplateSlip("code", "sizePoints", 2, .outOfRange(lower: 3, upper: 200, unit: "pt")),
    TemplateSlip(
      "code", "smallestPoints", 10, .outOfRange(lower: 3, upper: 9, unit: "pt"), schema: false),
    TemplateSlip("code", "weight", "heavy", .notAChoice(["regular", "bold"])),
    TemplateSlip("code", "fit", "clip", .notAChoice(["refuse", "shrink", "wrap"])),
    TemplateSlip("code", "align", "middle", .notAChoice(["left", "centre", "right"])),
    TemplateSlip("code", "verticalAlign", "centre", .notAChoice(["top", "middle", "bottom"])),
    TemplateSlip("code", "families", [Any](), .wrongType),
    TemplateSlip("code", "families", "Noto", .wrongType),
    TemplateSlip("code", "rotationDegrees", 45, .notAChoice(["0", "90", "180", "270"])),
    TemplateSlip("code", "rotationDegrees", 360, .outOfRange(lower: 0, upper: 270, unit: "")),
    TemplateSlip("code", "rotation", 90, .unknownField),
    TemplateSlip("code", "bleed", true, .unknownField),
    TemplateSlip("code", "reversed", "yes", .wrongType),
    TemplateSlip("heading", "optional", true, .unknownField),
    TemplateSlip("heading", "text", String(repeating: "码", count: 201), .tooLong(longest: 200)),
    TemplateSlip("code", "xMillimetres", 7, .onHole, at: "", in: "acrylic-80x50"),
  ]

  private static let shapes: [TemplateSlip] = [
    TemplateSlip("upper-rule", "text", "x", .unknownField),
    TemplateSlip("upper-rule", "heightMillimetres", 0.01, .outOfRange(lower: 0.05, upper: 520, unit: "mm")),
    TemplateSlip("upper-rule", "xMillimetres", -1, .outOfRange(lower: 0, upper: 500, unit: "mm")),
    TemplateSlip("upper-rule", "rotationDegrees", 90, .unknownField),
    TemplateSlip("rule", "thicknessMillimetres", nil, .missing, in: "acrylic-80x50"),
    TemplateSlip(
      "rule", "toXMillimetres", -1, .outOfRange(lower: 0, upper: 510, unit: "mm"), in: "acrylic-80x50"),
    TemplateSlip("rule", "toXMillimetres", 78, .outsideSafeZone, at: "", in: "acrylic-80x50"),
    TemplateSlip("rule", "xMillimetres", 30, .onSymbol, at: "", in: "acrylic-80x50"),
    TemplateSlip("rule", "widthMillimetres", 1, .unknownField, in: "acrylic-80x50"),
    TemplateSlip("band", "heightMillimetres", 12, .onSymbol, at: "", in: "acrylic-80x50"),
    TemplateSlip("band", "widthMillimetres", 85, .outsideBleed, at: "", in: "acrylic-80x50"),
    TemplateSlip(
      "band", "xMillimetres", -3, .outOfRange(lower: -2, upper: 500, unit: "mm"), in: "acrylic-80x50",
      schema: false),
    TemplateSlip(
      "band", "filled", false, .notExactlyOne(of: ["thicknessMillimetres", "filled"]), at: "",
      in: "acrylic-80x50"),
    TemplateSlip(
      "band", "thicknessMillimetres", 1,
      .notExactlyOne(of: ["thicknessMillimetres", "filled"]), at: "", in: "acrylic-80x50"),
    TemplateSlip(
      "band", "cornerRadiusMillimetres", 6, .outOfRange(lower: 0, upper: 5.5, unit: "mm"), in: "acrylic-80x50",
      schema: false),
    TemplateSlip("ring", "cornerRadiusMillimetres", 20, .outsideSafeZone, at: "", in: "round-50"),
    TemplateSlip("ring", "thicknessMillimetres", 4, .onSymbol, at: "", in: "round-50"),
    TemplateSlip(
      "ring", "thicknessMillimetres", 24, .outOfRange(lower: 0.05, upper: 23.5, unit: "mm"), in: "round-50",
      schema: false),
  ]
}
