import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct OutboxTests {
  let home = TestHome()

  @Test func `delivers a record only after its keys and files`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let record = try #require(try fieldbook.pendingRecords().first)
    let key = try #require(try fieldbook.pendingKeys().first)
    #expect(
      try fieldbook.queueSummary()
        == .init(
          records: 1, files: 4, fileBytes: record.files.map(\.bytes).reduce(0, +), originals: 0,
          originalBytes: 0, keys: 1, timestamps: 0, timestampsMissing: 0))
    try fieldbook.markAttempted(key: key.keyID, at: Sample.at(10))
    try fieldbook.markAttempted(record: signed.id, revision: 1, at: Sample.at(10))
    #expect(throws: FieldbookError.stillPending(signed.id, keys: 1, files: 4)) {
      try fieldbook.acknowledge(record: signed.id, revision: 1, sha256: record.sha256, at: Sample.at(11))
    }
    try fieldbook.acknowledge(key: key.keyID, at: Sample.at(11))
    for file in record.files.dropLast() {
      try fieldbook.acknowledge(file: file.sha256, of: signed.id, at: Sample.at(11))
    }
    #expect(try fieldbook.pendingRecords().first?.files == Array(record.files.suffix(1)))
    #expect(throws: FieldbookError.stillPending(signed.id, keys: 0, files: 1)) {
      try fieldbook.acknowledge(record: signed.id, revision: 1, sha256: record.sha256, at: Sample.at(11))
    }
    try fieldbook.acknowledge(file: record.files.last!.sha256, of: signed.id, at: Sample.at(11))
    #expect(throws: FieldbookError.digestDiffers(signed.id, revision: 1)) {
      try fieldbook.acknowledge(record: signed.id, revision: 1, sha256: key.keyID, at: Sample.at(11))
    }
    #expect(throws: FieldbookError.revisionUnknown(signed.id, revision: 2)) {
      try fieldbook.acknowledge(record: signed.id, revision: 2, sha256: record.sha256, at: Sample.at(11))
    }
    #expect(try fieldbook.installation(signed.id).status == .closed)
    for _ in 0..<2 {
      try fieldbook.acknowledge(record: signed.id, revision: 1, sha256: record.sha256, at: Sample.at(12))
      try fieldbook.acknowledge(key: key.keyID, at: Sample.at(12))
    }
    #expect(try fieldbook.queueSummary().isEmpty)
    #expect(try fieldbook.installation(signed.id).status == .delivered)
    #expect(try fieldbook.list(status: .delivered).map(\.id) == [signed.id])
    #expect(try fieldbook.counts() == [.delivered: 1])
    #expect(try fieldbook.closedRecord(signed.id, revision: 1)?.body == record.body)
    #expect(try fieldbook.rebuild().repaired == [])
    #expect(throws: FieldbookError.refused(.closed)) {
      try fieldbook.append(.tested(Sample.report()), to: signed.id, by: Sample.technician, at: Sample.at(13))
    }
  }

  @Test func `lists keys and records in the order they came about`() throws {
    let fieldbook = try home.ready()
    let open = Sample.id()
    _ = try fieldbook.open(open, Sample.registered(), at: Sample.at(0))
    let keys = (1...4).map { Sample.key($0) }
    try fieldbook.prepare(keys[0], for: open, moduleSerial: "M-0")
    try fieldbook.markCommitted(keyID: keys[0].keyID, for: open, moduleSerial: "M-0")
    let first = try Sample.signed(in: fieldbook, key: keys[1], at: 10)
    let second = try Sample.signed(in: fieldbook, key: keys[2], at: 20)
    try fieldbook.prepare(keys[3], for: open, moduleSerial: "M-3")
    #expect(try fieldbook.pendingKeys().map(\.keyID) == keys[..<3].map(\.keyID))
    #expect(try fieldbook.pendingKeys().map(\.installation) == [open, first.id, second.id])
    #expect(try fieldbook.pendingRecords().map(\.id) == [first.id, second.id])
  }

  @Test func `does not send a file again with the next revision`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    for file in try fieldbook.pendingRecords()[0].files {
      try fieldbook.acknowledge(file: file.sha256, of: signed.id, at: Sample.at(3))
    }
    _ = try fieldbook.append(.voided(reason: "x"), to: signed.id, by: Sample.technician, at: Sample.at(4))
    #expect(try fieldbook.pendingRecords().map(\.files.count) == [0, 0])
  }

  @Test func `refuses to acknowledge what is not in the queue`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let key = Sample.key(1)
    try fieldbook.prepare(key, for: id, moduleSerial: "M-1")
    #expect(throws: FieldbookError.keyUnknown(keyID: key.keyID)) {
      try fieldbook.acknowledge(key: key.keyID, at: Sample.at(1))
    }
    let foreign = try #require(FileDigest(String(repeating: "0", count: 64)))
    #expect(throws: FieldbookError.fileMissing(sha256: foreign.hex)) {
      try fieldbook.acknowledge(file: foreign, of: id, at: Sample.at(1))
    }
    #expect(throws: FieldbookError.revisionUnknown(id, revision: 1)) {
      try fieldbook.markAttempted(record: id, revision: 1, at: Sample.at(1))
    }
  }
}

@Suite struct PairingKeysTests {
  let home = TestHome()
  let id = Sample.id()

  private func opened() throws -> Fieldbook {
    let fieldbook = try home.ready()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    return fieldbook
  }

  @Test func `keeps a key before it is sent`() throws {
    let fieldbook = try opened()
    #expect(try fieldbook.key(for: id, moduleSerial: "M-1") == nil)
    let key = Sample.key(1)
    try fieldbook.prepare(key, for: id, moduleSerial: "M-1")
    let kept = try #require(try home.fieldbook().key(for: id, moduleSerial: "M-1"))
    #expect(kept.keyID == key.keyID)
    #expect(kept.secret?.bytes == key.bytes)
    #expect(!kept.isCommitted)
    #expect(try fieldbook.key(for: id, moduleSerial: "M-2") == nil)
    #expect(try fieldbook.pendingKeys().isEmpty)
  }

  @Test func `replaces a key that was never committed and keeps one that was`() throws {
    let fieldbook = try opened()
    let (first, second, third) = (Sample.key(1), Sample.key(2), Sample.key(3))
    try fieldbook.prepare(first, for: id, moduleSerial: "M-1")
    try fieldbook.prepare(second, for: id, moduleSerial: "M-1")
    #expect(throws: FieldbookError.keyUnknown(keyID: first.keyID)) {
      try fieldbook.markCommitted(keyID: first.keyID, for: id, moduleSerial: "M-1")
    }
    try fieldbook.markCommitted(keyID: second.keyID, for: id, moduleSerial: "M-1")
    try fieldbook.markCommitted(keyID: second.keyID, for: id, moduleSerial: "M-1")
    try fieldbook.prepare(third, for: id, moduleSerial: "M-1")
    #expect(try fieldbook.key(for: id, moduleSerial: "M-1")?.keyID == third.keyID)
    #expect(try fieldbook.pendingKeys().map(\.keyID) == [second.keyID])
    #expect(try fieldbook.secret(ofKey: second.keyID) == second.bytes)
  }

  @Test func `refuses a key of another installation or of none`() throws {
    let fieldbook = try opened()
    let other = Sample.id()
    let key = Sample.key(1)
    #expect(throws: FieldbookError.notFound(other.text)) {
      try fieldbook.prepare(key, for: other, moduleSerial: "M-1")
    }
    _ = try fieldbook.open(other, Sample.registered(), at: Sample.at(0))
    try fieldbook.prepare(key, for: id, moduleSerial: "M-1")
    try fieldbook.prepare(key, for: id, moduleSerial: "M-1")
    #expect(throws: FieldbookError.keyInUse(keyID: key.keyID, by: id)) {
      try fieldbook.prepare(key, for: other, moduleSerial: "M-1")
    }
  }

  @Test func `keeps the secret of a delivered key while steps need it`() throws {
    let fieldbook = try opened()
    let key = Sample.key(1)
    try fieldbook.prepare(key, for: id, moduleSerial: "M-1")
    try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: "M-1")
    try fieldbook.acknowledge(key: key.keyID, at: Sample.at(1))
    #expect(try fieldbook.pendingKeys().isEmpty)
    #expect(try fieldbook.key(for: id, moduleSerial: "M-1")?.secret?.bytes == key.bytes)
  }

  @Test func `nothing of a group is kept once SQLite has rolled it back by itself`() throws {
    let fieldbook = try home.ready()
    let id = try Sample.signed(in: fieldbook).id
    let file = try #require(try fieldbook.pendingRecords().first?.files.first)
    var failures: [FieldbookError] = []
    let failure = #expect(throws: FieldbookError.self) {
      try fieldbook.together {
        try? fieldbook.acknowledge(file: file.sha256, of: id, at: Sample.at(1))
        // SQLite itself rolls back where a disk is full, or cannot be read.
        try? fieldbook.database.execute("ROLLBACK")
        for _ in 0..<2 {
          do throws(FieldbookError) {
            try fieldbook.acknowledge(file: file.sha256, of: id, at: Sample.at(2))
          } catch { failures.append(error) }
        }
      }
    }
    #expect(failures.count == 2 && failures.allSatisfy { $0 == failure })
    #expect(try fieldbook.pendingRecords().first?.files.first == file)
    // The next group is a new transaction.
    try fieldbook.together { try? fieldbook.acknowledge(file: file.sha256, of: id, at: Sample.at(3)) }
    #expect(try fieldbook.pendingRecords().first?.acknowledgedFiles.contains(file) == true)
  }

  @Test(arguments: [true, false])
  func `leaves no byte of a secret on disk once it is forgotten`(acknowledgedFirst: Bool) throws {
    let fieldbook = try home.ready()
    let key = Sample.key(0x5a)
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: key)
    _ = try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(1))
    #expect(try onDisk().contains { $0.range(of: Data(key.bytes)) != nil })
    if acknowledgedFirst { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(2)) }
    _ = try fieldbook.append(
      .signed(try Sample.agreement(in: fieldbook)), to: id, by: Sample.technician, at: Sample.at(3))
    if !acknowledgedFirst { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(4)) }
    let kept = try #require(try fieldbook.key(for: id, moduleSerial: "M-1"))
    #expect(kept.keyID == key.keyID)
    #expect(kept.secret == nil)
    #expect(kept.isCommitted)
    #expect(try fieldbook.secret(ofKey: key.keyID) == nil)
    #expect(try onDisk().allSatisfy { $0.range(of: Data(key.bytes)) == nil })
  }

  private func onDisk() throws -> [Data] {
    try ["", "-wal", "-shm"].map {
      try Data(contentsOf: URL(fileURLWithPath: home.path + "/fieldbook.sqlite" + $0))
    }
  }
}
