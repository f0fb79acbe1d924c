import Agreements
import Foundation
import Provision
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks the JSON Schemas of `docs/schemas` with an independent validator and with the readers: both accept
/// and refuse the same documents, except for the cases named below. The manual page names every key.
@Suite struct InputSchemaTests {
  static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  enum Schema: String, CaseIterable {
    case registration, signature, slots

    var path: String { "\(InputSchemaTests.root)/docs/schemas/\(rawValue).schema.json" }
  }

  /// The validators that accept a document: the schema, the reader, or both.
  enum Verdict {
    case both, neither
    /// The reader accepts a lenient spelling, which people use and programs need not.
    case readerOnly
    /// The schema accepts a fault that it cannot express.
    case schemaOnly
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let schema: Schema
    let testDescription: String
    let json: String
    let verdict: Verdict
  }

  // MARK: - Documents

  private static var owner: [String: Any] {
    [
      "unitName": "练习五金门窗加工店", "unitType": "individual", "responsibleName": "王大山",
      "responsiblePhone": "13800000001", "street": "树林召镇", "industry": "doorsWindows",
    ]
  }
  private static var welder: [String: Any] {
    [
      "weldingProcess": "manualArc", "supply": "threePhase380", "sourceType": "inverter", "supplyMaxAmps": 20,
      "maxCurrentAmps": 315,
    ]
  }
  /// The value that removes a key.
  private static let gone = "\u{0}"

  private static func registration(
    _ what: String, _ verdict: Verdict, owner: [String: Any] = [:], welder: [String: Any] = [:],
    top: [String: Any] = [:]
  ) -> Case {
    func with(_ base: [String: Any], _ changes: [String: Any]) -> [String: Any] {
      base.merging(changes) { $1 }.filter { $0.value as? String != gone }
    }
    let document = with(["owner": with(Self.owner, owner), "welder": with(Self.welder, welder)], top)
    let json = (try? JSONSerialization.data(withJSONObject: document)) ?? Data()
    return Case(
      schema: .registration, testDescription: what, json: String(decoding: json, as: UTF8.self),
      verdict: verdict)
  }

  private static let registrations: [Case] = [
    registration("as little as there can be", .both),
    registration(
      "all that there can be", .both,
      owner: ["community": "练习社区", "operators": 3, "certifiedOperators": 2, "unitId": "U-1"],
      welder: [
        "brand": "练习牌", "model": "ZX7-315", "serialNumber": "P-1", "maxPowerKilowatts": 7.5, "purpose": "门窗",
        "purchasedOn": "2023-05-16", "condition": "fit",
      ], top: ["remarks": "练习"]),
    registration(
      "the plan's words", .both, owner: ["unitType": "个体户", "industry": "房屋装修"], welder: ["supply": "三相380V"]),
    registration(
      "numbers as text", .both, owner: ["operators": "3"],
      welder: ["supplyMaxAmps": "32", "maxPowerKilowatts": "7.5"]),
    registration("null is no value", .both, owner: ["community": NSNull()], welder: ["condition": NSNull()]),
    registration("an empty text is no value", .both, owner: ["community": ""]),
    registration("a phone with blanks", .both, owner: ["responsiblePhone": "138 0000 0001"]),
    registration("a landline", .both, owner: ["responsiblePhone": "0477-5200000"]),
    registration("a phone with +86", .both, owner: ["responsiblePhone": "+86 13800000001"]),
    registration("another industry with its note", .both, owner: ["industry": "other", "industryNote": "艺术品"]),
    registration(
      "retired with a reason", .both, welder: ["condition": "retired"], top: ["retiredReason": "绝缘老化"]),

    registration("no unit name", .neither, owner: ["unitName": gone]),
    registration("a blank unit name", .neither, owner: ["unitName": "  "]),
    registration("a name that is too long", .neither, owner: ["unitName": String(repeating: "长", count: 81)]),
    registration("a name that is a number", .neither, owner: ["unitName": 12]),
    registration("an unknown unit type", .neither, owner: ["unitType": "huge"]),
    registration("a wrong phone", .neither, owner: ["responsiblePhone": "12345"]),
    registration("another industry without its note", .neither, owner: ["industry": "other"]),
    registration("a blank note", .neither, owner: ["industry": "other", "industryNote": " "]),
    registration("retired without a reason", .neither, welder: ["condition": "retired"]),
    registration("an unknown key of the owner", .neither, owner: ["phone": "13800000001"]),
    registration("an unknown key at the top", .neither, top: ["$schema": "registration.schema.json"]),
    registration("no welder", .neither, top: ["welder": gone]),
    registration("a welder that is a list", .neither, top: ["welder": [1]]),
    registration("too great a current", .neither, welder: ["supplyMaxAmps": 1_001]),
    registration("no current", .neither, welder: ["supplyMaxAmps": NSNull()]),
    registration("a current that is true", .neither, welder: ["supplyMaxAmps": true]),
    registration("a current of no digits", .neither, welder: ["supplyMaxAmps": "many"]),
    registration("half an operator", .neither, owner: ["operators": 1.5]),
    registration("a day that is none", .neither, welder: ["purchasedOn": "someday"]),
    registration("a month that is none", .neither, welder: ["purchasedOn": "2023-13-01"]),

    registration(
      "a number with its unit", .readerOnly, welder: ["supplyMaxAmps": "32A", "maxPowerKilowatts": "7,5"]),
    registration("a day as people write it", .readerOnly, welder: ["purchasedOn": "2023年5月16日"]),
    registration("capitals in a code", .readerOnly, owner: ["unitType": "Individual"]),
    registration("full-width digits", .readerOnly, welder: ["supplyMaxAmps": "３２"]),
    registration("blanks around a word", .readerOnly, owner: ["unitType": " 个体户 "]),

    registration(
      "more certified than there are", .schemaOnly, owner: ["operators": 1, "certifiedOperators": 2]),
    registration("a character for private use", .schemaOnly, owner: ["unitName": "店\u{e000}"]),
    registration("a name written backwards", .schemaOnly, owner: ["unitName": "店\u{202e}abc"]),
    registration("30 February", .schemaOnly, welder: ["purchasedOn": "2023-02-30"]),
    registration("a day in the future", .schemaOnly, welder: ["purchasedOn": "2199-01-01"]),
    registration("too great a current as text", .schemaOnly, welder: ["supplyMaxAmps": "1001"]),
  ]

  private static func signature(_ what: String, _ verdict: Verdict, _ json: String) -> Case {
    Case(schema: .signature, testDescription: what, json: json, verdict: verdict)
  }

  private static let stroke = #"[{"x":10,"y":10,"t":0},{"x":200,"y":60,"t":90}]"#

  private static let signatures: [Case] = [
    signature("one stroke", .both, #"{"width":400,"height":200,"strokes":[\#(stroke)]}"#),
    signature(
      "pressure, and members beside", .both,
      #"{"width":400.5,"height":200,"pad":"x","strokes":[[{"x":1,"y":1,"t":0,"p":0.5,"tilt":3},{"x":90,"y":90,"t":5,"p":null}],[]]}"#
    ),
    signature("no width", .neither, #"{"height":200,"strokes":[\#(stroke)]}"#),
    signature("a pad of nothing", .neither, #"{"width":19,"height":200,"strokes":[\#(stroke)]}"#),
    signature("a pad without end", .neither, #"{"width":400,"height":20001,"strokes":[\#(stroke)]}"#),
    signature("no strokes", .neither, #"{"width":400,"height":200,"strokes":[]}"#),
    signature(
      "strokes that are no lists", .neither, #"{"width":400,"height":200,"strokes":[{"x":1,"y":1,"t":0}]}"#),
    signature(
      "a point without time", .neither,
      #"{"width":400,"height":200,"strokes":[[{"x":1,"y":1},{"x":90,"y":1,"t":1}]]}"#),
    signature(
      "x as text", .neither,
      #"{"width":400,"height":200,"strokes":[[{"x":"1","y":1,"t":0},{"x":90,"y":1,"t":1}]]}"#),
    signature(
      "before the first touch", .neither,
      #"{"width":400,"height":200,"strokes":[[{"x":1,"y":1,"t":-1},{"x":90,"y":1,"t":1}]]}"#),
    signature(
      "longer than a day", .neither,
      #"{"width":400,"height":200,"strokes":[[{"x":1,"y":1,"t":0},{"x":90,"y":1,"t":86400001}]]}"#),
    signature(
      "a pressure above 1", .neither,
      #"{"width":400,"height":200,"strokes":[[{"x":1,"y":1,"t":0,"p":2},{"x":90,"y":1,"t":1}]]}"#),
    signature("a list", .neither, "[\(stroke)]"),
    signature(
      "next to no ink", .schemaOnly,
      #"{"width":400,"height":200,"strokes":[[{"x":1,"y":1,"t":0},{"x":2,"y":1,"t":1}]]}"#),
  ]

  private static func slots(_ what: String, _ verdict: Verdict, _ json: String) -> Case {
    Case(schema: .slots, testDescription: what, json: json, verdict: verdict)
  }

  private static let slotCases: [Case] = [
    slots(
      "two slots", .both,
      #"{"slots":[{"name":"A1","port":"/dev/ttyUSB0"},{"name":"左二","port":"pci-0000:00:14.0-usb-0:2:1.0"}]}"#),
    slots("a name of twelve", .both, #"{"slots":[{"name":"123456789012","port":"p"}]}"#),
    slots("no slots", .neither, #"{"slots":[]}"#),
    slots("a name of thirteen", .neither, #"{"slots":[{"name":"1234567890123","port":"p"}]}"#),
    slots("no name", .neither, #"{"slots":[{"name":"","port":"p"}]}"#),
    slots("no port", .neither, #"{"slots":[{"name":"A1"}]}"#),
    slots("an empty port", .neither, #"{"slots":[{"name":"A1","port":""}]}"#),
    slots("an unknown key", .neither, #"{"slots":[{"name":"A1","port":"p","baud":9600}]}"#),
    slots("an unknown key at the top", .neither, #"{"slots":[{"name":"A1","port":"p"}],"version":1}"#),
    slots("a port that is a number", .neither, #"{"slots":[{"name":"A1","port":0}]}"#),
    slots(
      "65 slots", .neither,
      "{\"slots\":[" + (0..<65).map { "{\"name\":\"\($0)\",\"port\":\"p\($0)\"}" }.joined(separator: ",") + "]}"
    ),
    slots("two of one name", .schemaOnly, #"{"slots":[{"name":"A1","port":"p"},{"name":"A1","port":"q"}]}"#),
    slots(
      "two at one port", .schemaOnly,
      #"{"slots":[{"name":"A1","port":"p"},{"name":"A2","port":"/dev/serial/by-path/p"}]}"#),
  ]

  static let cases = registrations + signatures + slotCases

  // MARK: - Readers

  private func readerTakes(_ document: Case) throws -> Bool {
    let data = Data(document.json.utf8)
    switch document.schema {
    case .registration:
      let today = CalendarDay("2026-11-28")
      return
        (try? Registration(Registration.values(ofDocument: data), today: today, drawnBy: nil)) != nil
    case .signature: return (try? SignatureStrokes(json: data)) != nil
    case .slots:
      let folder = TemporaryFolder()
      let file = try folder.write("slots.json", data)
      return (try? StationSlots(path: file)) != nil
    }
  }

  @Test(arguments: cases) func `the reader takes and refuses what the table says`(document: Case) throws {
    let taken = document.verdict == .both || document.verdict == .readerOnly
    #expect(try readerTakes(document) == taken)
  }

  // MARK: - Schemas

  private static let python = ["python3", "/usr/bin/python3"].lazy.map { InstalledProgram($0) }.first {
    (try? $0.output(["-c", "import jsonschema; print('there')"])) == "there\n"
  }

  /// Prints one line for each document: `valid` or `invalid`.
  private static let program = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for document in json.load(sys.stdin):
        print('valid' if validator.is_valid(json.loads(document)) else 'invalid')
    """

  @Test(
    .enabled(if: python != nil, "jsonschema is missing: scripts/setup tests peers"), arguments: Schema.allCases)
  func `the schema takes and refuses what the table says`(schema: Schema) throws {
    let documents = Self.cases.filter { $0.schema == schema }
    let input = try JSONEncoder().encode(documents.map(\.json))
    let outcome = try #require(Self.python).run(["-c", Self.program, schema.path], input: input)
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == documents.count)
    for (document, line) in zip(documents, lines) {
      let taken = document.verdict == .both || document.verdict == .schemaOnly
      #expect((line == "valid") == taken, "\(document.testDescription)")
    }
  }

  @Test func `the schema of a registration names every word of the plan, as its code and in Chinese`() throws {
    let document = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: Schema.registration.path)))
    for field in RegistrationField.allCases {
      guard case .choice(let choices) = field.kind else { continue }
      let place = field.rawValue.split(separator: ".").reduce(document as? [String: Any]) { place, name in
        (place?["properties"] as? [String: Any])?[String(name)] as? [String: Any]
      }
      let words = try #require(place?["enum"] as? [Any]).compactMap { $0 as? String }
      #expect(Set(words) == Set(choices.flatMap { [$0.code, $0.word] }), "\(field.rawValue)")
    }
  }

  // MARK: - The manual page

  /// Lists every key under `properties`, including those of nested objects, as paths.
  private func keys(_ schema: Any?, path: String = "") -> [String] {
    guard let schema = schema as? [String: Any] else { return [] }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    let own = properties.flatMap { name, inner in
      let nested = keys(inner, path: path.isEmpty ? name : "\(path).\(name)")
      return nested.isEmpty ? [path.isEmpty ? name : "\(path).\(name)"] : nested
    }
    let definitions = (schema["$defs"] as? [String: Any] ?? [:]).values.flatMap { keys($0) }
    return own + keys(schema["items"]) + definitions
  }

  @Test(arguments: Schema.allCases) func `the manual page names every key, in both languages`(schema: Schema)
    throws
  {
    let document = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: schema.path)))
    let keys = keys(document)
    #expect(keys.count == [.registration: 25, .signature: 7, .slots: 2][schema])
    for language in ["zh", "en"] {
      let page = try Desk().run(["--lang", language, "man"]).output
        .replacing("\\:", with: "").replacing("\\-", with: "-")
      for key in keys { #expect(page.contains(key), "\(language): \(key)") }
      #expect(page.contains("docs/schemas/\(schema.rawValue).schema.json"))
    }
  }

  @Test func `the registration's schema has the fields of the program, and no others`() throws {
    let document = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: Schema.registration.path)))
    #expect(Set(keys(document)) == Set(RegistrationField.allCases.map(\.path)))
  }
}
