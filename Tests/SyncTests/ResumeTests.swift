import Bench
import Foundation
import Records
import Sync
import Testing

@Suite struct ResumeTests {
  /// The size of the one large file, bytes: several pieces of 262,144 and a rest.
  private static let fileBytes = 1_000_000
  private static let pieceBytes = 262_144

  @Test(arguments: [0, 1, 70_000, 262_143, 262_144, 600_000, 999_999])
  func `goes on where the platform stands when a cut ends the run`(_ cutAt: Int) throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: Self.fileBytes)
    sample.enqueue(in: fixture.outbox)
    // A complete piece before the cut is delivered, and the piece at the cut fails in all attempts.
    let whole = min(cutAt / Self.pieceBytes, 1)
    fixture.platform.inject(.delay(milliseconds: 0), method: "PATCH", times: whole)
    fixture.platform.inject(.cut(afterBytes: cutAt - whole * Self.pieceBytes), method: "PATCH", times: 10)
    let first = try fixture.run()
    #expect(first.outcomes.map(\.reason) == [.interrupted])
    #expect(fixture.uploads.addresses.count == 1)

    fixture.platform.clearFaults()
    fixture.events = []
    let created = fixture.requests("POST /v1/files")
    let patched = fixture.requests("PATCH")
    #expect(try fixture.run().delivered == 1)
    let photo = sample.record.files[0]
    #expect(try fixture.platform.file(photo.sha256.hex) == fixture.files.contents(of: photo.sha256.hex))
    // The two small files are new, and the large one is not begun again.
    #expect(fixture.requests("POST /v1/files") == created + 2)
    // The first piece is of the first size, and on this link the next one is as large as the rest. The small
    // files went with the requests that began them.
    #expect(fixture.requests("PATCH") == patched + 2)
    #expect(fixture.uploads.addresses.isEmpty)
  }

  @Test func `goes on within the run when the connection is cut now and then`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: Self.fileBytes)
    sample.enqueue(in: fixture.outbox)
    for _ in 0..<3 {
      fixture.platform.inject(.cut(afterBytes: 100_000), method: "PATCH", times: 1)
      fixture.platform.inject(.lostReply, method: "PATCH", times: 1)
      fixture.platform.inject(.delay(milliseconds: 1), method: "PATCH", times: 1)
    }
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.platform.hasFile(sample.record.files[0].sha256.hex))
  }

  @Test func `begins again when the platform has forgotten the upload`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    for file in sample.record.files {
      fixture.uploads.addresses[file.sha256] = fixture.url + "/v1/files/" + String(repeating: "0", count: 32)
    }
    #expect(try fixture.run().delivered == 1)
  }

  @Test func `never follows an upload address to another host`() throws {
    let fixture = try PlatformFixture()
    let stranger = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    for file in sample.record.files {
      fixture.uploads.addresses[file.sha256] = stranger.url + "/v1/files/" + String(repeating: "0", count: 32)
    }
    #expect(try fixture.run().delivered == 1)
    #expect(stranger.platform.requests().isEmpty)
  }

  @Test func `gives up and stays pending when pieces keep coming damaged`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: Self.fileBytes)
    sample.enqueue(in: fixture.outbox)
    fixture.platform.inject(.delay(milliseconds: 0), method: "PATCH")
    fixture.platform.inject(.failure(status: 460), method: "PATCH", times: 100)
    #expect(try fixture.run().outcomes.map(\.reason) == [.interrupted])
    #expect(fixture.requests("PATCH") == 4)
  }

  @Test func `a file of one piece goes with the request that begins its upload`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.requests("POST /v1/files") == sample.record.files.count)
    #expect(fixture.requests("PATCH") == 0)
    #expect(sample.record.files.allSatisfy { fixture.platform.hasFile($0.sha256.hex) })
  }

  @Test func `a file whose only reply was lost is looked for before it is sent again`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    // libcurl repeats a request by itself where a connection that was used before ends without an answer.
    fixture.platform.inject(.lostReply, method: "POST", pathPrefix: "/v1/files", times: 2)
    #expect(try fixture.run().delivered == 1)
    #expect(!fixture.pauses.isEmpty)
    #expect(fixture.requests("POST /v1/files") <= sample.record.files.count + 1)
    #expect(fixture.requests("PATCH") == 0)
  }

  @Test func `a file that is damaged within the first request is sent in another one`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.platform.inject(.failure(status: 460), method: "POST", pathPrefix: "/v1/files", times: 1)
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.requests("PATCH") == 1)
    #expect(sample.record.files.allSatisfy { fixture.platform.hasFile($0.sha256.hex) })
  }

  @Test func `sends a file again when the platform has lost it`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    // The platform acknowledged the file once and no longer has it.
    fixture.outbox.acknowledge(file: sample.record.files[1].sha256, of: sample.id, at: SampleInstallation.at)
    #expect(try fixture.run().delivered == 1)
    #expect(sample.record.files.allSatisfy { fixture.platform.hasFile($0.sha256.hex) })
  }
}
