import Cryptography
import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct ContentFilesTests {
  let home = TestHome()

  @Test func `keeps the same bytes once under their digest`() throws {
    let files = try home.fieldbook().files
    let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 3) })
    let sha256 = try files.store(bytes)
    #expect(sha256 == SHA256Digest(of: bytes).hex)
    #expect(try files.store(bytes) == sha256)
    #expect(try files.contents(of: sha256) == bytes)
    #expect(try files.size(of: sha256) == 100_000)
    #expect(files.path(of: sha256) == "\(home.path)/files/\(sha256.prefix(2))/\(sha256)")
    #expect(try files.contents(of: files.store(Data())).isEmpty)
    #expect(try names(in: "files/incoming").isEmpty)
  }

  @Test func `tells a missing file from a damaged one and heals it`() throws {
    let files = try home.fieldbook().files
    let bytes = Data("photo".utf8)
    let sha256 = SHA256Digest(of: bytes).hex
    #expect(throws: FieldbookError.fileMissing(sha256: sha256)) { try files.contents(of: sha256) }
    _ = try files.store(bytes)
    for damage in ["phot0", "phot", "photos", ""] {
      try Data(damage.utf8).write(to: URL(fileURLWithPath: files.path(of: sha256)))
      #expect(throws: FieldbookError.fileDamaged(sha256: sha256)) { try files.contents(of: sha256) }
      _ = try files.store(bytes)
      #expect(try files.contents(of: sha256) == bytes)
    }
  }

  @Test(arguments: ["", "..", "../fieldbook.sqlite", String(repeating: "A", count: 64), "ab/cd"])
  func `leads nowhere else for what is no digest`(text: String) throws {
    let files = try home.fieldbook().files
    #expect(throws: FieldbookError.notADigest) { try files.contents(of: text) }
    #expect(files.path(of: text) == home.path + "/files/none")
  }

  @Test func `refuses a file that is too large`() throws {
    let files = try home.fieldbook().files
    let size = ContentFiles.maxFileBytes + 1
    #expect(throws: FieldbookError.fileTooLarge(bytes: size, largest: size - 1)) {
      try files.store(Data(count: size))
    }
  }

  @Test func `clears away what a killed process left`() throws {
    let files = try home.fieldbook().files
    _ = try files.store(Data("before".utf8))
    try Data("half".utf8).write(to: URL(fileURLWithPath: home.path + "/files/incoming/AbCdEf"))
    _ = try files.store(Data("whole".utf8))
    #expect(try names(in: "files/incoming").isEmpty)
  }

  @Test func `names the folder that cannot be made`() throws {
    let files = try home.fieldbook().files
    try Data().write(to: URL(filePath: home.path + "/files"))
    #expect(throws: FieldbookError.strangeEntry(path: home.path + "/files")) { try files.store(Data("x".utf8)) }
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/\(folder)")
  }
}

@Suite struct HomeTests {
  let home = TestHome()

  @Test func `keeps everything from the eyes of others`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    let lock = try fieldbook.lock(.sync)
    try HomeFile.write(Data("x".utf8), to: home.path + "/documents/a/b.pdf", below: home.path)
    let entries = try FileManager.default.subpathsOfDirectory(atPath: home.path)
    #expect(Set(entries).isSuperset(of: ["fieldbook.sqlite-wal", "fieldbook.sqlite-shm", "locks/sync"]))
    for entry in [""] + entries {
      var status = stat()
      #expect(lstat("\(home.path)/\(entry)", &status) == 0)
      #expect(status.st_mode & 0o777 == (status.st_mode & S_IFMT == S_IFDIR ? 0o700 : 0o600), "\(entry)")
    }
    lock?.release()
    #expect(fieldbook.entriesOpenToOthers() == (0, []))
    #expect(!fieldbook.isOpenToOthers)
  }

  @Test func `reports what others can reach`() throws {
    let fieldbook = try home.ready()
    _ = try fieldbook.files.store(Data("x".utf8))
    chmod(home.path, 0o750)
    chmod(home.path + "/files", 0o701)
    #expect(fieldbook.isOpenToOthers)
    #expect(fieldbook.entriesOpenToOthers() == (2, [home.path, home.path + "/files"]))
  }

  @Test func `opens at once from several processes`() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { [path = home.path] in try Fieldbook(home: path).codesLeft() }
      }
      for try await left in group { #expect(left == 0) }
    }
  }

  @Test func `refuses a database from the future`() throws {
    try home.fieldbook().database.execute("INSERT INTO migration VALUES (99, '0099-later')")
    #expect(throws: FieldbookError.fromTheFuture(migration: "0099-later")) { try home.fieldbook() }
  }

  @Test func `refuses a database of something else`() throws {
    try FileManager.default.createDirectory(atPath: home.path, withIntermediateDirectories: true)
    let path = home.path + "/fieldbook.sqlite"
    try Database(path: path, busyMilliseconds: 0).execute("CREATE TABLE other (x)")
    #expect(throws: FieldbookError.notAFieldbook(path: path)) { try home.fieldbook() }
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    try Data(repeating: 65, count: 4096).write(to: URL(fileURLWithPath: path))
    #expect(throws: FieldbookError.store(.notADatabase)) { try home.fieldbook() }
  }

  @Test func `names the directory that cannot be made`() throws {
    #expect(throws: FieldbookError.home(path: "/proc/weldtech", operation: .createDirectory, errno: ENOENT)) {
      try Fieldbook(home: "/proc/weldtech")
    }
    try Data().write(to: URL(fileURLWithPath: home.path))
    #expect(throws: FieldbookError.home(path: home.path, operation: .createDirectory, errno: ENOTDIR)) {
      try home.fieldbook()
    }
  }

  @Test func `applies only the migrations that are missing`() throws {
    let fieldbook = try home.ready()
    try Sample.signed(in: fieldbook)
    let later = Migration.all + [Migration(name: "0099-test", script: "CREATE TABLE extra (x) STRICT")]
    #expect(throws: FieldbookError.self) { try Migration.apply(later, to: fieldbook.database, path: "") }
    #expect(try fieldbook.list().count == 1)
    let good = Migration.all + [Migration(name: "0099-test", script: "CREATE TABLE extra (x INT) STRICT")]
    for _ in 0..<2 { try Migration.apply(good, to: fieldbook.database, path: "") }
    #expect(try fieldbook.database.first("SELECT count(*) FROM migration") { $0.integer(0) } == good.count)
  }

  /// Each migration has a fixture: a database as the program of that time left it.
  @Test(arguments: [
    "0001-fieldbook", "0002-labels", "0003-modules", "0004-label-texts", "0005-evidence", "0006-inspections",
    "0007-carried-over", "0008-photo-marks", "0009-photo-copies", "0010-drafts", "0011-timestamps",
    "0012-ledger", "0013-search", "0014-rare-events", "0015-set-aside", "0016-queued-bytes",
  ])
  func `reads a database of each age`(name: String) throws {
    try FileManager.default.createDirectory(atPath: home.path, withIntermediateDirectories: true)
    let script = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Fieldbook/\(name).sql"), encoding: .utf8)
    let path = home.path + "/fieldbook.sqlite"
    try Database(path: path, busyMilliseconds: 0).execute(script)
    let fieldbook = try home.fieldbook()
    let surveyed = name >= "0013" ? 1 : 0
    #expect(try fieldbook.verifyLog().entries == (name >= "0009" ? 16 : name >= "0006" ? 14 : 13) + surveyed)
    let retired = name >= "0009" ? 2 : 1
    var counts: [Installation.Status: Int] = [.delivered: 1, .open: 1, .retired: retired]
    if surveyed > 0 { counts[.surveyed] = surveyed }
    #expect(try fieldbook.counts() == counts)
    #expect(try fieldbook.visited().map(\.inspections) == (name >= "0006" ? [1] : []))
    #expect(try fieldbook.visited().first?.unitName == (name >= "0006" ? "树林召汽修" : nil))
    #expect(
      try fieldbook.totals().recordBytes == fieldbook.pendingRecords().reduce(0) { $0 + $1.body.count })
    #expect(try fieldbook.setAsideCount() == (name >= "0015" ? 1 : 0))
    #expect(try fieldbook.conflicts().map(\.unitName) == (name >= "0007" ? ["展旦召钢构"] : []))
    #expect(try fieldbook.rebuild() == .init(installations: 2 + retired + surveyed, repaired: []))
    // A photo without a copy is sent before its record, and the original of a photo with a copy after the
    // record.
    #expect(try fieldbook.pendingRecords().map(\.files.count) == (name >= "0009" ? [1, 1] : [1]))
    #expect(try fieldbook.pendingRecords().map(\.originals.count) == (name >= "0009" ? [0, 1] : [0]))
    #expect(try fieldbook.setup().technician?.company == "达旗焊安")
    #expect(try fieldbook.codesLeft() == 3)
    let label = try fieldbook.label(of: Sample.code("00A000"))
    #expect(label.state == .printed && label.payload == "https://mashanghan.example/w/150621-00A000-X")
    #expect(label.events.map(\.name) == [.printed])
    let labels = try fieldbook.labelCounts()
    #expect(labels.isBalanced && labels.bound == 1 && labels.printedElsewhere == 0)
    #expect(labels.spoiled == (name == "0001-fieldbook" ? 0 : 1))
    let modules = name >= "0003" ? ["WT-5354-0001"] : []
    // The texts of a label from before texts were stored are not known.
    #expect(label.texts == (name >= "0004" ? ["unitName": "示例焊接铺"] : nil))
    let files = ["150621-ZZZZZZ-0.png": String(repeating: "ab", count: 32)]
    #expect(try fieldbook.finishedOrder(output: "/kept", digest: "d")?.files == (name >= "0004" ? files : nil))
    #expect(try fieldbook.stockedModules().map(\.serialNumber) == modules)
    // A photo without marks, or with marks of an earlier method, gets its marks when the next photo is
    // attached.
    let photos = try fieldbook.database.first("SELECT count(*) FROM photo_use") { $0.integer(0) } ?? 0
    #expect(try fieldbook.photosWithoutMarks().count == photos - (name >= "0009" ? 1 : 0))
    let drafts = try fieldbook.drafts()
    #expect(drafts.map(\.number) == (name >= "0010" ? [3] : []))
    #expect(drafts.allSatisfy { $0.answers.values["owner.unitName"] == "白泥井示例农机修理部" })
    let timestamps = try fieldbook.pendingTimestamps()
    #expect(timestamps.map(\.file.bytes) == (name >= "0011" ? [2234] : []))
    // The ledger is filled from records of each age.
    let rows = "SELECT count(*) FROM ledger WHERE street IS NOT NULL AND recorded_on IS NOT NULL"
    #expect(try fieldbook.database.first(rows) { $0.integer(0) } == 2 + retired + surveyed)
    // The values of records are offered whatever the records' age, and two units that were merged are one unit.
    let unitCount = name >= "0009" ? 4 : 3
    #expect(try fieldbook.units(limit: 9).count == unitCount)
    #expect(try fieldbook.unitList(limit: 9).count == unitCount)
    #expect(try fieldbook.page(mentioning: "树林召汽修").installations.map(\.status) == [.delivered])
    let lists = try fieldbook.surveyedWelders(withPhones: ["13800000013"])
    #expect(lists.welders.map(\.row.owner.unitName) == (surveyed > 0 ? ["中和西示例铁艺店"] : []))
    if surveyed > 0 {
      #expect(throws: FieldbookError.blockGiven(Sample.block("00B000", 50))) {
        try fieldbook.addBlock(Sample.block("00B000", 1))
      }
    }
    #expect(try fieldbook.keep(.init(), asDraft: nil, at: Sample.at(0)) == (name >= "0010" ? 4 : 1))
  }

  @Test func `locks one sync and one walk at a time`() throws {
    let fieldbook = try home.fieldbook()
    let id = Sample.id()
    let sync = try #require(try fieldbook.lock(.sync))
    defer { sync.release() }
    #expect(try home.fieldbook().lock(.sync) == nil)
    let walk = try #require(try fieldbook.lock(.installation(id)))
    #expect(try fieldbook.lock(.installation(id)) == nil)
    #expect(try fieldbook.lock(.installation(Sample.id())) != nil)
    walk.release()
    walk.release()
    let again = try #require(try fieldbook.lock(.installation(id)))
    again.release()
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/locks") == ["sync"])
  }
}
