import Foundation
import Testing

@testable import Labels

@Suite struct LabelTemplateTests {
  @Test func everyShippedTemplateIsInTheCatalogueUnderItsNameAndMakesALabel() throws {
    let names = try Sample.catalogue.names()
    #expect(names.contains("acrylic-60x40"))
    for name in names {
      let template = try Sample.catalogue.template(named: name)
      #expect(template.name == name)
      #expect(
        try LabelMaker(template: template).make(fields: Sample.fields, payload: Sample.payload()).verified)
    }
  }

  @Test func aNameThatIsNotListedIsUnknownEvenIfItIsAPath() throws {
    for name in ["", "acrylic", "../Package", "acrylic-60x40.json", "/etc/passwd"] {
      #expect(throws: LabelError.templateUnknown(name: name, available: try Sample.catalogue.names())) {
        try Sample.catalogue.template(named: name)
      }
    }
    #expect(throws: LabelError.templateUnreadable(file: "/no/such")) {
      try LabelTemplateCatalogue(directory: "/no/such").names()
    }
  }

  @Test func aTemplateUnderAnotherNameThanItsFilesIsRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Sample.json("name", "acrylic-60x40").write(to: folder.appendingPathComponent("other.json"))
    try Data(count: LabelTemplate.largestFileBytes + 1).write(to: folder.appendingPathComponent("large.json"))
    let catalogue = LabelTemplateCatalogue(directory: folder.path)
    #expect(
      throws: LabelError.templateRejected(
        file: "\(folder.path)/other.json",
        problems: [TemplateProblem(element: nil, field: "name", fault: .notAChoice(["other"]))])
    ) { try catalogue.template(named: "other") }
    #expect(
      throws: LabelError.templateTooLarge(
        file: "\(folder.path)/large.json", bytes: LabelTemplate.largestFileBytes + 1,
        mostBytes: LabelTemplate.largestFileBytes)
    ) { try catalogue.template(named: "large") }
  }

  private struct Slip: CustomTestStringConvertible, @unchecked Sendable {
    let element: String?
    let field: String
    let value: Any?
    let problem: TemplateProblem

    init(
      _ element: String?, _ field: String, _ value: Any?, _ fault: TemplateProblem.Fault,
      at place: String? = nil
    ) {
      self.element = element
      self.field = field
      self.value = value
      problem = TemplateProblem(element: element, field: place ?? field, fault: fault)
    }

    var testDescription: String { "\(element ?? "template").\(field) = \(value ?? "nothing")" }
  }

  private static let slips: [Slip] = [
    Slip(nil, "schema", "weldtech.label-template/2", .notAChoice([LabelTemplate.schema])),
    Slip(nil, "schema", nil, .missing),
    Slip(nil, "name", "a b", .wrongType),
    Slip(nil, "name", "", .empty),
    Slip(nil, "title", "x", .wrongType),
    Slip(nil, "title", ["zh": "x"], .missing, at: "title.en"),
    Slip(nil, "title", ["zh": "x", "en": "x", "fr": "x"], .unknownField, at: "title.fr"),
    Slip(nil, "widthMillimetres", 9, .outOfRange(lower: 10, upper: 500, unit: "mm")),
    Slip(nil, "widthMillimetres", "60", .wrongType),
    Slip(nil, "heightMillimetres", nil, .missing),
    Slip(nil, "cornerRadiusMillimetres", 21, .outOfRange(lower: 0, upper: 20, unit: "mm")),
    Slip(nil, "safeZoneMillimetres", -1, .outOfRange(lower: 0, upper: 10, unit: "mm")),
    Slip(nil, "colour", "red", .unknownField),
    Slip(nil, "elements", "none", .wrongType),
    Slip(nil, "elements", [Any](), .symbolCount(0)),
    Slip("symbol", "sizeMillimetres", 4, .outOfRange(lower: 5, upper: 500, unit: "mm")),
    Slip("symbol", "errorCorrection", "X", .notAChoice(["L", "M", "Q", "H"])),
    Slip("symbol", "smallestModuleMillimetres", 0.4, .outOfRange(lower: 0.5, upper: 20, unit: "mm")),
    Slip("symbol", "smallestModuleDots", 3, .outOfRange(lower: 4, upper: 200, unit: "")),
    Slip("symbol", "smallestModuleDots", 4.5, .wrongType),
    Slip("symbol", "widthMillimetres", 5, .unknownField),
    Slip("symbol", "xMillimetres", 1, .outsideSafeZone, at: ""),
    Slip("code", "type", "image", .notAChoice(["qr", "text", "rule"])),
    Slip("code", "type", nil, .missing),
    Slip("code", "yMillimetres", 31, .onSymbol, at: ""),
    Slip("code", "yMillimetres", 34, .outsideSafeZone, at: ""),
    Slip("code", "field", "unit name", .wrongType),
    Slip("code", "field", nil, .notExactlyOne(of: ["text", "field"]), at: ""),
    Slip("code", "text", "x", .notExactlyOne(of: ["text", "field"]), at: ""),
    Slip("code", "optional", 1, .wrongType),
    Slip("code", "sizePoints", 2, .outOfRange(lower: 3, upper: 200, unit: "pt")),
    Slip("code", "smallestPoints", 10, .outOfRange(lower: 3, upper: 9, unit: "pt")),
    Slip("code", "weight", "heavy", .notAChoice(["regular", "bold"])),
    Slip("code", "fit", "clip", .notAChoice(["refuse", "shrink", "wrap"])),
    Slip("code", "align", "middle", .notAChoice(["left", "centre", "right"])),
    Slip("code", "verticalAlign", "centre", .notAChoice(["top", "middle", "bottom"])),
    Slip("code", "families", [Any](), .wrongType),
    Slip("code", "families", "Noto", .wrongType),
    Slip("code", "rotation", 90, .unknownField),
    Slip("heading", "optional", true, .unknownField),
    Slip("heading", "text", String(repeating: "码", count: 201), .tooLong(longest: 200)),
    Slip("upper-rule", "text", "x", .unknownField),
    Slip("upper-rule", "heightMillimetres", 0.01, .outOfRange(lower: 0.05, upper: 500, unit: "mm")),
  ]

  @Test(arguments: slips)
  private func aSlipIsNamedByFileElementAndField(slip: Slip) throws {
    let json = try Sample.json(element: slip.element, slip.field, slip.value)
    #expect(throws: LabelError.templateRejected(file: "t.json", problems: [slip.problem])) {
      try LabelTemplate(json: json, file: "t.json")
    }
  }

  @Test func anElementWithoutANameIsNamedByItsPlace() throws {
    let json = try Sample.json(element: "heading", "id", nil)
    #expect(
      throws: LabelError.templateRejected(
        file: "t.json", problems: [TemplateProblem(element: "elements[2]", field: "id", fault: .missing)])
    ) { try LabelTemplate(json: json, file: "t.json") }
  }

  @Test func twoElementsOfOneNameOrTwoSymbolsAreRefused() throws {
    let twice = try Sample.json(element: "heading", "id", "code")
    #expect(
      throws: LabelError.templateRejected(
        file: "t.json", problems: [TemplateProblem(element: "code", field: "id", fault: .duplicate)])
    ) { try LabelTemplate(json: twice, file: "t.json") }
    let symbol: [String: Any] = [
      "type": "qr", "id": "a", "xMillimetres": 3, "yMillimetres": 3, "sizeMillimetres": 20,
    ]
    var other = symbol
    other["id"] = "b"
    other["xMillimetres"] = 30
    let two = try Sample.json("elements", [symbol, other])
    #expect(
      throws: LabelError.templateRejected(
        file: "t.json", problems: [TemplateProblem(element: nil, field: "elements", fault: .symbolCount(2))])
    ) { try LabelTemplate(json: two, file: "t.json") }
  }

  @Test func everySlipOfATemplateIsReportedAtOnce() throws {
    let bad: [[String: Any]] = [["type": "text", "id": "t", "text": "x", "sizePoints": "9"], ["id": "u"]]
    let json = try Sample.json("elements", bad)
    #expect {
      _ = try LabelTemplate(json: json, file: "t.json")
    } throws: { error in
      guard case LabelError.templateRejected(_, let problems) = error else { return false }
      return problems.map { "\($0.element ?? "").\($0.field)" }
        == [
          "t.xMillimetres", "t.yMillimetres", "t.widthMillimetres", "t.heightMillimetres", "t.sizePoints",
          "u.type",
        ]
    }
  }

  @Test func documentsThatAreNoTemplateAreRefused() {
    for text in ["", "[]", "null", "{", "1e999", String(repeating: "[", count: 100_000)] {
      #expect(throws: LabelError.self) { try LabelTemplate(json: Data(text.utf8), file: "t.json") }
    }
    #expect(throws: LabelError.templateTooLarge(file: "t.json", bytes: 1_048_577, mostBytes: 1_048_576)) {
      try LabelTemplate(json: Data(count: 1_048_577), file: "t.json")
    }
  }

  @Test func aTemplateWithAnyBytesChangedIsReadOrRefusedAndNeverTraps() throws {
    let json = try Sample.json("safeZoneMillimetres", 2)
    let characters = Array("0123456789-+.eE\"{}[],:tfn \\u".utf8)
    var random = SplitMix(seed: 5)
    var refused = 0
    for _ in 0..<600 {
      var changed = json
      for _ in 0...random.next(below: 3) {
        changed[random.next(below: changed.count)] = characters[random.next(below: characters.count)]
      }
      do {
        let template = try LabelTemplate(json: changed, file: "t.json")
        _ = try LabelMaker(template: template, dotsPerInch: 150).make(
          fields: Sample.fields, payload: Sample.payload())
      } catch { refused += 1 }
    }
    #expect(refused > 400)
  }
}
