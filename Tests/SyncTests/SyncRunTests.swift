import Bench
import Cryptography
import Foundation
import Records
import Sync
import Testing

@Suite struct SyncRunTests {
  @Test func deliversKeyThenFilesThenRecordWhenAllIsWell() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: 600_000)
    sample.enqueue(in: fixture.outbox)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.outcome) == [.delivered])
    #expect(report.keys.map(\.reason) == [nil])
    #expect(report.stoppedBy == nil)
    #expect(fixture.outbox.pendingKeys().isEmpty && fixture.outbox.pendingRecords().isEmpty)
    #expect(
      fixture.outbox.marks == [
        "attempted key", "acknowledged key", "attempted record 1", "acknowledged file", "acknowledged file",
        "acknowledged file", "acknowledged record 1",
      ])
    #expect(try fixture.platform.record(sample.id.text) == sample.record.body)
    for file in sample.record.files {
      #expect(try fixture.platform.file(file.sha256) == fixture.files.contents(of: file.sha256))
    }
    #expect(try fixture.platform.keyIds() == [sample.keyId])
    #expect(fixture.uploads.addresses.isEmpty)
    #expect(fixture.pauses.isEmpty)
  }

  @Test func deliversTwiceWithoutHarmWhenTheAnswerIsLost() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    for (method, path) in [
      ("PUT", "/v1/keys"), ("POST", "/v1/files"), ("PATCH", "/v1/files"), ("PUT", "/v1/inst"),
    ] {
      fixture.platform.inject(.lostReply, method: method, pathPrefix: path)
    }
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.platform.installations().map(\.sha256) == [sample.record.sha256])
  }
}
