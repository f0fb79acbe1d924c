import Bench
import Foundation
import Glibc
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks what `agreement verify` reports about a file in the repository.
@Suite struct AgreementCommandTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/Agreements")
  private static let file = fixtures.appending(path: "agreement.pdf").path()
  private static let root = fixtures.appending(path: "root.pem").path()

  private let folder = TemporaryFolder()
  private let desk = Desk()

  private func document(_ arguments: [String], status: Int32) throws -> [String: Any] {
    let answer = try desk.run(["--json", "agreement", "verify"] + arguments)
    #expect(answer.status == status)
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  @Test func `a seal that leads to the given root ends with 0, and the answer says all of it`() throws {
    let answer = try document([Self.file, "--trust", Self.root], status: 0)
    #expect(
      Set(answer.keys) == [
        "file", "sha256", "agreementSha256", "trusted", "pages", "installation", "signing", "seal", "timestamp",
        "timestampExpected", "supersedes", "unjudged",
      ])
    #expect(answer["trusted"] as? Bool == true && answer["supersedes"] is NSNull)
    #expect(answer["sha256"] as? String != answer["agreementSha256"] as? String)
    let signing = try #require(answer["signing"] as? [String: String])
    #expect(signing["capacity"] == "proprietor" && signing["signedAt"] == "2026-11-24T09:45:10+08:00")
    let seal = try #require(answer["seal"] as? [String: Any])
    #expect(
      seal["selfIssued"] as? Bool == false
        && (seal["trust"] as? [String: Any])?["verdict"] as? String == "trusted")
    let stamp = try #require(answer["timestamp"] as? [String: Any])
    #expect(stamp["time"] as? String == "2026-11-24T09:45:10+08:00")
    #expect(answer["unjudged"] as? [String] == ["handwriting", "photos", "revocation", "validity"])
    let chinese = try desk.run(["--lang", "zh", "agreement", "verify", Self.file, "--trust", Self.root]).output
    for words in ["签章可信", "电焊机所有权人", "按时间戳机构", "按技术人员电脑的时钟", "ZX7-400GT", "无法判断"] {
      #expect(chinese.contains(words), "\(words) in \(chinese)")
    }
  }

  @Test func `the company of the record is held against the certificate`() throws {
    let answer = try document([Self.file, "--trust", Self.root], status: 0)
    let company = "鄂尔多斯市焊安智能科技有限公司"
    #expect((answer["installation"] as? [String: Any])?["company"] as? String == company)
    let seal = try #require(answer["seal"] as? [String: Any])
    #expect(seal["organization"] as? String == company && seal["ofCompany"] as? Bool == true)
    let chinese = try desk.run(["--lang", "zh", "agreement", "verify", Self.file]).output
    #expect(chinese.contains("\(company)（和签章证书上的一致）"), "\(chinese)")
  }

  @Test func `roots for timestamps are trusted for nothing else, and those for seals not for timestamps`()
    throws
  {
    let other = try folder.write("other.pem", TestAuthority(clock: { 1_795_000_000 }).root.pem)
    func verdicts(_ seals: String, _ timestamps: String, status: Int32) throws -> [String?] {
      let answer = try document(
        [Self.file, "--trust", seals, "--trust-timestamps", timestamps], status: status)
      return ["seal", "timestamp"].map {
        ((answer[$0] as? [String: Any])?["trust"] as? [String: Any])?["verdict"] as? String
      }
    }
    #expect(try verdicts(Self.root, Self.root, status: 0) == ["trusted", "trusted"])
    #expect(try verdicts(Self.root, other, status: 1) == ["trusted", "otherRoot"])
    #expect(try verdicts(other, Self.root, status: 1) == ["otherRoot", "trusted"])
    let text = try folder.write("text.pem", "hello")
    #expect(
      desk.failure(["agreement", "verify", Self.file, "--trust-timestamps", text])?.code == "agreement.root")
  }

  @Test func `a pipe is refused and not waited for`() throws {
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    #expect(desk.failure(["agreement", "verify", pipe])?.code == "file.unreadable")
  }

  @Test func `a seal that nobody vouches for ends with 1, and the answer says so without an error`() throws {
    let answer = try document([Self.file], status: 1)
    #expect(answer["trusted"] as? Bool == false && answer["error"] == nil)
    #expect(((answer["seal"] as? [String: Any])?["trust"] as? [String: Any])?["verdict"] as? String == "noRoot")
    #expect((answer["unjudged"] as? [String])?.contains("identity") == true)
    let english = try desk.run(["agreement", "verify", Self.file])
    #expect(english.status == 1 && english.output.contains("anybody could have made such a file"))
  }

  @Test func `a changed file, or none of ours, ends with 65 and its place`() throws {
    let good = try Data(contentsOf: URL(filePath: Self.file))
    func failure(_ bytes: Data) throws -> Failure? {
      desk.failure(["agreement", "verify", try folder.write("a.pdf", bytes), "--trust", Self.root])
    }
    var changed = good
    changed[good.count / 2] ^= 1
    let wrong = try #require(try failure(changed))
    #expect(
      ["agreement.changed", "agreement.seal", "agreement.form"].contains(wrong.code) && wrong.exit == .badData)
    let more = try #require(try failure(good + Data("%%EOF\n".utf8)))
    #expect(more.code == "agreement.form" && more.message.en.contains("byte \(good.count)"))
    #expect(try failure(Data("hello".utf8))?.code == "agreement.form")
    #expect(try failure(Data())?.code == "agreement.form")
    #expect(try failure(Data(count: 40 << 20))?.code == "file.tooLarge")
    #expect(desk.failure(["agreement", "verify", "/nonexistent.pdf"])?.code == "file.unreadable")
    #expect(desk.failure(["agreement", "verify", Self.file, "--trust", Self.file])?.code == "file.tooLarge")
    let text = try folder.write("root.pem", "hello")
    #expect(desk.failure(["agreement", "verify", Self.file, "--trust", text])?.code == "agreement.root")
  }
}
