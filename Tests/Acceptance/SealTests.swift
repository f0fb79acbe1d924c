import Agreements
import Bench
import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks the seal of a signed agreement, and its timestamp.
@Suite struct SealTests {
  /// A platform with a timestamp authority.
  private final class Authority {
    private let folder = TemporaryFolder(isInMemory: true)
    private let authority: TestAuthority
    private let random = SeededBytes(seed: 4)
    private(set) var platform: LocalPlatform?
    private(set) var url = "http://127.0.0.1:0"

    init() throws {
      authority = try TestAuthority(clock: { 1_795_000_000 })
      try start()
    }

    deinit { stop() }

    /// Starts the platform at the address that it had before.
    func start() throws {
      let platform = try LocalPlatform(
        .init(
          listen: String(url.dropFirst("http://".count)), dataFolder: folder.path, authority: authority,
          random: random.bytes))
      url = try platform.start()
      self.platform = platform
    }

    func stop() {
      platform?.stop()
      platform = nil
    }

    /// Sets up a laptop with this platform and its timestamps.
    func laptop() throws -> Laptop {
      let laptop = try Laptop()
      try laptop.setUp(platform: url)
      try laptop.json("setup", "--timestamp", "\(url)/timestamp")
      return laptop
    }

    func token(of agreement: String) -> Data? { platform?.timestamp(of: agreement) }
  }

  private func signable(_ laptop: Laptop) throws -> String {
    let plug = try Plug(timings: .instant)
    return try withExtendedLifetime(plug) { try laptop.walk(try laptop.register(), to: .sign, on: plug.port) }
  }

  private func agreement(_ id: String, in laptop: Laptop) throws -> String {
    let record = try laptop.record(id)
    return try #require((record["agreement"] as? [String: Any])?["sha256"] as? String)
  }

  /// Returns the stored file of an agreement by its SHA-256.
  private func kept(_ sha256: String, in home: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(home)/files/\(sha256.prefix(2))/\(sha256)"))
  }

  private func copy(_ id: String, in laptop: Laptop) throws -> Data {
    let code = try #require(try laptop.record(id)["code"] as? String)
    return try Data(contentsOf: URL(filePath: "\(laptop.home)/documents/\(code)/agreement.pdf"))
  }

  // MARK: - With and without a network

  @Test func `the timestamp is in the copy and not in the record's file, and comes off byte for byte`() throws {
    let office = try Authority()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    try laptop.json("sign", id, "--signature", try laptop.signature())
    let sha256 = try agreement(id, in: laptop)
    let stored = try kept(sha256, in: laptop.home)
    #expect(SHA256Digest(of: stored).hex == sha256)
    #expect(try SealedAgreement(file: stored).parted().token == nil)
    let joined = try copy(id, in: laptop)
    #expect(joined != stored && joined.count == stored.count)
    let (file, token) = try SealedAgreement(file: joined).parted()
    #expect(file == stored && token?.time == 1_795_000_000)

    // `sync` sends the record without the token, and then the token.
    let sync = try laptop.json("sync")
    #expect((sync["timestamps"] as? [String: Any])?["delivered"] as? Int == 1)
    #expect(office.platform?.hasFile(sha256) == true)
    #expect(office.token(of: sha256) == token.map { Data($0.der) })
    let status = try #require(try laptop.json("status")["timestamps"] as? [String: Any])
    #expect(status["missing"] as? Int == 0 && status["waiting"] as? Int == 0)
    // A copy that was lost is made anew with the timestamp.
    let code = try #require(try laptop.record(id)["code"] as? String)
    try FileManager.default.removeItem(atPath: "\(laptop.home)/documents/\(code)/agreement.pdf")
    _ = try laptop.run("open", id, "agreement")
    #expect(try copy(id, in: laptop) == joined)
  }

  @Test func `without a network it is signed all the same, and sync brings the timestamp`() throws {
    let office = try Authority()
    let laptop = try office.laptop()
    let id = try signable(laptop)
    office.stop()
    let signed = try laptop.run("sign", id, "--signature", try laptop.signature())
    #expect(signed.status == 0 && signed.diagnostics.contains("weldtech sync"), "\(signed)")
    let sha256 = try agreement(id, in: laptop)
    #expect(try copy(id, in: laptop) == kept(sha256, in: laptop.home))
    let before = try #require(try laptop.json("status")["timestamps"] as? [String: Any])
    #expect(before["missing"] as? Int == 1)
    let pending = try laptop.json("sync", status: 8)
    #expect((pending["timestamps"] as? [String: Any])?["reason"] as? String == "seal.timestamp")

    try office.start()
    let sync = try laptop.json("sync")
    let timestamps = try #require(sync["timestamps"] as? [String: Any])
    #expect(timestamps["taken"] as? Int == 1 && timestamps["delivered"] as? Int == 1, "\(sync)")
    #expect(office.token(of: sha256) != nil)
    _ = try laptop.run("open", id, "agreement")
    let (file, token) = try SealedAgreement(file: copy(id, in: laptop)).parted()
    #expect(file == (try kept(sha256, in: laptop.home)) && token != nil)
  }

  // MARK: - Keys

  @Test func `the seal is the one that was set up, and an ended certificate signs nothing`() throws {
    let laptop = try Office.shared.get().laptop()
    let authority = try TestAuthority(clock: { Int64(Date().timeIntervalSince1970) })
    let request = laptop.scratch.file("seal.csr")
    try laptop.json("setup", "--seal-request", request)
    let csr = try String(contentsOfFile: request, encoding: .utf8)
    let now = Int64(Date().timeIntervalSince1970)
    let ended = try authority.issue(request: csr, validity: (now - 9_000_000)...(now - 1_000_000))
    try laptop.json("setup", "--seal-certificate", try laptop.scratch.write("ended.pem", ended.pem))
    let id = try signable(laptop)
    let signature = try laptop.signature()
    #expect(try laptop.failure("sign", id, "--signature", signature, status: 1) == "seal.certificateExpired")
    #expect(try laptop.status(of: id) == "open")

    let good = try authority.issue(request: csr)
    try laptop.json("setup", "--seal-certificate", try laptop.scratch.write("good.pem", good.pem))
    try laptop.json("sign", id, "--signature", signature)
    let sealed = try SealedAgreement(file: copy(id, in: laptop))
    let program = InstalledProgram("openssl")
    _ = try laptop.scratch.write("seal.p7s", Data(sealed.seal.der))
    let text = try program.output(
      ["pkcs7", "-inform", "DER", "-in", laptop.scratch.file("seal.p7s"), "-print_certs", "-noout"])
    #expect(text.contains("欧阳锋") || text.contains("CN"), "\(text)")
    let status = try #require(try laptop.json("status")["seal"] as? [String: Any])
    #expect(
      status["selfIssued"] as? Bool == false && status["certificateSha256"] as? String == good.fingerprint)
  }
}

/// Kills `sign` at every third write to the disk, and `setup --seal-certificate` at every write.
@Suite(.enabled(if: InstalledProgram("strace").isInstalled, "strace is not installed"))
struct SealKillTests {
  @Test func `a signature that is killed at any write is there once and sealed, or not at all`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .sign, on: plug.port)
    let signature = try laptop.signature()
    var number = 1
    while true {
      let home = try laptop.copyHome("sign-\(number)")
      let command = ["--home", home, "--json", "sign", id, "--signature", signature]
      let isKilled = try Weldtech.kill(atWrite: number, command)
      let again = try Weldtech.run(command)
      let place = "write \(number): \(again.output)"
      #expect(again.status == 0 || again.output.contains("walk.closed"), "\(place)")
      let record = try Weldtech.run(["--home", home, "--json", "show", id]).document()
      let sha256 = try #require((record["agreement"] as? [String: Any])?["sha256"] as? String, "\(place)")
      let file = try Data(contentsOf: URL(filePath: "\(home)/files/\(sha256.prefix(2))/\(sha256)"))
      #expect(SHA256Digest(of: file).hex == sha256, "\(place)")
      _ = try SealedAgreement(file: file)
      // The fieldbook lists the seal as one for which `sync` has to fetch a timestamp.
      let timestamps = try Weldtech.run(["--home", home, "--json", "status"]).document()["timestamps"]
      #expect((timestamps as? [String: Any])?["missing"] as? Int == 1, "\(place)")
      try FileManager.default.removeItem(atPath: home)
      guard isKilled else { break }
      number += 3
      try #require(number < 900)
    }
    #expect(number > 10)
  }

  @Test func `a new certificate that is killed at any write leaves the old one or the new one at work`() throws
  {
    let laptop = try Office.shared.get().laptop()
    let authority = try TestAuthority(clock: { Int64(Date().timeIntervalSince1970) })
    func certified(_ name: String) throws -> String {
      let request = laptop.scratch.file("\(name).csr")
      try laptop.json("setup", "--seal-request", request)
      let certificate = try authority.issue(request: String(contentsOfFile: request, encoding: .utf8))
      return try laptop.scratch.write("\(name).pem", certificate.pem)
    }
    func fingerprint(_ home: String) throws -> String? {
      let status = try Weldtech.run(["--home", home, "--json", "status"]).document()
      return (status["seal"] as? [String: Any])?["certificateSha256"] as? String
    }
    try laptop.json("setup", "--seal-certificate", try certified("first"))
    let first = try fingerprint(laptop.home)
    let file = try certified("second")
    let second = try Certificate(pem: String(contentsOfFile: file, encoding: .utf8)).fingerprint
    #expect(try fingerprint(laptop.home) == first)
    var number = 1
    while true {
      let home = try laptop.copyHome("setup-\(number)")
      let isKilled = try Weldtech.kill(
        atWrite: number, ["--home", home, "--json", "setup", "--seal-certificate", file])
      #expect([first, second].contains(try fingerprint(home)), "write \(number)")
      _ = try Weldtech.run(["--home", home, "--json", "setup", "--seal-certificate", file])
      #expect(try fingerprint(home) == second, "write \(number)")
      guard isKilled else { break }
      number += 1
      try #require(number < 500)
    }
    #expect(number > 5)
  }
}
