import Foundation
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelTemplateTests {
  @Test func `every shipped template is in the catalogue under its name and makes a label`() throws {
    let names = try Sample.catalogue.names()
    #expect(
      names == ["acrylic-60x40", "acrylic-80x50", "round-50", "small-30x30", "thermal-50x30"])
    for name in names {
      let template = try Sample.catalogue.template(named: name)
      #expect(template.name == name)
      #expect(
        try LabelMaker(template: template).make(fields: Sample.fields, payload: Sample.payload()).verified)
    }
  }

  @Test func `a name that is not listed is unknown even if it is a path`() throws {
    for name in ["", "acrylic", "../Package", "acrylic-60x40.json", "/etc/passwd"] {
      #expect(throws: LabelError.templateUnknown(name: name, available: try Sample.catalogue.names())) {
        try Sample.catalogue.template(named: name)
      }
    }
    #expect(throws: LabelError.templateUnreadable(file: "/no/such")) {
      try LabelTemplateCatalogue(directory: "/no/such").names()
    }
  }

  @Test func `a template under another name than its file's is refused`() throws {
    let folder = TemporaryFolder()
    try folder.write("other.json", Sample.json("name", "acrylic-60x40"))
    try folder.write("large.json", Data(count: LabelTemplate.maxFileBytes + 1))
    let catalogue = LabelTemplateCatalogue(directory: folder.path)
    #expect(
      throws: LabelError.templateRejected(
        file: "\(folder.path)/other.json",
        problems: [TemplateProblem(element: nil, field: "name", fault: .notAChoice(["other"]))])
    ) { try catalogue.template(named: "other") }
    #expect(
      throws: LabelError.templateTooLarge(
        file: "\(folder.path)/large.json", bytes: LabelTemplate.maxFileBytes + 1,
        maxBytes: LabelTemplate.maxFileBytes)
    ) { try catalogue.template(named: "large") }
  }

  @Test(arguments: TemplateSlip.all)
  func `a slip is named by file element and field`(slip: TemplateSlip) throws {
    let json = try slip.json()
    #expect {
      _ = try LabelTemplate(json: json, file: "t.json")
    } throws: { error in
      guard case LabelError.templateRejected("t.json", let problems) = error else { return false }
      return problems == [slip.problem]
    }
  }

  @Test func `an element without a name is named by its place`() throws {
    let json = try Sample.json(element: "heading", "id", nil)
    #expect(
      throws: LabelError.templateRejected(
        file: "t.json", problems: [TemplateProblem(element: "elements[2]", field: "id", fault: .missing)])
    ) { try LabelTemplate(json: json, file: "t.json") }
  }

  @Test func `two elements of one name or two symbols are refused`() throws {
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

  @Test func `every slip of a template is reported at once`() throws {
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

  @Test func `documents that are no template are refused`() {
    for text in ["", "[]", "null", "{", "1e999", String(repeating: "[", count: 100_000)] {
      #expect(throws: LabelError.self) { try LabelTemplate(json: Data(text.utf8), file: "t.json") }
    }
    #expect(throws: LabelError.templateTooLarge(file: "t.json", bytes: 1_048_577, maxBytes: 1_048_576)) {
      try LabelTemplate(json: Data(count: 1_048_577), file: "t.json")
    }
  }

  @Test func `a template with any bytes changed is read or refused and never traps`() throws {
    let json = try Sample.json(of: "acrylic-80x50", adding: Sample.everyKind)
    let picture = try Sample.halves()
    let characters = Array("0123456789-+.eE\"{}[],:tfn \\u".utf8)
    var random = SplitMix64(seed: 5)
    var refused = 0
    for _ in 0..<600 {
      var changed = json
      for _ in 0...random.next(below: 3) {
        changed[random.next(below: changed.count)] = characters[random.next(below: characters.count)]
      }
      do {
        let template = try LabelTemplate(json: changed, file: "t.json") { _ in picture }
        _ = try LabelMaker(template: template, settings: .init(dotsPerInch: 150)).make(
          fields: Sample.fields, payload: Sample.payload())
      } catch { refused += 1 }
    }
    #expect(refused > 400)
  }
}
