import Foundation
import Records
import Terminal
import Testing

@testable import weldtech

/// Checks the findings of `doctor` about problems of a laptop.
@Suite struct DoctorTests {
  private struct Finding {
    var check: String
    var outcome: String
    var code: String?
    var cure: String?
  }

  private func findings(_ desk: Desk) throws -> [Finding] {
    let answer = try desk.run(["--json", "doctor"])
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    return try #require(document["findings"] as? [[String: Any]]).map {
      Finding(
        check: $0["check"] as? String ?? "", outcome: $0["outcome"] as? String ?? "",
        code: $0["code"] as? String,
        cure: $0["cure"] as? String)
    }
  }

  @Test func `a laptop without the platform's key is warned of, with the command that enters it`() throws {
    let desk = Desk()
    try desk.setUp()
    let finding = try #require(try findings(desk).first { $0.check == "pairing" })
    #expect(finding.outcome == "warning" && finding.code == "setup.platformKey.missing")
    #expect(finding.cure?.contains("weldtech setup --platform-key") == true)
  }

  @Test func `a laptop without a platform is warned of, an office without a key is not`() throws {
    let desk = Desk()
    _ = try desk.run([
      "setup", "--technician", "甲", "--phone", "13811112222", "--company", "达旗焊安", "--certificate", "T-1",
      "--certificate-expires", "2027-06-30", "--codes", "00A000+50",
    ])
    #expect(try findings(desk).first { $0.check == "pairing" }?.code == "setup.platform.missing")
    let office = Desk()
    _ = try office.run([
      "setup", "--desk", "--company", "达旗焊安", "--codes", "00A000+50", "--platform",
      "https://mashanghan.example",
    ])
    #expect(try findings(office).allSatisfy { $0.check != "pairing" })
  }

  @Test func `what keeps several checks from their work is said once`() throws {
    let desk = Desk()
    try desk.setUp()
    try FileManager.default.createDirectory(atPath: desk.home + "/files", withIntermediateDirectories: true)
    let database = desk.home + "/fieldbook.sqlite"
    try FileManager.default.removeItem(atPath: database)
    try FileManager.default.createSymbolicLink(atPath: database, withDestinationPath: "/dev/null")
    let strange = try findings(desk).filter { $0.code == "fieldbook.strangeEntry" }
    #expect(strange.count == 1)
    #expect(try findings(desk).contains { $0.check == "schemes" && $0.outcome == "fine" })
  }

  @Test func `progress counts as many as there are`() throws {
    let desk = Desk()
    try desk.setUp()
    for _ in 0..<3 { _ = try desk.register() }
    let diagnostics = try desk.run(["--lang", "zh", "doctor"]).diagnostics
    let ends = diagnostics.matches(of: /核对记录.*?(\d+) 项/).map { String($0.1) }
    #expect(ends.last == "3", "\(diagnostics)")
  }

  @Test func `a walk without the platform's key stops before it flashes`() throws {
    let desk = Desk()
    // There is no server at this address.
    _ = try desk.run([
      "setup", "--technician", "甲", "--phone", "13811112222", "--company", "达旗焊安", "--certificate", "T-1",
      "--certificate-expires", "2027-06-30", "--codes", "00A000+50", "--platform", "http://127.0.0.1:9",
    ])
    let id = try desk.register()
    let photo = desk.home + "-p.png"
    defer { try? FileManager.default.removeItem(atPath: photo) }
    try SamplePhoto.png(.before).write(to: URL(filePath: photo))
    let failure = try #require(
      desk.failure(["install", id, "--photo-before", photo, "--port", "/dev/nowhere"]))
    #expect(failure.code == "setup.platformKey.missing")
    let record = try desk.fieldbook().installation(matching: id)
    #expect(record.nextStep == .flash, "the photo is kept")
    // `flash` itself warns and continues, here with a port that does not exist.
    #expect(desk.failure(["flash", id, "--port", "/dev/nowhere"])?.code == "provision.port.missing")
  }
}
