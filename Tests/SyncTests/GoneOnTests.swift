import Bench
import Cryptography
import Foundation
import Records
import Sync
import TestSupport
import Testing

/// Checks runs where the platform's record has newer revisions: the waiting revisions are built on it anew in
/// the same run, or there is a conflict.
@Suite struct GoneOnTests {
  private let fixture: PlatformFixture
  private let sample: SampleInstallation
  /// The platform's second revision, which this laptop does not know.
  private let theirs: PendingRecord

  init() throws {
    fixture = try PlatformFixture()
    sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    theirs = try sample.next(after: sample.record)
    fixture.outbox.enqueue(theirs)
    _ = try fixture.run()
  }

  /// A revision of this laptop with the same number as the platform's.
  private func mine(_ remark: String = "mine", after previous: PendingRecord? = nil) throws -> PendingRecord {
    let next = try sample.next(after: previous ?? sample.record)
    let body = Data(
      String(decoding: next.body, as: UTF8.self).replacing("\"remarks\":\"", with: "\"remarks\":\"\(remark) ")
        .utf8)
    return PendingRecord(
      id: sample.id, code: sample.code, revision: next.revision, body: body, sha256: SHA256Digest(of: body).hex,
      previousSha256: next.previousSha256, files: [])
  }

  @Test func `what waits is built on the platform's record and delivered in the same run`() throws {
    let (first, second) = (try mine(), try mine("more"))
    for record in [first, second] { fixture.outbox.enqueue(record) }
    let third = try mine("third", after: theirs)
    let fourth = try mine("fourth", after: third)
    fixture.outbox.rebuilds = [.revisions([third, fourth])]
    let report = try fixture.run()
    #expect(report.outcomes.map(\.outcome) == [.delivered] && report.outcomes.count == 1)
    #expect(fixture.platform.installations().map(\.sha256) == [fourth.sha256])
    #expect(fixture.outbox.pendingRecords().isEmpty && fixture.outbox.conflicts.isEmpty)
    // The second of the revisions that were replaced was never sent.
    #expect(
      fixture.outbox.marks.suffix(6) == [
        "attempted record 2", "rebuilt", "attempted record 3", "acknowledged record 3", "attempted record 4",
        "acknowledged record 4",
      ])
    #expect(fixture.events.last == .recordFinished(report.outcomes[0]))
  }

  @Test func `a platform that goes on once more in between is followed`() throws {
    fixture.outbox.enqueue(try mine())
    let stale = try mine("stale")
    let good = try mine("good", after: theirs)
    fixture.outbox.rebuilds = [.revisions([stale]), .revisions([good])]
    // The two requests for the platform's record get different bytes.
    fixture.platform.inject(
      .reply(
        status: 200, mediaType: "application/json", body: String(decoding: theirs.body, as: UTF8.self) + "\n"),
      method: "GET", pathPrefix: "/v1/installations/")
    #expect(try fixture.run().outcomes.map(\.outcome) == [.delivered])
    #expect(fixture.platform.installations().map(\.sha256) == [good.sha256])
  }

  @Test func `a platform that always goes on leaves it for the next run`() throws {
    fixture.outbox.enqueue(try mine())
    fixture.outbox.rebuilds = try (0..<9).map { .revisions([try mine("stale \($0)")]) }
    for number in 0..<9 {
      fixture.platform.inject(
        .reply(status: 200, mediaType: "application/json", body: "{\"number\":\(number)}"), method: "GET",
        pathPrefix: "/v1/installations/")
    }
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.overtaken] && report.outcomes.map(\.outcome) == [.pending])
    #expect(fixture.outbox.conflicts.isEmpty)
  }

  @Test func `a platform that has no other record and takes none is a conflict, once`() throws {
    fixture.outbox.enqueue(try mine())
    fixture.outbox.rebuilds = try (0..<9).map { .revisions([try mine("stale \($0)")]) }
    let before = fixture.requests("GET /v1/installations")
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.conflict] && report.failed == 1)
    #expect(fixture.outbox.conflicts == [sample.id] && fixture.requests("GET /v1/installations") == before + 2)
  }

  @Test func `a conflict and damage stop nothing else`() throws {
    let other = try SampleInstallation(2, in: fixture.files)
    fixture.outbox.enqueue(try mine())
    other.enqueue(in: fixture.outbox)
    var report = try fixture.run()
    #expect(
      report.outcomes.map(\.reason) == [.conflict, nil] && report.outcomes.map(\.id) == [sample.id, other.id])
    fixture.outbox.rebuilds = [.damaged(.entry(seq: 3))]
    report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.recordDamaged])
    #expect(try fixture.platform.record(sample.id.text) == theirs.body)
  }

  @Test func `a platform that is gone when its record is asked for leaves all as it was`() throws {
    fixture.outbox.enqueue(try mine())
    fixture.outbox.rebuilds = [.revisions([])]
    fixture.platform.inject(.portal, method: "GET", pathPrefix: "/v1/installations/", times: 9)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.notThePlatform])
    #expect(fixture.outbox.pendingRecords().count == 1 && fixture.outbox.rebuilds.count == 1)
  }
}
