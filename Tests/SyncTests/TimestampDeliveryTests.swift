import Bench
import Cryptography
import Foundation
import Records
import Sync
import TestSupport
import Testing

/// Checks the delivery of the timestamps of agreements, which follow their records.
@Suite struct TimestampDeliveryTests {
  /// Queues samples, each with a token of its agreement.
  private func samples(_ count: Int, in fixture: PlatformFixture) throws -> [SampleInstallation] {
    try (1...count).map { number in
      let sample = try SampleInstallation(number, in: fixture.files, copies: true)
      sample.enqueue(in: fixture.outbox)
      fixture.outbox.timestamps.append(try timestamp(of: sample, in: fixture))
      return sample
    }
  }

  private func timestamp(of sample: SampleInstallation, in fixture: PlatformFixture) throws -> PendingTimestamp
  {
    let agreement = try #require(sample.record.files.last)
    let token = Data("token of \(agreement.sha256)".utf8)
    return PendingTimestamp(
      installation: sample.id, agreement: agreement.sha256,
      file: PendingFile(
        sha256: try #require(FileDigest(fixture.files.store(token))), bytes: token.count,
        filename: "agreement.tst"))
  }

  /// The timestamp of an agreement, as the platform returns it.
  private func given(_ timestamp: PendingTimestamp, _ fixture: PlatformFixture) -> Data? {
    fixture.platform.timestamp(of: timestamp.agreement.hex)
  }

  @Test func `a timestamp goes after its record and is found by the agreement`() throws {
    let fixture = try PlatformFixture()
    let samples = try samples(2, in: fixture)
    let waiting = fixture.outbox.timestamps
    #expect(try fixture.syncRun().plan().totals.timestamps == 0)
    let report = try fixture.run()
    #expect(report.delivered == 2 && report.timestamps.map(\.reason) == [nil, nil])
    #expect(report.timestamps.map(\.timestamp) == waiting && fixture.outbox.timestamps.isEmpty)
    let order = fixture.events.compactMap { event in
      switch event {
      case .recordFinished: "record"
      case .timestampFinished: "timestamp"
      case .originalFinished: "original"
      default: nil
      }
    }
    #expect(
      order == ["record", "record", "timestamp", "timestamp", "original", "original", "original", "original"])
    for timestamp in waiting {
      #expect(try fixture.files.contents(of: timestamp.file.sha256.hex) == given(timestamp, fixture))
    }
    // The records are the bytes that they were closed with.
    for sample in samples { #expect(try fixture.platform.record(sample.id.text) == sample.record.body) }
    let requests = fixture.platform.requests().count
    #expect(try fixture.run().timestamps.isEmpty && fixture.platform.requests().count == requests)
  }

  @Test func `a timestamp that comes later is delivered without its record`() throws {
    let fixture = try PlatformFixture()
    fixture.originals = .never
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    #expect(try fixture.run().delivered == 1)
    let puts = fixture.requests("PUT")
    let late = try timestamp(of: sample, in: fixture)
    fixture.outbox.timestamps = [late]
    #expect(try fixture.syncRun().plan().totals.timestamps == 1)
    #expect(try fixture.run().timestamps.map(\.reason) == [nil])
    #expect(fixture.requests("PUT") == puts)
    #expect(try fixture.files.contents(of: late.file.sha256.hex) == given(late, fixture))
  }

  @Test func `a timestamp that is lost or damaged holds back nothing`() throws {
    let fixture = try PlatformFixture()
    let samples = try samples(3, in: fixture)
    let timestamps = fixture.outbox.timestamps
    fixture.files.lose(timestamps[0].file.sha256)
    let fault = EvidenceFault.fileDamaged(name: "agreement.tst", sha256: timestamps[1].file.sha256.hex)
    fixture.files.faults[timestamps[1].file.sha256] = fault
    let report = try fixture.run()
    #expect(report.delivered == samples.count && report.failed == 0)
    #expect(report.timestamps.map(\.reason) == [.fileMissing, .fileDamaged, nil])
    #expect(fixture.outbox.timestamps == Array(timestamps.prefix(2)))
  }

  @Test func `a run that ends at any request is finished by the next`() throws {
    for last in 1...30 {
      let fixture = try PlatformFixture()
      fixture.originals = .never
      _ = try samples(1, in: fixture)
      let timestamp = try #require(fixture.outbox.timestamps.first)
      fixture.cancelAfterRequests = last
      _ = try fixture.run()
      fixture.cancelAfterRequests = .max
      let report = try fixture.run()
      #expect(report.pending == 0 && report.failed == 0 && fixture.outbox.timestamps.isEmpty, "\(last)")
      let token = try fixture.files.contents(of: timestamp.file.sha256.hex)
      #expect(given(timestamp, fixture) == token, "\(last)")
    }
  }
}
