import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Changes a data folder by hand: nothing altered is signed or sent, and untouched records still work. The
/// database is changed by Python's own SQLite.
@Suite(.serialized) struct TamperTests {
  struct Tampering: Sendable, CustomTestStringConvertible {
    var what: String
    /// The SQL that tampers, in which `ID` stands for the installation; nil for `photo`, which changes the file
    /// of the last photo instead.
    var sql: String?
    var sign: String?
    var sync: String
    var doctor: String

    var testDescription: String { what }
  }

  static let tamperings = [
    Tampering(
      what: "record row",
      sql: "UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '树林召', '别处') AS BLOB) "
        + "WHERE installation = 'ID'",
      sign: "evidence.record", sync: "sync.record.damaged", doctor: "fieldbook.repaired"),
    Tampering(
      what: "event",
      sql: "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '树林召', '别处') AS BLOB) "
        + "WHERE installation = 'ID' AND name = 'registered'",
      sign: "evidence.entry", sync: "sync.record.damaged", doctor: "fieldbook.log"),
    Tampering(
      what: "chain",
      sql: "UPDATE event SET previous_sha256 = sha256 WHERE installation = 'ID' AND name = 'paired'",
      sign: "evidence.entry", sync: "sync.record.damaged", doctor: "fieldbook.log"),
    Tampering(
      what: "photo", sign: "evidence.file.damaged", sync: "sync.file.damaged",
      doctor: "fieldbook.file.damaged"),
    Tampering(
      what: "closed revision",
      sql: "UPDATE revision SET body = CAST(replace(CAST(body AS TEXT), 'owner', 'banner') AS BLOB) "
        + "WHERE installation = 'ID'",
      sign: nil, sync: "sync.record.damaged", doctor: "evidence.revision"),
  ]

  @Test func `what was tampered with is neither signed nor sent, and the doctor finds it`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let plug = try Plug()
    let another = try Plug()
    let tampered = try laptop.walk(try laptop.register(), to: .sign, on: plug.port)
    let open = try copy(of: laptop)

    _ = try laptop.json("sign", tampered, "--signature", try laptop.signature())
    let other = try laptop.installed(on: another.port)

    for tampering in Self.tamperings {
      if let code = tampering.sign {
        let laptop = try copy(of: open)
        try tamper(tampering, laptop, tampered)
        let refused = try laptop.failure("sign", tampered, "--signature", try laptop.signature(), status: 1)
        #expect(refused == code, "\(tampering)")
        #expect(try status(laptop, tampered) == "open", "\(tampering)")
      }
      let laptop = try copy(of: laptop)
      try tamper(tampering, laptop, tampered)
      let sent = try laptop.run("--json", "sync")
      let outcomes = try #require(try sent.document()["outcomes"] as? [[String: Any]])
      func reason(_ id: String) -> String? {
        outcomes.first { $0["id"] as? String == id }?["reason"] as? String
      }
      #expect(sent.status == 1, "\(tampering): \(sent.output)")
      #expect(reason(tampered) == tampering.sync, "\(tampering): \(sent.output)")
      #expect(outcomes.contains { $0["id"] as? String == other } && reason(other) == nil, "\(tampering)")
      #expect(!office.platform.installations().contains { $0.id == tampered }, "\(tampering)")
      #expect(office.platform.installations().contains { $0.id == other }, "\(tampering)")

      let findings = try #require(try laptop.run("--json", "doctor").document()["findings"] as? [[String: Any]])
      #expect(
        findings.contains {
          $0["code"] as? String == tampering.doctor && $0["outcome"] as? String != "fine"
        }, "\(tampering): \(findings)")
    }
    #expect(try laptop.json("sync")["delivered"] as? Int == 2)
  }

  /// Reads the status in the row of the list, which no case here changes.
  private func status(_ laptop: Laptop, _ id: String) throws -> String? {
    try laptop.list().first { $0["id"] as? String == id }?["status"] as? String
  }

  private func copy(of laptop: Laptop) throws -> Laptop {
    let copy = try Laptop()
    try FileManager.default.copyItem(atPath: laptop.home, toPath: copy.home)
    return copy
  }

  private func tamper(_ tampering: Tampering, _ laptop: Laptop, _ id: String) throws {
    guard let sql = tampering.sql else {
      let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
      let sha256 = try #require(photos.last?["sha256"] as? String)
      let file = "\(laptop.home)/files/\(sha256.prefix(2))/\(sha256)"
      var bytes = try Data(contentsOf: URL(filePath: file))
      bytes[bytes.count / 2] ^= 1
      return try bytes.write(to: URL(filePath: file))
    }
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
          base.execute(f"DROP TRIGGER {name}")
      assert base.execute(sys.argv[2]).rowcount == 1
      base.commit()
      """
    let outcome = try InstalledProgram("python3").run([
      "-c", script, "\(laptop.home)/fieldbook.sqlite", sql.replacingOccurrences(of: "ID", with: id),
    ])
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
  }
}
