import Bench
import Foundation
import Records
import Sync
import Synchronization
import TestSupport
import Testing

/// Delivers over networks that fail in every way that is known of, several records at once. Whatever happens,
/// nothing is lost, nothing is there twice, and nothing counts as acknowledged that the platform does not have.
@Suite struct FaultyNetworkTests {
  private static let seed: UInt64 = 25
  private static let networks =
    ProcessInfo.processInfo.environment["WELDTECH_FAULTY_NETWORKS"].flatMap { Int($0) } ?? 22

  private enum Fault: CaseIterable {
    case lostReply, cutRequest, resetAnswer, portal, unknownHost, tooManyRequests, failing, dripping, wrongName,
      refused, silence
  }

  /// The network of one run: its fault, and the dice that decide which requests the fault hits.
  private struct Network {
    let fault: Fault
    var dice: SplitMix64
    /// One request in this number fails on average.
    let rarity: Int
  }

  @Test func `no network loses, doubles or invents anything`() throws {
    let fixture = try PlatformFixture()
    let port = try #require(fixture.url.split(separator: ":").last.flatMap { UInt16($0) })
    let network = Mutex(Network(fault: .portal, dice: SplitMix64(seed: Self.seed), rarity: 1))
    let proxy = try ScriptedServer { _ in network.withLock { Self.answer(in: &$0, port: port) } }
    let tls = TLSServer.isThere ? try TLSServer() : nil
    var dice = SplitMix64(seed: Self.seed)
    var delivered: [SampleInstallation] = []
    for number in 0..<Self.networks {
      let comment: Comment = "seed \(Self.seed), network \(number)"
      let outbox = MemoryOutbox()
      let uploads = MemoryUploads()
      let samples = try (0..<3).map {
        try SampleInstallation(
          number * 3 + $0 + 1, in: fixture.files, photoBytes: 900 + dice.next(below: 40) * 15_000)
      }
      for sample in samples { sample.enqueue(in: outbox) }
      let fault = Fault.allCases[number % Fault.allCases.count]
      network.withLock { $0 = Network(fault: fault, dice: dice, rarity: 1 + dice.next(below: 4)) }
      for run in 0..<3 {
        let isHealed = run == 2
        Self.prepare(fixture.platform, fault, isHealed, &dice)
        let client = try PlatformClient(
          isHealed
            ? .init(address: fixture.url)
            : .init(
              address: Self.address(fault, proxy, tls, fixture),
              caBundle: fault == .wrongName ? tls?.certificate : nil,
              connectTimeout: .seconds(1), idleTimeout: .milliseconds(100), exchangeTimeout: .milliseconds(200),
              minBytesPerSecond: 10_000_000)
        )
        let report = try SyncRun(
          outbox: outbox, files: fixture.files, client: client, clock: FixedClock(), uploads: uploads,
          platformCertificate: fixture.pinned,
          surroundings: .init(
            sleep: { _ in }, retry: RetryPolicy(attempts: 2), maxRecordsAtOnce: 3, maxFilesAtOnce: 4,
            pin: { _ in })
        ).run()
        #expect(report.failed == 0, comment)
        try Self.check(samples, outbox, fixture.platform, comment)
      }
      #expect(outbox.pendingRecords().isEmpty && outbox.pendingKeys().isEmpty, comment)
      delivered += samples
    }
    let held = fixture.platform.installations()
    #expect(held.count == delivered.count && held.allSatisfy { $0.revision == 1 })
    #expect(try fixture.platform.keyIds().sorted() == delivered.map(\.keyID).sorted())
  }

  /// Compares what counts as acknowledged with what the platform has.
  private static func check(
    _ samples: [SampleInstallation], _ outbox: MemoryOutbox, _ platform: LocalPlatform, _ comment: Comment
  ) throws {
    let keys = Set(outbox.pendingKeys().map(\.keyID))
    let records = Dictionary(
      outbox.pendingRecords().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let held = Set(try platform.keyIds())
    for sample in samples {
      if !keys.contains(sample.keyID) { #expect(held.contains(sample.keyID), comment) }
      if let waiting = records[sample.id] {
        for file in waiting.acknowledgedFiles { #expect(platform.hasFile(file.sha256.hex), comment) }
      } else {
        #expect(try platform.record(sample.id.text) == sample.record.body, comment)
        for file in sample.record.files { #expect(platform.hasFile(file.sha256.hex), comment) }
      }
    }
  }

  // MARK: - Faults

  private static func prepare(
    _ platform: LocalPlatform, _ fault: Fault, _ isHealed: Bool, _ dice: inout SplitMix64
  ) {
    platform.clearFaults()
    guard !isHealed else { return }
    for _ in 0..<3 {
      switch fault {
      case .lostReply: platform.inject(.lostReply, times: 1 + dice.next(below: 4))
      case .cutRequest:
        platform.inject(.cut(afterBytes: dice.next(below: 300_000)), times: 1 + dice.next(below: 4))
      default: return
      }
      // Some requests pass between two faults.
      platform.inject(.delay(milliseconds: 0), times: 1 + dice.next(below: 6))
    }
  }

  private static func address(
    _ fault: Fault, _ proxy: ScriptedServer, _ tls: TLSServer?, _ fixture: PlatformFixture
  ) -> String {
    switch fault {
    case .lostReply, .cutRequest: fixture.url
    case .unknownHost: "https://platform.invalid"
    case .refused: "http://127.0.0.1:1"
    // The certificate is for 127.0.0.1 only.
    case .wrongName: tls.map { "https://localhost:\($0.port)" } ?? "https://platform.invalid"
    default: proxy.url
    }
  }

  private static func answer(in network: inout Network, port: UInt16) -> ScriptedServer.Answer {
    guard network.dice.next(below: network.rarity) == 0 else { return .forward(port: port) { $0 } }
    let place = network.dice.next(below: 400)
    switch network.fault {
    // In half of the resets, the platform has processed the request before.
    case .resetAnswer:
      return place.isMultiple(of: 2)
        ? .reset(Array("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n".utf8.prefix(place)))
        : .forward(port: port) { Array($0.prefix(place)) }
    case .portal: return .page(200, body: "<html><title>Wi-Fi</title>")
    case .tooManyRequests:
      return .reply(
        429, [("Retry-After", "\(network.dice.next(below: 3))")], #"{"error":{"code":"slow","message":""}}"#)
    case .failing: return .reply([500, 502, 503, 504][place % 4])
    case .dripping: return .drip(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8), endless: 0x20)
    case .silence: return .silence
    default: return .forward(port: port) { $0 }
    }
  }
}
