import Bench
import Cryptography
import Foundation
import Sync
import TestSupport
import Testing

/// Checks requests to a timestamp authority that answers as it should, and to faulty ones.
@Suite struct TimestampClientTests {
  private let query: TimestampQuery
  private let authority: TestAuthority

  init() throws {
    query = try TimestampQuery(
      over: SplitMix64.bytes(70, seed: 1), nonce: SplitMix64.bytes(TimestampQuery.nonceByteCount, seed: 2))
    authority = try TestAuthority(clock: { 1_795_000_000 })
  }

  private func ask(_ address: String, exchangeTimeout: Duration = .seconds(5)) throws -> TimestampToken {
    try TimestampClient(
      .init(address: address, connectTimeout: .seconds(2), exchangeTimeout: exchangeTimeout)
    ).token(for: query)
  }

  private func error(of answer: ScriptedServer.Answer, exchangeTimeout: Duration = .seconds(5)) throws
    -> TimestampError?
  {
    let server = try ScriptedServer { _ in answer }
    do {
      _ = try ask(server.url + "/tsr", exchangeTimeout: exchangeTimeout)
      return nil
    } catch let error as TimestampError {
      return error
    }
  }

  private static func reply(_ body: [UInt8]) -> ScriptedServer.Answer {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: \(body.count)\r\n\r\n"
    return .bytes(Array(head.utf8) + body)
  }

  @Test func `the token of the local platform's authority is taken`() throws {
    let folder = TemporaryFolder(isInMemory: true)
    let platform = try LocalPlatform(
      .init(dataFolder: folder.path, authority: authority, random: SeededBytes(seed: 1).bytes))
    let url = try platform.start()
    defer { platform.stop() }
    let token = try ask("\(url)/timestamp")
    #expect(token.time == 1_795_000_000)
    #expect(token.authority == authority.timestampCertificate)
    #expect(token.imprint == SHA256Digest(of: SplitMix64.bytes(70, seed: 1)))
  }

  @Test func `an answer that is no timestamp of the query is refused by what is wrong with it`() throws {
    let other = try TimestampQuery(over: SplitMix64.bytes(70, seed: 1), nonce: SplitMix64.bytes(8, seed: 3))
    let stranger = try TimestampQuery(over: [1], nonce: SplitMix64.bytes(8, seed: 2))
    let good = authority.reply(to: query.der)
    #expect(try error(of: Self.reply(good)) == nil)
    let answers: [(ScriptedServer.Answer, TimestampError)] = [
      (Self.reply(authority.reply(to: other.der)), .fault(.otherNonce)),
      (Self.reply(authority.reply(to: stranger.der)), .fault(.otherImprint)),
      (Self.reply(authority.reply(to: [])), .fault(.refused(status: 2))),
      (Self.reply([]), .fault(.notReply)), (Self.reply(good + [0]), .fault(.notReply)),
      (Self.reply(Array(good.dropLast(9))), .fault(.notReply)),
      (.page(200), .sync(.notThePlatform(status: 200))), (.page(503), .status(503)),
      (.reply(302, [("Location", "http://127.0.0.1:1/")]), .sync(.redirected(status: 302))),
      (.reply(401), .status(401)),
      (
        Self.reply([UInt8](repeating: 0x30, count: 70_000)),
        .sync(.answerTooLarge(limitBytes: TimestampToken.maxReplySize))
      ),
      (.bytes([]), .sync(.interrupted)),
    ]
    for (answer, expected) in answers { #expect(try error(of: answer) == expected, "\(expected)") }
  }

  @Test func `an authority that is silent or slow is given up at the deadline`() throws {
    let deadline = Duration.milliseconds(200)
    #expect(try error(of: .silence, exchangeTimeout: deadline) == .sync(.timedOut))
    let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n".utf8)
    #expect(try error(of: .drip(head, endless: 0x30), exchangeTimeout: deadline) == .sync(.timedOut))
    #expect(throws: TimestampError.sync(.unreachable)) { try ask("http://127.0.0.1:1/tsr") }
  }

  @Test(arguments: [
    ("http://tsa.example/tsr", SyncError.plainHTTP(host: "tsa.example")),
    ("ftp://tsa.example", .platformAddress),
    ("tsa.example/tsr", .platformAddress), ("https://user:secret@tsa.example/", .platformAddress),
    ("https://tsa.example/tsr#x", .platformAddress), ("", .platformAddress),
  ])
  func `an address that is no https URL is refused before anything is sent`(
    _ address: String, _ expected: SyncError
  ) {
    #expect(throws: expected) { try TimestampClient(.init(address: address)) }
  }

  @Test(arguments: ["https://tsa.example/tsr?policy=1.2.3", "https://tsa.example:8443", "http://[::1]:80/tsr"])
  func `an address with a query, a port or loopback is taken`(_ address: String) throws {
    _ = try TimestampClient(.init(address: address))
  }
}
