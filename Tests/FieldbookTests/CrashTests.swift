import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks a fieldbook after a kill, a power cut or a full disk in the middle of a write.
@Suite struct CrashTests {
  let home = TestHome()

  /// Reads every row of every table.
  private func state(of fieldbook: Fieldbook) throws -> [String] {
    let tables = try fieldbook.database.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name"
    ) {
      $0.text(0)
    }
    return try tables.flatMap { table in
      let columns = try fieldbook.database.rows("SELECT name FROM pragma_table_info('\(table)')") { $0.text(0) }
      let all = columns.map { "quote(\($0))" }.joined(separator: " || ',' || ")
      return try fieldbook.database.rows("SELECT \(all) FROM \(table)") { "\(table): \($0.text(0))" }.sorted()
    }
  }

  /// Fails each write that a registration, a signature, a void or an acknowledgement makes.
  @Test(
    arguments: [
      ("open", "INSERT", "event"), ("open", "INSERT", "installation"), ("open", "INSERT", "record"),
      ("open", "INSERT", "code"), ("open", "UPDATE", "code_block"), ("retire", "INSERT", "revision"),
      ("retire", "INSERT", "delivery"), ("retire", "INSERT", "delivery_file"), ("sign", "INSERT", "event"),
      ("sign", "UPDATE", "installation"), ("sign", "UPDATE", "record"), ("sign", "INSERT", "revision"),
      ("sign", "INSERT", "delivery"), ("sign", "INSERT", "delivery_file"), ("sign", "UPDATE", "pairing_key"),
      ("void", "UPDATE", "code"), ("void", "UPDATE", "record"), ("prepare", "INSERT", "pairing_key"),
      ("prepare", "DELETE", "pairing_key"), ("acknowledge", "UPDATE", "pairing_key"),
      ("block", "INSERT", "code_block"), ("draw", "INSERT", "code"), ("draw", "UPDATE", "code_block"),
      ("setup", "INSERT", "setting"), ("correct", "INSERT", "event"), ("correct", "UPDATE", "installation"),
      ("correct", "UPDATE", "record"), ("refuse", "INSERT", "event"), ("refuse", "UPDATE", "record"),
      ("refuse", "UPDATE", "code"), ("refuse", "INSERT", "revision"), ("refuse", "INSERT", "delivery"),
    ])
  func `leaves nothing behind when a write fails`(operation: String, verb: String, table: String) throws {
    let fieldbook = try home.ready(codes: 10)
    let (id, other) = (Sample.id(), Sample.id())
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    _ = try fieldbook.open(other, Sample.registered(), at: Sample.at(0))
    let key = Sample.key(1)
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: key)
    _ = try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(1))
    if operation == "sign" { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(2)) }
    try fieldbook.prepare(Sample.key(2), for: id, moduleSerial: "M-2")
    let photo = try Sample.photo(.before, "rust", in: fieldbook)
    let agreement = try Sample.agreement(in: fieldbook)
    func run() throws {
      switch operation {
      case "open": _ = try fieldbook.open(Sample.id(), Sample.registered(), photos: [photo], at: Sample.at(3))
      case "retire":
        _ = try fieldbook.open(Sample.id(), Sample.registered(retired: "r"), photos: [photo], at: Sample.at(3))
      case "sign": _ = try fieldbook.append(.signed(agreement), to: id, by: Sample.technician, at: Sample.at(3))
      case "void":
        _ = try fieldbook.append(.voided(reason: "x"), to: other, by: Sample.technician, at: Sample.at(3))
      case "correct":
        var fields = opened.correctableFields
        fields.owner.unitName = "东风路汽修"
        let changes = fields.changes(since: opened.correctableFields)
        _ = try fieldbook.append(
          .corrected(.init(changes: changes, redo: [.label])), to: id, by: Sample.technician, at: Sample.at(3))
      case "refuse":
        _ = try fieldbook.append(
          .refused(.init(reason: "x", releasesCode: false)), to: other, by: Sample.technician, at: Sample.at(3))
      case "prepare": try fieldbook.prepare(Sample.key(3), for: id, moduleSerial: "M-2")
      case "acknowledge": try fieldbook.acknowledge(key: key.keyID, at: Sample.at(3))
      case "block": _ = try fieldbook.addBlock(Sample.block("00B000", 1))
      case "draw": _ = try fieldbook.drawCodes(count: 3)
      default: try fieldbook.updateSetup { $0.platform = "x" }
      }
    }
    let before = try state(of: fieldbook)
    try fieldbook.database.execute(
      "CREATE TEMP TRIGGER fail AFTER \(verb) ON main.\(table) BEGIN SELECT raise(ABORT, 'injected'); END")
    #expect(throws: FieldbookError.self) { try run() }
    #expect(try state(of: fieldbook) == before)
    try fieldbook.database.execute("DROP TRIGGER fail")
    try run()
    #expect(try state(of: fieldbook) != before)
    #expect(try fieldbook.rebuild().repaired == [])
  }

  /// A killed process leaves an incomplete write-ahead log, at worst with an incomplete page.
  @Test func `opens with a whole record wherever the write ahead log is cut off`() throws {
    let fieldbook = try home.ready()
    let begun = try image()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    for event in try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1)) {
      _ = try fieldbook.append(event, to: id, by: Sample.technician, at: Sample.at(1))
    }
    _ = try fieldbook.append(
      .signed(try Sample.agreement(in: fieldbook)), to: id, by: Sample.technician, at: Sample.at(2))
    let ended = try image()
    #expect(ended.database == begun.database, "all of it is in the write-ahead log")

    var last = 0
    var seen: Set<Int> = []
    for cut in stride(from: begun.log.count, through: ended.log.count, by: 2999) + [ended.log.count] {
      let entries = try check(database: ended.database, log: ended.log.prefix(cut))
      #expect(entries >= last)
      last = entries
      seen.insert(entries)
    }
    #expect(seen == Set(0...10))

    for seed in 0..<UInt64(30) {
      var random = SplitMix64(seed: seed)
      var log = ended.log
      log[Int.random(in: begun.log.count..<log.count, using: &random)] ^= UInt8.random(
        in: 1...255, using: &random)
      _ = try check(database: ended.database, log: log, "seed \(seed)")
    }
  }

  private func image() throws -> (database: Data, log: Data) {
    let path = home.path + "/fieldbook.sqlite"
    return (
      try Data(contentsOf: URL(fileURLWithPath: path)),
      try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
    )
  }

  /// Opens a copy and checks it.
  /// - Returns: the number of events that are left.
  private func check(database: Data, log: Data, _ comment: Comment? = nil) throws -> Int {
    let copy = TestHome()
    try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
    let path = copy.path + "/fieldbook.sqlite"
    try database.write(to: URL(fileURLWithPath: path))
    try log.write(to: URL(fileURLWithPath: path + "-wal"))
    let fieldbook = try copy.fieldbook()
    let entries = try fieldbook.verifyLog().entries
    #expect(try fieldbook.rebuild() == .init(installations: min(entries, 1), repaired: []), comment)
    #expect(try fieldbook.list().first?.revision == (entries > 0 ? 1 : nil), comment)
    #expect(try fieldbook.codesLeft() == (entries > 0 ? 99 : 100), comment)
    #expect(try fieldbook.pendingRecords().count == (entries == 10 ? 1 : 0), comment)
    return entries
  }
}
