import Agreements
import Company
import Drawing
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks how `company load` judges the files of agreements, and how it reports its findings.
@Suite struct CompanyCommandTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/Agreements")

  // MARK: - Agreements

  private func judgement(of file: Data, trusting root: String? = nil) throws -> AgreementJudgement {
    let workplace = Desk().workplace()
    let roots = try TrustedRoots(.init(seals: root), workplace)
    let judge = try #require(workplace.companyJudges(roots, judgesAgreements: true).agreement)
    return judge(file)
  }

  @Test func `only a whole agreement from before there were seals is taken without one`() throws {
    let sealed = try Data(contentsOf: Self.fixtures.appending(path: "agreement.pdf"))
    let root = Self.fixtures.appending(path: "root.pem").path()
    #expect(try judgement(of: sealed, trusting: root).verdict == .trusted)
    #expect(try judgement(of: sealed).verdict == .unvouched)
    var flipped = sealed
    flipped[flipped.count / 2] ^= 1
    for other in [
      Data("not a pdf at all".utf8), sealed.prefix(5_000), Data(), Data("%PDF-1.6\n%%EOF\n".utf8), flipped,
      Data("agreement 1, made for a test".utf8),
    ] {
      #expect(try judgement(of: other, trusting: root).verdict == .changed, "\(other.count) bytes")
    }
    let document = OwnPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: .init(title: "安装部署协议", author: "公司", subject: "协议", date: "2024-09-01T00:00:00+08:00"))
    try document.endPage()
    let unsealed = try document.finish(identity: [UInt8](repeating: 6, count: 16))
    #expect(try judgement(of: unsealed, trusting: root).verdict == .notSealed)
    #expect(try judgement(of: unsealed.dropLast(), trusting: root).verdict == .changed)
  }

  @Test func `a trusted agreement that is not the record's is told by the field`() throws {
    let sealed = try Data(contentsOf: Self.fixtures.appending(path: "agreement.pdf"))
    let verification = try AgreementVerification(
      sealed, trusting: [], now: Timestamp("2026-11-24T09:45:10+08:00")!)
    let judgement = try judgement(of: sealed)
    #expect(judgement.difference(verification.installation) == "agreement.sha256")
    var signed = verification.installation
    let manifest = verification.manifest
    func sign(_ installation: inout Installation, phone: PhoneNumber?) {
      var signatory = manifest.signing.signatory
      signatory.phone = phone ?? signatory.phone
      installation.apply(
        .signed(
          AgreementRecord(
            sha256: verification.agreementSha256, bytes: sealed.count, signedAt: manifest.signing.signedAt,
            signatory: signatory, strokesSha256: manifest.signing.strokesSha256, terms: manifest.terms,
            textSha256: manifest.textSha256, shown: manifest.signing.shown,
            consentsToDynamics: manifest.signing.consentsToDynamics)),
        at: manifest.signing.signedAt, entrySha256: String(repeating: "ab", count: 32))
    }
    var other = signed
    sign(&signed, phone: nil)
    sign(&other, phone: PhoneNumber("13900000009"))
    #expect(judgement.difference(signed) == nil)
    #expect(judgement.difference(other) == "agreement.signatory.phone")
  }

  // MARK: - Texts

  private func text(
    of document: CompanyCommand.Document, columns: Int?, language: Language = .en, trustsRoots: Bool = true
  ) -> String {
    let output = Transcript(isTerminal: columns != nil, columns: columns ?? 80)
    let workplace = Desk().workplace(
      GlobalOptions(language: language), output: output, diagnostics: Transcript(isTerminal: false))
    CompanyTexts.put(document, trustsRoots: trustsRoots, to: workplace.console)
    return output.text
  }

  private func document() -> CompanyCommand.Document {
    var document = CompanyCommand.Document()
    document.added = .init(files: 1, timestamps: 0, keys: 0, revisions: 3)
    document.known = 7
    document.totals = .init(notLoaded: 0, doubted: 0, conflicts: 0, waiting: 0)
    return document
  }

  @Test func `what was not loaded and what was loaded with a doubt are told apart, with all of their numbers`()
  {
    var document = document()
    document.findings = (0..<1_000).map {
      .init(key: "installations/a/\($0)", kind: "digest", detail: nil, message: "wrong", loaded: false)
    }
    document.findings.append(
      .init(
        key: "installations/b/1", kind: "agreement", detail: "owner.street", message: "changed", loaded: true))
    document.totals = .init(notLoaded: 2_999, doubted: 1, conflicts: 0, waiting: 0)
    let terminal = text(of: document, columns: 80)
    #expect(terminal.contains("not loaded: 2999") && terminal.contains("loaded with a doubt: 1"))
    #expect(terminal.contains("loaded, doubted: changed (owner.street): installations/b/1"))
    #expect(terminal.contains("and 2979 more"))
    #expect(terminal.contains("installations/a/19") && !terminal.contains("installations/a/20"))
    let pipe = text(of: document, columns: nil)
    #expect(pipe.contains("installations/a/999") && pipe.contains("and 1999 more"))
    let chinese = text(of: document, columns: nil, language: .zh)
    #expect(chinese.contains("没有导入 2999 个") && chinese.contains("已导入但有疑问 1 个"))
  }

  @Test func `a conflict of very many records names some of them and their number`() throws {
    var document = document()
    let id = InstallationID("7461e78c-0000-4000-8000-00000000000a")
    document.conflicts = [
      .init(
        kind: "code", subject: "150621-00A000-X", message: "one code on several records:",
        records: (0..<20).map {
          .init(id: id, revision: $0 + 1, sha256: String(repeating: "0123", count: 16), source: "/srv/a")
        }, recordCount: 3_001)
    ]
    document.totals = .init(notLoaded: 0, doubted: 0, conflicts: 1, waiting: 0)
    let line = try #require(text(of: document, columns: nil).split(separator: "\n").last)
    #expect(line.contains("and 2996 more, 3001 in all") && line.utf8.count < 400, "\(line)")
  }

  @Test func `two records of one revision are told apart by digest and place`() {
    var document = document()
    let id = InstallationID("7461e78c-0000-4000-8000-00000000000a")
    document.conflicts = [
      .init(
        kind: "revision", subject: "x/2", message: "several records of one revision:",
        records: [
          .init(id: id, revision: 2, sha256: "aaaaaaaa11", source: "/srv/a"),
          .init(id: id, revision: 2, sha256: "bbbbbbbb22", source: "s3://weld/b"),
        ], recordCount: 2)
    ]
    document.totals = .init(notLoaded: 0, doubted: 0, conflicts: 1, waiting: 0)
    #expect(
      text(of: document, columns: nil).contains(
        "7461e78c/2 (aaaaaaaa, /srv/a); 7461e78c/2 (bbbbbbbb, s3://weld/b)"))
  }

  @Test func `agreements without a seal are told where roots are trusted`() {
    var document = document()
    document.agreements = ["notSealed": 3, "trusted": 5]
    #expect(
      text(of: document, columns: nil).contains("3 revisions have an agreement from before there were seals"))
    #expect(!text(of: document, columns: nil, trustsRoots: false).contains("seals"))
  }

  @Test func `libpq's reason stands in one line without anything unseen`() {
    #expect(
      CompanyError.line("connection failed:\n\tIs the server  running?\r\n\n")
        == "connection failed:; Is the server running?")
  }
}
