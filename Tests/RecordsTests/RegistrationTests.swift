import Foundation
import Testing

@testable import Records

@Suite struct RegistrationTests {
  static let values: [RegistrationField: JSONValue] = [
    .unitName: .string("树林召汽修"), .unitType: .string("个体户"), .responsibleName: .string(Sample.names[1]),
    .responsiblePhone: .string(Sample.phones[1]), .street: .string("树林召镇"), .industry: .string("汽车维修"),
    .weldingProcess: .string("manualArc"), .supply: .string("单相220V"), .sourceType: .string("逆变"),
    .supplyMaxAmps: .number(40), .maxCurrentAmps: .number(315),
  ]

  private func problems(_ values: [RegistrationField: JSONValue]) -> [FieldProblem] {
    do {
      _ = try Registration(values, today: Sample.day, drawnBy: nil)
      return []
    } catch {
      return error.problems
    }
  }

  private func changed(_ changes: [RegistrationField: JSONValue]) -> [RegistrationField: JSONValue] {
    var values = Self.values
    for (field, value) in changes { values[field] = value }
    return values
  }

  @Test func `accepts codes and the plan's words`() throws {
    let words = try Registration(Self.values, today: Sample.day, drawnBy: nil)
    let codes = try Registration(
      changed([
        .unitType: .string("INDIVIDUAL"), .industry: .string("autoRepair"), .weldingProcess: .string("手工电弧焊"),
        .supply: .string("singlePhase220"), .sourceType: .string("inverter"), .supplyMaxAmps: .string("４０"),
        .maxCurrentAmps: .string(" 315 "), .responsiblePhone: .string("１３９ ３３３３ ４４４４"),
        .condition: .string("合格"),
      ]), today: Sample.day, drawnBy: nil)
    #expect(words == codes)
    #expect(words.welder.condition == .fit)
  }

  @Test(arguments: ["\u{FEFF}autoRepair", "汽车\u{200B}维修", "\u{202D}autorepair\u{202C}"])
  func `a choice is what is seen of it`(text: String) throws {
    let registration = try Registration(changed([.industry: .string(text)]), today: Sample.day, drawnBy: nil)
    #expect(registration.owner.industry == .autoRepair)
  }

  @Test func `names all seven wrong fields at once`() {
    let found = problems(
      changed([
        .unitName: .null, .unitType: .string("公司"), .responsiblePhone: .string("12345"),
        .industry: .string("其他"), .supplyMaxAmps: .number(0), .maxCurrentAmps: .string("much"),
        .purchasedOn: .string("2026-02-30"),
      ]))
    #expect(
      found.map(\.path) == [
        "owner.unitName", "owner.unitType", "owner.responsiblePhone", "owner.industryNote",
        "welder.supplyMaxAmps",
        "welder.maxCurrentAmps", "welder.purchasedOn",
      ])
    #expect(found.first?.fault == .missing)
    #expect(found.last?.fault == .notADay)
  }

  @Test func `names every required field of an empty document`() throws {
    let required = RegistrationField.allCases.filter { $0.presence == .required }.map(\.path)
    #expect(problems([:]).map(\.path) == required)
    #expect(problems([:]).allSatisfy { $0.fault == .missing })
    #expect(try Registration.values(ofDocument: Data("{}".utf8)).isEmpty)
  }

  @Test(
    arguments: [
      (RegistrationField.unitName, JSONValue.string("  "), FieldProblem.Fault.missing),
      (.unitName, .number(1), .wrongType),
      (.unitName, .string("a\u{0}b"), .character(UnusableCharacter("\u{0}", reason: .control, position: 2))),
      (.unitName, .string("a\nb"), .character(UnusableCharacter("\n", reason: .lineEnd, position: 2))),
      (.unitName, .string(String(repeating: "字", count: 81)), .tooLong(maxCharacters: 80)),
      (.responsibleName, .string(String(repeating: "字", count: 41)), .tooLong(maxCharacters: 40)),
      (.responsiblePhone, .number(13_800_000_001), .wrongType), (.supplyMaxAmps, .bool(true), .notANumber),
      (.supplyMaxAmps, .number(.infinity), .outOfRange(lower: 1, upper: 1_000, unit: "A")),
      (.supplyMaxAmps, .number(.nan), .outOfRange(lower: 1, upper: 1_000, unit: "A")),
      (.maxCurrentAmps, .number(3_000.5), .outOfRange(lower: 1, upper: 3_000, unit: "A")),
      (.maxPowerKilowatts, .number(0), .outOfRange(lower: 0.1, upper: 1_000, unit: "kW")),
      (.operators, .number(1.5), .outOfRange(lower: 0, upper: 100_000, unit: "")),
      (.operators, .number(1e300), .outOfRange(lower: 0, upper: 100_000, unit: "")),
      (.operators, .number(-1), .outOfRange(lower: 0, upper: 100_000, unit: "")),
      (.purchasedOn, .string("2026-11-25"), .inTheFuture), (.purchasedOn, .string("24.11.2026"), .notADay),
      (.condition, .array([]), .wrongType), (.street, .object([:]), .wrongType),
    ])
  func `says what is wrong with a field`(field: RegistrationField, value: JSONValue, fault: FieldProblem.Fault)
  {
    #expect(problems(changed([field: value])) == [FieldProblem(path: field.path, fault: fault)])
    #expect(Registration.problem(with: value, for: field, today: Sample.day, drawnBy: nil) == fault)
  }

  @Test func `offers the choices where none was made`() {
    let found = problems(changed([.supply: .string("380")]))
    guard case .notAChoice(let choices) = found.first?.fault else {
      Issue.record("no choices")
      return
    }
    #expect(choices.map(\.code) == Supply.allCases.map(\.rawValue))
    #expect(choices.map(\.word).contains("三相380V"))
  }

  @Test func `asks for the reason of a retired welder and the note of another industry`() throws {
    #expect(problems(changed([.condition: .string("淘汰")])).map(\.path) == ["retiredReason"])
    #expect(problems(changed([.industry: .string("other")])).map(\.path) == ["owner.industryNote"])
    let fit = try Registration(changed([.retiredReason: .string("x")]), today: Sample.day, drawnBy: nil)
    #expect(fit.retiredReason == nil)
  }

  @Test func `refuses more certified operators than operators`() {
    #expect(
      problems(changed([.operators: .number(1), .certifiedOperators: .number(2)]))
        == [FieldProblem(path: "owner.certifiedOperators", fault: .moreThan(.operators))])
  }

  @Test func `names unknown fields together with what is wrong with the known ones`() throws {
    let document = #"{"owner": {"unitNmae": "x", "unitType": "公司"}, "welder": [], "note": 1}"#
    do {
      _ = try Registration.values(ofDocument: Data(document.utf8))
      Issue.record("accepted")
    } catch {
      let paths = error.problems.map(\.path)
      #expect(paths.prefix(3) == ["note", "owner.unitNmae", "welder"])
      #expect(paths.contains("owner.unitType"))
      #expect(paths.contains("welder.supply"))
    }
  }

  @Test(arguments: [("", 1), ("{", 2), ("{\"owner\": {\"unitName\": }}", 24), ("\u{0}", 1)])
  func `names the place where a document is no JSON`(text: String, column: Int) throws {
    let error = try #require(throws: RegistrationRejected.self) {
      try Registration.values(ofDocument: Data(text.utf8))
    }
    guard case .notJSON(let fault)? = error.problems.first?.fault else {
      Issue.record("\(error)")
      return
    }
    #expect(error.problems.map(\.path) == ["$"] && fault.line == 1 && fault.column == column)
  }

  @Test(arguments: ["[]", "null", "\"x\""])
  func `refuses a document that is no object`(text: String) {
    #expect(throws: RegistrationRejected(problems: [FieldProblem(path: "$", fault: .wrongType)])) {
      try Registration.values(ofDocument: Data(text.utf8))
    }
  }

  @Test func `survives deep and large documents`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: RegistrationRejected.self) { try Registration.values(ofDocument: Data(deep.utf8)) }
    #expect(throws: RegistrationRejected.self) {
      try Registration.values(ofDocument: Data(count: Registration.maxDocumentBytes + 1))
    }
  }
}
