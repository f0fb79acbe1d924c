import Bench
import Cryptography
import Fieldbook
import Foundation
import Glibc
import Records
import Sync
import TestSupport
import Testing

@testable import weldtech

/// Checks that a token is used only for the platform that it belongs to.
@Suite final class TokenTests {
  private let temporary = TemporaryFolder()
  private var folder: String { temporary.path }
  private let desk = Desk()

  init() throws { try desk.setUp() }

  private func token(_ bytes: some Sequence<UInt8>, mode: mode_t = 0o600) throws -> String {
    let path = "\(folder)/token-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    chmod(path, mode)
    return path
  }

  @Test func `a token is one line of visible ASCII, with or without its end`() throws {
    for text in ["abc", "abc\n", "abc\r\n", "  abc \n\n", "a-b_c.d~e+f/g="] {
      _ = try desk.run(["setup", "--token-file", try token(text.utf8)])
    }
    let slips: [(String, [UInt8], mode_t)] = [
      ("setup.token", [], 0o600), ("setup.token", Array("\n".utf8), 0o600),
      ("setup.token", [0xEF, 0xBB, 0xBF] + Array("abc\n".utf8), 0o600),
      ("setup.token", [0xFF, 0xFE, 0x61, 0x00], 0o600), ("setup.token", Array("two words\n".utf8), 0o600),
      ("setup.token", Array("one\ntwo\n".utf8), 0o600), ("setup.token", Array("a\tb".utf8), 0o600),
      ("setup.token", Array("凭证".utf8), 0o600), ("setup.token", Array("a\u{200B}b".utf8), 0o600),
      ("setup.token", Array("a\0b".utf8), 0o600), ("setup.token", Array(repeating: 0x61, count: 4097), 0o600),
      ("setup.token.open", Array("abc\n".utf8), 0o644), ("setup.token.open", Array("abc\n".utf8), 0o640),
      ("setup.token.open", Array("abc\n".utf8), 0o602),
    ]
    let before = try desk.fieldbook().setup()
    for (code, bytes, mode) in slips {
      let failure = desk.failure(["setup", "--token-file", try token(bytes, mode: mode)])
      #expect(failure?.code == code, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
      #expect(failure?.message.en.contains("abc") != true)
    }
    #expect(try desk.fieldbook().setup() == before)
  }

  @Test func `another platform takes another token`() throws {
    let first = try token("first\n".utf8)
    _ = try desk.run(["setup", "--token-file", first])
    #expect(try desk.fieldbook().setup().tokenOrigin == "https://mashanghan.example:443")
    for address in [
      "https://mashanghan.example:8443", "https://evil.example", "https://mashanghan.example.cn",
      "http://127.0.0.1:8080",
    ] {
      #expect(desk.failure(["setup", "--platform", address])?.code == "setup.token.platform", "\(address)")
    }
    #expect(try desk.fieldbook().setup().platform == "https://mashanghan.example")
    // Another path of the same origin is the same platform.
    _ = try desk.run(["setup", "--platform", "https://MASHANGHAN.example:443/base"])
    #expect(try desk.fieldbook().setup().tokenFile == first)
    let second = try token("second\n".utf8)
    _ = try desk.run(["setup", "--platform", "https://other.example", "--token-file", second])
    #expect(try desk.fieldbook().setup().tokenOrigin == "https://other.example:443")
    _ = try desk.run(["setup", "--platform", "https://third.example", "--token-file", ""])
    #expect(try desk.fieldbook().setup().tokenFile == nil)
    #expect(try desk.fieldbook().setup().tokenOrigin == nil)
  }

  @Test func `a token is not sent to another origin, whatever the setup says`() throws {
    _ = try desk.run(["setup", "--token-file", try token("first\n".utf8)])
    try desk.fieldbook().updateSetup { $0.platform = "https://evil.example" }
    let failure = try #require(
      throws: TokenRefused.self, performing: { _ = try desk.workplace().platformClient() })
    #expect(failure.failure.code == "setup.token.platform")
  }

  @Test func `a terminal is asked for the new platform's token`() throws {
    _ = try desk.run(["setup", "--token-file", try token("first\n".utf8)])
    let second = try token("second\n".utf8)
    let script = Script([second])
    _ = try desk.run(["setup", "--platform", "https://other.example"], script: script)
    #expect(script.asked.count == 1)
    #expect(try desk.fieldbook().setup().tokenFile == second)
    _ = try desk.run(["setup", "--platform", "https://third.example"], script: Script([""]))
    #expect(try desk.fieldbook().setup().tokenFile == nil)
  }

  // MARK: - Certificates

  /// Makes a certificate with the openssl program.
  private func certificate(_ key: [String]) throws -> String {
    let path = "\(folder)/certificate-\(UUID().uuidString).pem"
    try InstalledProgram("openssl").run(
      ["req", "-x509", "-nodes", "-subj", "/CN=test", "-days", "2", "-keyout", "/dev/null", "-out", path] + key)
    return path
  }

  @Test(
    .enabled(if: InstalledProgram("openssl").isInstalled, "no openssl program here"))
  func `a certificate is pinned only where a key can be sealed to it`() throws {
    let short = try certificate(["-newkey", "rsa:2048"])
    for weak in [short, try certificate(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])] {
      #expect(desk.failure(["setup", "--platform-key", weak])?.code == "sync.key.short")
    }
    #expect(try desk.fieldbook().setup().platformKey == nil)
    // A certificate that was pinned before is kept, with a warning.
    let pem = try String(contentsOfFile: short, encoding: .utf8)
    try desk.fieldbook().updateSetup { $0.platformKey = .init(certificatePEM: pem, firstSeenAt: nil) }
    let answer = try desk.run(["setup", "--platform-key", short])
    #expect(answer.diagnostics.contains("2048"))
    let long = try certificate(["-newkey", "rsa:3072"])
    _ = try desk.run(["setup", "--platform-key", long])
    #expect(try Certificate(pem: String(contentsOfFile: long, encoding: .utf8)).rsaBits == 3072)
  }

  // MARK: - Orders of codes

  @Test func `an order of codes keeps its key until it is answered`() throws {
    let desk = Desk()
    _ = try desk.run([
      "setup", "--technician", Person.technician.name, "--phone", Person.technician.phone, "--company", "达旗焊安",
      "--certificate", "T-1", "--certificate-expires", "2027-06-30",
    ])
    let platform = try LocalPlatform(
      .init(dataFolder: folder + "/platform", random: SeededBytes(seed: 1).bytes))
    let url = try platform.start()
    defer { platform.stop() }
    _ = try desk.run(["setup", "--platform", url])
    // The answer is lost, so that the platform has assigned the block and the laptop does not have it.
    platform.inject(.lostReply, method: "POST", pathPrefix: "/v1/code-blocks")
    #expect(throws: SyncError.self) { try desk.workplace().codeSupply().fetchIfExhausted() }
    let order = try #require(try desk.fieldbook().setup().codeOrder)
    #expect(throws: SyncError.self) {
      platform.inject(.failure(status: 503), method: "POST", pathPrefix: "/v1/code-blocks")
      try desk.workplace().codeSupply().fetchIfExhausted()
    }
    #expect(try desk.fieldbook().setup().codeOrder == order)
    try desk.workplace().codeSupply().fetchIfExhausted()
    #expect(try desk.fieldbook().setup().codeOrder == nil)
    #expect(try desk.fieldbook().codesLeft() == 500)
    #expect(try desk.fieldbook().blocks().map(\.block.first.description) == ["P00000"])
    // The laptop was killed between storing the block and removing the request, so that the next request is a
    // new one.
    _ = try desk.fieldbook().drawCodes(count: 500)
    try desk.fieldbook().updateSetup { $0.codeOrder = order }
    try desk.workplace().codeSupply().fetchIfExhausted()
    #expect(try desk.fieldbook().codesLeft() == 500)
    #expect(try desk.fieldbook().blocks().count == 2)
  }
}
