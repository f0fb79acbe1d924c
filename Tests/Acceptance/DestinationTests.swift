import Bench
import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks `sync` to a folder, as on a memory stick that is carried to the company.
@Suite struct DestinationTests {
  private let stick = TemporaryFolder()
  private var folder: String { stick.file("weldtech") }

  /// Sets up a laptop that delivers to the folder, with signed installations in its queue.
  private func laptop(_ office: Office, installations: Int) throws -> Laptop {
    let laptop = try office.laptop()
    try laptop.fill(installations)
    let key = laptop.scratch.file("platform.pem")
    try office.platform.certificate.pem.write(toFile: key, atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try laptop.json("setup", "--platform-key", key, "--deliver-to", "file://\(folder)")
    return laptop
  }

  /// Returns the names below the folder without its marker. A Python program compares each file with the digest
  /// in its name.
  private func delivered() throws -> [String] {
    let script = """
      import hashlib, os, re, sys
      os.chdir(sys.argv[1])
      for path, _, names in os.walk("."):
          for name in names:
              key = os.path.join(path, name)[2:]
              if key == "weldtech-deliveries.json": continue
              digest = hashlib.sha256(open(key, "rb").read()).hexdigest()
              assert re.search("[0-9a-f]{64}", name).group(0) == digest, key
              print(key)
      """
    let outcome = try InstalledProgram("python3").run(["-c", script, folder])
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    return outcome.output.split(separator: "\n").map(String.init).sorted()
  }

  /// Returns the object keys of everything that a fieldbook has delivered; the digests of sealed module keys
  /// are left out.
  private func expected(_ laptop: Laptop) throws -> Set<String> {
    let fieldbook = try Fieldbook(home: laptop.home)
    var keys: Set<String> = []
    for row in try fieldbook.list(limit: 10_000) {
      let state = try fieldbook.deliveryState(of: row.id)
      for file in state.files { keys.insert("files/sha256/\(file.sha256)") }
      for key in state.keys { keys.insert("keys/\(key.keyID)/") }
      for revision in state.revisions {
        let sent = try #require(try fieldbook.closedRecord(row.id, revision: revision.number))
        keys.insert("installations/\(row.id)/\(revision.number)-\(sent.sha256).json")
      }
    }
    return keys
  }

  @Test func `two laptops deliver to one stick, and what lies there is what they had`() throws {
    let office = try Office()
    let laptops = try [60, 5].map { try laptop(office, installations: $0) }
    for laptop in laptops {
      let answer = try laptop.json("sync")
      #expect(answer["pending"] as? Int == 0 && answer["failed"] as? Int == 0)
      #expect(try Fieldbook(home: laptop.home).queueSummary().isEmpty)
    }
    let there = Set(
      try delivered().map { $0.hasPrefix("keys/") ? String($0.prefix(22)) : $0 })
    let wanted = try laptops.map(expected).reduce(into: Set<String>()) { $0.formUnion($1) }
    #expect(there == wanted && wanted.count > 65 * 5)
    #expect(office.platform.installations().isEmpty && office.platform.requests().isEmpty)

    // A second run has nothing to do.
    #expect(try laptops[0].json("sync")["delivered"] as? Int == 0)
    let status = try laptops[0].run(["status"]).output
    #expect(status.contains("file://"))
  }

  @Test func `a stick that is not plugged in or is pulled loses nothing`() throws {
    let office = try Office()
    let laptop = try laptop(office, installations: 4)
    let hidden = stick.file("pulled")
    try FileManager.default.moveItem(atPath: folder, toPath: hidden)
    let answer = try laptop.json("sync", status: 8)
    let outcomes = try #require(answer["outcomes"] as? [[String: Any]])
    #expect(
      outcomes.allSatisfy { $0["reason"] as? String == "sync.destination.missing" } && outcomes.count == 4)
    // `sync` does not mistake an empty mount point for the stick.
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try laptop.json("sync", status: 8)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: hidden, toPath: folder)
    try laptop.json("sync")
    #expect(try Set(delivered().map { $0.hasPrefix("keys/") ? String($0.prefix(22)) : $0 }) == expected(laptop))
  }

  /// Makes the stick accept keys and files but no record, as a stick does that has become full.
  private func stickThatTakesNoRecord() throws {
    try FileManager.default.removeItem(atPath: folder + "/installations")
    try Data("in the way".utf8).write(to: URL(filePath: folder + "/installations"))
  }

  @Test(arguments: ["stick", "platform"])
  func `what another stick got goes again to the next place, keys too`(next: String) throws {
    let office = try Office()
    let laptop = try laptop(office, installations: 6)
    try? FileManager.default.createDirectory(
      atPath: folder + "/installations", withIntermediateDirectories: true)
    try stickThatTakesNoRecord()
    #expect(try laptop.json("sync", status: 8)["pending"] as? Int == 6)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/keys").count == 6)
    try FileManager.default.removeItem(atPath: folder)
    guard next == "stick" else {
      try laptop.json("setup", "--deliver-to", "platform")
      #expect(try laptop.json("sync")["delivered"] as? Int == 6)
      return #expect(office.platform.installations().count == 6)
    }
    try laptop.json("setup", "--deliver-to", "file://\(folder)")
    #expect(try laptop.json("sync")["delivered"] as? Int == 6)
    #expect(try Set(delivered().map { $0.hasPrefix("keys/") ? String($0.prefix(22)) : $0 }) == expected(laptop))
  }

  @Test func `the laptop's own folder and one that is not mounted are refused as places`() throws {
    let office = try Office()
    let laptop = try laptop(office, installations: 1)
    for (address, code) in [
      ("file://\(laptop.home)", "output.taken"), ("file://\(laptop.home)/files", "output.taken"),
      ("file://\(stick.file("not/mounted"))", "setup.deliverTo.folder"),
    ] {
      let outcome = try laptop.run(["--json", "setup", "--deliver-to", address])
      #expect(outcome.everything.contains("\"\(code)\""), "\(address): \(outcome.everything)")
    }
  }

  @Test func `a revision whose bytes are gone is named and never counts as delivered`() throws {
    let office = try Office()
    let laptop = try laptop(office, installations: 3)
    let change = """
      DROP TRIGGER revision_is_not_removed;
      DELETE FROM revision WHERE installation = (SELECT installation FROM delivery ORDER BY number LIMIT 1);
      """
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    let outcome = try InstalledProgram("python3").run([
      "-c", script, "\(laptop.home)/fieldbook.sqlite", change,
    ])
    #expect(outcome.status == 0, "\(outcome.everything)")
    for _ in 0..<2 {
      let outcomes = try #require(try laptop.json("sync", status: 1)["outcomes"] as? [[String: Any]])
      #expect(outcomes.compactMap { $0["reason"] as? String } == ["sync.record.damaged"])
    }
    #expect(try delivered().count { $0.hasPrefix("installations/") } == 2)
    let doctor = try laptop.run(["doctor"])
    #expect(doctor.status != 0 && doctor.everything.contains("[xx]"), "\(doctor.everything)")
  }
}
