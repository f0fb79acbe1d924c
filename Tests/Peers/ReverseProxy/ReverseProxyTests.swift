import Foundation
import Records
import TestSupport
import Testing

@testable import Sync

/// Checks whole runs to a platform behind nginx, as companies set it up: with TLS, with limits and with pages
/// of its own.
@Suite(
  .serialized,
  .enabled(if: NginxProxy.isInstalled, "nginx (nginx-light) or openssl is not installed: scripts/setup tests"))
struct ReverseProxyTests {
  /// Whether nginx lets clients speak HTTP/2, and the version that most requests then have.
  private static let versions = [
    (speaksHTTP2: false, version: "HTTP/1.1"), (speaksHTTP2: true, version: "HTTP/2.0"),
  ]

  @Test(arguments: versions)
  func `30 installations with photos arrive whole in one run, whatever nginx speaks`(
    _ speaksHTTP2: Bool, _ version: String
  ) throws {
    // Bodies of more than 256 KiB go by HTTP/1.1; another test checks their effect on HTTP/2.
    let laptop =
      speaksHTTP2 ? try QueuedLaptop((30, 40_000)) : try QueuedLaptop((28, 40_000), (2, 3_000_000))
    let proxy = try NginxProxy(
      to: laptop.platformURL, speaksHTTP2: speaksHTTP2, "client_max_body_size 80m;")
    let report = try laptop.run(to: proxy.url, caBundle: proxy.certificate)
    #expect(report.delivered == 30 && report.outcomes.count == 30, "\(report)")
    #expect(report.originals.allSatisfy { $0.reason == nil }, "\(report.originals)")
    try laptop.expectAllArrived()
    try laptop.expectNoFalseMark()
    let requests = try proxy.requests()
    #expect(requests.count > 200 && requests.allSatisfy { $0.version == version })
    // A HEAD request asks for each thing before it is sent, and no other request is refused.
    #expect(requests.allSatisfy { $0.status < 300 || $0.status == 404 && $0.method == "HEAD" })
    // A second run has nothing to send.
    let again = try laptop.run(to: proxy.url, caBundle: proxy.certificate)
    #expect(again.outcomes.isEmpty && again.keys.isEmpty && again.originals.isEmpty, "\(again)")
  }

  /// libcurl 7.88 takes a connection of HTTP/1.1, which large bodies go over, for one that carries several
  /// requests at once where other connections to the same host in the same loop speak HTTP/2
  /// (https://github.com/curl/curl/issues/4885). In one loop every fifth run fails.
  @Test func `large files beside small ones get their own answers over HTTP/2`() throws {
    for _ in 0..<Self.mixedRuns {
      let laptop = try QueuedLaptop((28, 40_000), (2, 3_000_000))
      let proxy = try NginxProxy(to: laptop.platformURL, "client_max_body_size 80m;")
      let report = try laptop.run(to: proxy.url, caBundle: proxy.certificate)
      #expect(report.delivered == 30 && report.pending == 0 && report.failed == 0, "\(report)")
      #expect(report.originals.allSatisfy { $0.reason == nil }, "\(report.originals)")
      try laptop.expectAllArrived()
      let requests = try proxy.requests()
      #expect(Set(requests.map(\.version)) == ["HTTP/1.1", "HTTP/2.0"])
    }
  }

  private static let mixedRuns =
    ProcessInfo.processInfo.environment["WELDTECH_MIXED_RUNS"].flatMap(Int.init) ?? 3

  @Test func `pieces are halved until nginx, which answers 413 by its own page, takes them`() throws {
    let laptop = try QueuedLaptop((4, 4_000_000))
    let proxy = try NginxProxy(to: laptop.platformURL, speaksHTTP2: false, "client_max_body_size 1m;")
    let report = try laptop.run(to: proxy.url, caBundle: proxy.certificate)
    #expect(report.delivered == 4 && report.outcomes.count == 4, "\(report)")
    #expect(report.originals.allSatisfy { $0.reason == nil }, "\(report.originals)")
    try laptop.expectAllArrived()
    let requests = try proxy.requests()
    let refused = requests.count { $0.status == 413 }
    // Each of the six files that are on the way at once may find out by itself, twice.
    #expect((1...12).contains(refused), "\(refused) of \(requests.count)")
    // The page is the gateway's and not the platform's, so that nothing waits.
    #expect(!laptop.events.contains { if case .retrying = $0 { true } else { false } })
  }

  @Test func `a certificate for another name or by nobody ends the run before anything is sent`() throws {
    let laptop = try QueuedLaptop((3, 4_000))
    let proxy = try NginxProxy(to: laptop.platformURL)
    for (address, caBundle) in [(proxy.otherURL, proxy.certificate), (proxy.url, nil)] {
      let report = try laptop.run(to: address, caBundle: caBundle)
      #expect(report.stoppedBy == .notTrusted && report.stoppedBy?.rawValue == "sync.tls.untrusted")
      #expect(report.delivered == 0 && report.failed == 0 && report.pending == 3, "\(report)")
      #expect(laptop.platform.requests().isEmpty && laptop.platform.installations().isEmpty)
      try laptop.expectNoFalseMark()
      #expect(try laptop.waits)
    }
    let report = try laptop.run(to: proxy.url, caBundle: proxy.certificate)
    #expect(report.delivered == 3)
    try laptop.expectAllArrived()
  }

  @Test(arguments: [429, 503])
  func `what nginx refuses because too much comes at once is tried again or stays in the queue`(_ status: Int)
    throws
  {
    let laptop = try QueuedLaptop((8, 8_000))
    let proxy = try NginxProxy(
      to: laptop.platformURL,
      "limit_req zone=few burst=20 nodelay; limit_req_status \(status);"
        + (status == 503 ? "add_header Retry-After 1 always;" : ""))
    // The limit is a number of requests a second, so the program has to make its pauses.
    try laptop.weldtech(["setup", "--platform", proxy.plainURL, "--originals", "always"], status: [0])
    var runs = 0
    while try laptop.waits, runs < 100 {
      runs += 1
      // Status 8 says that what was refused too often is still in the queue.
      let answer = try laptop.weldtech(["sync"], status: [0, 8])
      #expect(answer["failed"] as? Int == 0 && answer["setAside"] as? Int == 0, "\(answer)")
      try laptop.expectNoFalseMark()
    }
    try laptop.expectAllArrived()
    let refused = try proxy.requests().count { $0.status == status }
    #expect(refused > 0)
  }
}
