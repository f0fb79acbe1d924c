import Bench
import Foundation
import Records
import Sync
import Testing

/// Checks when the originals of photos go whose small copies go before their record, and what waits for them.
@Suite struct OriginalsTests {
  /// The digests of files and the ids of records, in the order in which their delivery ended.
  private func order(_ events: [SyncEvent]) -> [String] {
    events.compactMap { event in
      switch event {
      case .fileDelivered(let sha256): sha256.hex
      case .recordFinished(let outcome): outcome.id.text
      default: nil
      }
    }
  }

  private func samples(_ count: Int, in fixture: PlatformFixture) throws -> [SampleInstallation] {
    let samples = try (1...count).map { try SampleInstallation($0, in: fixture.files, copies: true) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    return samples
  }

  private func isThere(_ files: [PendingFile], _ fixture: PlatformFixture) throws -> Bool {
    try files.allSatisfy {
      try fixture.platform.file($0.sha256.hex) == fixture.files.contents(of: $0.sha256.hex)
    }
  }

  // MARK: - Order

  @Test(arguments: OriginalsPolicy.allCases)
  func `copies go before the record and originals as the policy says`(_ policy: OriginalsPolicy) throws {
    let fixture = try PlatformFixture()
    fixture.originals = policy
    let samples = try samples(3, in: fixture)
    let plan = try fixture.syncRun().plan()
    #expect(plan.totals.originals == (policy == .never ? 0 : 6))
    let report = try fixture.run()
    #expect(report.delivered == 3 && report.pending == 0 && report.failed == 0)
    #expect(fixture.platform.installations().count == 3)
    func lines(_ files: [PendingFile]) -> [String] { files.map(\.sha256.hex) }
    let records = samples.flatMap { sample in
      lines(sample.record.files) + (policy == .always ? lines(sample.record.originals) : [])
        + [sample.id.text]
    }
    let after = policy == .later ? samples.flatMap { lines($0.record.originals) } : []
    #expect(order(fixture.events) == records + after)
    #expect(
      report.originals.map(\.original.file) == (policy == .later ? samples.flatMap(\.record.originals) : []))
    for sample in samples {
      #expect(try isThere(sample.record.files, fixture))
      #expect(fixture.platform.hasFile(sample.record.originals[0].sha256.hex) == (policy != .never))
    }
    // A second run has nothing to do, and sends no request.
    let requests = fixture.platform.requests().count
    #expect(try fixture.run().originals.isEmpty)
    #expect(fixture.platform.requests().count == requests)
  }

  @Test func `originals that stayed follow once the policy lets them`() throws {
    let fixture = try PlatformFixture()
    fixture.originals = .never
    let sample = try samples(1, in: fixture)[0]
    #expect(try fixture.run().delivered == 1)
    fixture.originals = .later
    #expect(try fixture.run().originals.map(\.reason) == [nil, nil])
    #expect(try isThere(sample.record.originals, fixture))
  }

  // MARK: - What goes wrong

  @Test func `a run that ends at any request is finished by the next and nothing is lost`() throws {
    // The whole run has some forty requests; each is the last one of a run of its own.
    for last in 1...40 {
      let fixture = try PlatformFixture()
      let samples = try samples(2, in: fixture)
      fixture.cancelAfterRequests = last
      _ = try fixture.run()
      let recordsBefore = fixture.platform.installations().count
      fixture.cancelAfterRequests = .max
      let report = try fixture.run()
      #expect(report.pending == 0 && report.failed == 0, "\(last)")
      #expect(report.originals.allSatisfy { $0.reason == nil }, "\(last)")
      #expect(recordsBefore <= fixture.platform.installations().count)
      for sample in samples {
        #expect(try isThere(sample.record.files + sample.record.originals, fixture), "\(last)")
      }
      #expect(fixture.outbox.pendingRecords().isEmpty && fixture.outbox.pendingOriginals().isEmpty, "\(last)")
    }
  }

  @Test func `an original that is gone or damaged or refused is named and the others are delivered`() throws {
    let fixture = try PlatformFixture()
    let samples = try samples(2, in: fixture)
    let (gone, damaged) = (samples[0].record.originals[0], samples[0].record.originals[1])
    fixture.originals = .never
    #expect(try fixture.run().delivered == 2)
    fixture.originals = .later
    fixture.files.faults = [
      gone.sha256: .fileMissing(name: gone.filename, sha256: gone.sha256.hex),
      damaged.sha256: .fileDamaged(name: damaged.filename, sha256: damaged.sha256.hex),
    ]
    let report = try fixture.run()
    #expect(report.failed == 0)
    #expect(report.originals.map(\.reason) == [.fileMissing, .fileDamaged, nil, nil])
    #expect(fixture.outbox.pendingOriginals().map(\.file) == [gone, damaged])
    #expect(!fixture.platform.hasFile(gone.sha256.hex))
  }

  @Test func `a network that goes away among the originals leaves every record delivered`() throws {
    let fixture = try PlatformFixture()
    let samples = try samples(3, in: fixture)
    fixture.originals = .never
    _ = try fixture.run()
    fixture.originals = .later
    fixture.platform.stop()
    let report = try fixture.run()
    #expect(report.pending == 0 && report.failed == 0 && report.stoppedBy == .unreachable)
    #expect(report.originals.map(\.reason) == Array(repeating: .unreachable, count: 6))
    #expect(fixture.outbox.pendingOriginals().count == 2 * samples.count)
  }

  @Test func `a platform that knows of no copies gets the originals that it insists on`() throws {
    let fixture = try PlatformFixture()
    let sample = try samples(1, in: fixture)[0]
    let original = sample.record.originals[0]
    let refusal = """
      {"error": {"code": "installation.incomplete", "message": "m", "missing": {"files": ["\(original.sha256.hex)"], "keys": []}}}
      """
    fixture.platform.inject(
      .reply(status: 409, mediaType: "application/json", body: refusal), method: "PUT",
      pathPrefix: "/v1/installations")
    let report = try fixture.run()
    #expect(report.delivered == 1)
    let lines = order(fixture.events)
    let record = try #require(lines.firstIndex(of: sample.id.text))
    #expect(try #require(lines.firstIndex(of: original.sha256.hex)) < record)
    #expect(report.originals.map(\.original.file) == [sample.record.originals[1]])
  }

  @Test func `a record of an earlier program waits for its photos as before`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.originals = .never
    #expect(try fixture.run().delivered == 1)
    #expect(try isThere(sample.record.files, fixture))
  }
}
