import CSQLite
import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that work on one welder reads only that welder's rows, however many welders a fieldbook has. SQLite
/// itself says which statements were run, and how it reads their tables.
@Suite struct ScanTests {
  let home = TestHome()

  /// The texts of statements, as SQLite begins them.
  private final class Statements {
    var texts: Set<String> = []
  }

  /// The tables that grow with the welders. The tables of closed revisions are left out, because SQLite
  /// searches the tables that refer to the log with each new entry only where a reference was broken before.
  private static let large = ["event", "installation", "record", "ledger", "search"]

  /// Runs `body` and finds the large tables that one of its statements, or of their triggers, goes through from end to end.
  /// - Returns: SQLite's own lines, such as `SCAN event`, with the statement.
  private func scans(in fieldbook: Fieldbook, _ body: () throws -> Void) throws -> [String] {
    let statements = Statements()
    // The contract of the callback: X is the statement's text, or a comment that names a trigger.
    // https://www.sqlite.org/c3ref/c_trace.html
    let code = sqlite3_trace_v2(
      fieldbook.database.handle, UInt32(SQLITE_TRACE_STMT),
      { _, context, _, text in
        guard let context, let text else { return 0 }
        Unmanaged<Statements>.fromOpaque(context).takeUnretainedValue()
          .texts.insert(String(cString: text.assumingMemoryBound(to: CChar.self)))
        return 0
      }, Unmanaged.passUnretained(statements).toOpaque())
    try #require(code == SQLITE_OK)
    try body()
    sqlite3_trace_v2(fieldbook.database.handle, 0, nil, nil)
    let read = statements.texts.filter { text in
      // A query for the last entry of the log is left out, because its scan from the end stops at the first
      // row.
      ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].contains { text.hasPrefix($0) }
        && !text.hasSuffix("ORDER BY seq DESC LIMIT 1")
    }
    #expect(!read.isEmpty)
    return try read.sorted().flatMap { text in
      try fieldbook.database.rows("EXPLAIN QUERY PLAN \(text)") { $0.text(3) }
        .filter { line in Self.large.contains { line == "SCAN \($0)" || line.hasPrefix("SCAN \($0) ") } }
        .map { "\($0): \(text)" }
    }
  }

  private func surveyed(_ number: Int) -> InstallationEvent.Surveyed {
    let registered = Sample.registered()
    return .init(
      owner: registered.owner, welder: registered.welder,
      survey: Survey(
        filledBy: nil, filledByPhone: nil, list: "list.xlsx", row: "\(number)", sha256: Sample.firmware),
      remarks: nil)
  }

  /// Queries the log as a pairing, a signature and an import do.
  private func askTheLog(_ fieldbook: Fieldbook, _ number: Int) throws {
    #expect(try fieldbook.installation(withDeadModule: "M-dead") == nil)
    let strokes = [Sample.firmware, String(repeating: "c", count: 64)]
    #expect(try fieldbook.installation(signedWith: strokes) == nil)
    let known = try fieldbook.surveyedWelders(withPhones: ["13900000003"])
    try fieldbook.survey([.new(Sample.id(), surveyed(number))], since: known, at: Sample.at(100))
  }

  @Test func `pairing, signing and importing find their events by an index`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    #expect(try scans(in: fieldbook) { try askTheLog(fieldbook, 1) } == [])
    // Without the indexes, the queries find the same rows by scanning the log.
    try fieldbook.database.execute("DROP INDEX event_rare; DROP INDEX event_strokes")
    let again = try home.fieldbook()
    let lines = try scans(in: again) { try askTheLog(again, 2) }
    #expect(lines.count >= 4 && lines.allSatisfy { $0.hasPrefix("SCAN event") }, "\(lines)")
  }

  @Test func `a whole walk and a repair read no table from end to end`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let lines = try scans(in: fieldbook) {
      let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
      let code = try #require(opened.code)
      for event in try Sample.walk(of: id, code: code, in: fieldbook, key: Sample.key(1)) {
        _ = try fieldbook.append(event, to: id, by: Sample.technician, at: Sample.at(1))
      }
      _ = try fieldbook.append(
        .signed(try Sample.agreement(in: fieldbook)), to: id, by: Sample.technician, at: Sample.at(2))
      _ = try fieldbook.append(
        .repairOpened(
          .init(technician: Sample.technician, fault: "故障", isUnsafe: true, isTampered: false)),
        to: id, by: Sample.technician, at: Sample.at(3))
    }
    #expect(lines == [])
  }

  @Test func `a unit is shown, merged and split by its own rows`() throws {
    let fieldbook = try home.ready()
    for (number, unit) in ["U-1", "U-2"].enumerated() {
      var registered = Sample.registered(unit: WrittenText(asKept: "店\(number)"))
      registered.owner.unitID = WrittenText(asKept: unit)
      for second in 0..<2 {
        _ = try fieldbook.open(Sample.id(), registered, at: Sample.at(Int64(2 * number + second)))
      }
    }
    let lines = try scans(in: fieldbook) {
      let unit = try fieldbook.unit(matching: "店0")
      _ = try fieldbook.splits(into: unit)
      _ = try fieldbook.merges(into: unit)
      let all = try fieldbook.merge("店1", into: "U-1", reason: "同", at: Sample.at(9))
      #expect(all.welders == 4)
      #expect(try fieldbook.unmerge("U-2", from: all))
      let ids = try fieldbook.database.rows("SELECT installation FROM ledger WHERE unit = 'U-2'") { $0.text(0) }
      let first = try #require(ids.first.flatMap { InstallationID($0) })
      #expect(try fieldbook.split([first], from: "U-2", reason: "分", at: Sample.at(9)).welders == 1)
    }
    #expect(lines == [])
  }

  @Test func `strokes are found in every signature, also in one that can no longer be read`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let strokes = try #require(signed.agreement?.strokesSha256)
    #expect(try fieldbook.installation(signedWith: [Sample.firmware, strokes]) == signed.id)
    try fieldbook.database.execute(
      """
      DROP TRIGGER event_is_not_changed;
      UPDATE event SET body = CAST('{' || CAST(body AS TEXT) AS BLOB) WHERE name = 'signed';
      """)
    #expect(try fieldbook.installation(signedWith: [strokes]) == signed.id)
    #expect(try fieldbook.installation(signedWith: [Sample.firmware]) == nil)
  }
}
