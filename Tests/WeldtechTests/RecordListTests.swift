import Arguments
import Foundation
import Records
import Testing

@testable import weldtech

/// Checks `list`, `show` and `void` on records that are not open.
@Suite struct RecordListTests {
  @Test func `a status is taken by its code and by the word that the list prints`() throws {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    for (word, count) in [
      ("open", 1), ("进行中", 1), ("ＯＰＥＮ", 1), ("已作废", 0), ("已上传", 0), ("closed", 0),
    ] {
      let answer = try desk.run(["--json", "list", "--status", word])
      let document = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
      #expect((document?["installations"] as? [Any])?.count == count, "\(word)")
    }
    for status in Installation.Status.allCases {
      #expect(try desk.run(["list", "--status", status.title.zh]).status == 0)
    }
    #expect(desk.failure(["list", "--status", "没有的"])?.code == "usage.value")
    let printed = try desk.run(["--lang", "zh", "list"]).output
    #expect(printed.contains("进行中") && printed.contains("记录号") && printed.contains("标牌码"))
    #expect(printed.contains(id.prefix(8)))
  }

  @Test func `the code of a void record leads to it, until another record has the code`() throws {
    let desk = Desk()
    try desk.setUp()
    let first = try desk.register()
    let code = try #require(try desk.fieldbook().list()[0].code).description
    _ = try desk.run(["void", first, "--reason", "登记错了"])
    let shown = try desk.run(["--lang", "zh", "show", code]).output
    #expect(shown.contains("已作废") && shown.contains(first), "\(shown)")
    // The code is free again, and the next welder gets it.
    let second = try desk.register()
    #expect(try desk.fieldbook().installation(matching: second).code?.description == code)
    #expect(try desk.fieldbook().resolve(code).text == second)
    let other = try #require(LabelCode(region: "150621", serial: CodeSerial(number: 9)!)).description
    #expect(desk.failure(["show", other])?.code == "installation.notFound")
  }

  @Test func `a record that is closed says so where its taking back cannot be confirmed`() throws {
    let desk = Desk()
    try desk.setUp()
    let files = (desk.home + "-r.json", desk.home + "-p.png")
    defer { for file in [files.0, files.1] { try? FileManager.default.removeItem(atPath: file) } }
    let retired = Person.registration
      .replacingOccurrences(of: #""condition": "fit""#, with: #""condition": "retired""#)
      .replacingOccurrences(of: #"{"owner""#, with: #"{"retiredReason": "机壳带电", "owner""#)
    try Data(retired.utf8).write(to: URL(filePath: files.0))
    try SamplePhoto.png(.before).write(to: URL(filePath: files.1))
    _ = try desk.run(["register", "--from", files.0, "--photo", files.1])
    let id = try desk.fieldbook().list(limit: 1)[0].id.text
    // The result is the same with and without a reason.
    for more in [["--reason", "x"], []] {
      let failure = try #require(desk.failure(["void", id] + more))
      #expect(failure.code == "usage.option.missing" && failure.exit == .usage)
      #expect(failure.message.zh.contains("已淘汰") && failure.message.en.contains("retired"))
      #expect(failure.hint.zh.contains("--yes"))
    }
    #expect(try desk.run(["void", id, "--reason", "x", "--yes"]).status == 0)
  }
}
