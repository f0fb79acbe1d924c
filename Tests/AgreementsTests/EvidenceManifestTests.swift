import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

@Suite struct EvidenceManifestTests {
  private static func manifest(of text: AgreementText, record: Data) -> EvidenceManifest {
    EvidenceManifest(
      of: text, recordSha256: SHA256Digest(of: record).hex, recordBytes: record.count,
      signing: Agreement.Signing(
        signatory: Sample().signatory, signedAt: Sample.signedAt, strokesSha256: Sample.digest, consents: nil,
        shown: AgreementRecord.Showing(means: .phone, at: Sample.signedAt), authoritySha256: []),
      sealedBy: Sample.evidence.sealer, timestampExpected: false)
  }

  @Test func `it is read back as it was written, the same bytes each time`() throws {
    let text = try Sample().text()
    let record = try RecordCoding.encode(Sample().installation())
    let manifest = Self.manifest(of: text, record: record)
    let json = try manifest.json()
    #expect(try EvidenceManifest(json: json) == manifest)
    #expect(try EvidenceManifest(json: json).json() == json)
    #expect(manifest.photos.map(\.sha256) == Sample.photoDigests)
    #expect(String(decoding: json, as: UTF8.self).contains(#""schema":"weldtech.evidence/1""#))
  }

  /// Checks that somebody who has only the three files can write the text again.
  @Test func `the text is written anew from the record, the clauses and the manifest`() throws {
    let record = try RecordCoding.encode(Sample().installation())
    let terms = try Sample.shippedTerms()
    let text = try Sample().text()
    #expect(text.terms.json == terms)
    let read = try EvidenceManifest(json: Self.manifest(of: text, record: record).json())
    let anew = try AgreementText(
      of: RecordCoding.decode(Installation.self, from: record),
      terms: AgreementTerms(json: terms, drawnBy: nil),
      at: read.signing.signedAt, schemeTitle: read.schemeTitle)
    #expect(anew.lines == text.lines && anew.sha256 == read.textSha256)
  }

  @Test func `a manifest of another schema is refused`() throws {
    let text = try Sample().text()
    let json = String(decoding: try Self.manifest(of: text, record: Data()).json(), as: UTF8.self)
    let other = json.replacing("weldtech.evidence/1", with: "weldtech.evidence/2")
    #expect(throws: DecodingError.self) { try EvidenceManifest(json: Data(other.utf8)) }
  }

  @Test func `a second agreement says which it voids and why, in the text and in the manifest`() throws {
    let sample = Sample()
    var installation = sample.installation()
    let first = AgreementRecord(
      sha256: String(repeating: "ab", count: 32), bytes: 9, signedAt: Sample.signedAt,
      signatory: sample.signatory, strokesSha256: Sample.digest)
    installation.apply(.signed(first), at: Sample.signedAt, entrySha256: Sample.digest)
    let old = installation.correctableFields
    var new = old
    new.owner.unitName = "达拉特旗树林召镇王氏电焊铺"
    new.owner.street = "白泥井镇"
    installation.apply(
      .corrected(.init(changes: new.changes(since: old))), at: Sample.signedAt, entrySha256: Sample.digest)
    let text = try AgreementText(
      of: installation, terms: AgreementTerms(json: Sample.shippedTerms(), drawnBy: nil), at: Sample.signedAt)
    let sentence = try #require(text.supersession)
    #expect(text.lines.contains(sentence))
    #expect(sentence.contains("2026年11月24日 09:45签署的协议") && sentence.contains(first.sha256))
    #expect(sentence.contains("原因：更正登记信息（企业/店铺名称、所属街道/苏木镇）。"))
    let manifest = Self.manifest(of: text, record: Data())
    #expect(manifest.supersedes == text.supersedes && manifest.supersedes?.sha256 == first.sha256)
    #expect(try Sample().text().supersession == nil)
  }
}
