import Cryptography
import Foundation
import Records
import TestSupport
import Testing
import Threads

@testable import Sync

/// Checks the store with a bucket whose every answer the test sets. The tests of `Peers` use real services.
@Suite struct S3StoreTests {
  private let random = SeededBytes(seed: 11)

  private func store(
    _ url: String, retry: Retry = .atOnce(), _ change: (inout S3Store.Configuration) -> Void = { _ in }
  ) throws -> S3Store {
    let credentials = try #require(
      S3Credentials(accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: nil))
    var configuration = S3Store.Configuration(
      bucket: "welders", prefix: "laptop", endpoint: url, region: "cn-north-1", credentials: credentials)
    configuration.connectTimeout = .seconds(2)
    change(&configuration)
    return try S3Store(configuration, retry: retry)
  }

  /// A bucket that stores what is put into it.
  private final class Bucket: Sendable {
    let objects = Monitor<[String: [UInt8]]>([:])
    let requests = Monitor<[String]>([])
    let obeysConditions: Bool
    /// Changes the bytes on their way out.
    let change: @Sendable ([UInt8]) -> [UInt8]

    init(obeysConditions: Bool = true, change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) {
      self.obeysConditions = obeysConditions
      self.change = change
    }

    func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
      requests.withLock { $0.append("\(request.method) \(request.path)") }
      let text = String(decoding: request.bytes, as: UTF8.self).lowercased()
      switch request.method {
      case "PUT":
        let isThere = objects.withLock { $0[request.path] } != nil
        if isThere, obeysConditions, text.contains("if-none-match: *") {
          return Self.error(412, "PreconditionFailed")
        }
        objects.withLock { $0[request.path] = Array(request.bytes.suffix(request.bodyBytes)) }
        return .reply(200, [("ETag", "\"1\"")])
      case "GET":
        guard let bytes = objects.withLock({ $0[request.path] }) else {
          return S3StoreTests.Bucket.error(404, "NoSuchKey")
        }
        let given = change(bytes)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(given.count)\r\nConnection: close\r\n\r\n"
        return .bytes(Array(head.utf8) + given)
      default: return Self.error(405, "MethodNotAllowed")
      }
    }

    static func error(_ status: Int, _ code: String) -> ScriptedServer.Answer {
      .reply(
        status, [("Content-Type", "application/xml")],
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(code)</Code><Message>m</Message></Error>")
    }
  }

  @Test func `an object is signed, written under its key and read back`() throws {
    let bucket = Bucket()
    let heads = Monitor<[String]>([])
    let server = try ScriptedServer { request in
      heads.withLock { $0.append(String(decoding: request.bytes.prefix(2_000), as: UTF8.self)) }
      return bucket.answer(request)
    }
    let bytes = random.bytes(1_000)
    let object = try Sample.file(bytes)
    try store(server.url).put(bytes, at: object)
    let path = "/welders/laptop/\(object.key)"
    #expect(bucket.requests.withLock { $0 } == ["PUT \(path)", "GET \(path)"])
    #expect(bucket.objects.withLock { $0 } == [path: bytes])
    let digest = SHA256Digest(of: bytes).hex
    let head = try #require(heads.withLock { $0.first })
    #expect(head.contains("Credential=AKID/") && head.contains("/cn-north-1/s3/aws4_request"))
    #expect(head.contains("x-amz-content-sha256: \(digest)") && !head.contains("secret"))
    // What is signed has to be sent as well.
    let signed = try #require(head.firstMatch(of: /SignedHeaders=([a-z0-9;-]+)/)).1
    let sent = Set(
      head.lowercased().components(separatedBy: "\r\n").compactMap {
        $0.split(separator: ":").first.map(String.init)
      })
    #expect(Set(signed.split(separator: ";").map(String.init)).isSubset(of: sent), "\(head)")
  }

  @Test func `an object that is there already is read back and stays`() throws {
    let bucket = Bucket()
    let server = try ScriptedServer { bucket.answer($0) }
    let bytes = random.bytes(1_000)
    let object = try Sample.file(bytes)
    let store = try store(server.url)
    #expect(try !store.has(object))
    try store.put(bytes, at: object)
    try store.put(bytes, at: object)
    #expect(try store.has(object))
    #expect(bucket.requests.withLock { $0.count { $0.hasPrefix("PUT") } } == 2)
  }

  @Test(arguments: [true, false])
  func `a broken object under the key is replaced`(obeysConditions: Bool) throws {
    let bucket = Bucket(obeysConditions: obeysConditions)
    let server = try ScriptedServer { bucket.answer($0) }
    let bytes = random.bytes(1_000)
    let object = try Sample.file(bytes)
    let path = "/welders/laptop/\(object.key)"
    bucket.objects.withLock { $0[path] = Array(bytes.dropLast()) }
    let store = try store(server.url)
    #expect(try !store.has(object))
    try store.put(bytes, at: object)
    #expect(bucket.objects.withLock { $0[path] } == bytes)
  }

  @Test func `a bucket that gives back other bytes acknowledges nothing`() throws {
    let changes: [@Sendable ([UInt8]) -> [UInt8]] = [
      { Array($0.dropLast()) }, { _ in [] }, { $0.map { $0 ^ 1 } }, { $0 + [0] },
    ]
    for change in changes {
      let bucket = Bucket(change: change)
      let server = try ScriptedServer { bucket.answer($0) }
      let bytes = random.bytes(1_000)
      let failure = #expect(throws: SyncError.self) {
        try store(server.url).put(bytes, at: Sample.file(bytes))
      }
      #expect(failure == .notAcknowledged(status: 200))
    }
  }

  @Test func `a bucket that forgets acknowledges nothing`() throws {
    let server = try ScriptedServer {
      $0.method == "PUT" ? .reply(200, [("ETag", "\"1\"")]) : Bucket.error(404, "NoSuchKey")
    }
    let bytes = random.bytes(1_000)
    #expect(throws: SyncError.notAcknowledged(status: 200)) {
      try store(server.url).put(bytes, at: Sample.file(bytes))
    }
  }

  @Test func `a read back that breaks off is an interruption, and not an acknowledgement`() throws {
    let server = try ScriptedServer {
      $0.method == "PUT"
        ? .reply(200)
        : .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nabc".utf8))
    }
    let bytes = random.bytes(1_000)
    #expect(throws: SyncError.interrupted) { try store(server.url).put(bytes, at: Sample.file(bytes)) }
  }

  @Test(arguments: [
    (403, "SignatureDoesNotMatch", SyncError.credentials(status: 403)),
    (403, "InvalidAccessKeyId", .credentials(status: 403)), (403, "AccessDenied", .credentials(status: 403)),
    (400, "ExpiredToken", .credentials(status: 400)), (403, "RequestTimeTooSkewed", .clockWrong),
    (404, "NoSuchBucket", .refused(status: 404, code: "NoSuchBucket")),
    (400, "EntityTooLarge", .refused(status: 400, code: "EntityTooLarge")),
    (503, "SlowDown", .platformFailed(status: 503)), (500, "InternalError", .platformFailed(status: 500)),
    (301, "PermanentRedirect", .redirected(status: 301)),
  ])
  func `an error of the bucket says what it is`(status: Int, code: String, error: SyncError) throws {
    let server = try ScriptedServer { _ in Bucket.error(status, code) }
    let store = try store(server.url)
    let bytes = random.bytes(100)
    #expect(throws: error) { try store.put(bytes, at: Sample.file(bytes)) }
    #expect(throws: error) { try store.has(Sample.file(bytes)) }
  }

  @Test func `a page of a Wi-Fi or of a firewall is no bucket`() throws {
    let bytes = random.bytes(100)
    for (answer, error) in [
      (ScriptedServer.Answer.page(200), SyncError.notThePlatform(status: 200)),
      (.page(404), .notThePlatform(status: 404)), (.page(403), .blocked(status: 403)),
      (.reply(302, [("Location", "http://127.0.0.1:1/")]), .redirected(status: 302)),
    ] {
      let server = try ScriptedServer { _ in answer }
      let store = try store(server.url)
      #expect(throws: error) { try store.put(bytes, at: Sample.file(bytes)) }
    }
  }

  @Test func `what fails for a moment is tried again`() throws {
    let bucket = Bucket()
    let failures = Monitor(2)
    let server = try ScriptedServer { request in
      let fails = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      return fails ? Bucket.error(503, "SlowDown") : bucket.answer(request)
    }
    let pauses = Monitor<[Duration]>([])
    let retry = Retry(
      policy: RetryPolicy(jitter: { $0 }), sleep: { pause in pauses.withLock { $0.append(pause) } })
    let bytes = random.bytes(100)
    try store(server.url, retry: retry).put(bytes, at: Sample.file(bytes))
    #expect(pauses.withLock { $0 } == [.seconds(1), .seconds(2)])
  }

  @Test func `an upload in parts that fails is aborted`() throws {
    let requests = Monitor<[String]>([])
    let server = try ScriptedServer { request in
      requests.withLock { $0.append("\(request.method) \(request.path.split(separator: "?").last ?? "")") }
      switch request.method {
      case "POST":
        return .reply(
          200, [("Content-Type", "application/xml")],
          "<InitiateMultipartUploadResult><UploadId>u/1+2</UploadId></InitiateMultipartUploadResult>")
      case "PUT" where request.path.contains("partNumber=2"): return Bucket.error(400, "BadDigest")
      case "PUT": return .reply(200, [("ETag", "\"1\"")])
      default: return .reply(204)
      }
    }
    let bytes = [UInt8](repeating: 7, count: S3Store.partBytes * 2 + 5)
    #expect(throws: SyncError.refused(status: 400, code: "BadDigest")) {
      try store(server.url).put(bytes, at: Sample.file(bytes))
    }
    let all = requests.withLock { $0 }
    #expect(all.first == "POST uploads=" && all.last == "DELETE uploadId=u%2F1%2B2")
    #expect(all.contains("PUT partNumber=2&uploadId=u%2F1%2B2"))
    #expect(!all.contains("POST uploadId=u%2F1%2B2"))
  }

  @Test func `a list that does not go on ends with an error, and a strange key is only a name`() throws {
    let list = { @Sendable (keys: [String], more: Bool) in
      let contents = keys.map { "<Contents><Key>\($0)</Key><Size>1</Size></Contents>" }.joined()
      return ScriptedServer.Answer.reply(
        200, [("Content-Type", "application/xml")],
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
          + "<IsTruncated>\(more)</IsTruncated>\(contents)</ListBucketResult>")
    }
    let keys = ["laptop/files/b", "laptop/files/a%0A%E7%84%8A+1", "other/files/x", "laptop/files/%ff"]
    let server = try ScriptedServer { _ in list(keys, true) }
    let store = try store(server.url)
    #expect(try store.keys(below: "files", after: nil) == ["files/a\n焊 1", "files/b"])
    #expect(try store.keys(below: "files", after: "files/a\n焊 1") == ["files/b"])
    #expect(throws: SyncError.notThePlatform(status: 200)) { try store.keys(below: "files", after: "files/b") }
  }

  @Test func `a document with a type, too deep or cut off is none`() {
    #expect(S3Document(Array("  <a:Error xmlns:a='x'><Code>b</Code></a:Error>".utf8))?.first("Code") == "b")
    let deep = String(repeating: "<a>", count: 20) + String(repeating: "</a>", count: 20)
    let many = "<a>" + String(repeating: "<b/>", count: 50_001) + "</a>"
    for text in ["", "{}", "<a>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", deep, many, "<a/><b/>"] {
      #expect(S3Document(Array(text.utf8)) == nil, "\(text.prefix(40))")
    }
  }
}
