import Bench
import Foundation
import Records
import Sync
import Testing

/// Answers a record's PUT in right and wrong ways. `ID` and `SHA` stand for the right values.
@Suite struct AcknowledgementTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    let body: String
    var mediaType = "application/json"
    let reason: SyncReason?

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "right, 200", status: 200, body: #"{"id":"ID","revision":1,"sha256":"SHA"}"#, reason: nil),
    Case(
      name: "right, 201, more", status: 201, body: #"{"id":"ID","revision":1,"sha256":"SHA","x":{}}"#,
      reason: nil),
    Case(name: "202", status: 202, body: #"{"id":"ID","revision":1,"sha256":"SHA"}"#, reason: .notAcknowledged),
    Case(name: "204", status: 204, body: "", reason: .notAcknowledged),
    Case(name: "206", status: 206, body: #"{"id":"ID","revision":1,"sha256":"SHA"}"#, reason: .notAcknowledged),
    Case(name: "empty", status: 200, body: "", reason: .notAcknowledged),
    Case(name: "null", status: 200, body: "null", reason: .notAcknowledged),
    Case(
      name: "array", status: 200, body: #"[{"id":"ID","revision":1,"sha256":"SHA"}]"#, reason: .notAcknowledged),
    Case(name: "cut", status: 200, body: #"{"id":"ID","revision":1,"sha256":"SHA""#, reason: .notAcknowledged),
    Case(
      name: "followed", status: 200, body: #"{"id":"ID","revision":1,"sha256":"SHA"}}"#,
      reason: .notAcknowledged),
    Case(name: "no digest", status: 200, body: #"{"id":"ID","revision":1}"#, reason: .notAcknowledged),
    Case(name: "no id", status: 200, body: #"{"revision":1,"sha256":"SHA"}"#, reason: .notAcknowledged),
    Case(name: "no revision", status: 200, body: #"{"id":"ID","sha256":"SHA"}"#, reason: .notAcknowledged),
    Case(
      name: "revision 2", status: 200, body: #"{"id":"ID","revision":2,"sha256":"SHA"}"#,
      reason: .notAcknowledged),
    Case(
      name: "revision text", status: 200, body: #"{"id":"ID","revision":"1","sha256":"SHA"}"#,
      reason: .notAcknowledged),
    Case(
      name: "huge revision", status: 200, body: #"{"id":"ID","revision":1e300,"sha256":"SHA"}"#,
      reason: .notAcknowledged),
    Case(
      name: "other id", status: 200, body: #"{"id":"other","revision":1,"sha256":"SHA"}"#,
      reason: .notAcknowledged),
    Case(
      name: "other digest", status: 200, body: #"{"id":"ID","revision":1,"sha256":"00"}"#,
      reason: .notAcknowledged),
    Case(
      name: "upper-case digest", status: 200, body: #"{"id":"ID","revision":1,"sha256":"UPPER"}"#,
      reason: .notAcknowledged),
    Case(
      name: "captive portal", status: 200, body: "<html>sign in</html>", mediaType: "text/html",
      reason: .notThePlatform),
    Case(name: "portal as JSON", status: 200, body: " <!doctype html>", reason: .notThePlatform),
    Case(name: "portal 404", status: 404, body: "<html>", mediaType: "text/html", reason: .notThePlatform),
    Case(name: "portal 412", status: 412, body: "<html>", mediaType: "text/html", reason: .notThePlatform),
    Case(name: "redirect", status: 302, body: "", reason: .redirected),
    Case(name: "permanent redirect", status: 308, body: "", reason: .redirected),
    Case(name: "bad request", status: 400, body: #"{"error":{"code":"x","message":"y"}}"#, reason: .refused),
    Case(name: "unprocessable", status: 422, body: #"{"error":{"code":"x","message":"y"}}"#, reason: .refused),
    Case(
      name: "lacks a key", status: 409,
      body: #"{"error":{"code":"x","message":"y","missing":{"files":[],"keys":["k"]}}}"#, reason: .incomplete),
    Case(name: "conflict", status: 412, body: #"{"id":"ID","revision":1,"sha256":"SHA"}"#, reason: .conflict),
    Case(name: "unauthorised", status: 401, body: "", reason: .credentials),
    Case(name: "forbidden", status: 403, body: #"{"error":{"code":"x","message":"y"}}"#, reason: .credentials),
    Case(name: "too many", status: 429, body: "", reason: .platformFailed),
    Case(name: "internal", status: 500, body: "", reason: .platformFailed),
    Case(
      name: "bad gateway page", status: 502, body: "<html>", mediaType: "text/html", reason: .platformFailed),
    Case(
      name: "too large", status: 200, body: String(repeating: " ", count: 4_200_000), reason: .answerTooLarge),
  ]

  @Test(arguments: cases)
  func `counts only when it names exactly what was sent`(_ reply: Case) throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let body = reply.body.replacing("ID", with: sample.id.text)
      .replacing("SHA", with: sample.record.sha256)
      .replacing("UPPER", with: sample.record.sha256.uppercased())
    fixture.platform.inject(
      .reply(status: reply.status, mediaType: reply.mediaType, body: body), method: "PUT",
      pathPrefix: "/v1/installations", times: 10)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [reply.reason])
    #expect(fixture.outbox.pendingRecords().isEmpty == (reply.reason == nil))
    #expect(fixture.outbox.marks.contains("acknowledged record 1") == (reply.reason == nil))
    let isTransient = reply.reason == .platformFailed
    #expect(fixture.pauses == (isTransient ? [.seconds(1), .seconds(2)] : []))
  }

  @Test(arguments: ["/v1/keys", "/v1/files", "/v1/installations"])
  func `leaves the record pending when the platform names something else`(_ path: String) throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.platform.inject(.wrongAcknowledgement, pathPrefix: path, times: 10)
    let report = try fixture.run()
    #expect(report.pending == 1)
    #expect(report.outcomes.map(\.reason) == [path == "/v1/keys" ? .keyPending : .notAcknowledged])
    // A record that the platform has nevertheless stored does no harm.
    fixture.platform.clearFaults()
    #expect(try fixture.run().delivered == 1)
    #expect(fixture.platform.installations().map(\.sha256) == [sample.record.sha256])
  }

  @Test(arguments: ["/v1/platform-key", "/v1/keys", "/v1/files", "/v1/installations"])
  func `leaves the record pending when a portal answers`(_ path: String) throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    fixture.platform.inject(.portal, pathPrefix: path, times: 100)
    let report = try fixture.run()
    #expect(report.outcomes.map(\.reason) == [path == "/v1/keys" ? .keyPending : .notThePlatform])
    #expect(fixture.platform.installations().isEmpty)
    #expect(!fixture.outbox.pendingRecords().isEmpty)
    fixture.platform.clearFaults()
    #expect(try fixture.run().delivered == 1)
  }
}
