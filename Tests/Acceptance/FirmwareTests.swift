import Cryptography
import Foundation
import TestSupport
import Testing

/// Runs `firmware list`, `verify` and `sign`, and `flash` with images that it refuses. The keys are made by the
/// test, and the folder of data is like a company's.
@Suite struct FirmwareTests {
  private static let keys = SeededBytes(seed: 4)
  private let laptop: Laptop
  private let share: FirmwareShare
  private var manifest: String { share.manifest }
  private var signature: String { share.signature }

  init() throws {
    laptop = try Laptop()
    share = try FirmwareShare(in: laptop.scratch)
  }

  private func run(_ arguments: String...) throws -> ProgramOutcome {
    try laptop.run(["--json"] + arguments, environment: share.environment)
  }

  /// Writes a private key into a file; the public half of a key with a `name` is trusted under that name.
  private func key(trustedAs name: String? = nil) throws -> String {
    let key = try SigningKey(seed: Self.keys.bytes(32))
    if let name { try share.trust(key, as: name) }
    return try laptop.scratch.write("\(UUID().uuidString).pem", try key.pem())
  }

  private func row() throws -> [String: Any] {
    let rows = try run("firmware", "list").document()["firmware"] as? [[String: Any]]
    return try #require(rows?.first)
  }

  private func reason(_ outcome: ProgramOutcome) throws -> String? {
    #expect(outcome.status == 1, "\(outcome)")
    let document = try outcome.document()
    #expect(document["valid"] as? Bool == false && document["error"] == nil)
    return (document["reason"] as? [String: Any])?["code"] as? String
  }

  @Test func `the shipped firmware is signed and verifies`() throws {
    let rows = try #require(try laptop.json("firmware", "list")["firmware"] as? [[String: Any]])
    #expect(!rows.isEmpty)
    for row in rows {
      #expect(row["signedBy"] is String && row["refused"] == nil, "\(row)")
      #expect((row["keyId"] as? String)?.count == 64)
    }
  }

  @Test func `a company's own key signs, and list and verify say so`() throws {
    #expect(try row()["refused"] as? String == "firmware.unsigned")
    #expect(try reason(run("firmware", "verify", manifest)) == "firmware.unsigned")

    let signed = try run("firmware", "sign", manifest, "--key", key(trustedAs: "company")).document()
    #expect(signed["signature"] as? String == signature && signed["signedBy"] as? String == "company")
    let verified = try run("firmware", "verify", manifest)
    #expect(verified.status == 0)
    let document = try verified.document()
    #expect(document["valid"] as? Bool == true && document["signedBy"] as? String == "company")
    #expect(document["keyId"] as? String == signed["keyId"] as? String)
    let row = try row()
    #expect(row["signedBy"] as? String == "company" && row["refused"] == nil)

    let people = try laptop.run(["firmware", "list"], environment: share.environment)
    #expect(people.output.contains("company"))
  }

  @Test func `a signature elsewhere is not the release's`() throws {
    let elsewhere = laptop.scratch.file("other.sig")
    _ = try run("firmware", "sign", manifest, "--key", key(trustedAs: "company"), "--output", elsewhere)
    #expect(FileManager.default.fileExists(atPath: elsewhere))
    #expect(try reason(run("firmware", "verify", manifest)) == "firmware.unsigned")
  }

  @Test func `what is wrong with a key or a manifest is an error of bad input`() throws {
    let good = try key()
    let bad = try laptop.scratch.write("bad.pem", "hello")
    for (arguments, code) in [
      ([manifest, "--key", bad], "firmware.key"), ([manifest, "--key", "/nowhere"], "file.unreadable"),
      (["/nowhere.json", "--key", good], "firmware.unreadable"), ([bad, "--key", good], "firmware.manifest"),
    ] {
      let outcome = try laptop.run(
        ["--json", "firmware", "sign"] + arguments, environment: share.environment)
      #expect(outcome.status == 65 && outcome.errorCode == code, "\(outcome)")
    }
    #expect(try run("firmware", "sign", manifest).status == 64)
    #expect(try run("firmware", "verify", "/nowhere.json").errorCode == "firmware.unreadable")
    #expect(!FileManager.default.fileExists(atPath: signature))
  }

  @Test func `flash refuses what nobody trusted signed, and touches nothing`() throws {
    try laptop.setUp()
    let id = try laptop.register()
    _ = try laptop.json("photo", id, "--stage", "before", try laptop.photo())
    let bench = try laptop.start(["bench", "module"])
    defer { bench.stop() }
    let port = try #require(try bench.firstLine()["port"] as? String)
    func refused(_ more: String..., code: String) throws {
      let outcome = try laptop.run(
        ["--json", "flash", id, "--port", port] + more, environment: share.environment)
      #expect(outcome.status == 65 && outcome.errorCode == code, "\(outcome)")
    }

    try refused(code: "firmware.unsigned")
    try refused("--manifest", manifest, code: "firmware.unsigned")
    let stranger = try key()
    let signed = try run("firmware", "sign", manifest, "--key", stranger)
    #expect(try signed.status == 0 && signed.document()["signedBy"] == nil, "\(signed)")
    try refused(code: "firmware.unknownKey")
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    try share.trust(SigningKey(pem: String(contentsOfFile: stranger, encoding: .utf8)), as: "new")
    try (text + "\n").write(toFile: manifest, atomically: true, encoding: .utf8)
    try refused(code: "firmware.wrongSignature")
    try "{}".write(toFile: signature, atomically: true, encoding: .utf8)
    try refused(code: "firmware.signatureFile")
    #expect(!"\(try laptop.record(id))".contains("firmwareVersion"))

    _ = try run("firmware", "sign", manifest, "--key", stranger)
    let flashed = try laptop.run(
      ["--json", "flash", id, "--port", port], environment: share.environment)
    #expect(flashed.status == 0, "\(flashed)")
    #expect(try flashed.document()["bytesWritten"] as? Int ?? 0 > 20_000)
  }
}
