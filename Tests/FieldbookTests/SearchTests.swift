import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks searches at a customer's size: 2,000 records, each with a welder, a unit and a phone number of its
/// own.
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
        try fieldbook.database.run(ledgerRows("record.installation = ?"), [.text(id.text)])
        try SearchIndex(database: fieldbook.database).update(id)
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
    // All records come page by page, the last opened first and none twice.
    var found: [InstallationID] = []
    while true {
      let page = try fieldbook.page(mentioning: "铁艺店", limit: 300, after: found.last)
      found += page.installations.map(\.id)
      if page.installations.count < 300 { break }
    }
    #expect(found == ids.reversed())
    #expect(try fieldbook.page(mentioning: "没有这家").installations.isEmpty)
  }

  // MARK: - Against a search that looks through everything

  /// The characters of made-up names: common ideographs, ideographs with several initials, one ideograph beyond
  /// the tables of FTS5's own tokenizers, letters, digits, and marks that FTS5 could take for its own syntax.
  private static let letters = Array("达旗汽修厂铁艺店长重乐行单厦𬭚AbZz09-·()'\"*^: ".unicodeScalars)

  private static func word(_ generator: inout SplitMix64) -> String {
    let count = Int.random(in: 2...9, using: &generator)
    return String(
      String.UnicodeScalarView((0..<count).compactMap { _ in letters.randomElement(using: &generator) }))
  }

  @Test func `a search finds what looking through every word finds, for two thousand made-up records`() throws {
    let seed: UInt64 = 20_261_130
    var generator = SplitMix64(seed: seed)
    let fieldbook = try home.ready()
    var words: [InstallationID: [String]] = [:]
    try fieldbook.database.transaction { () throws(FieldbookError) in
      for number in 0..<Self.count {
        let id = Sample.id()
        let (unit, person, seal) = (Self.word(&generator), Self.word(&generator), Self.word(&generator))
        let phone = "0477-\(5_000_000 + number * 7)"
        words[id] = [unit, person, seal, phone]
        try fieldbook.database.run(
          """
          INSERT INTO installation (id, code, status, unit_name, opened_at, opened_seconds, next_step, revision)
          VALUES (?, NULL, 'closed', ?, ?, ?, NULL, 1)
          """, [.text(id.text), .text(unit), .text(Sample.at(0)), .integer(number)])
        try fieldbook.database.run(
          """
          INSERT INTO record (installation, body) VALUES (?, CAST(json_object('owner', json_object(
            'responsibleName', ?, 'responsiblePhone', ?), 'seal', json_object('number', ?)) AS BLOB))
          """, [.text(id.text), .text(person), .text(phone), .text(seal)])
        try SearchIndex(database: fieldbook.database).update(id)
      }
    }
    let all = Array(words.values.joined())
    let folded = words.mapValues { $0.map(Self.folded) }
    let plain = folded.mapValues { $0.map { $0.replacingOccurrences(of: "-", with: "") } }
    func having(_ text: String, in words: [InstallationID: [String]]) -> Set<InstallationID> {
      Set(words.filter { $0.value.contains { $0.range(of: text, options: .literal) != nil } }.keys)
    }
    for _ in 0..<200 {
      let scalars = Array(try #require(all.randomElement(using: &generator)).unicodeScalars)
      let start = Int.random(in: 0..<scalars.count, using: &generator)
      let end = Int.random(in: start + 1...scalars.count, using: &generator)
      let text = String(String.UnicodeScalarView(scalars[start..<end]))
      let wanted = Self.folded(text)
      if wanted.isEmpty { continue }
      let expected = having(wanted, in: folded)
      let found = Set(try fieldbook.page(mentioning: text, limit: 3_000).installations.map(\.id))
      #expect(expected.subtracting(found).isEmpty, "'\(text)' misses records, seed \(seed)")
      // Beyond these records, only pinyin initials, which are ASCII, and words without their hyphens are found.
      if !wanted.utf8.allSatisfy({ $0 < 0x80 }) {
        #expect(found == expected.union(having(wanted, in: plain)), "'\(text)', seed \(seed)")
      }
    }
  }

  /// The text as a search compares it, in lower case and without blanks. The made-up words have no full-width form.
  private static func folded(_ text: String) -> String {
    text.lowercased().replacingOccurrences(of: " ", with: "")
  }

  @Test func `a word is found by the initials of its pinyin, whichever reading is meant`() throws {
    let fieldbook = try home.ready()
    for (unit, typed) in [
      ("达旗汽修", ["dqqx", "DQ", "ｑｑｘ", "汽", "修", "汽修", "d"]), ("长城重工", ["cczg", "zccg", "zczg", "cccg"]),
      ("银行路7号音乐店", ["yhl7hyyd", "yxl7hyld", "l7h"]), ("厦门〇一铁艺", ["xmlyty", "smlyty"]),
      // For a name with very many readings, all readings of its first ideographs are found.
      ("重庆长乐单行厦门厂", ["cqcl", "zqzy", "qzl", "门厂"]),
    ] {
      let id = Sample.id()
      _ = try fieldbook.open(id, Sample.registered(unit: WrittenText(asKept: unit)), at: Sample.at(0))
      for text in typed {
        #expect(try fieldbook.page(mentioning: text).installations.map(\.id).contains(id), "\(unit) by \(text)")
      }
    }
    #expect(try fieldbook.page(mentioning: "dqxq").installations.isEmpty)
  }

  @Test func `the words follow the record: what was corrected is found by its new words only`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let record = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    var fields = record.correctableFields
    fields.owner.unitName = "展旦召钢构"
    let correction = InstallationEvent.Corrected(
      changes: fields.changes(since: record.correctableFields), scheme: nil, redo: [], duplicate: nil)
    _ = try fieldbook.append(.corrected(correction), to: id, by: Sample.technician, at: Sample.at(1))
    for (text, isFound) in [("展旦召", true), ("zdzgg", true), ("汽修", false), ("slzqx", false)] {
      #expect(try fieldbook.page(mentioning: text).installations.isEmpty != isFound, "\(text)")
    }
    #expect(throws: Never.self) {
      try fieldbook.database.run("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    }
  }

  @Test func `every order goes through all records once, page by page`() throws {
    let fieldbook = try home.ready()
    let filled = try fill(fieldbook)
    let ids = Set(try fieldbook.list(limit: 3_000).map(\.id))
    for (number, id) in filled.enumerated() where number % 3 == 0 {
      let code = LabelCode(region: "150621", serial: try #require(CodeSerial(number: 900 - number % 700)))
      try fieldbook.database.run(
        "UPDATE installation SET code = ? WHERE id = ?", [.text(code), .text(id.text)])
    }
    try fieldbook.database.execute(
      """
      UPDATE installation SET status = CASE opened_seconds % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'void' ELSE 'closed' END;
      UPDATE ledger SET purchased_on = '2026-0' || (1 + length(unit_name) % 9) || '-01', appointment_on = purchased_on;
      """)
    for order in InstallationQuery.Order.allCases {
      for text in [nil, "铁艺"] {
        var query = InstallationQuery()
        (query.order, query.text) = (order, text)
        var found: [InstallationID] = []
        while true {
          let page = try fieldbook.page(query, limit: 333, after: found.last)
          found += page.installations.map(\.id)
          if page.installations.count < 333 { break }
        }
        #expect(found.count == (text == nil ? Self.count + 1 : Self.count), "\(order)")
        #expect(Set(found).count == found.count && Set(found).isSubset(of: ids), "\(order)")
      }
    }
    var query = InstallationQuery()
    query.order = .status
    let ranks = try fieldbook.page(query, limit: 3_000).installations.map {
      Installation.Status.allCases.firstIndex(of: $0.status) ?? -1
    }
    #expect(ranks == ranks.sorted())
  }

  @Test func `units and streets stand in the order of pinyin`() throws {
    let fieldbook = try home.ready()
    for (number, unit) in ["展旦召钢构", "白泥井修理", "树林召汽修", "昭君铁艺", "Abc 店"].enumerated() {
      _ = try fieldbook.open(
        Sample.id(), Sample.registered(unit: WrittenText(asKept: unit)), at: Sample.at(Int64(number)))
    }
    var query = InstallationQuery()
    query.order = .unit
    #expect(
      try fieldbook.page(query).installations.map(\.unitName)
        == ["Abc 店", "白泥井修理", "树林召汽修", "展旦召钢构", "昭君铁艺"])
  }

  @Test func `filters are met together, and a fieldbook of before the index is searched like any other`() throws
  {
    let fieldbook = try home.ready()
    _ = try fill(fieldbook)
    try fieldbook.database.execute(
      "UPDATE ledger SET street = '展旦召苏木', community = '东达社区', industry = 'mining' WHERE unit_name LIKE '第7_铁艺店'"
    )
    try fieldbook.rewind(to: "0013")
    let again = try home.fieldbook()
    var query = InstallationQuery()
    (query.street, query.community, query.industry, query.text) = ("展旦召", "东达", .mining, "tyd")
    (query.from, query.to, query.status) = (Sample.at(0).day, Sample.at(0).day, .closed)
    #expect(try again.page(query).installations.count == 10)
    for change in [
      { (query: inout InstallationQuery) in query.street = "树林召" }, { $0.community = "西" },
      { $0.industry = .other },
      { $0.text = "没有" }, { $0.from = CalendarDay("2030-01-01") }, { $0.to = CalendarDay("2020-01-01") },
      { $0.status = .open }, { $0.unit = "没有这家" },
    ] {
      var other = query
      change(&other)
      #expect(try again.page(other).installations.isEmpty)
    }
  }

  @Test func `a damaged record is found by its row, and hides no other`() throws {
    let fieldbook = try home.ready()
    let (first, second) = (Sample.id(), Sample.id())
    for id in [first, second] { _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0)) }
    try fieldbook.database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(Data("{".utf8)), .text(first.text)])
    #expect(Set(try fieldbook.page(mentioning: "树林召汽修").installations.map(\.id)) == [first, second])
    #expect(Set(try fieldbook.page(mentioning: "ZX7").installations.map(\.id)) == [first, second])
    // The words in `search` are still those from before the damage. When they are rebuilt, only the words of
    // the record's row are left.
    try SearchIndex(database: fieldbook.database).update(first)
    #expect(try fieldbook.page(mentioning: "ZX7").installations.map(\.id) == [second])
    #expect(Set(try fieldbook.page(mentioning: "树林召汽修").installations.map(\.id)) == [first, second])
  }
}
