import Bench
import Cryptography
import Foundation
import ModuleCore
import Records
import Sync
import Synchronization
import TestSupport
import Testing

/// A Python with PyYAML and jsonschema; nil where there is none.
private let python = ["python3", "/usr/bin/python3"].map { InstalledProgram($0) }.first {
  (try? $0.output(["-c", "import jsonschema, yaml; print('there')"])) == "there\n"
}

/// Checks both ends of the platform's contract by `docs/platform-api.yaml`: the requests of Sync, and the
/// answers of the bench's platform to these and to damaged requests. `Tests/Peers/hold-contract` checks them
/// with PyYAML and jsonschema, which share no code with either end.
@Suite(.enabled(if: python != nil, "PyYAML or jsonschema is missing: scripts/setup peers"))
struct ContractTests {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private struct Exchange: Encodable {
    var request: Data
    var answer: Data
    /// Whether the request was damaged on purpose, so that only its answer is checked.
    var isSpoilt = false
  }

  private struct Verdict: Decodable {
    /// The number of undamaged requests for each operation.
    var operations: [String: Int]
    var faults: [String]
  }

  private func verdict(_ exchanges: [Exchange]) throws -> Verdict {
    let outcome = try #require(python).run(
      [Self.root + "/Tests/Peers/hold-contract", Self.root + "/docs/platform-api.yaml"],
      input: JSONEncoder().encode(exchanges))
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    return try JSONDecoder().decode(Verdict.self, from: outcome.outputBytes)
  }

  // MARK: - What is said

  /// A local platform, and a server in front of it that records every exchange.
  private final class Recorder {
    let fixture = try? PlatformFixture(token: "t")
    private let port: UInt16
    private let server: ScriptedServer
    private let kept: Kept

    private final class Kept: Sendable {
      let exchanges = Mutex<[Exchange]>([])
    }

    var exchanges: [Exchange] { kept.exchanges.withLock { $0 } }

    init() throws {
      let url = try #require(fixture).url
      let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
      let kept = Kept()
      self.port = port
      self.kept = kept
      server = try ScriptedServer { request in
        .forward(port: port) { answer in
          // An answer that a fault has cut off does not count.
          if !answer.isEmpty {
            kept.exchanges.withLock {
              $0.append(Exchange(request: Data(request.bytes), answer: Data(answer)))
            }
          }
          return answer
        }
      }
    }

    func client(token: String = "t") throws -> PlatformClient {
      try PlatformClient(.init(address: server.url, token: token, idleTimeout: .seconds(5)))
    }

    /// Sends bytes without the client, and returns the exchange; nil where the platform does not answer.
    func send(_ request: [UInt8], isSpoilt: Bool) -> Exchange? {
      ScriptedServer.answer(to: request, port: port).flatMap {
        $0.isEmpty ? nil : Exchange(request: Data(request), answer: Data($0), isSpoilt: isSpoilt)
      }
    }
  }

  /// Makes Sync send every request that it can send, with every course that a delivery can take.
  private func conversation(with recorder: Recorder) throws -> [Exchange] {
    let fixture = try #require(recorder.fixture)
    let client = try recorder.client()
    fixture.pinned = nil
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: 600_000)
    sample.enqueue(in: fixture.outbox)
    // The record comes before its files, which follow later.
    #expect(throws: SyncError.self) { try client.deliver(sample.record) }
    // The upload is interrupted and resumed by the next run.
    fixture.platform.inject(.delay(milliseconds: 0), method: "PATCH", times: 1)
    fixture.platform.inject(.cut(afterBytes: 1_000), method: "PATCH", times: 10)
    #expect(try fixture.run(client: client).delivered == 0)
    fixture.platform.clearFaults()
    #expect(try fixture.run(client: client).delivered == 1)
    // The timestamp of its agreement follows the record.
    let token = Data("a token".utf8)
    let agreement = try #require(sample.record.files.last?.sha256)
    let file = PendingFile(
      sha256: try #require(FileDigest(fixture.files.store(token))), bytes: token.count,
      filename: "agreement.tst")
    fixture.outbox.timestamps = [PendingTimestamp(installation: sample.id, agreement: agreement, file: file)]
    #expect(try fixture.run(client: client).timestamps.map(\.reason) == [nil])
    // The next revision follows, and then another one in its place.
    let second = try sample.next(after: sample.record)
    fixture.outbox.enqueue(second)
    #expect(try fixture.run(client: client).delivered == 1)
    let body = second.body + Data(" ".utf8)
    fixture.outbox.enqueue(
      PendingRecord(
        id: sample.id, code: sample.code, revision: 2, body: body, sha256: SHA256Digest(of: body).hex,
        previousSha256: sample.record.sha256, files: []))
    #expect(try fixture.run(client: client).failed == 1)
    // The files and the record are there already.
    #expect(try client.hasFile(sample.record.files[0].sha256))
    try client.deliver(sample.record)
    // The code belongs to another installation.
    let rival = try SampleInstallation(1, in: fixture.files)
    rival.enqueue(in: fixture.outbox)
    #expect(try fixture.run(client: client).delivered == 0)

    #expect(try client.installation(sample.id) == second.body)
    #expect(try client.installations(code: sample.code).map(\.id) == [sample.id])
    let unknown = try SampleInstallation(2, in: fixture.files)
    #expect(try client.installation(unknown.id) == nil)
    #expect(try client.installations(code: unknown.code) == [])

    for key in ["a", "a", "b"] {
      _ = try client.fetchCodeBlock(region: "150621", count: 5, idempotencyKey: key)
    }
    #expect(throws: SyncError.self) {
      try client.fetchCodeBlock(region: "150621", count: 6, idempotencyKey: "b")
    }
    for serial in [sample.moduleSerial, "another"] {
      _ = try? client.start(
        StartRequest(
          keyID: sample.keyID, moduleSerial: serial, challenge: fixture.files.random.bytes(16), counter: 7,
          seconds: 30))
    }
    let purposes: [ProofPurpose] = [
      .replace(newKeyID: "8899aabbccddeeff"), .prove(answer: [UInt8](repeating: 1, count: 32)),
      .update(sha256: [UInt8](repeating: 2, count: 32), version: "0.2.0"), .bootloader,
    ]
    for keyID in [sample.keyID, unknown.keyID] {
      for purpose in purposes {
        _ = try client.proof(
          ProofRequest(
            purpose, keyID: keyID, uniqueID: fixture.files.random.bytes(12),
            challenge: fixture.files.random.bytes(16)))
      }
    }
    #expect(throws: SyncError.credentials(status: 401)) { try recorder.client(token: "x").platformKey() }

    let options =
      "OPTIONS /v1/files HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nConnection: close\r\n\r\n"
    let timestamps = [agreement, file.sha256].map {
      "GET /v1/files/sha256/\($0)/timestamp HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nConnection: close\r\n\r\n"
    }
    return recorder.exchanges
      + ([options] + timestamps).compactMap { recorder.send(Array($0.utf8), isSpoilt: false) }
  }

  // MARK: - Held against the description

  @Test func `Sync asks only what the contract knows, and the platform answers so`() throws {
    let recorder = try Recorder()
    let exchanges = try conversation(with: recorder)
    let verdict = try verdict(exchanges)
    #expect(verdict.faults == [], "\(verdict.faults.joined(separator: "\n"))")
    let description = try String(contentsOfFile: Self.root + "/docs/platform-api.yaml", encoding: .utf8)
    // The links name operations again.
    let operations = Set(description.matches(of: /operationId: (\w+)/).map { String($0.output.1) })
    #expect(operations.count == 14)
    for operation in operations {
      #expect(verdict.operations[operation] ?? 0 > 0, "\(operation) was not asked for")
    }
  }

  @Test func `the platform answers spoilt requests as the contract says`() throws {
    let recorder = try Recorder()
    var spoilt: [Exchange] = []
    for exchange in try conversation(with: recorder) {
      for request in Self.spoilt(exchange.request) {
        if let answer = recorder.send(request, isSpoilt: true) { spoilt.append(answer) }
      }
    }
    #expect(spoilt.count > 600)
    let faults = try verdict(spoilt).faults
    #expect(faults == [], "\(faults.joined(separator: "\n"))")
  }

  @Test func `a request that the contract forbids and the platform takes is found`() throws {
    let recorder = try Recorder()
    let start = try #require(
      try conversation(with: recorder).first {
        String(decoding: $0.request, as: UTF8.self).contains("/starts ")
          && $0.answer.starts(with: Data("HTTP/1.1 200".utf8))
      })
    for (old, new) in [
      (#""counter":7"#, #""counter":-1"#), (#""seconds""#, #""second""#), ("/v1/keys/", "/v1/keys/A"),
    ] {
      var taken = start
      taken.isSpoilt = true
      #expect(try verdict([taken]).faults == [])
      let range = try #require(taken.request.range(of: Data(old.utf8)), "\(old)")
      taken.request.replaceSubrange(range, with: Data(new.utf8))
      #expect(try verdict([taken]).faults.contains { $0.contains("was taken") }, "\(old) became \(new)")
    }
  }

  /// The variants of a request: without each of its headers, with half of its body, with another method, at
  /// another address, with ids in capitals, and with each member of its document missing, null, of another type
  /// and in capitals.
  private static func spoilt(_ request: Data) -> [[UInt8]] {
    guard let end = request.range(of: Data("\r\n\r\n".utf8)) else { return [] }
    let lines = String(decoding: request[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let body = Array(request[end.upperBound...])
    func message(_ lines: [String], _ body: [UInt8]) -> [UInt8] {
      let kept = lines.filter { !$0.lowercased().hasPrefix("content-length:") && !$0.hasPrefix("Connection:") }
      let framing = ["Content-Length: \(body.count)", "Connection: close", "", ""]
      return Array((kept + framing).joined(separator: "\r\n").utf8) + body
    }
    var requests = (1..<lines.count).filter { !lines[$0].hasPrefix("Host:") }.map { index in
      message(Array(lines[..<index] + lines[(index + 1)...]), body)
    }
    let words = lines[0].components(separatedBy: " ")
    guard words.count == 3 else { return requests }
    for start in [
      "DELETE \(words[1]) \(words[2])", "\(words[0]) \(words[1])x \(words[2])",
      "\(words[0]) /v2\(words[1]) \(words[2])",
    ] { requests.append(message([start] + lines[1...], body)) }
    let shouted = lines[0].replacing(/[0-9a-f]{8}[0-9a-f-]{8,}/) { $0.output.uppercased() }
    if shouted != lines[0] { requests.append(message([shouted] + lines[1...], body)) }
    if !body.isEmpty { requests.append(message(lines, Array(body[..<(body.count / 2)]))) }
    return requests + documents(Data(body)).map { message(lines, $0) }
  }

  /// The variants of a document, with each of its members missing, null, of another type and in capitals.
  private static func documents(_ body: Data) -> [[UInt8]] {
    guard let members = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else { return [] }
    return members.keys.sorted().flatMap { key in
      var values: [Any?] = [nil, NSNull(), true, ["x"], 1.5]
      if let text = members[key] as? String { values.append(text.uppercased()) }
      return values.map { value in
        var spoilt = members
        spoilt[key] = value
        return [UInt8]((try? JSONSerialization.data(withJSONObject: spoilt)) ?? Data())
      }
    }
  }

  @Test func `whatever the contract does not know is found`() throws {
    let recorder = try Recorder()
    let exchanges = try conversation(with: recorder)
    for (place, old, new) in [
      (\Exchange.request, "Idempotency-Key:", "Idempotency-Kex:"), (\.request, "If-Match:", "X-Match:"),
      (\.request, "POST /v1/files ", "POST /v1/filez "), (\.request, "\r\nHost:", "\r\nX-More: 1\r\nHost:"),
      (\.request, "GET /v1/platform-key ", "GET /v1/platform-key?x=1 "),
      (\.request, #""moduleSerial""#, #""moduleSeriax""#), (\.request, #""prove""#, #""probe""#),
      (\.request, #""update""#, #""bootloader""#), (\.answer, #""proven""#, #""proof""#),
      (\.request, "Tus-Resumable: 1.0.0", "Tus-Resumable: 2.0.0"),
      (\.request, "application/offset+octet-stream", "application/octet-stream"),
      (\.request, #""count":5"#, #""count":0"#), (\.answer, "HTTP/1.1 201", "HTTP/1.1 202"),
      (\.answer, #""first""#, #""firsx""#), (\.answer, #"{"error""#, #"{"more":1,"error""#),
      (\.answer, "Repr-Digest:", "Repr-Digesx:"), (\.answer, "application/json", "text/html"),
    ] as [(WritableKeyPath<Exchange, Data>, String, String)] {
      let changed = exchanges.compactMap { exchange -> Exchange? in
        guard let range = exchange[keyPath: place].range(of: Data(old.utf8)) else { return nil }
        var exchange = exchange
        exchange[keyPath: place].replaceSubrange(range, with: Data(new.utf8))
        return exchange
      }
      try #require(!changed.isEmpty, "\(old) was not said")
      #expect(try verdict([changed[0]]).faults != [], "\(old) became \(new)")
    }
  }
}
