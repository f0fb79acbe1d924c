import Agreements
import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Compares every revision of records with whole lives with the agreement that is signed in it, as `company
/// load` does.
@Suite struct SignedLivesTests {
  /// Expects that every revision with an agreement says what was signed, and returns the number of these
  /// revisions.
  private func judged(_ id: String, of laptop: Laptop) throws -> Int {
    let fieldbook = try Fieldbook(home: laptop.home)
    let id = try #require(InstallationID(id))
    var verifications: [String: AgreementVerification] = [:]
    var count = 0
    var number = 1
    while let closed = try fieldbook.closedRecord(id, revision: number) {
      number += 1
      let record = try RecordCoding.decode(Installation.self, from: closed.body)
      guard let sha256 = record.agreement?.sha256 else { continue }
      let verification =
        try verifications[sha256]
        ?? AgreementVerification(
          try fieldbook.files.contents(of: sha256), trusting: [], now: record.openedAt)
      verifications[sha256] = verification
      let events = record.history.map(\.event).joined(separator: " ")
      #expect(verification.difference(from: record) == nil, "revision \(record.revision): \(events)")
      count += 1
    }
    return count
  }

  private func photo(_ laptop: Laptop) throws -> String {
    try laptop.scratch.write("photo-\(UUID()).png", Laptop.picture(of: "photo \(UUID())"))
  }

  @Test
  func `a welder that is moved, repaired with another module, sold and retired is what was signed all the way`()
    throws
  {
    let laptop = try Office.shared.get().laptop()
    let (plug, new) = (try Plug(timings: .instant), try Plug(timings: .instant))
    let id = try laptop.installed(on: plug.port)
    let serial = try #require((try laptop.record(id)["module"] as? [String: Any])?["serialNumber"] as? String)
    try laptop.json("move", id, "--street", "白泥井镇", "--purpose", "修车")
    try laptop.json("repair", "open", id, "--fault", "不启动", "--unsafe")
    let mended = try laptop.run([
      "--json", "repair", id, "--port", new.port, "--old-module", serial, "--dead", "--photo",
      try photo(laptop),
      "--label", "--seal", "NEW-\(id.prefix(8))", "--seal-found", "broken", "--seal-photo", try photo(laptop),
    ])
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    try laptop.json("repair", "close", id, "--signature", try laptop.signature())
    try laptop.json(
      "transfer", id, "--unit-name", "东风路修理部", "--unit-type", "small", "--responsible-name", "赵新",
      "--responsible-phone", "13800000009", "--street", "昭君镇", "--industry", "autoRepair")
    for (step, command) in try laptop.steps(of: id, on: new.port)
    where step == .handover || step == .sign || step == .label {
      let outcome = try laptop.run(["--json"] + command)
      #expect(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    try laptop.json("retire", id, "--reason", "报废", "--photo", try photo(laptop))
    try laptop.json("correct", id, "--unit-name", "东风路修理二部")
    #expect(try judged(id, of: laptop) >= 6)
  }

  @Test func `a corrected welder that is signed again, inspected and voided is what was signed all the way`()
    throws
  {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let inspected = try laptop.run(["--json", "inspect", id, "--port", plug.port])
    #expect(inspected.output.contains("verdict"), "\(inspected.output)\(inspected.diagnostics)")
    try laptop.json("correct", id, "--unit-name", "练习五金二店")
    for (step, command) in try laptop.steps(of: id, on: plug.port) where step == .label || step == .sign {
      let outcome = try laptop.run(["--json"] + command)
      #expect(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    try laptop.json("void", id, "--reason", "登记错了", "--yes")
    #expect(try judged(id, of: laptop) >= 3)
  }
}
