import Files
import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks a fieldbook that was changed by other means.
@Suite struct CheckTests {
  let home = TestHome()

  private func spoil(_ sql: String, _ fieldbook: Fieldbook) throws {
    try fieldbook.database.execute(
      """
      PRAGMA foreign_keys = OFF; DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_removed;
      DROP TRIGGER revision_is_not_changed; DROP TRIGGER revision_is_not_removed
      """)
    try fieldbook.database.execute(sql)
  }

  @Test func `finds nothing in a sound one and tells where it is`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook, key: Sample.key(1))
    try Sample.signed(in: fieldbook, key: Sample.key(2))
    var steps: [Fieldbook.CheckStep] = []
    let check = try fieldbook.check { steps.append($0) }
    #expect(check.faults == [])
    // The agreement and the strokes of both records have the same bytes here.
    #expect((check.entries, check.installations, check.files) == (20, 2, 6))
    #expect(
      steps == [
        .database, .records(0, of: 2), .records(1, of: 2), .files(0, of: 6), .files(1, of: 6), .files(2, of: 6),
        .files(3, of: 6), .files(4, of: 6), .files(5, of: 6),
      ])
    #expect(throws: FieldbookError.cancelled) { try fieldbook.check(isCancelled: { true }) }
  }

  @Test(
    arguments: [
      "DELETE FROM event WHERE seq > 8", "DELETE FROM event WHERE installation = (SELECT id FROM installation)",
      "UPDATE installation SET revision = 7",
      "INSERT INTO revision SELECT installation, 2, seq, body, sha256, sha256 FROM revision",
    ])
  func `reports a record that is newer than its log and leaves it as it is`(sql: String) throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    try spoil(sql, fieldbook)
    let check = try fieldbook.check()
    #expect(check.faults.contains(.ahead(signed.id)))
    #expect(check.restorable == [])
    #expect(try fieldbook.restore([signed.id]) == [])
    #expect(throws: FieldbookError.recordAhead(signed.id)) { try fieldbook.rebuild() }
    #expect(try fieldbook.record(of: signed.id) == signed)
  }

  @Test func `finds each thing that is wrong and all of them at once`() throws {
    let fieldbook = try home.ready()
    let sound = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let row = try Sample.signed(in: fieldbook, key: Sample.key(2))
    let revision = try Sample.signed(in: fieldbook, key: Sample.key(3))
    let event = try Sample.signed(in: fieldbook, key: Sample.key(4))
    func of(_ record: Installation) -> String { "installation = '\(record.id.text)'" }
    try spoil(
      """
      UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '树林召镇', '白泥井镇') AS BLOB) WHERE \(of(row));
      UPDATE revision SET body = CAST(replace(CAST(body AS TEXT), 'ZX7', 'ZX8') AS BLOB) WHERE \(of(revision));
      UPDATE event SET body = x'7b' WHERE \(of(event)) AND name = 'tested';
      """, fieldbook)
    let agreement = try #require(sound.agreement)
    let photos = sound.photos.map(\.sha256)
    try FileManager.default.removeItem(atPath: fieldbook.files.path(of: photos[0]))
    try Data("afteR".utf8).write(to: URL(filePath: fieldbook.files.path(of: photos[1])))
    truncate(fieldbook.files.path(of: agreement.sha256), 3)
    let faults = Set(try fieldbook.check().faults)
    #expect(
      faults.isSuperset(of: [
        .differs(row.id), .revision(revision.id, revision: 1), .fileMissing(sha256: photos[0], of: sound.id),
        .fileDamaged(sha256: photos[1], of: sound.id),
        .fileDamaged(sha256: agreement.sha256, of: sound.id),
      ]))
    #expect(
      faults.contains {
        if case .unreadable(event.id, table: "event", _) = $0 { true } else { false }
      })
    #expect(faults.contains { if case .log(_, .digestDiffers) = $0 { true } else { false } })
    #expect(faults.count == 7, "\(faults)")
    #expect(try fieldbook.restore([row.id]) == [row.id])
    #expect(try fieldbook.installation(row.id) == row)
  }

  @Test(
    arguments: [
      "UPDATE ledger SET fitted_on = NULL", "UPDATE ledger SET street = '别处'",
      "UPDATE ledger SET unit_id = 'U-1'",
      "UPDATE ledger SET operators = 9223372036854775807", "UPDATE ledger SET status = 'void'",
      "DELETE FROM ledger", "DELETE FROM search", "UPDATE search SET words = 'x'",
      "UPDATE search SET unit_order = 'zz'",
    ])
  func `columns that say other than the record are found, and written anew`(sql: String) throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    func stored() throws -> [[String]] {
      try ["ledger", "search"].flatMap { table throws(FieldbookError) -> [[String]] in
        try fieldbook.database.rows("SELECT * FROM \(table)") { row in
          (0..<8).map { row.optionalText(Int32($0)) ?? "-" }
        }
      }
    }
    let before = try stored()
    #expect(try fieldbook.check().faults == [])
    try fieldbook.database.execute(sql)
    #expect(try fieldbook.check().faults == [.differs(signed.id)])
    #expect(try fieldbook.restore([signed.id]) == [signed.id])
    #expect(try fieldbook.check().faults == [])
    // The row of the search may have another number.
    #expect(try stored().map { $0.dropFirst() } == before.map { $0.dropFirst() })
    #expect(try fieldbook.page(mentioning: signed.owner.unitName.text).installations.map(\.id) == [signed.id])
  }

  @Test func `merged and split units are no fault`() throws {
    let fieldbook = try home.ready()
    let first = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let second = try Sample.signed(in: fieldbook, key: Sample.key(2))
    let units = try fieldbook.unitList(limit: 10)
    let reason = WrittenText(asKept: "同一家")
    if units.count == 1 {
      _ = try fieldbook.split([second.id], from: units[0].id, reason: reason, at: Sample.at(99))
      #expect(try fieldbook.check().faults == [])
    }
    let both = try fieldbook.unitList(limit: 10)
    try #require(both.count == 2)
    _ = try fieldbook.merge(both[1].id, into: both[0].id, reason: reason, at: Sample.at(100))
    #expect(try fieldbook.check().faults == [])
    #expect(first.id != second.id)
  }

  @Test func `finds a database that is damaged`() throws {
    var path = ""
    do {
      let fieldbook = try home.ready()
      for key in 0..<20 { try Sample.signed(in: fieldbook, key: Sample.key(UInt8(key))) }
      path = fieldbook.database.path
    }
    // The damage lies in the leaf pages at the end of the file.
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    let end = try file.seekToEnd()
    try file.seek(toOffset: end - 4_096 * 6 + 200)
    try file.write(contentsOf: Data(repeating: 0xA5, count: 12_000))
    try file.close()
    let fieldbook = try home.fieldbook()
    // Damage in a page that the check itself needs ends the check.
    let check: Fieldbook.Check
    do { check = try fieldbook.check() } catch {
      #expect(error == FieldbookError.store(.corrupt))
      return
    }
    #expect(check.faults.contains { if case .database = $0 { true } else { false } })
  }

  @Test func `keeps nobody from writing`() throws {
    let fieldbook = try home.ready()
    let first = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let other = try Fieldbook(home: home.path, busyMilliseconds: 0)
    var written = 0
    let check = try fieldbook.check { step in
      // The check is cancelled among the records, and at the first file.
      switch step {
      case .database, .records(0, _), .files(0, _):
        #expect(throws: Never.self) {
          try Sample.signed(in: other, key: Sample.key(UInt8(10 + written)))
          written += 1
        }
      default: break
      }
    }
    #expect(written == 3)
    // The check sees one state, without an installation that was opened meanwhile.
    #expect(check.installations == 1)
    #expect(check.faults == [])
    #expect(try fieldbook.list().count == 4)
    #expect(try fieldbook.installation(first.id) == first)
  }

  // MARK: - No database beside files

  @Test(arguments: ["removed", "emptied", "begun anew"])
  func `refuses to begin a new fieldbook beside files of another`(how: String) throws {
    do { try Sample.signed(in: try home.ready()) }
    let path = home.path + "/fieldbook.sqlite"
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    switch how {
    case "removed": try FileManager.default.removeItem(atPath: path)
    case "emptied": truncate(path, 0)
    default:
      let elsewhere = TestHome()
      _ = try elsewhere.fieldbook()
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: elsewhere.path + "/fieldbook.sqlite", toPath: path)
    }
    for _ in 0..<2 {
      #expect(throws: FieldbookError.databaseMissing(path: path)) { try home.fieldbook() }
    }
    #expect(FileManager.default.fileExists(atPath: path) == (how != "removed"))
  }

  // MARK: - Strangers in the folder

  @Test(arguments: [
    "fieldbook.sqlite", "fieldbook.sqlite-wal", "files", "files/incoming", "locks", "documents", "uploads",
  ])
  func `goes through no link`(name: String) throws {
    let folder = TemporaryFolder()
    let outside = folder.path
    try FileManager.default.createDirectory(atPath: home.path, withIntermediateDirectories: true)
    if name == "files/incoming" {
      try FileManager.default.createDirectory(
        atPath: home.path + "/files", withIntermediateDirectories: true)
    }
    let place = "\(home.path)/\(name)"
    for target in [outside, outside + "/not-there"] {
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
      #expect(throws: FieldbookError.strangeEntry(path: place)) { try home.fieldbook() }
      unlink(place)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == [])
    #expect(mkfifo(place, 0o600) == 0)
    #expect(throws: FieldbookError.strangeEntry(path: place)) { try home.fieldbook() }
  }

  @Test func `takes no file of another kind for a photo`() throws {
    let fieldbook = try home.ready()
    let bytes = Data("photo".utf8)
    let sha256 = try fieldbook.files.store(bytes)
    let path = fieldbook.files.path(of: sha256)
    let outside = path + ".outside"
    try bytes.write(to: URL(filePath: outside))

    unlink(path)
    #expect(symlink(outside, path) == 0)
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.contents(of: sha256) }
    // Storing the file again removes the link and leaves the link's target unchanged.
    #expect(try fieldbook.files.store(bytes) == sha256)
    #expect(FilePath(path).kind == .regular)
    #expect(try Data(contentsOf: URL(filePath: outside)) == bytes)

    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.verify(sha256) }
    unlink(path)
    #expect(mkdir(path, 0o700) == 0)
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.contents(of: sha256) }
    #expect(throws: FieldbookError.strangeEntry(path: path)) { try fieldbook.files.store(bytes) }
    rmdir(path)

    // A file of a terabyte takes no space on the disk here; its size shows that this program did not write it.
    let huge = open(path, O_RDWR | O_CREAT, 0o600)
    #expect(ftruncate(huge, 1 << 40) == 0)
    close(huge)
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.verify(sha256) }
    unlink(path)

    // The digest's folder is a link to another folder that has a file of this name.
    let folder = String(path.dropLast(65))
    #expect(rename(folder, folder + "x") == 0)
    try bytes.write(to: URL(filePath: "\(folder)x/\(sha256)"))
    #expect(symlink(folder + "x", folder) == 0)
    #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try fieldbook.files.contents(of: sha256) }
    #expect(throws: FieldbookError.strangeEntry(path: folder)) { try fieldbook.files.store(Data("photo".utf8)) }
  }
}
