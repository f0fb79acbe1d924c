import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import Testing

@Suite struct LocalPlatformTests {
  @Test func `hands out its certificate only when the token is right`() throws {
    let harness = try PlatformHarness(token: "secret-token")
    #expect(try harness.http.send("GET", "/v1/platform-key")?.status == 401)
    #expect(
      try harness.http.send("GET", "/v1/platform-key", ["Authorization": "Bearer secret-toke"])?.status == 401)
    let answer = try #require(
      try harness.http.send("GET", "/v1/platform-key", ["Authorization": "Bearer secret-token"]))
    #expect(answer.status == 200)
    let certificate = try Certificate(pem: String(decoding: answer.body, as: UTF8.self))
    #expect(certificate == harness.platform.certificate)
  }

  @Test func `answers an error of its own form when a call is unknown or too large`() throws {
    let harness = try PlatformHarness()
    for (method, path) in [
      ("GET", "/"), ("GET", "/v1"), ("POST", "/v1/keys/x/nothing"),
      ("GET", "/v1/installations/%CC%81/x"),
    ] {
      let answer = try harness.http.send(method, path)
      #expect(answer?.status == 404)
      #expect(answer?.errorCode == "request.unknown")
    }
    // To Swift, U+16F78 and the slash before it are one character.
    for path in ["/v1/files/sha256/%F0%96%BD%B8", "/v1/files/sha256/x", "/v1/files/sha256/%CC%81"] {
      #expect(try harness.http.send("HEAD", path)?.status == 400, "\(path)")
    }
    let unknown = String(repeating: "0", count: 64)
    #expect(try harness.http.send("HEAD", "/v1/files/sha256/\(unknown)")?.status == 404)
    for id in ["x", "0011", UUID().uuidString] {
      let answer = try harness.http.send("GET", "/v1/installations/\(id)")
      #expect(answer?.status == 400 && answer?.errorCode == "installation.id", "\(id)")
    }
    let absent = try harness.http.send("GET", "/v1/installations/\(UUID().uuidString.lowercased())")
    #expect(absent?.status == 404)
    let answer = try harness.http.send("POST", "/v1/code-blocks", body: [UInt8](repeating: 32, count: 70_000))
    #expect(answer?.status == 413)
    #expect(
      try harness.json("POST", "/v1/code-blocks", ["Idempotency-Key": "a"], ["x"])?.errorCode
        == "codes.malformed")
  }

  @Test(arguments: [
    ("/v1/platform-key", "GET"), ("/v1/code-blocks", "POST"), ("/v1/keys/x", "PUT"),
    ("/v1/keys/x/starts", "POST"),
    ("/v1/keys/x/proofs", "POST"), ("/v1/files", "OPTIONS, POST"), ("/v1/files/x", "HEAD, OPTIONS, PATCH"),
    ("/v1/files/sha256/x", "HEAD"), ("/v1/installations", "GET"), ("/v1/installations/x", "GET, PUT"),
  ])
  func `names the methods when a path does not take this one`(path: String, allow: String) throws {
    let harness = try PlatformHarness()
    for method in ["TRACE", "DELETE", "GET", "POST", "PUT", "PATCH", "HEAD"] {
      guard !allow.split(separator: ", ").contains(Substring(method)) else { continue }
      let answer = try harness.http.send(method, path)
      #expect(answer?.status == 405, "\(method)")
      #expect(answer?.headers["allow"] == allow, "\(method)")
      if method != "HEAD" { #expect(answer?.errorCode == "request.method", "\(method)") }
    }
  }

  @Test func `reads digests and metadata by bytes when a mark stands behind a separator`() throws {
    let harness = try PlatformHarness()
    let digest = String(repeating: "a", count: 64)
    let value = Data(digest.utf8).base64EncodedString()
    func create(_ metadata: String) throws -> Int? {
      try harness.http.send(
        "POST", "/v1/files",
        PlatformHarness.tus.merging(["Upload-Length": "5", "Upload-Metadata": metadata]) { $1 }
      )?.status
    }
    #expect(try create("filename YQ==,sha256 \(value)") == 201)
    #expect(try create("filename YQ==, x ,sha256  \(value)") == 201)
    // To Swift, the mark makes `sha256` another key, which must not be read as a part of the pair before it.
    #expect(try create("filename YQ==,\u{301}sha256 \(value)") == 400)
  }

  @Test(arguments: ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0", "[fe80::1]:0"])
  func `wants a token when others can reach it`(address: String) throws {
    let harness = try PlatformHarness()
    let platform = try LocalPlatform(
      .init(listen: address, dataFolder: harness.folder + "/other", random: harness.seeded.bytes))
    #expect(throws: LocalPlatformError.self) { try platform.start() }
    do {
      _ = try platform.start()
    } catch {
      guard case .needsToken = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func `listens beyond this machine when it has a token`() throws {
    let harness = try PlatformHarness()
    let platform = try LocalPlatform(
      .init(
        listen: "0.0.0.0:0", dataFolder: harness.folder + "/other", token: "t", random: harness.seeded.bytes))
    let port = try #require(try platform.start().split(separator: ":").last)
    defer { platform.stop() }
    #expect(try RawHTTP(url: "http://127.0.0.1:\(port)").send("GET", "/v1/platform-key")?.status == 401)
  }

  @Test func `says why when it cannot start`() throws {
    let harness = try PlatformHarness()
    #expect(throws: LocalPlatformError.dataFolderInUse(path: harness.folder)) {
      try LocalPlatform(.init(dataFolder: harness.folder, random: harness.seeded.bytes))
    }
    #expect(throws: LocalPlatformError.alreadyStarted) { try harness.platform.start() }
    for address in ["", "localhost:80", "127.0.0.1", "127.0.0.1:99999", "[127.0.0.1]:80", "::1:80"] {
      let folder = harness.folder + "/other"
      let platform = try LocalPlatform(
        .init(listen: address, dataFolder: folder, random: harness.seeded.bytes))
      #expect(throws: LocalPlatformError.listenAddress(address)) { try platform.start() }
    }
    let taken = "127.0.0.1:\(harness.http.port)"
    let second = try LocalPlatform(
      .init(listen: taken, dataFolder: harness.folder + "/other", random: harness.seeded.bytes))
    #expect(throws: LocalPlatformError.cannotListen(address: taken)) { try second.start() }
    #expect(throws: LocalPlatformError.dataFolder(path: "/proc/nowhere", errno: ENOENT)) {
      try LocalPlatform(.init(dataFolder: "/proc/nowhere", random: harness.seeded.bytes))
    }
  }

  // MARK: - Blocks

  @Test func `never hands out a serial twice even after a restart`() throws {
    let harness = try PlatformHarness()
    func block(_ key: String, _ region: String = "150621", _ count: Int = 100) throws -> CodeBlock? {
      let answer = try harness.json(
        "POST", "/v1/code-blocks", ["Idempotency-Key": key], ["region": region, "count": count])
      return try? JSONDecoder().decode(CodeBlock.self, from: Data(answer?.body ?? []))
    }
    var blocks = [try #require(try block("a")), try #require(try block("b", "150602"))]
    try harness.restart()
    #expect(try block("a") == blocks[0])
    blocks.append(try #require(try block("c")))
    blocks.append(try #require(try block("d", "150621", 10_000)))
    for (index, one) in blocks.enumerated() {
      for other in blocks[(index + 1)...] { #expect(!one.overlaps(other)) }
    }
    for (region, count) in [("15062", 5), ("15062x", 5), ("150621", 0), ("150621", 10_001), ("150621", -5)] {
      #expect(try block("e", region, count) == nil)
    }
  }

  // MARK: - Keys

  @Test func `takes a key only when it is the one of its ID`() throws {
    let harness = try PlatformHarness()
    let secret = harness.bytes(32)
    let (keyID, first) = try harness.deliverKey(secret)
    #expect(first?.status == 201)
    #expect(first?.json["keyId"] as? String == keyID)
    #expect(first?.json["moduleSerial"] as? String == "WM-1")
    #expect(try harness.deliverKey(secret).answer?.status == 200)
    #expect(try harness.deliverKey(secret, serial: "WM-2").answer?.errorCode == "key.bound")
    #expect(
      try harness.deliverKey(harness.bytes(32), keyID: keyID).answer?.errorCode == "key.envelope")
    #expect(try harness.deliverKey(harness.bytes(31)).answer?.errorCode == "key.envelope")
    #expect(try harness.deliverKey(secret, keyID: "XYZ").answer?.errorCode == "key.id")
    #expect(try harness.platform.keyIds() == [keyID])
    // The secret itself is nowhere in the folder.
    let kept = try Data(contentsOf: URL(fileURLWithPath: "\(harness.folder)/keys/\(keyID).json"))
    #expect(kept.range(of: Data(secret)) == nil)
    #expect(!String(decoding: kept, as: UTF8.self).contains(Data(secret).base64EncodedString()))
  }

  @Test func `never signs the same counter twice even after a restart`() throws {
    let harness = try PlatformHarness()
    let secret = harness.bytes(32)
    let keyID = try harness.deliverKey(secret).keyID
    let challenge = harness.bytes(16)
    func start(_ counter: UInt64, seconds: Int = 60, challenge: [UInt8]? = nil, serial: String = "WM-1") throws
      -> RawHTTP.Answer?
    {
      try harness.json(
        "POST", "/v1/keys/\(keyID)/starts", [:],
        [
          "challenge": Hex.encode(challenge ?? harness.bytes(16)), "counter": counter,
          "seconds": seconds, "moduleSerial": serial,
        ])
    }
    var counters: [Int] = []
    for asked in [UInt64(5), 5, 3, 100] {
      counters.append(try #require(try start(asked)?.json["counter"] as? Int))
    }
    try harness.restart()
    let last = try start(0, challenge: challenge)
    counters.append(try #require(last?.json["counter"] as? Int))
    #expect(counters == [5, 6, 7, 100, 101])
    let expected = Authenticator.start(key: secret, counter: 101, seconds: 60, challenge: challenge)
    #expect(last?.json["authenticator"] as? String == Hex.encode(expected))

    #expect(try start(0, serial: "WM-2")?.errorCode == "key.bound")
    for answer in [
      try start(0, seconds: 0), try start(0, seconds: 86_401), try start(0, challenge: [1]), try start(1 << 53),
    ] {
      #expect(answer?.errorCode == "start.malformed")
    }
    #expect(try start(.max)?.status == 422)
    #expect(
      try harness.json(
        "POST", "/v1/keys/0011223344556677/starts", [:],
        [
          "challenge": "", "counter": 0, "seconds": 1, "moduleSerial": "x",
        ])?.status == 404)
  }
}
