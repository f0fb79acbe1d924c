import Foundation
import Records
import TestSupport
import Testing

/// Runs `company load` and `ledger … --database` against PostgreSQL 15.
@Suite(
  .enabled(
    if: PostgreSQLServer.initdb.isInstalled, "PostgreSQL 15 is not installed: scripts/setup tests"),
  .sharedDatabaseFiles)
struct CompanyDatabaseTests {
  private let folder = TemporaryFolder(isInMemory: true)
  private var delivered: String { folder.file("delivered") }

  private func make(_ arguments: String...) throws {
    let outcome = try InstalledProgram.ours("company-program").run(arguments)
    try #require(outcome.status == 0, "\(outcome.everything)")
  }

  private func weldtech(_ arguments: [String]) throws -> ProgramOutcome {
    try InstalledProgram.ours("weldtech").run(
      ["--home", folder.file("desk"), "--lang", "en", "--json"] + arguments)
  }

  private func json(_ outcome: ProgramOutcome) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any], "\(outcome.everything)")
  }

  private func prepared() throws -> PostgreSQLServer {
    let server = try PostgreSQLServer()
    let outcome = try weldtech(["company", "load", "--into", server.address(), "--prepare"])
    try #require(outcome.status == 0, "\(outcome.everything)")
    try server.query(
      "CREATE ROLE desk LOGIN IN ROLE weldtech_loader; CREATE ROLE office LOGIN IN ROLE weldtech_reader")
    return server
  }

  private func loading(_ server: PostgreSQLServer) -> [String] {
    ["company", "load", "--from", delivered, "--into", server.address(of: "desk"), "--skip-agreements"]
  }

  private func added(_ outcome: ProgramOutcome) throws -> [String: Int] {
    try #require(try json(outcome)["added"] as? [String: Int], "\(outcome.everything)")
  }

  /// The objects in the folder, by kind.
  private func objects() throws -> [String: Int] {
    let names = FileManager.default.enumerator(atPath: delivered)?.compactMap { $0 as? String } ?? []
    return Dictionary(
      names.filter { DeliveredObject(key: $0) != nil }.map { (String($0.prefix { $0 != "/" }), 1) },
      uniquingKeysWith: +)
  }

  private static let counts = """
    SELECT (SELECT count(*) FROM weldtech.object), (SELECT count(*) FROM weldtech.revision),
      (SELECT count(*) FROM weldtech.installation), (SELECT count(*) FROM weldtech.delivered_key)
    """

  // MARK: - Loading

  @Test func `2,000 records are loaded byte for byte, and loading them again changes nothing`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "2000")
    let objects = try self.objects()
    let outcome = try weldtech(loading(server))
    #expect(outcome.status == 0, "\(outcome.everything)")
    let added = try self.added(outcome)
    #expect(added["revisions"] == objects["installations"] && added["keys"] == objects["keys"])
    #expect(added["files"] == objects["files"])
    #expect(try server.number("SELECT count(*) FROM weldtech.installation") == 2_000)
    // The database has the records of the folder, and the digest and the body of each agree with its raw bytes.
    let rows = try server.query(
      """
      SELECT id || '/' || revision || '-' || encode(sha256(raw), 'hex') FROM weldtech.revision
      WHERE body = convert_from(raw, 'UTF8')::jsonb AND sha256 = encode(sha256(raw), 'hex')
      """)
    let names =
      FileManager.default.enumerator(atPath: delivered + "/installations")?.compactMap { $0 as? String } ?? []
    #expect(
      Set(rows.split(separator: "\n").map { "\($0).json" }) == Set(names.filter { $0.hasSuffix(".json") }))
    let before = try server.query(Self.counts)
    let again = try weldtech(loading(server))
    #expect(again.status == 0, "\(again.everything)")
    #expect(try self.added(again).values.allSatisfy { $0 == 0 })
    #expect(try json(again)["known"] as? Int == objects.values.reduce(0, +))
    #expect(try server.query(Self.counts) == before)
  }

  @Test func `a load that is killed at any moment is gone on with`() throws {
    let server = try prepared()
    // The objects fill some batches of 1,000, each of which is a transaction.
    try make("objects", delivered, "0", "1200")
    let total = try objects()
    var random = SplitMix64(seed: 25)
    for round in 0..<6 {
      // The program is killed when the server has so many rows, which another program counts.
      let limit = random.next(below: total.values.reduce(0, +))
      let program = try InstalledProgram.ours("weldtech").start(
        ["--home", folder.file("desk"), "--json"] + loading(server))
      while program.isRunning, try server.number("SELECT count(*) FROM weldtech.object") < limit {}
      program.kill()
      // Whatever is there is whole: no revision without its object, and no object of a record without its revision.
      let halves = try server.number(
        """
        SELECT count(*) FROM weldtech.revision AS r FULL JOIN
          (SELECT key FROM weldtech.object WHERE key LIKE 'installations/%') AS o
          ON o.key = 'installations/' || r.id || '/' || r.revision || '-' || r.sha256 || '.json'
        WHERE r.id IS NULL OR o.key IS NULL
        """)
      #expect(halves == 0, "seed 25, round \(round)")
    }
    #expect(try weldtech(loading(server)).status == 0)
    #expect(try server.number("SELECT count(*) FROM weldtech.revision") == total["installations"])
    #expect(try server.number("SELECT count(*) FROM weldtech.object") == total.values.reduce(0, +))
    #expect(try server.number("SELECT count(*) FROM weldtech.installation") == 1_200)
  }

  @Test func `two loads at once add every object once`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "1000")
    let total = try objects()
    let arguments = ["--home", folder.file("desk"), "--json"] + loading(server)
    let both = try (0..<2).map { _ in try InstalledProgram.ours("weldtech").start(arguments) }.map { $0.end() }
    for outcome in both { #expect(outcome.status == 0, "\(outcome.everything)") }
    let revisions = try both.map { try added($0)["revisions"] ?? 0 }
    #expect(revisions.reduce(0, +) == total["installations"])
    #expect(try server.number("SELECT count(*) FROM weldtech.revision") == total["installations"])
    #expect(try server.number("SELECT count(*) FROM weldtech.waiting_revision") == 0)
  }

  // MARK: - What has to be looked at

  @Test func `revisions of a gap are kept apart until it is filled, whatever the order of their coming`() throws
  {
    let server = try prepared()
    try make("objects", delivered, "3", "1")
    let records =
      FileManager.default.enumerator(atPath: delivered + "/installations")?
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted() ?? []
    try #require(records.count == 2)
    let first = delivered + "/installations/" + records[0]
    try FileManager.default.moveItem(atPath: first, toPath: folder.file("first"))
    let outcome = try weldtech(loading(server))
    #expect(outcome.status == 8, "\(outcome.everything)")
    let waiting = try #require(try json(outcome)["waiting"] as? [[String: Any]])
    #expect(waiting.contains { $0["kind"] as? String == "revision" })
    #expect(try server.number("SELECT count(*) FROM weldtech.ledger") == 0)
    try FileManager.default.moveItem(atPath: folder.file("first"), toPath: first)
    #expect(try weldtech(loading(server)).status == 0)
    #expect(try server.query("SELECT revision, street IS NOT NULL FROM weldtech.ledger") == "2|t")
  }

  @Test func `records that contradict each other are both kept and both named`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "2")
    // Another laptop's record with the code, module and key of the first one, and another text of its very revision.
    let record = try #require(
      FileManager.default.enumerator(atPath: delivered + "/installations")?.compactMap { $0 as? String }
        .filter { $0.hasSuffix(".json") }.sorted().first)
    let id = String(record.prefix(36))
    let text = try String(contentsOfFile: delivered + "/installations/" + record, encoding: .utf8)
    let other = "0190f000-0000-4000-8000-00000000000a"
    for (id, text) in [
      (other, text.replacingOccurrences(of: id, with: other)),
      (id, text.replacingOccurrences(of: "长胜社区", with: "东达社区")),
    ] {
      let file = try folder.write("changed", text)
      let sum = try InstalledProgram("sha256sum").output([file]).prefix(64)
      let target = "\(delivered)/installations/\(id)/1-\(sum).json"
      try FileManager.default.createDirectory(
        atPath: URL(filePath: target).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try FileManager.default.moveItem(atPath: file, toPath: target)
    }
    for _ in 0..<2 {
      let outcome = try weldtech(loading(server))
      #expect(outcome.status == 1, "\(outcome.everything)")
      let conflicts = try #require(try json(outcome)["conflicts"] as? [[String: Any]])
      #expect(Set(conflicts.compactMap { $0["kind"] as? String }) == ["code", "module", "key", "revision"])
      for conflict in conflicts { #expect((conflict["records"] as? [Any])?.count == 2, "\(conflict)") }
    }
    #expect(try server.number("SELECT count(*) FROM weldtech.revision") == 4)
    #expect(try server.number("SELECT count(*) FROM weldtech.ledger") == 3)
  }

  @Test func `all records of a conflict are counted, and the first of them named with their place`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "1")
    let record = try #require(
      FileManager.default.enumerator(atPath: delivered + "/installations")?.compactMap { $0 as? String }
        .first { $0.hasSuffix(".json") })
    let id = String(record.prefix(36))
    let text = try String(contentsOfFile: delivered + "/installations/" + record, encoding: .utf8)
    for number in 10..<40 {
      let other = "0190f000-0000-4000-8000-0000000000\(number)"
      let file = try folder.write("changed", text.replacingOccurrences(of: id, with: other))
      let sum = try InstalledProgram("sha256sum").output([file]).prefix(64)
      let place = "\(delivered)/installations/\(other)"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try FileManager.default.moveItem(atPath: file, toPath: "\(place)/1-\(sum).json")
    }
    let outcome = try weldtech(loading(server))
    #expect(outcome.status == 1, "\(outcome.everything)")
    let conflicts = try #require(try json(outcome)["conflicts"] as? [[String: Any]])
    let totals = try json(outcome)["totals"] as? [String: Int]
    #expect(conflicts.count == 3 && totals?["conflicts"] == 3)
    for conflict in conflicts {
      let records = try #require(conflict["records"] as? [[String: Any]])
      #expect(records.count == 20 && conflict["recordCount"] as? Int == 31)
      #expect(records.allSatisfy { $0["source"] as? String == delivered })
    }
    let shown = try InstalledProgram.ours("weldtech").run(
      ["--home", folder.file("desk"), "--lang", "en"] + loading(server))
    #expect(shown.everything.contains("and 26 more, 31 in all"), "\(shown.everything)")
  }

  @Test func `a place without anything of a laptop's is an error, unless it is marked as one`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "3")
    for place in [folder.path, delivered + "/installations", delivered + "/files/sha256"] {
      let outcome = try weldtech([
        "company", "load", "--from", place, "--into", server.address(of: "desk"), "--skip-agreements",
      ])
      #expect(outcome.status == 1 && outcome.everything.contains("company.empty"), "\(outcome.everything)")
      #expect(outcome.everything.contains(place))
    }
    let stick = folder.file("stick")
    try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
    try folder.write("stick/weldtech-deliveries.json", #"{"schema":"weldtech.deliveries/1"}"#)
    for place in [stick, "file://" + stick] {
      let outcome = try weldtech(["company", "load", "--from", place, "--into", server.address(of: "desk")])
      #expect(outcome.status == 0, "\(outcome.everything)")
    }
  }

  @Test func `a record whose agreement is no agreement is in the tables, and is told as doubted each time`()
    throws
  {
    let server = try prepared()
    try make("objects", delivered, "0", "1")
    for _ in 0..<2 {
      let outcome = try weldtech([
        "company", "load", "--from", delivered, "--into", server.address(of: "desk"),
      ])
      #expect(outcome.status == 1, "\(outcome.everything)")
      let findings = try #require(try json(outcome)["findings"] as? [[String: Any]])
      #expect(findings.map { $0["loaded"] as? Bool } == [true])
      let totals = try json(outcome)["totals"] as? [String: Int]
      #expect(totals == ["notLoaded": 0, "doubted": 1, "conflicts": 0, "waiting": 0])
    }
    #expect(try server.query("SELECT agreement FROM weldtech.delivered_revision") == "changed")
    let figures = try InstalledProgram.ours("weldtech").run([
      "--home", folder.file("desk"), "--lang", "en", "ledger", "stats", "--database",
      server.address(of: "office"),
    ])
    #expect(figures.status == 0 && figures.everything.contains("1 objects were loaded with a doubt"))
    #expect(figures.everything.contains("--database"), "\(figures.everything)")
  }

  // MARK: - Rights

  @Test func `each role can do its work and nothing else`() throws {
    let server = try prepared()
    try make("objects", delivered, "0", "20")
    #expect(try weldtech(loading(server)).status == 0)
    let tables = ["object", "revision", "installation", "delivered_key", "finding"]
    for user in ["desk", "office"] {
      for table in tables {
        for sql in ["SELECT count(*) FROM", "DELETE FROM", "TRUNCATE"] {
          #expect(throws: PostgreSQLServer.Failed.self, "\(user): \(sql) \(table)") {
            try server.query("\(sql) weldtech.\(table)", as: user)
          }
        }
      }
      #expect(throws: PostgreSQLServer.Failed.self) {
        try server.query("UPDATE weldtech.revision SET source = 'x'", as: user)
      }
      #expect(throws: PostgreSQLServer.Failed.self) {
        try server.query("DROP SCHEMA weldtech CASCADE", as: user)
      }
      #expect(throws: PostgreSQLServer.Failed.self) {
        try server.query("CREATE TABLE weldtech.x (y int)", as: user)
      }
    }
    for view in ["ledger", "history", "delivered_revision", "conflict", "survey_form"] {
      #expect(throws: PostgreSQLServer.Failed.self) {
        try server.query("SELECT * FROM weldtech.\(view)", as: "desk")
      }
      _ = try server.query("SELECT count(*) FROM weldtech.\(view)", as: "office")
    }
    #expect(throws: PostgreSQLServer.Failed.self) {
      try server.query("INSERT INTO weldtech.object (key, bytes, source) VALUES ('x', 1, 'x')", as: "office")
    }
    #expect(throws: PostgreSQLServer.Failed.self) {
      try server.query("INSERT INTO weldtech.installation VALUES ('x', 1, 'x')", as: "desk")
    }
    #expect(throws: PostgreSQLServer.Failed.self) {
      try server.query("SELECT weldtech.to_look_at()", as: "office")
    }
    // The owner of the database cannot change delivered records by mistake either.
    for sql in [
      "UPDATE weldtech.revision SET source = 'x'", "DELETE FROM weldtech.revision",
      "TRUNCATE weldtech.revision",
    ] {
      #expect(throws: PostgreSQLServer.Failed.self) { try server.query(sql) }
    }
    // A loader cannot store other columns than its raw bytes give.
    #expect(throws: PostgreSQLServer.Failed.self) {
      try server.query(
        "INSERT INTO weldtech.revision (raw, files, agreement, source) VALUES ('{}', '{}', 'none', 'x')",
        as: "desk")
    }
    // Each of the commands says which role it needs.
    let read = try weldtech(["ledger", "stats", "--database", server.address(of: "desk")])
    #expect(read.status == 1 && read.everything.contains("company.database.rights"), "\(read.everything)")
    let load = try weldtech(["company", "load", "--from", delivered, "--into", server.address(of: "office")])
    #expect(load.status == 1 && load.everything.contains("company.database.rights"), "\(load.everything)")
  }

  @Test func `a database that was not prepared, or not by this program, is refused`() throws {
    let server = try PostgreSQLServer()
    func code(_ arguments: [String]) throws -> String? {
      (try json(weldtech(arguments))["error"] as? [String: Any])?["code"] as? String
    }
    try make("objects", delivered, "0", "1")
    let loading = ["company", "load", "--from", delivered, "--into", server.address()]
    #expect(try code(loading) == "company.database.notPrepared")
    #expect(try code(["ledger", "stats", "--database", server.address()]) == "company.database.notPrepared")
    #expect(try weldtech(["company", "load", "--into", server.address(), "--prepare"]).status == 0)
    #expect(try weldtech(["company", "load", "--into", server.address(), "--prepare"]).status == 0)
    try server.query("INSERT INTO weldtech.migration (name) VALUES ('9999-later')")
    #expect(try code(loading) == "company.database.newer")
    #expect(try code(["company", "load", "--into", server.address(), "--prepare"]) == "company.database.newer")
    #expect(
      try code(["ledger", "stats", "--database", "postgresql://u:secret@h/d"]) == "company.database.password")
    #expect(
      try code(["ledger", "stats", "--database", server.address(database: "no")])
        == "company.database.unreachable")
  }

  // MARK: - Forms and figures

  @Test func `forms and figures over the database are those of the fieldbooks that delivered into it`() throws {
    let server = try prepared()
    // Three successive numbers share a unit, so that each laptop has units of its own.
    let laptops = [(0, 60), (60, 60), (120, 30)]
    for (index, (first, count)) in laptops.enumerated() {
      try make("fieldbook", folder.file("laptop\(index)"), delivered, "\(first)", "\(count)")
    }
    let outcome = try weldtech(loading(server))
    #expect(outcome.status == 0, "\(outcome.everything)")
    func ledger(_ words: [String], at home: String?) throws -> [String: Any] {
      let place = home.map { ["--home", $0] } ?? ["--home", folder.file("desk")]
      let more = home == nil ? ["--database", server.address(of: "office")] : []
      let outcome = try InstalledProgram.ours("weldtech").run(
        ["--lang", "en", "--json", "ledger"] + words + more + place)
      #expect(outcome.status == 0, "\(outcome.everything)")
      return try json(outcome)
    }
    let homes = laptops.indices.map { folder.file("laptop\($0)") }
    for filter in [
      [], ["--street", "昭君镇"], ["--payer", "owner"], ["--from", "2024-09-01", "--to", "2024-09-02"],
    ] {
      var sums: [String: Int] = [:]
      for home in homes {
        let places = try ledger(["stats"], at: home)["streets"] as? [[String: Any]] ?? []
        if filter.first == "--street", !places.contains(where: { $0["street"] as? String == filter[1] }) {
          continue
        }
        let figures = try #require(try ledger(["stats"] + filter, at: home)["figures"] as? [String: Int])
        sums.merge(figures, uniquingKeysWith: +)
      }
      let figures = try ledger(["stats"] + filter, at: nil)["figures"] as? [String: Int]
      #expect(figures == sums && (sums["known"] ?? 0) > 0, "\(filter)")
    }
    let figures = try #require(try ledger(["stats"], at: nil)["figures"] as? [String: Int])
    for (name, column) in [
      ("known", "known"), ("done", "done"), ("retired", "retired"), ("refused", "refused"),
      ("overdue", "overdue"),
      ("fundedByOwner", "funded_by_owner"), ("fundedByBanner", "funded_by_banner"),
      ("outstanding", "outstanding"),
    ] {
      #expect(try server.number("SELECT sum(\(column)) FROM weldtech.progress") == figures[name], "\(name)")
    }
    for form in ["survey", "progress"] {
      func rows(_ home: String?, _ name: String) throws -> [String] {
        let file = folder.file(name)
        _ = try ledger(
          ["export", "--form", form, "--date", "2026-11-30", "--output", file, "--replace"], at: home)
        let document = try #require(
          try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any])
        return try #require(document["rows"] as? [[String: Any]]).map { row in
          // Each form numbers its own rows.
          let row = row.filter { $0.key != "number" }
          return String(
            decoding: try JSONSerialization.data(withJSONObject: row, options: .sortedKeys), as: UTF8.self
          )
          // A laptop that has not delivered says `closed` of a record that the database has as `delivered`.
          .replacingOccurrences(of: "\"closed\"", with: "\"delivered\"")
        }
      }
      let whole = try rows(nil, "whole.json")
      let parts = try homes.flatMap { try rows($0, "part.json") }
      #expect(whole.sorted() == parts.sorted() && !whole.isEmpty, "\(form)")
      #expect(try whole.count == server.number("SELECT count(*) FROM weldtech.\(form)_form"), "\(form)")
    }
  }
}
