import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Runs the walk at night: at five past three the day in Greenwich is still the day before.
@Suite(.serialized) struct WalkDateTests {
  struct Night: Sendable, CustomTestStringConvertible {
    var zone: String
    /// The moment at which the walk begins, RFC 3339 in UTC.
    var start: String
    var day: String
    var offset: String
    var paper: String
    /// The offset that follows the time on paper.
    var suffix: String

    var testDescription: String { zone }
  }

  static let nights = [
    Night(
      zone: "Asia/Shanghai", start: "2026-11-28T19:05:00Z", day: "2026-11-29", offset: "+08:00",
      paper: "2026年11月29日", suffix: ""),
    Night(
      zone: "America/New_York", start: "2026-07-02T03:05:00Z", day: "2026-07-01", offset: "-04:00",
      paper: "2026年7月1日", suffix: "（-04:00）"),
  ]

  @Test(WrongTime.isThere, arguments: nights)
  func `a whole walk shows the local day everywhere`(_ night: Night) throws {
    let office = try Office()
    let plug = try Plug()
    let laptop = try office.laptop()
    let time = try WrongTime(night.start, zone: night.zone)
    func run(_ arguments: [String], status: Int32 = 0) throws -> ProgramOutcome {
      let outcome = try laptop.run(arguments, environment: time.environment)
      try #require(outcome.status == status, "\(arguments): \(outcome.output)\(outcome.diagnostics)")
      return outcome
    }

    // A welder bought on the local day is accepted, although in Shanghai that day is still in the future by
    // UTC.
    let bought = SampleRegistration.json.replacingOccurrences(of: "2023-05-16", with: night.day)
    #expect(bought.contains(night.day))
    let opened = try run(["--json", "register", "--from", try laptop.registration(bought)]).document()
    let id = try #require(opened["id"] as? String)
    for (step, command) in try laptop.steps(of: id, on: plug.port) {
      if step == .photoBefore || step == .photoAfter {
        for file in command.filter({ $0.hasSuffix(".png") }) {
          try Self.setDate(of: file, to: time.now.timeIntervalSince1970 - 30)
        }
      }
      _ = try run(["--json"] + command)
    }

    let record = try #require(
      JSONSerialization.jsonObject(with: Data(try run(["--json", "show", id]).output.utf8)) as? [String: Any])
    let texts = Self.moments(in: record)
    #expect(texts.count >= 18)
    for text in texts { #expect(text.hasPrefix("\(night.day)T") && text.hasSuffix(night.offset), "\(text)") }

    try expectPaper(night, of: laptop, id: id)
    let shown = try run(["show", id]).output
    #expect(shown.components(separatedBy: "\(night.day) ").count >= 4, "\(shown)")
    let clock = try laptop.run(["--json", "doctor"], environment: time.environment).document()
    let findings = clock["findings"] as? [[String: Any]] ?? []
    let said = findings.first { $0["check"] as? String == "clock" }?["message"] as? String ?? ""
    #expect(said.contains(" \(night.day) "), "\(said)")
    #expect(try run(["man"]).output.contains(night.day))

    _ = try run(["--json", "sync"])
    #expect(office.platform.installations().contains { $0.id == id })
  }

  @Test(WrongTime.isThere)
  func `a photo whose file has an impossible date is dated now and says so`() throws {
    let laptop = try Laptop()
    let time = try WrongTime("2026-11-28T19:05:00Z", zone: "Asia/Shanghai")
    try laptop.setUp()
    let opened = try laptop.run(
      ["--json", "register", "--from", try laptop.registration()], environment: time.environment)
    let id = try #require(try opened.document()["id"] as? String)
    for (number, seconds) in [-86_400.0, 315_532_800, 4_102_444_800, -9.0e18].enumerated() {
      let file = try laptop.scratch.write("p\(number).png", try Laptop.picture(of: "\(number)"))
      try Self.setDate(of: file, to: seconds)
      let outcome = try laptop.run(["photo", id, "--stage", "before", file], environment: time.environment)
      #expect(outcome.status == 0, "\(seconds): \(outcome.diagnostics)")
      #expect(outcome.diagnostics.contains("p\(number).png"), "\(outcome.diagnostics)")
    }
    let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
    #expect(photos.count == 4)
    for photo in photos {
      #expect((photo["takenAt"] as? String)?.hasPrefix("2026-11-29T03:") == true)
      #expect(photo["takenAtSource"] as? String == "clock")
    }
    let file = try laptop.photo(.after)
    try Self.setDate(of: file, to: time.now.timeIntervalSince1970 - 3600)
    let outcome = try laptop.run(["photo", id, "--stage", "before", file], environment: time.environment)
    #expect(outcome.status == 0 && !outcome.diagnostics.contains("after.png"))
    let last = try #require((try laptop.record(id)["photos"] as? [[String: Any]])?.last)
    #expect((last["takenAt"] as? String)?.hasPrefix("2026-11-29T02:") == true)
    #expect(last["takenAtSource"] == nil)
    #expect(try laptop.json("next")["installations"] != nil)
  }

  /// Sets a file's date by utimensat(2), which accepts seconds that Foundation refuses; a file system may limit
  /// them to its own range.
  private static func setDate(of file: String, to seconds: Double) throws {
    let time = timespec(tv_sec: Int(seconds), tv_nsec: 0)
    let times = [time, time]
    try #require(utimensat(AT_FDCWD, file, times, 0) == 0)
  }

  @Test(WrongTime.isThere)
  func `a certificate that expired yesterday is refused at five past three`() throws {
    let laptop = try Laptop()
    let time = try WrongTime("2026-11-28T19:05:00Z", zone: "Asia/Shanghai")
    try laptop.setUp(expires: "2026-11-28")
    let arguments = ["--json", "register", "--from", try laptop.registration()]
    #expect(
      try laptop.run(arguments, environment: time.environment).errorCode == "technician.certificate.expired")
    try laptop.json("setup", "--certificate", "T-2", "--certificate-expires", "2026-11-29")
    #expect(try laptop.run(arguments, environment: time.environment).status == 0)
  }

  /// Compares the agreement, as poppler reads it, with the time at night.
  private func expectPaper(_ night: Night, of laptop: Laptop, id: String) throws {
    let record = try laptop.record(id)
    let code = try #require(record["code"] as? String)
    let file = "\(laptop.home)/documents/\(code)/agreement.pdf"
    let text = try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
    #expect(text.contains("签订日期：\(night.paper)"))
    #expect(text.contains("签字时间：\(night.paper)"))
    let times = text.matches(of: #/20\d\d年\d+月\d+日\d\d:\d\d(（[-+]\d\d:\d\d）)?/#).map { String($0.output.0) }
    #expect(times.count >= 6, "\(times)")
    for time in times { #expect(time.hasPrefix(night.paper) && time.hasSuffix(night.suffix), "\(time)") }
    if night.suffix.isEmpty { #expect(!text.contains("+08:00")) }
    let information = try InstalledProgram("pdfinfo").output(["-rawdates", file])
    let digits = night.day.filter { $0 != "-" }
    #expect(
      information.contains("D:\(digits)") && information.contains(night.offset.replacing(":", with: "'")),
      "\(information)")
  }

  /// Finds every RFC 3339 moment in a document.
  private static func moments(in value: Any) -> [String] {
    switch value {
    case let text as String: Timestamp(text) == nil ? [] : [text]
    case let list as [Any]: list.flatMap { moments(in: $0) }
    case let object as [String: Any]: object.values.flatMap { moments(in: $0) }
    default: []
    }
  }
}
