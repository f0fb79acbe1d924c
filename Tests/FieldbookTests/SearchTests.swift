import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Searches at a customer's size: 2,000 records, each with a welder, a unit and a phone number of its own.
@Suite struct SearchTests {
  let home = TestHome()
  private static let count = 2_000

  /// Puts copies of a signed record, with other words, into the tables that searches read; registering as many would sync
  /// as many commits.
  private func fill(_ fieldbook: Fieldbook) throws -> [InstallationID] {
    let signed = try Sample.signed(in: fieldbook)
    let body = String(decoding: try fieldbook.encode(signed), as: UTF8.self)
    var ids: [InstallationID] = []
    try fieldbook.database.transaction { () throws(FieldbookError) in
      for number in 0..<Self.count {
        let id = Sample.id()
        ids.append(id)
        let copy = body.replacingOccurrences(of: signed.id.text, with: id.text)
          .replacingOccurrences(of: "树林召汽修", with: "第\(number)铁艺店")
          .replacingOccurrences(of: "13900000003", with: String(13_900_010_000 + number))
          .replacingOccurrences(
            of: #""model":"ZX7-315""#, with: #""model":"ZX7-315","serialNumber":"SN-\#(number)X""#)
        try fieldbook.database.run(
          """
          INSERT INTO installation (id, code, status, unit_name, opened_at, opened_seconds, next_step, revision)
          VALUES (?, NULL, 'closed', ?, ?, ?, NULL, 1)
          """,
          [
            .text(id.text), .text("第\(number)铁艺店"), .text(Sample.at(Int64(number))),
            .integer(Int(Sample.at(Int64(number)).secondsSince1970)),
          ])
        try fieldbook.database.run(
          "INSERT INTO record (installation, body) VALUES (?, ?)", [.text(id.text), .blob(Data(copy.utf8))])
      }
    }
    return ids
  }

  @Test func `finds exactly the records that mention a text, among two thousand`() throws {
    let fieldbook = try home.ready()
    let ids = try fill(fieldbook)
    #expect(try fieldbook.counts()[.closed] == Self.count + 1)
    for number in [0, 7, 1_234, 1_999] {
      for text in ["第\(number)铁艺", String(13_900_010_000 + number), "ｓｎ－\(number)ｘ"] {
        #expect(try fieldbook.page(mentioning: text).installations.map(\.id) == [ids[number]], "\(text)")
      }
      var welder = try fieldbook.installation(ids[number]).welder
      #expect(welder.serialNumber?.text == "SN-\(number)X")
      welder.serialNumber = WrittenText(asKept: " sn-\(number) x")
      #expect(try fieldbook.installations(of: welder, otherThan: nil) == [ids[number]])
    }
    // All of them, page by page, the last opened first and none twice.
    var found: [InstallationID] = []
    while true {
      let page = try fieldbook.page(mentioning: "铁艺店", limit: 300, after: found.last)
      found += page.installations.map(\.id)
      if page.installations.count < 300 { break }
    }
    #expect(found == ids.reversed())
    #expect(try fieldbook.page(mentioning: "没有这家").installations.isEmpty)
  }

  @Test func `a damaged record is found by its row, and hides no other`() throws {
    let fieldbook = try home.ready()
    let (first, second) = (Sample.id(), Sample.id())
    for id in [first, second] { _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0)) }
    try fieldbook.database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(Data("{".utf8)), .text(first.text)])
    #expect(Set(try fieldbook.page(mentioning: "树林召汽修").installations.map(\.id)) == [first, second])
    #expect(try fieldbook.page(mentioning: "ZX7").installations.map(\.id) == [second])
  }
}
