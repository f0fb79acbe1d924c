import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import Testing

@Suite struct LocalPlatformTests {
  @Test func handsOutItsCertificateOnlyWhenTheTokenIsRight() throws {
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

  @Test func answersAnErrorOfItsOwnFormWhenACallIsUnknownOrTooLarge() throws {
    let harness = try PlatformHarness()
    for (method, path) in [
      ("GET", "/"), ("GET", "/v1"), ("DELETE", "/v1/files"), ("POST", "/v1/keys/x/nothing"),
    ] {
      let answer = try harness.http.send(method, path)
      #expect(answer?.status == 404)
      #expect(answer?.errorCode == "request.unknown")
    }
    let answer = try harness.http.send("POST", "/v1/code-blocks", body: [UInt8](repeating: 32, count: 70_000))
    #expect(answer?.status == 413)
    #expect(
      try harness.json("POST", "/v1/code-blocks", ["Idempotency-Key": "a"], ["x"])?.errorCode == "request.json")
  }

  @Test func saysWhyWhenItCannotStart() throws {
    let harness = try PlatformHarness()
    #expect(throws: LocalPlatformError.dataFolderInUse(path: harness.folder)) {
      try LocalPlatform(.init(dataFolder: harness.folder, random: PlatformHarness.random))
    }
    #expect(throws: LocalPlatformError.alreadyStarted) { try harness.platform.start() }
    for address in ["", "localhost:80", "127.0.0.1", "127.0.0.1:99999", "[127.0.0.1]:80", "::1:80"] {
      let folder = harness.folder + "/other"
      let platform = try LocalPlatform(
        .init(listen: address, dataFolder: folder, random: PlatformHarness.random))
      #expect(throws: LocalPlatformError.listenAddress(address)) { try platform.start() }
    }
    let taken = "127.0.0.1:\(harness.http.port)"
    let second = try LocalPlatform(
      .init(listen: taken, dataFolder: harness.folder + "/other", random: PlatformHarness.random))
    #expect(throws: LocalPlatformError.cannotListen(address: taken)) { try second.start() }
    #expect(throws: LocalPlatformError.dataFolder(path: "/proc/nowhere", errno: ENOENT)) {
      try LocalPlatform(.init(dataFolder: "/proc/nowhere", random: PlatformHarness.random))
    }
  }

  // MARK: - Blocks

  @Test func neverHandsOutASerialTwiceEvenAfterARestart() throws {
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

  @Test func takesAKeyOnlyWhenItIsTheOneOfItsId() throws {
    let harness = try PlatformHarness()
    let secret = PlatformHarness.random(32)
    let (keyId, first) = try harness.deliverKey(secret)
    #expect(first?.status == 201)
    #expect(first?.json["keyId"] as? String == keyId)
    #expect(first?.json["moduleSerial"] as? String == "WM-1")
    #expect(try harness.deliverKey(secret).answer?.status == 200)
    #expect(try harness.deliverKey(secret, serial: "WM-2").answer?.errorCode == "key.bound")
    #expect(
      try harness.deliverKey(PlatformHarness.random(32), keyId: keyId).answer?.errorCode == "key.envelope")
    #expect(try harness.deliverKey(PlatformHarness.random(31)).answer?.errorCode == "key.envelope")
    #expect(try harness.deliverKey(secret, keyId: "XYZ").answer?.errorCode == "key.id")
    #expect(try harness.platform.keyIds() == [keyId])
    // The secret is nowhere in the folder as it is.
    let kept = try Data(contentsOf: URL(fileURLWithPath: "\(harness.folder)/keys/\(keyId).json"))
    #expect(kept.range(of: Data(secret)) == nil)
    #expect(!String(decoding: kept, as: UTF8.self).contains(Data(secret).base64EncodedString()))
  }

  @Test func neverSignsTheSameCounterTwiceEvenAfterARestart() throws {
    let harness = try PlatformHarness()
    let secret = PlatformHarness.random(32)
    let keyId = try harness.deliverKey(secret).keyId
    let challenge = PlatformHarness.random(16)
    func start(_ counter: UInt64, seconds: Int = 60, challenge: [UInt8]? = nil, serial: String = "WM-1") throws
      -> RawHTTP.Answer?
    {
      try harness.json(
        "POST", "/v1/keys/\(keyId)/starts", [:],
        [
          "challenge": Hex.encode(challenge ?? PlatformHarness.random(16)), "counter": counter,
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
