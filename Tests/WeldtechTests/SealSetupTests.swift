import Bench
import Cryptography
import Fieldbook
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks the options of `setup` about the seal, and what `status` and `doctor` say of the seal.
@Suite final class SealSetupTests {
  private let temporary = TemporaryFolder()
  private let desk = Desk()
  private let authority: TestAuthority

  init() throws {
    let now = FixedClock().now().secondsSince1970
    authority = try TestAuthority(clock: { now })
    try desk.setUp()
  }

  private func seal() throws -> [String: Any] {
    let answer = try desk.run(["--json", "setup"])
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  private var store: SealStore { SealStore(home: desk.home) }

  private func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
    let path = try temporary.write(name, text)
    chmod(path, mode)
    return path
  }

  private func request(_ name: String = "seal.csr") throws -> String {
    let path = temporary.file(name)
    _ = try desk.run(["setup", "--seal-request", path])
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The certificate of a request, with the root before it.
  private func issued(_ request: String, days: ClosedRange<Int64>? = nil) throws -> (Certificate, String) {
    let now = FixedClock().now().secondsSince1970
    let certificate = try authority.issue(
      request: request,
      validity: days.map { (now + $0.lowerBound * 86_400)...(now + $0.upperBound * 86_400) })
    return (certificate, try write("seal.pem", authority.root.pem + certificate.pem))
  }

  // MARK: - Request and certificate

  @Test func `a request's certificate seals from the moment it is here`() throws {
    #expect(try seal()["seal"] == nil || seal()["seal"] is NSNull)
    let request = try request()
    #expect(request.hasPrefix("-----BEGIN CERTIFICATE REQUEST-----"))
    #expect(try seal()["sealRequested"] as? Bool == true)
    #expect(try store.identity() == nil)
    // A request is pending until its certificate comes, so that a second request is for the same key.
    #expect(try store.requestedKey()?.publicKeyDigest == SealKey(pem: requestedPEM()).publicKeyDigest)
    let key = try store.requestedKey()?.publicKeyDigest
    _ = try self.request("again.csr")
    #expect(try store.requestedKey()?.publicKeyDigest == key)

    let (certificate, path) = try issued(request)
    _ = try desk.run(["setup", "--seal-certificate", path])
    let identity = try #require(try store.identity())
    #expect(identity.chain == [certificate, authority.root] && !identity.isSelfIssued)
    #expect(identity.certificate.subject == "CN=欧阳锋,O=达旗焊安,C=CN")
    let document = try seal()
    let view = try #require(document["seal"] as? [String: Any])
    #expect(
      view["selfIssued"] as? Bool == false && view["certificateSha256"] as? String == certificate.fingerprint)
    #expect(document["sealRequested"] as? Bool == false)
    for name in ["identity.pem"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(desk.home)/seal/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  private func requestedPEM() throws -> String {
    try String(contentsOfFile: "\(desk.home)/seal/requested.pem", encoding: .utf8)
  }

  @Test func `a new request leaves the working certificate in use until the new one comes`() throws {
    let (first, path) = try issued(try request())
    _ = try desk.run(["setup", "--seal-certificate", path])
    let renewal = try request("renewal.csr")
    #expect(try store.identity()?.certificate == first)
    let (second, newPath) = try issued(renewal)
    #expect(second.publicKeyDigest != first.publicKeyDigest)
    _ = try desk.run(["setup", "--seal-certificate", newPath])
    #expect(try store.identity()?.certificate == second && store.requestedKey() == nil)
    // The certificate of the key in use may be renewed, too.
    let again = try authority.issue(request: renewal)
    let bare = try desk.run(["setup", "--seal-certificate", try write("again.pem", again.pem)])
    #expect(try store.identity()?.certificate == again)
    // Without the issuer's certificate nobody may be able to check the new certificate.
    let warning = "the certificate of the issuer '\(authority.root.subject)' is not in the file"
    #expect(bare.diagnostics.contains(warning), "\(bare.diagnostics)")
    let whole = try write("whole.pem", again.pem + authority.root.pem)
    #expect(try !desk.run(["setup", "--seal-certificate", whole]).diagnostics.contains("is not in the file"))
    _ = try desk.run(["setup", "--seal-certificate", ""])
    #expect(try store.identity() == nil)
  }

  @Test func `a certificate that cannot seal is refused and nothing changes`() throws {
    let (_, early) = try issued(
      try SealKey.generate().request(subject: .init(organization: "公司", commonName: "张三")))
    #expect(desk.failure(["setup", "--seal-certificate", early])?.code == "seal.notRequested")
    _ = try request()
    #expect(desk.failure(["setup", "--seal-certificate", early])?.code == "seal.certificate.key")
    #expect(
      desk.failure(["setup", "--seal-certificate", try write("x.pem", "hello")])?.code == "seal.certificate")
    #expect(desk.failure(["setup", "--seal-certificate", temporary.file("none")])?.code == "file.unreadable")
    #expect(try store.identity() == nil && store.requestedKey() != nil)
    // A request never takes the place of another file.
    let other = try write("letter.txt", "Dear owner")
    #expect(desk.failure(["setup", "--seal-request", other])?.code == "output.taken")
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "Dear owner")
    // A file that is larger than any request is not replaced either, and neither are the records.
    let large = try write("large.bin", String(repeating: "x", count: 100_000))
    for path in [large, "\(desk.home)/fieldbook.sqlite", "\(desk.home)/seal/new.csr"] {
      #expect(desk.failure(["setup", "--seal-request", path])?.code == "output.taken", "\(path)")
    }
    #expect(try Data(contentsOf: URL(filePath: large)).count == 100_000)
  }

  // MARK: - PKCS #12

  @Test(.enabled(if: InstalledProgram("openssl").isInstalled, "no openssl program here"))
  func `a PKCS #12 is opened once by the passphrase in a guarded file`() throws {
    let key = try SealKey.generate()
    let subject = SealSubject(organization: "达旗焊安", commonName: "公章")
    let certificate = try authority.issue(request: key.request(subject: subject))
    _ = try write("key.pem", try key.pem())
    _ = try write("chain.pem", certificate.pem + authority.root.pem)
    func export(_ name: String, _ options: [String]) throws -> String {
      let path = temporary.file(name)
      let outcome = try InstalledProgram("openssl").run(
        ["pkcs12", "-export", "-in", temporary.file("chain.pem"), "-out", path] + options)
      try #require(outcome.status == 0, "\(outcome.diagnostics)")
      return path
    }
    let file = try export("seal.p12", ["-inkey", temporary.file("key.pem"), "-passout", "pass:口令 1"])
    let open = try write("open.txt", "口令 1\n", mode: 0o644)
    #expect(
      desk.failure(["setup", "--seal-key", file, "--passphrase-file", open])?.code == "seal.passphrase.open")
    #expect(desk.failure(["setup", "--seal-key", file])?.code == "usage.option.missing")
    #expect(desk.failure(["setup", "--passphrase-file", open])?.code == "usage.option.missing")
    let wrong = try write("wrong.txt", "口令 2")
    #expect(
      desk.failure(["setup", "--seal-key", file, "--passphrase-file", wrong])?.code == "seal.passphrase.wrong")
    for slip in ["口令 1\n口令 1\n", "\u{FEFF}口令 1", String(repeating: "x", count: 1_025)] {
      let path = try write("slip.txt", slip)
      let failure = desk.failure(["setup", "--seal-key", file, "--passphrase-file", path])
      #expect(failure?.code == "seal.passphrase" || failure?.code == "file.tooLarge", "\(slip.prefix(9))")
      #expect(failure?.message.en.contains("口令 1") != true)
    }
    let good = try write("good.txt", "口令 1\r\n")
    _ = try desk.run(["setup", "--seal-key", file, "--passphrase-file", good])
    #expect(try store.identity()?.chain == [certificate, authority.root])
    let kept = try String(contentsOfFile: "\(desk.home)/seal/identity.pem", encoding: .utf8)
    #expect(!kept.contains("口令") && !kept.contains("ENCRYPTED"))
    // A certificate without its key is no seal.
    let bare = try export("bare.p12", ["-nokeys", "-passout", "pass:口令 1"])
    #expect(desk.failure(["setup", "--seal-key", bare, "--passphrase-file", good])?.code == "seal.file")
    #expect(try store.identity()?.certificate == certificate)
  }

  @Test func `options about one thing do not go together`() throws {
    #expect(
      desk.failure(["setup", "--seal-request", temporary.file("r.csr"), "--seal-key", temporary.file("k.p12")])?
        .code == "usage.option.conflict")
    #expect(try store.requestedKey() == nil)
  }

  // MARK: - Timestamps

  @Test func `the address of a timestamp authority is judged, kept and removed`() throws {
    for address in ["http://tsa.example/tsr", "tsa.example", "ftp://tsa.example", "https://u@tsa.example"] {
      #expect(desk.failure(["setup", "--timestamp", address])?.code == "seal.timestamp.address", "\(address)")
    }
    _ = try desk.run(["setup", "--timestamp", "https://tsa.example.cn/tsr"])
    #expect(try seal()["timestamp"] as? String == "https://tsa.example.cn/tsr")
    #expect(try desk.run(["status"]).output.contains("https://tsa.example.cn/tsr"))
    _ = try desk.run(["setup", "--timestamp", ""])
    #expect(try desk.fieldbook().setup().timestampAuthority == nil)
  }

  // MARK: - Status and doctor

  @Test func `a self-issued seal is said to be one`() throws {
    #expect(try desk.run(["status"]).output.contains("nobody vouches"))
    let identity = try desk.workplace().sealIdentity()
    #expect(identity.isSelfIssued && identity.certificate.commonName == Person.technician.name)
    // The self-issued seal is made only once.
    #expect(try desk.workplace().sealIdentity().certificate == identity.certificate)
    #expect(try desk.run(["status"]).output.contains("self-issued, nobody vouches for it"))
    #expect(try desk.run(["setup"]).output.contains("nobody vouches"))
  }

  @Test(
    arguments: [
      (-30...31, nil), (-30...30, "seal.certificateExpiring"), (-30...1, "seal.certificateExpiring"),
      (-30 ... -1, "seal.certificateExpired"), (2...30, "seal.certificateExpired"),
    ] as [(ClosedRange<Int64>, String?)])
  func `a certificate that ends soon is announced and one that does not hold seals nothing`(
    _ days: ClosedRange<Int64>, _ code: String?
  ) throws {
    let (_, path) = try issued(try request(), days: days)
    let answer = try desk.run(["setup", "--seal-certificate", path])
    let holds = days.contains(0)
    #expect(answer.diagnostics.contains("nothing can be signed with it now") == !holds)
    #expect(try desk.workplace().sealFinding()?.failure.code == code)
    let status = try desk.run(["status"]).output
    #expect(status.contains("[!!]") == (code != nil), "\(status)")
    let today = try desk.run(["today"]).output
    #expect(today.contains("the seal's certificate ends on") == (code != nil), "\(today)")
    if holds {
      _ = try desk.workplace().sealIdentity()
    } else {
      #expect(throws: SealRefused.self) { try desk.workplace().sealIdentity() }
      #expect(throws: SealRefused.self) { try desk.workplace().checkSeal() }
    }
  }

  @Test func `a damaged key is refused and never replaced`() throws {
    let (_, path) = try issued(try request())
    _ = try desk.run(["setup", "--seal-certificate", path])
    let file = "\(desk.home)/seal/identity.pem"
    let kept = try String(contentsOfFile: file, encoding: .utf8)
    for damaged in ["", "hello", String(kept.dropFirst(300)), String(kept.prefix(300))] {
      try damaged.write(toFile: file, atomically: false, encoding: .utf8)
      #expect(throws: SealRefused.self) { try desk.workplace().sealIdentity() }
      #expect(desk.failure(["status"])?.code == "seal.damaged")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == damaged)
    }
  }
}
