import Bench
import Cryptography
import Foundation
import Records
import Synchronization
import Testing

@testable import Sync

/// Syncs through firewalls, gateways and proxies between the laptop and the platform.
@Suite struct OnTheWayTests {
  /// The firewall's answer to a request for the platform; nil lets the request through.
  typealias Rule = @Sendable (ScriptedServer.Request) -> ScriptedServer.Answer?

  private func firewall(before fixture: PlatformFixture, _ rule: @escaping Rule) throws -> ScriptedServer {
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    return try ScriptedServer { rule($0) ?? .forward(port: port) { $0 } }
  }

  private func client(_ server: ScriptedServer) throws -> PlatformClient {
    try PlatformClient(.init(address: server.url, token: "t", idleTimeout: .seconds(5)))
  }

  /// Blocks every request to the upload that was begun first.
  private static func firstUpload(_ status: Int) -> Rule {
    let isBlocked = Mutex(false)
    return { request in
      guard carriesFile(request) else { return nil }
      let isFirst = isBlocked.withLock { isBlocked in
        defer { isBlocked = true }
        return !isBlocked
      }
      return isFirst ? .page(status) : nil
    }
  }

  /// Whether a request has bytes of a file, be it the one that begins the upload or a later one.
  private static func carriesFile(_ request: ScriptedServer.Request) -> Bool {
    request.bodyBytes > 0 && request.path.hasPrefix("/v1/files")
  }

  @Test(arguments: [403, 405])
  func `a firewall's page for one upload leaves the others alone`(status: Int) throws {
    let fixture = try PlatformFixture()
    let samples = try (1...3).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let server = try firewall(before: fixture, Self.firstUpload(status))
    let report = try fixture.run(client: client(server))
    #expect(report.outcomes.map(\.reason) == [.blocked, nil, nil])
    #expect(report.outcomes.map(\.outcome) == [.pending, .delivered, .delivered])
    #expect(report.stoppedBy == nil)
    // The first upload succeeds too, once the firewall is gone.
    #expect(try fixture.run().delivered == 1)
  }

  @Test func `a portal that answers everything with 403 leaves everything pending and no token is blamed`()
    throws
  {
    let fixture = try PlatformFixture()
    for number in 1...2 { try SampleInstallation(number, in: fixture.files).enqueue(in: fixture.outbox) }
    let server = try firewall(before: fixture) { _ in .page(403) }
    let report = try fixture.run(client: client(server))
    #expect(report.outcomes.map(\.reason) == [.blocked, .blocked])
    #expect(fixture.platform.requests().isEmpty)
  }

  @Test func `a redirect of one record to a page for people leaves the others alone`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let path = "/v1/installations/\(samples[0].id)"
    let server = try firewall(before: fixture) { request in
      request.path == path ? .reply(302, [("Location", "http://blocked.example.cn/")]) : nil
    }
    #expect(try fixture.run(client: client(server)).outcomes.map(\.reason) == [.redirected, nil])
  }

  @Test func `a gateway that takes no large pieces gets smaller ones`() throws {
    let fixture = try PlatformFixture()
    let sample = try SampleInstallation(1, in: fixture.files, photoBytes: 700_000)
    sample.enqueue(in: fixture.outbox)
    let refused = Mutex(0)
    let server = try firewall(before: fixture) { request in
      guard Self.carriesFile(request), request.bodyBytes > 100_000 else { return nil }
      refused.withLock { $0 += 1 }
      return .page(413)
    }
    #expect(try fixture.run(client: client(server)).delivered == 1)
    #expect(refused.withLock { $0 } == 2)
    #expect(fixture.pauses.isEmpty)
  }

  @Test func `a gateway that takes no piece at all leaves that record pending`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...2).map {
      try SampleInstallation($0, in: fixture.files, photoBytes: $0 == 1 ? 300_000 : 900)
    }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let server = try firewall(before: fixture) { request in
      Self.carriesFile(request) && request.bodyBytes > 10_000 ? .page(413) : nil
    }
    #expect(try fixture.run(client: client(server)).outcomes.map(\.reason) == [.blocked, nil])
  }

  // MARK: - Proxies

  @Test(arguments: [407, 403, 502])
  func `a proxy that refuses is named`(status: Int) throws {
    let asked = Mutex<[String]>([])
    let proxy = try ScriptedServer { request in
      asked.withLock { $0.append("\(request.method) \(request.path)") }
      return .page(status)
    }
    let client = try PlatformClient(.init(address: "https://platform.example.cn", token: "t", proxy: proxy.url))
    #expect(throws: SyncError.proxyRefused(status: status)) { try client.platformKey() }
    #expect(asked.withLock { $0 } == ["CONNECT platform.example.cn:443"])
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    let report = try fixture.run(client: client)
    #expect(report.stoppedBy == .proxyRefused && report.outcomes.map(\.reason) == [.proxyRefused])
  }

  // MARK: - Later

  @Test(arguments: [408, 421, 425, 429, 500, 503])
  func `what may pass is tried again`(status: Int) throws {
    let fixture = try PlatformFixture()
    try SampleInstallation(1, in: fixture.files).enqueue(in: fixture.outbox)
    let times = Mutex(2)
    let server = try firewall(before: fixture) { request in
      guard request.method == "PUT", request.path.hasPrefix("/v1/installations") else { return nil }
      let isTime = times.withLock { left in
        left -= 1
        return left >= 0
      }
      return isTime ? .reply(status) : nil
    }
    #expect(try fixture.run(client: client(server)).delivered == 1)
    #expect(fixture.pauses == [.seconds(1), .seconds(2)])
  }

  static let waits: [(String, Duration?)] = [
    ("7", .seconds(7)), ("0", .seconds(1)), ("60", .seconds(60)), ("61", nil), ("86400", nil),
    ("99999999999999999999999", nil), ("soon", .seconds(1)), ("-5", .seconds(1)), ("", .seconds(1)),
    ("Sat, 28 Nov 2026 21:00:09 GMT", .seconds(9)), ("Sat, 28 Nov 2026 20:00:00 GMT", .seconds(1)),
    ("Sat, 28 Nov 2026 23:00:00 GMT", nil), ("Sat, 28 Nov 2026 21:00:09 CET", .seconds(1)),
    ("Sat, 31 Feb 2026 21:00:09 GMT", .seconds(1)),
  ]

  @Test(arguments: waits.indices)
  func `Retry-After is honoured within bounds`(index: Int) throws {
    let (field, wait) = Self.waits[index]
    let fixture = try PlatformFixture()
    let samples = try (1...2).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let path = "/v1/installations/\(samples[0].id)"
    let isFirst = Mutex(true)
    let server = try firewall(before: fixture) { request in
      guard request.path == path, isFirst.withLock({ $0.exchange(with: false) }) else { return nil }
      return .reply(503, [("Retry-After", field), ("Date", "Sat, 28 Nov 2026 21:00:00 GMT")])
    }
    let report = try fixture.run(client: client(server))
    #expect(fixture.pauses == (wait.map { [$0] } ?? []), "\(field)")
    #expect(report.outcomes.map(\.reason) == [wait == nil ? .platformFailed : nil, nil], "\(field)")
  }

  @Test func `all pauses of a run together are bounded`() throws {
    let fixture = try PlatformFixture()
    for number in 1...12 { try SampleInstallation(number, in: fixture.files).enqueue(in: fixture.outbox) }
    let server = try firewall(before: fixture) { request in
      request.method == "PUT" && request.path.hasPrefix("/v1/installations")
        ? .reply(429, [("Retry-After", "60")]) : nil
    }
    let report = try fixture.run(client: client(server))
    #expect(report.pending == 12)
    #expect(fixture.pauses.reduce(.zero, +) == .seconds(600))
  }
}

extension Bool {
  fileprivate mutating func exchange(with value: Bool) -> Bool {
    defer { self = value }
    return self
  }
}

/// Syncs with a server that gives no answer, or one that never ends.
@Suite struct DeadlineTests {
  @Test func `an exchange has 60 seconds and its bytes at 2 KiB a second, a silent line 30`() {
    let configuration = PlatformClient.Configuration(address: "https://example.cn")
    #expect(configuration.exchangeTimeout == .seconds(60))
    #expect(configuration.minBytesPerSecond == 2048)
    #expect(configuration.idleTimeout == .seconds(30))
    #expect(configuration.connectTimeout == .seconds(10))
  }

  static let drips: [ScriptedServer.Answer] = [
    .drip(Array("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n[".utf8), endless: 0x20),
    .drip(Array("HTTP/1.1 200 OK\r\nX: ".utf8), endless: 0x79),
    .drip(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), endless: 0x0D),
    .silence,
  ]

  /// The server goes on as long as the client listens, so that only the client's deadline ends the exchange.
  @Test(arguments: drips.indices)
  func `an answer that drips ends the exchange at its deadline`(index: Int) throws {
    let server = try ScriptedServer { _ in Self.drips[index] }
    let client = try PlatformClient(
      .init(address: server.url, idleTimeout: .seconds(2), exchangeTimeout: .seconds(3)))
    let id = try #require(InstallationID(UUID().uuidString))
    // The part of the third answer that has come is no answer of the platform.
    #expect(throws: index == 2 ? SyncError.notThePlatform(status: 100) : .timedOut) {
      try client.installation(id)
    }
  }

  @Test func `one record's timeout leaves the others alone, and two in a row end the run`() throws {
    let fixture = try PlatformFixture()
    let samples = try (1...5).map { try SampleInstallation($0, in: fixture.files) }
    for sample in samples { sample.enqueue(in: fixture.outbox) }
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    let silent = Set([0, 2, 3].map { "/v1/installations/\(samples[$0].id)" })
    let server = try ScriptedServer { request in
      silent.contains(request.path) ? .silence : .forward(port: port) { $0 }
    }
    let client = try PlatformClient(
      .init(address: server.url, idleTimeout: .seconds(2), exchangeTimeout: .seconds(60)))
    let report = try fixture.syncRun(client: client, retry: RetryPolicy(attempts: 1)).run()
    #expect(report.outcomes.map(\.reason) == [.timedOut, nil, .timedOut, .timedOut, .timedOut])
    #expect(report.stoppedBy == .timedOut)
    #expect(fixture.requests("PUT /v1/installations/\(samples[4].id)") == 0)
  }
}
