import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import Sync
import Testing

@Suite struct PlatformClientTests {
  @Test(
    arguments: [
      ("https://platform.example.cn", nil), ("https://platform.example.cn:8443/base/", nil),
      ("http://127.0.0.1:1", nil), ("http://127.9.8.7", nil), ("http://localhost:8080", nil),
      ("http://[::1]:9", nil),
      ("http://platform.example.cn", SyncError.plainHTTP(host: "platform.example.cn")),
      ("http://127.0.0.1.example.cn", .plainHTTP(host: "127.0.0.1.example.cn")),
      ("http://localhost.example.cn", .plainHTTP(host: "localhost.example.cn")),
      ("http://192.168.1.1", .plainHTTP(host: "192.168.1.1")), ("http://[::2]", .plainHTTP(host: "[::2]")),
      ("http://0.0.0.0", .plainHTTP(host: "0.0.0.0")),
      ("", .platformAddress), ("platform", .platformAddress), ("ftp://127.0.0.1", .platformAddress),
      ("file:///etc/passwd", .platformAddress), ("https://", .platformAddress),
      ("https://a b", .platformAddress),
      ("https://user@example.cn", .platformAddress), ("https://u:p@example.cn", .platformAddress),
      ("https://example.cn/?q=1", .platformAddress), ("https://example.cn/#f", .platformAddress),
      ("http://127.0.0.1@example.cn", .platformAddress), ("https://例.cn", .platformAddress),
      ("https://example.cn/\r\nX: y", .platformAddress),
    ] as [(String, SyncError?)])
  func `takes plain HTTP only when the address is loopback`(_ address: String, _ expected: SyncError?) {
    do throws(SyncError) {
      _ = try PlatformClient(.init(address: address))
      #expect(expected == nil)
    } catch {
      #expect(error == expected)
    }
  }

  @Test(arguments: ["", "two words", "line\nbreak", "wörter"])
  func `refuses a token when it is not visible ASCII`(_ token: String) {
    #expect(throws: SyncError.tokenMalformed) {
      try PlatformClient(.init(address: "https://example.cn", token: token))
    }
  }

  @Test func `brings the same block again when the key is the same`() throws {
    let fixture = try PlatformFixture()
    let client = try fixture.client()
    let first = try client.fetchCodeBlock(region: "150621", count: 500, idempotencyKey: "a-1")
    let again = try client.fetchCodeBlock(region: "150621", count: 500, idempotencyKey: "a-1")
    let second = try client.fetchCodeBlock(region: "150621", count: 20, idempotencyKey: "a-2")
    #expect(first.count == 500 && first.region == "150621")
    #expect(again == first)
    #expect(!second.overlaps(first))
    #expect(throws: SyncError.refused(status: 422, code: "idempotency.reused")) {
      try client.fetchCodeBlock(region: "150621", count: 21, idempotencyKey: "a-2")
    }
    fixture.platform.inject(
      .reply(
        status: 200, mediaType: "application/json", body: #"{"region":"150622","first":"000000","count":5}"#))
    #expect(throws: SyncError.notAcknowledged(status: 200)) {
      try client.fetchCodeBlock(region: "150621", count: 5, idempotencyKey: "a-3")
    }
  }

  @Test func `finds an installation by ID and by code`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let client = try fixture.client()
    #expect(try client.installation(sample.id) == nil)
    #expect(try client.installations(code: sample.code).isEmpty)
    #expect(try fixture.run().delivered == 1)
    #expect(try client.installation(sample.id) == sample.record.body)
    let found = try client.installations(code: sample.code)
    #expect(found.map(\.id) == [sample.id])
    #expect(found.map(\.sha256) == [sample.record.sha256])
    #expect(found.map(\.code) == [sample.code])
  }

  // MARK: - Starts

  @Test func `carries a start that the module will take`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    _ = try fixture.syncRun().deliverKeys()
    let client = try fixture.client()
    let challenge = fixture.files.random.bytes(16)
    var request = StartRequest(
      keyID: sample.keyID, moduleSerial: sample.moduleSerial, challenge: challenge, counter: 7, seconds: 30)
    let start = try #require(try client.start(request))
    #expect(start.counter == 7 && start.seconds == 30)
    #expect(
      start.authenticator
        == Authenticator.start(key: sample.secret, counter: 7, seconds: 30, challenge: challenge))
    request = StartRequest(
      keyID: sample.keyID, moduleSerial: sample.moduleSerial, challenge: challenge, counter: 3, seconds: 30)
    #expect(try client.start(request)?.counter == 8)
    request = StartRequest(
      keyID: sample.keyID, moduleSerial: "another", challenge: challenge, counter: 9, seconds: 30)
    #expect(throws: SyncError.refused(status: 409, code: "key.bound")) { try client.start(request) }
  }

  @Test(arguments: [PlatformFault.portal, .failure(status: 503), .cut(afterBytes: 0)])
  func `gives no start when there is no way to the platform`(_ fault: PlatformFault) throws {
    let fixture = try PlatformFixture()
    fixture.platform.inject(fault, times: 10)
    let request = StartRequest(
      keyID: "0011223344556677", moduleSerial: "x", challenge: fixture.files.random.bytes(16), counter: 0,
      seconds: 5)
    #expect(try fixture.client().start(request) == nil)
    fixture.platform.clearFaults()
    #expect(throws: SyncError.refused(status: 404, code: "key.unknown")) { try fixture.client().start(request) }
    fixture.platform.stop()
    #expect(try fixture.client().start(request) == nil)
  }

  @Test(arguments: [
    #"{"counter":6,"seconds":5,"authenticator":"AA"}"#, #"{"counter":7,"seconds":6,"authenticator":"AA"}"#,
    #"{"counter":7,"seconds":0,"authenticator":"AA"}"#, #"{"counter":7,"seconds":5,"authenticator":"00"}"#,
    #"{"counter":-1,"seconds":5,"authenticator":"AA"}"#, #"{"seconds":5}"#,
    #"{"counter":7,"seconds":5,"authenticator":"\#(String(repeating: "F", count: 64))"}"#,
  ])
  func `refuses a start when it is not the one asked for`(_ body: String) throws {
    let fixture = try PlatformFixture()
    let full = body.replacing("AA", with: String(repeating: "a", count: 64))
    fixture.platform.inject(.reply(status: 200, mediaType: "application/json", body: full))
    let request = StartRequest(
      keyID: "0011223344556677", moduleSerial: "x", challenge: fixture.files.random.bytes(16), counter: 7,
      seconds: 5)
    #expect(throws: SyncError.notAcknowledged(status: 200)) { try fixture.client().start(request) }
  }

  // MARK: - Proofs

  @Test func `carries a proof that the module will take`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let client = try fixture.client()
    let request = ProofRequest(
      .replace(newKeyID: "8899aabbccddeeff"), keyID: sample.keyID, uniqueID: fixture.files.random.bytes(12),
      challenge: fixture.files.random.bytes(16))
    #expect(try client.proof(request) == .unknownKey)
    _ = try fixture.syncRun().deliverKeys()
    let proof = Authenticator.replacement(
      key: sample.secret, challenge: request.challenge,
      newKeyID: [0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff],
      uniqueID: request.uniqueID)
    #expect(try client.proof(request) == .proof(proof))
    let malformed = ProofRequest(
      .replace(newKeyID: "8899"), keyID: sample.keyID, uniqueID: request.uniqueID, challenge: request.challenge)
    #expect(try client.proof(malformed) == .refused(code: "proof.malformed"))
    fixture.platform.inject(.portal)
    #expect(try client.proof(request) == .unreachable)
    fixture.platform.inject(
      .reply(status: 200, mediaType: "application/json", body: #"{"keyId":"00","proof":"00"}"#))
    #expect(try client.proof(request) == .refused(code: nil))
    // The contract knows lower-case hex only.
    for code in [Hex.encode(proof), Hex.encode(proof).uppercased()] {
      let body = #"{"keyId":"\#(sample.keyID)","purpose":"replace","proof":"\#(code)"}"#
      fixture.platform.inject(.reply(status: 200, mediaType: "application/json", body: body))
      #expect(
        try client.proof(request) == (code == code.lowercased() ? .proof(proof) : .refused(code: nil)),
        "\(code)")
    }
    fixture.platform.stop()
    #expect(try client.proof(request) == .unreachable)
  }

  @Test func `carries a proof of each purpose, and what the platform says of a module's answer`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files)
    sample.enqueue(in: fixture.outbox)
    let client = try fixture.client()
    _ = try fixture.syncRun().deliverKeys()
    let (challenge, uniqueID) = ([UInt8](0..<16), [UInt8](1...12))
    func answer(_ purpose: ProofPurpose) throws -> ProofAnswer {
      try client.proof(
        ProofRequest(purpose, keyID: sample.keyID, uniqueID: uniqueID, challenge: challenge))
    }
    let sha256 = [UInt8](repeating: 4, count: 32)
    #expect(
      try answer(.update(sha256: sha256, version: "0.2.0"))
        == .proof(
          Authenticator.update(
            key: sample.secret, challenge: challenge, uniqueID: uniqueID, digest: sha256, version: "0.2.0")))
    #expect(
      try answer(.bootloader)
        == .proof(Authenticator.bootloader(key: sample.secret, challenge: challenge, uniqueID: uniqueID)))
    let right = Authenticator.proof(key: sample.secret, challenge: challenge, uniqueID: uniqueID)
    #expect(try answer(.prove(answer: right)) == .judged(isRight: true))
    #expect(try answer(.prove(answer: sha256)) == .judged(isRight: false))
    #expect(try answer(.prove(answer: [1])) == .refused(code: "proof.malformed"))
    #expect(try answer(.update(sha256: sha256, version: "new")) == .refused(code: "proof.malformed"))
  }

  @Test
  func
    `takes no proof for another purpose than it asked for, and one without a purpose for a replacement only`()
    throws
  {
    let fixture = try PlatformFixture()
    let client = try fixture.client()
    let (keyID, proof) = ("0011223344556677", String(repeating: "ab", count: 32))
    func answer(_ purpose: ProofPurpose, _ body: String) throws -> ProofAnswer {
      fixture.platform.inject(.reply(status: 200, mediaType: "application/json", body: body))
      return try client.proof(
        ProofRequest(purpose, keyID: keyID, uniqueID: [UInt8](1...12), challenge: [UInt8](0..<16)))
    }
    let (replace, update) = (
      ProofPurpose.replace(newKeyID: "8899aabbccddeeff"), ProofPurpose.update(sha256: [], version: "0.2.0")
    )
    let without = #"{"keyId":"\#(keyID)","proof":"\#(proof)"}"#
    #expect(try answer(replace, without) == .proof([UInt8](repeating: 0xab, count: 32)))
    #expect(try answer(update, without) == .refused(code: nil))
    #expect(try answer(.bootloader, without) == .refused(code: nil))
    let bootloader = #"{"keyId":"\#(keyID)","purpose":"bootloader","proof":"\#(proof)"}"#
    #expect(try answer(.bootloader, bootloader) == .proof([UInt8](repeating: 0xab, count: 32)))
    #expect(try answer(update, bootloader) == .refused(code: nil))
    #expect(try answer(.prove(answer: []), bootloader) == .refused(code: nil))
    let judged = #"{"keyId":"\#(keyID)","purpose":"prove","proven":true}"#
    #expect(try answer(.prove(answer: []), judged) == .judged(isRight: true))
    #expect(try answer(update, judged) == .refused(code: nil))
    // A platform that sends a proof in place of a judgement has not judged the module's answer.
    let told = #"{"keyId":"\#(keyID)","purpose":"prove","proof":"\#(proof)"}"#
    #expect(try answer(.prove(answer: []), told) == .refused(code: nil))
  }
}
