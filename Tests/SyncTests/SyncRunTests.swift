import Bench
import Cryptography
import Foundation
import Records
import Sync
import Synchronization
import TestSupport
import Testing

@Suite struct SyncRunTests {
  @Test func `delivers key then files then record when all is well`() throws {
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
      #expect(try fixture.platform.file(file.sha256.hex) == fixture.files.contents(of: file.sha256.hex))
    }
    #expect(try fixture.platform.keyIds() == [sample.keyID])
    #expect(fixture.uploads.addresses.isEmpty)
    #expect(fixture.pauses.isEmpty)
  }

  @Test func `delivers twice without harm when the answer is lost`() throws {
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

// MARK: - Records and each other

@Suite struct SyncRunOrderTests {
  @Test func `delivers the others when one record is bad`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...3).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    fixture.files.lose(samples[1].record.files[0].sha256)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.id) == samples.map(\.id))
    #expect(report.outcomes.map(\.outcome) == [.delivered, .failed, .delivered])
    #expect(report.outcomes[1].reason == .fileMissing)
    let name = samples[1].record.files[0].filename
    #expect(fixture.outbox.setAside[samples[1].id]?.detail == name)
    #expect((report.delivered, report.pending, report.failed) == (2, 0, 1))
    #expect(fixture.outbox.pendingRecords().map(\.id) == [samples[1].id])
  }

  @Test func `keeps a record back when its key is not acknowledged`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    fixture.platform.inject(.failure(status: 422), method: "PUT", pathPrefix: "/v1/keys/\(samples[0].keyID)")
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.keyPending, nil])
    #expect(report.keys.map(\.reason) == [.refused, nil])
    #expect(fixture.outbox.pendingKeys().map(\.keyID) == [samples[0].keyID])
  }

  @Test func `says so when a key was forgotten before it was delivered`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.outbox.forgetSecret(of: sample.keyID)
    let report = try fixture.run()
    #expect(report.keys.map(\.reason) == [.keyMissing])
    #expect(report.outcomes.map(\.reason) == [.keyPending])
  }

  @Test func `sends revisions in order and reports them as one record`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let second = try sample.next(after: sample.record)
    let third = try sample.next(after: second)
    fixture.outbox.enqueue(second)
    fixture.outbox.enqueue(third)
    #expect(try fixture.run().outcomes.map(\.outcome) == [.delivered])
    #expect(fixture.platform.installations().map(\.revision) == [3])
    #expect(fixture.platform.installations().map(\.sha256) == [third.sha256])
  }

  @Test func `holds later revisions back when an earlier one is not acknowledged`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.outbox.enqueue(try sample.next(after: sample.record))
    fixture.platform.inject(.portal, method: "PUT", pathPrefix: "/v1/installations")
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.notThePlatform])
    #expect(fixture.requests("PUT /v1/installations") == 1)
    #expect(fixture.events.contains(.recordFinished(report.outcomes[0])))
  }

  @Test func `overwrites nothing when the platform has another revision`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    #expect(try fixture.run().delivered == 1)
    let elsewhere = try sample.next(after: sample.record)
    fixture.outbox.enqueue(elsewhere)
    #expect(try fixture.run().delivered == 1)
    let here = PendingRecord(
      id: sample.id, code: sample.code, revision: 2, body: elsewhere.body + Data(" ".utf8),
      sha256: SHA256Digest(of: elsewhere.body + Data(" ".utf8)).hex, previousSha256: sample.record.sha256,
      files: [])
    fixture.outbox.enqueue(here)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.conflict])
    #expect(report.failed == 1)
    #expect(try fixture.platform.record(sample.id.text) == elsewhere.body)
  }

  @Test func `waits for the laptop whose record was taken over from an archive, without a conflict`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    let mine = try sample.next(after: sample.record)
    fixture.outbox.enqueue(mine)
    fixture.outbox.adopted = [sample.id]
    var report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.predecessorElsewhere])
    #expect(report.outcomes.map(\.outcome) == [.pending])
    #expect(fixture.outbox.conflicts.isEmpty)
    // The platform has an earlier revision than the one that was taken over.
    let other = try PlatformFixture()
    let theirs = try SampleInstallation(2, in: other.files)
    theirs.enqueue(in: other.outbox)
    #expect(try other.run().delivered == 1)
    other.outbox.enqueue(try theirs.next(after: theirs.next(after: theirs.record)))
    other.outbox.rebuilds = [.waits]
    report = try other.run()
    #expect(report.outcomes.map(\.reason) == [.predecessorElsewhere] && other.outbox.conflicts.isEmpty)
  }
}

// MARK: - Files that the platform asks for

@Suite struct SyncRunMissingFilesTests {
  private func incomplete(_ files: [String]) -> PlatformFault {
    let list = files.map { "\"\($0)\"" }.joined(separator: ",")
    return .reply(
      status: 409, mediaType: "application/json",
      body:
        #"{"error":{"code":"installation.incomplete","message":"","missing":{"files":[\#(list)],"keys":[]}}}"#)
  }

  @Test func `sends nothing that the record does not name when the platform asks for it`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let secret = fixture.files.store(Data("another record's photo".utf8))
    let foreign = [
      "../fieldbook.sqlite", "../../Documents", "/etc/passwd", "", ".", secret, secret.uppercased(),
      samples[1].record.files[0].sha256.hex,
    ]
    fixture.platform.inject(
      incomplete(foreign), method: "PUT", pathPrefix: "/v1/installations/\(samples[0].id)", times: 9)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.incomplete, nil])
    #expect(report.outcomes.map(\.outcome) == [.pending, .delivered])
    #expect(!fixture.platform.hasFile(secret))
    #expect(fixture.requests("PUT /v1/installations/\(samples[0].id)") == 1)
    #expect(fixture.uploads.asked.isSubset(of: Set(samples.flatMap(\.record.files).map(\.sha256))))
  }

  @Test func `sends a file again when the platform has lost it`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let lost = sample.record.files[1]
    fixture.platform.inject(
      incomplete([lost.sha256.hex, "../x"]), method: "PUT", pathPrefix: "/v1/installations")
    let report = try fixture.run()
    #expect(report.delivered == 1)
    #expect(fixture.requests("HEAD /v1/files/sha256/\(lost.sha256)") == 2)
    #expect(fixture.requests("PUT /v1/installations") == 2)
  }
}

// MARK: - What ends a run

@Suite struct SyncRunEndTests {
  @Test func `needs no network when the queue is empty`() throws {
    let fixture = try PlatformFixture()
    #expect(try fixture.run().outcomes.isEmpty)
    #expect(fixture.platform.requests().isEmpty)
  }

  @Test func `sends nothing when it is a dry run`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let plan = try fixture.syncRun().plan()
    #expect(plan.keys.map(\.keyID) == [sample.keyID])
    #expect(plan.totals.records == [sample.id] && plan.totals.files == 3)
    #expect(plan.bytes == sample.record.body.count + 900 + 700 + 1200)
    #expect(fixture.platform.requests().isEmpty && fixture.outbox.marks.isEmpty)
  }

  @Test func `delivers keys alone when a test needs them`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let report = try fixture.syncRun().deliverKeys()
    #expect(report.keys.map(\.reason) == [nil])
    #expect(report.outcomes.isEmpty)
    #expect(fixture.outbox.pendingRecords() == [sample.record])
  }

  @Test(arguments: [401, 403])
  func `stops when the credentials are lost`(_ status: Int) throws {
    let fixture = try PlatformFixture()
    let samples = try (1...3).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    fixture.platform.inject(.delay(milliseconds: 0), method: "PUT", pathPrefix: "/v1/installations")
    fixture.platform.inject(.failure(status: status), method: "PUT", pathPrefix: "/v1/installations")
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [nil, .credentials, .credentials])
    #expect(report.stoppedBy == .credentials)
    #expect(fixture.requests("PUT /v1/installations") == 2)
  }

  @Test func `stops at once when the token is wrong`() throws {
    let fixture = try PlatformFixture(token: "right")
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    #expect(try fixture.run(client: fixture.client(token: "wrong")).stoppedBy == .credentials)
    #expect(try fixture.run().stoppedBy == .credentials)
    #expect(try fixture.run(client: fixture.client(token: "right")).delivered == 1)
  }

  @Test func `leaves all pending when the platform cannot be reached`() throws {
    let fixture = try PlatformFixture()
    for number in 1...3 { try SampleInstallation(number, in: fixture.files).enqueue(in: fixture.outbox) }
    fixture.platform.stop()
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [.unreachable, .unreachable, .unreachable])
    #expect(report.keys.map(\.reason) == [.unreachable, .unreachable, .unreachable])
    #expect(report.stoppedBy == .unreachable)
    #expect(fixture.pauses == [.seconds(1), .seconds(2)])
    #expect(fixture.outbox.marks.isEmpty)
  }

  @Test func `tries again when the platform is too slow`() throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    let isFirst = Mutex(true)
    let server = try ScriptedServer { request in
      let isSlow = isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      return isSlow ? .silence : .forward(port: port) { $0 }
    }
    let client = try PlatformClient(.init(address: server.url, idleTimeout: .seconds(2)))
    let report = try fixture.run(client: client)
    #expect(report.stoppedBy == nil)
    #expect(fixture.pauses == [.seconds(1)])
  }

  @Test func `leaves the rest pending when it is cancelled`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files, photoBytes: 2_000_000) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    fixture.cancelAfterRequests = 7
    let report = try fixture.run()
    #expect(report.stoppedBy == .cancelled)
    #expect(report.outcomes.map(\.reason) == [.cancelled, .cancelled])
    fixture.cancelAfterRequests = .max
    #expect(try fixture.run().delivered == 2)
  }

  @Test func `recovers when the platform fails for a moment`() throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    for path in ["/v1/platform-key", "/v1/keys", "/v1/files", "/v1/installations"] {
      fixture.platform.inject(.failure(status: 503), pathPrefix: path, times: 2)
    }
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.pauses == Array(repeating: [.seconds(1), .seconds(2)], count: 4).flatMap { $0 })
  }
}

// MARK: - The platform's key

@Suite struct PlatformKeyTests {
  @Test func `pins the key before anything is sent when it is the first contact`() throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    fixture.pinned = nil
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.pinned?.fingerprint == fixture.platform.certificate.fingerprint)
  }

  @Test func `sends nothing when the pin is refused`() throws {
    struct Refused: Error {}
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    let run = SyncRun(
      outbox: fixture.outbox, files: fixture.files, client: try fixture.client(), clock: FixedClock(),
      uploads: fixture.uploads, platformCertificate: nil,
      surroundings: .init(sleep: { _ in }, pin: { _ in throw Refused() }))
    #expect(throws: Refused.self) { try run.run() }
    #expect(fixture.platform.requests() == ["GET /v1/platform-key"])
  }

  @Test func `sends nothing when the key has changed`() throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    let other = try PlatformIdentity.generate(commonName: "other").certificate
    fixture.pinned = other
    let offered = fixture.platform.certificate.fingerprint
    #expect(throws: SyncError.platformKeyChanged(pinned: other.fingerprint, offered: offered)) {
      try fixture.run()
    }
    #expect(fixture.platform.requests() == ["GET /v1/platform-key"])
  }

  @Test func `goes on with the pinned key when the platform hands none out`() throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    fixture.platform.inject(.failure(status: 404), pathPrefix: "/v1/platform-key", times: 5)
    #expect(try fixture.run().delivered == 1)
    fixture.pinned = nil
    try SampleInstallation(2, in: fixture.files).enqueue(in: fixture.outbox)
    #expect(try fixture.run().outcomes.map(\.reason) == [.refused])
  }
}
