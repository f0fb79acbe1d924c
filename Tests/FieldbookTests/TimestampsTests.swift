import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks the timestamps of sealed agreements, which are files of their own beside the record.
@Suite struct TimestampsTests {
  let home = TestHome()
  private let token = Data("a token".utf8)

  /// Makes a signed record, and returns its id and the digest of its agreement.
  private func signed(_ fieldbook: Fieldbook) throws -> (id: InstallationID, agreement: String) {
    let installation = try Sample.signed(in: fieldbook)
    return (installation.id, try #require(installation.agreement?.sha256))
  }

  private func deliver(_ fieldbook: Fieldbook) throws {
    for record in try fieldbook.pendingRecords() {
      for file in record.files {
        try fieldbook.acknowledge(file: file.sha256, of: record.id, at: Sample.at(90))
      }
      for key in try fieldbook.pendingKeys() { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(90)) }
      try fieldbook.acknowledge(
        record: record.id, revision: record.revision, sha256: record.sha256, at: Sample.at(91))
    }
  }

  @Test func `a token follows its record and no record waits for it`() throws {
    let fieldbook = try home.ready()
    let (id, agreement) = try signed(fieldbook)
    #expect(try fieldbook.agreementsWithoutTimestamp().isEmpty)
    for _ in 0..<2 { try fieldbook.noteSealed(agreement: agreement, of: id) }
    #expect(
      try fieldbook.agreementsWithoutTimestamp() == [.init(installation: id, agreement: agreement)])
    #expect(try fieldbook.queueSummary().timestampsMissing == 1)

    try fieldbook.keep(timestamp: token, time: 1_795_000_000, of: agreement)
    // The first token stays.
    try fieldbook.keep(timestamp: Data("another".utf8), time: 1_795_000_009, of: agreement)
    let kept = try #require(try fieldbook.timestamp(of: agreement))
    #expect(try fieldbook.files.contents(of: kept.sha256) == token)
    #expect(kept.time == 1_795_000_000 && !kept.isDelivered)
    #expect(try fieldbook.agreementsWithoutTimestamp().isEmpty && fieldbook.pendingTimestamps().isEmpty)
    let summary = try fieldbook.queueSummary()
    #expect(summary.timestamps == 1 && summary.timestampsMissing == 0)

    try deliver(fieldbook)
    #expect(try fieldbook.queueSummary().isEmpty)
    let pending = try #require(try fieldbook.pendingTimestamps().first)
    #expect(pending.installation == id && pending.agreement.hex == agreement)
    #expect(pending.file.sha256.hex == kept.sha256 && pending.file.bytes == token.count)
    #expect(try fieldbook.fault(of: pending) == nil)
    let again = try home.fieldbook()
    for _ in 0..<2 {
      try again.acknowledge(timestamp: pending.file.sha256, of: pending.agreement, at: Sample.at(92))
    }
    #expect(try again.pendingTimestamps().isEmpty)
    #expect(try again.timestamp(of: agreement)?.isDelivered == true)
    #expect(throws: FieldbookError.fileMissing(sha256: agreement)) {
      try again.acknowledge(timestamp: pending.agreement, of: pending.agreement, at: Sample.at(93))
    }
  }

  @Test func `a seal that no record came to name gets no timestamp`() throws {
    let fieldbook = try home.ready()
    let (id, agreement) = try signed(fieldbook)
    let other = String(repeating: "cd", count: 32)
    try fieldbook.noteSealed(agreement: other, of: id)
    #expect(try fieldbook.agreementsWithoutTimestamp().isEmpty)
    #expect(try fieldbook.queueSummary().timestampsMissing == 0)
    #expect(throws: FieldbookError.fileMissing(sha256: agreement)) {
      try fieldbook.keep(timestamp: token, time: 1, of: agreement)
    }
  }

  @Test func `a damaged token is found by the check and not delivered`() throws {
    let fieldbook = try home.ready()
    let (id, agreement) = try signed(fieldbook)
    try fieldbook.noteSealed(agreement: agreement, of: id)
    try fieldbook.keep(timestamp: token, time: 1, of: agreement)
    try deliver(fieldbook)
    #expect(try fieldbook.check().faults.isEmpty)
    let kept = try #require(try fieldbook.timestamp(of: agreement))
    try Data("a forged token".utf8).write(to: URL(filePath: fieldbook.files.path(of: kept.sha256)))
    #expect(try fieldbook.check().faults == [.fileDamaged(sha256: kept.sha256, of: id)])
    let pending = try #require(try fieldbook.pendingTimestamps().first)
    #expect(
      try fieldbook.fault(of: pending) == .fileDamaged(name: "agreement.tst", sha256: kept.sha256))
  }
}
