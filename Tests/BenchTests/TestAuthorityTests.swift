import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

@Suite struct TestAuthorityTests {
  private static let program = InstalledProgram("openssl")
  /// Half past nine in China on 24 November 2026, seconds since 1970-01-01T00:00:00Z.
  private static let now: Int64 = 1_795_483_800

  private let folder = TemporaryFolder(isInMemory: true)

  @discardableResult
  private func openssl(_ arguments: String) throws -> ProgramOutcome {
    try Self.program.run(arguments.split(separator: " ").map(String.init), folder: folder.path)
  }

  private func request(_ key: String) throws -> String {
    let made = try openssl(
      "req -new -newkey \(key) -nodes -keyout key.pem -subj /C=CN/O=weldtech/CN=seal -out f.csr")
    try #require(made.status == 0, "\(made.diagnostics)")
    return String(decoding: try folder.bytes("f.csr"), as: UTF8.self)
  }

  @Test(
    .enabled(if: program.isInstalled, "no openssl program here"),
    arguments: [
      ("ec -pkeyopt ec_paramgen_curve:P-256", TestAuthority.KeyKind.p256), ("rsa:3072", .rsa),
    ])
  func `issues a certificate that openssl accepts until it ends`(key: String, kind: TestAuthority.KeyKind)
    throws
  {
    let authority = try TestAuthority(keys: kind) { Self.now }
    let issued = try authority.issue(
      request: request(key), validity: (Self.now - 60)...(Self.now + 86_400))
    try folder.write("root.pem", authority.root.pem)
    try folder.write("issued.pem", issued.pem)
    let check = "verify -x509_strict -CAfile root.pem"
    #expect(try openssl("\(check) -attime \(Self.now) issued.pem").output == "issued.pem: OK\n")
    #expect(try openssl("\(check) -attime \(Self.now + 86_401) issued.pem").status != 0)
    let text = try openssl("x509 -in issued.pem -noout -subject -ext keyUsage").output
    #expect(text.contains("C = CN, O = weldtech, CN = seal"))
    #expect(text.contains("Digital Signature, Non Repudiation"))
  }

  @Test(.enabled(if: program.isInstalled, "no openssl program here"))
  func `issues nothing when the request is damaged or its key is weak or of another kind`() throws {
    let authority = try TestAuthority { Self.now }
    for key in ["rsa:2048", "ed25519", "ec -pkeyopt ec_paramgen_curve:P-384"] {
      let text = try request(key)
      #expect(throws: CryptographyError.generation) { try authority.issue(request: text) }
    }
    let good = try request("ec -pkeyopt ec_paramgen_curve:P-256")
    _ = try authority.issue(request: good)
    var lines = good.split(separator: "\n").map(String.init)
    lines[1] = String(lines[1].reversed())
    for text in ["", "hello", lines.joined(separator: "\n"), authority.root.pem] {
      #expect(throws: CryptographyError.generation) { try authority.issue(request: text) }
    }
  }

  @Test(
    .enabled(if: program.isInstalled, "no openssl program here"), arguments: [TestAuthority.KeyKind.p256, .rsa])
  func `gives timestamps that openssl accepts over exactly what was asked`(kind: TestAuthority.KeyKind) throws {
    let authority = try TestAuthority(keys: kind) { Self.now }
    try folder.write("root.pem", authority.root.pem)
    try folder.write("data", Data("the seal's value".utf8))
    try folder.write("other", Data("another value".utf8))
    #expect(try openssl("ts -query -data data -sha256 -cert -out q.tsq").status == 0)
    let query = [UInt8](try folder.bytes("q.tsq"))
    try folder.write("r.tsr", authority.reply(to: query))
    // openssl ts -verify compares the nonce and the imprint with the query's.
    let check = "ts -verify -in r.tsr -CAfile root.pem -attime \(Self.now)"
    #expect(try openssl("\(check) -queryfile q.tsq").output.contains("Verification: OK"))
    #expect(try openssl("\(check) -data other").status != 0)
    let text = try openssl("ts -reply -in r.tsr -text").output
    #expect(text.contains("Time stamp: Nov 24 01:30:00 2026 GMT"))
    #expect(text.contains("Policy OID: \(TestAuthority.policy)"))
    #expect(text.contains("Serial number: 0x01"))
    #expect(try authority.reply(to: query) != folder.bytes("r.tsr").map(\.self))
  }

  @Test(.enabled(if: program.isInstalled, "no openssl program here"))
  func `rejects what is no query`() throws {
    let authority = try TestAuthority { Self.now }
    for bytes in [[], [0x30, 0x80], SplitMix64.bytes(300, seed: 7)] {
      try folder.write("r.tsr", authority.reply(to: bytes))
      #expect(try openssl("ts -reply -in r.tsr -text").output.contains("Status: Rejected."))
    }
  }

  @Test(.enabled(if: program.isInstalled, "no openssl program here"))
  func `answers over HTTP without a token when the local platform has an authority`() throws {
    let authority = try TestAuthority { Self.now }
    let harness = try PlatformHarness(token: "secret-token", authority: authority)
    try folder.write("root.pem", authority.root.pem)
    try folder.write("data", Data("the seal's value".utf8))
    #expect(try openssl("ts -query -data data -sha256 -cert -out q.tsq").status == 0)
    let query = [UInt8](try folder.bytes("q.tsq"))
    let headers = ["Content-Type": "application/timestamp-query"]
    let answer = try #require(try harness.http.send("POST", "/timestamp", headers, body: query))
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/timestamp-reply")
    try folder.write("r.tsr", answer.body)
    let check = "ts -verify -queryfile q.tsq -in r.tsr -CAfile root.pem -attime \(Self.now)"
    #expect(try openssl(check).output.contains("Verification: OK"))
    #expect(try harness.http.send("POST", "/timestamp", [:], body: query)?.status == 415)
    let get = try #require(try harness.http.send("GET", "/timestamp"))
    #expect(get.status == 405 && get.headers["allow"] == "POST")
    let without = try PlatformHarness()
    #expect(try without.http.send("POST", "/timestamp", headers, body: query)?.status == 404)
  }
}
