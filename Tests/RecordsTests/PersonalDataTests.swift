import Foundation
import Records
import Testing

@Suite struct PhoneNumberTests {
  @Test(
    arguments: [
      ("13800000001", "13800000001"), ("138 0000 0001", "13800000001"), ("138-0000-0001", "13800000001"),
      ("+8613800000001", "13800000001"), ("+86 138 0000 0001", "13800000001"),
      ("008613800000001", "13800000001"),
      ("１３８０００００００１", "13800000001"), ("19999999999", "19999999999"), ("0477-5216666", "0477-5216666"),
      ("04775216666", "0477-5216666"), ("(0477)5216666", "0477-5216666"), ("（０４７７）５２１６６６６", "0477-5216666"),
      ("010-62345678", "010-62345678"), ("02188888888", "021-88888888"), ("0471 6543210", "0471-6543210"),
      ("0755-23456789", "0755-23456789"),
    ])
  func `accepts mobiles and landlines as they are written`(text: String, full: String) {
    #expect(PhoneNumber(text)?.full == full)
  }

  @Test(
    arguments: [
      "", "1", "1380000000", "138000000011", "12800000001", "10086", "23800000001", "abc", "1380000000a",
      "+1 212 555 0100", "0477-521666", "0477-521666666", "00477-5216666", "0477-1216666", "5216666",
      "010-1234567890", "٠١٢٣٤٥٦٧٨٩٠", "138000000\u{0}1", "电话", "1380000 000１０", "+86", "-",
    ])
  func `refuses everything else`(text: String) {
    #expect(PhoneNumber(text) == nil)
  }

  @Test func `masks all but the ends and decodes only numbers`() throws {
    #expect(PhoneNumber("13800000001")?.masked == "138****0001")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([PhoneNumber].self, from: Data("[\"12345\"]".utf8))
    }
    let phone = try #require(PhoneNumber("0477-5216666"))
    #expect(String(decoding: try RecordCoding.encode([phone]), as: UTF8.self) == "[\"0477-5216666\"]")
  }
}

@Suite struct MaskingTests {
  /// Turns a value into text in every way in which Swift does so implicitly.
  private func texts(_ value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    var optional = ""
    dump(Optional(value) as Any, to: &optional)
    return [
      "\(value)", String(describing: value), String(reflecting: value), "\([value])", "\(["k": value])",
      "\(Optional(value) as Any)", dumped, optional, leaves(of: value),
    ]
  }

  private func leaves(of value: Any) -> String {
    let children = Mirror(reflecting: value).children
    return children.isEmpty ? "\(value)" : children.map { leaves(of: $0.value) }.joined(separator: " ")
  }

  private func expectMasked(_ value: some Any, _ comment: Comment) {
    for text in texts(value) {
      for secret in Sample.names + Sample.phones + Sample.phones.map({ $0.filter { $0 != "-" } }) {
        #expect(!text.contains(secret), comment)
      }
    }
  }

  @Test func `shows no name and no phone of a whole record`() {
    for installation in [
      Sample.installation(after: Step.walk), Sample.installation(), Sample.installation(.retired),
    ] {
      expectMasked(installation, "record")
      expectMasked(installation.history, "history")
      expectMasked(Result<Installation, StepRefusal>.success(installation), "result")
    }
    #expect("\(Sample.installation())".contains("欧**"))
    #expect("\(Sample.installation())".contains("138****2222"))
  }

  @Test func `shows no name and no phone of any event`() {
    expectMasked(InstallationEvent.registered(Sample.registered()), "registered")
    for (step, event) in Sample.events { expectMasked(event, "\(step)") }
  }

  @Test func `shows no name and no phone of a registration or of what is wrong with it`() throws {
    var values = RegistrationTests.values
    let registration = try Registration(values, today: Sample.day, drawnBy: nil)
    expectMasked(registration, "registration")
    values[.responsiblePhone] = .string(Sample.phones[1] + "5")
    values[.responsibleName] = .string(Sample.names[1] + String(repeating: "长", count: 50))
    do {
      _ = try Registration(values, today: Sample.day, drawnBy: nil)
      Issue.record("accepted")
    } catch {
      #expect(error.problems.count == 2)
      expectMasked(error, "problems")
    }
  }

  @Test func `writes them in full where the record is encoded`() throws {
    let text = String(
      decoding: try RecordCoding.encode(Sample.installation(after: Step.walk)), as: UTF8.self)
    for secret in Sample.names + Sample.phones { #expect(text.contains(secret)) }
  }

  @Test func `masks a name of any length`() {
    #expect(PersonName("").masked == "")
    #expect(PersonName("王").masked == "王**")
    #expect(PersonName("👨‍👩‍👧Ann").masked == "👨‍👩‍👧**")
  }
}
