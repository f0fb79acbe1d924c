import Bench
import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements
@testable import Drawing

/// A sealed agreement with everything that it was made of, sealed under a new test authority.
struct SealedSample {
  static let now = Sample.signedAt
  static let company = "鄂尔多斯市焊安智能科技有限公司"

  let authority: TestAuthority
  let identity: SealIdentity
  let unsealed: SealablePDF
  /// The file without a timestamp, as it is kept and delivered.
  let plain: Data
  /// The file with its timestamp.
  let stamped: Data

  var roots: [Certificate] { [authority.root] }

  init(
    _ sample: Sample = Sample(), isSelfIssued: Bool = false, validity: TestAuthority.Validity? = nil,
    pictures: [String: JPEGPicture] = [:], organization: String = Self.company
  ) throws {
    authority = try TestAuthority { Self.now.secondsSince1970 }
    identity = try Self.identity(
      of: authority, isSelfIssued: isSelfIssued, validity: validity, organization: organization)
    let evidence = Agreement.Evidence(
      sealer: Self.sealer(identity), expectsTimestamp: false, pictures: pictures)
    unsealed = try Agreement(
      try sample.text(), signing: sample.signing, strokes: Self.strokes(), evidence: evidence
    ).render().pdf
    (plain, stamped) = try Self.seal(unsealed, by: identity, authority)
  }

  static func identity(
    of authority: TestAuthority, isSelfIssued: Bool = false, validity: TestAuthority.Validity? = nil,
    organization: String = Self.company
  ) throws -> SealIdentity {
    let key = try SealKey.generate()
    let subject = SealSubject(organization: organization, commonName: "焊安签章")
    if isSelfIssued { return try SealIdentity.selfIssued(key, subject: subject) }
    let certificate = try authority.issue(request: key.request(subject: subject), validity: validity)
    return try SealIdentity(key: key, certificates: [certificate])
  }

  static func sealer(_ identity: SealIdentity) -> EvidenceManifest.Sealer {
    EvidenceManifest.Sealer(
      certificateSha256: identity.certificate.fingerprint, subject: identity.certificate.subject,
      selfIssued: identity.isSelfIssued)
  }

  static func strokes() throws -> SignatureStrokes {
    let points = (0..<60).map { #"{"x":\#(10 + $0 * 8),"y":\#(60 + $0 % 7 * 20),"t":\#($0 * 12)}"# }
    return try SignatureStrokes(
      json: Data(#"{"width":500,"height":250,"strokes":[[\#(points.joined(separator: ","))]]}"#.utf8))
  }

  /// The file with a seal, and the same file with a timestamp in its seal.
  static func seal(_ pdf: SealablePDF, by identity: SealIdentity, _ authority: TestAuthority) throws -> (
    plain: Data, stamped: Data
  ) {
    let seal = try DetachedSeal.over(pdf.signedContent, by: identity)
    let query = try TimestampQuery(over: seal.signatureValue, nonce: SplitMix64.bytes(8, seed: 5))
    let token = try query.token(fromReply: authority.reply(to: query.der))
    return (try pdf.sealed(with: seal.der), try pdf.sealed(with: seal.timestamped(by: token).der))
  }

  /// A file with other pages or embedded files, which the company has sealed as well.
  func forged(
    attachments: [PDFAttachment], words: [String] = ["协议"], draw: (ContentStream) -> Void = { _ in }
  ) throws -> Data {
    let document = OwnPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: CairoPDFDocument.Metadata(
        title: "安装部署协议", author: "公司", subject: "协议", date: Self.now.description), isArchival: true)
    let flow = PageFlow()
    for (index, text) in words.enumerated() {
      document.canvas.draw(
        flow.set(text, style: TextStyle(sizePoints: 10)), x: 20, y: 20 + 10 * Double(index), colour: .black)
    }
    draw(document.canvas)
    for attachment in attachments { document.attach(attachment) }
    document.placeSeal(in: Rectangle(x: 20, y: 200, width: 60, height: 30), name: "焊安签章")
    try document.endPage()
    let pdf = try document.finishSealable(identity: SplitMix64.bytes(16, seed: 6))
    return try Self.seal(pdf, by: identity, authority).plain
  }

  /// The agreement with a changed list of its pieces, which the company has sealed as well.
  func relisted(_ change: (inout [EvidenceManifest.Piece]) -> Void) throws -> Data {
    guard let found = PDFClosingAttachment.Found(in: unsealed.bytes) else { throw Unlisted() }
    var manifest = try EvidenceManifest(json: found.contents)
    guard var pieces = manifest.pieces else { throw Unlisted() }
    change(&pieces)
    manifest.pieces = pieces
    let number = String(decoding: unsealed.bytes[found.place].prefix { $0 != 0x20 }, as: UTF8.self)
    let object = PDFWriter.object(
      Int(number) ?? 0,
      PDFClosingAttachment.body(
        try manifest.json(), mediaType: "application/json", date: Self.now.description))
    let table = found.place.lowerBound + object.count
    let end = try #require(unsealed.bytes.lastRange(of: Data("startxref".utf8))).lowerBound
    var bytes = unsealed.bytes[..<found.place.lowerBound] + object
    bytes += unsealed.bytes[found.place.upperBound..<end] + Data("startxref\n\(table)\n%%EOF\n".utf8)
    SealablePDF.fillByteRange(of: &bytes, entriesAt: unsealed.frame.lowerBound - SealablePDF.key.count)
    return try Self.seal(SealablePDF(unsealed: bytes), by: identity, authority).plain
  }

  private struct Unlisted: Error {}

  /// The files embedded in the agreement; the manifest is without pieces, as earlier versions wrote it.
  func attachments() throws -> [PDFAttachment] {
    try OwnPDFFile(unsealed.bytes).attachments.map { file in
      var bytes = file.bytes
      if file.name == Agreement.EmbeddedFile.evidence.rawValue {
        var manifest = try EvidenceManifest(json: bytes)
        manifest.pieces = nil
        bytes = try manifest.json()
      }
      return PDFAttachment(name: file.name, mediaType: "application/json", description: "", bytes: bytes)
    }
  }
}

extension Sample {
  /// The same small picture for each photo.
  static func pictures() throws -> [String: JPEGPicture] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let photo = try Data(contentsOf: tests.appending(path: "Fixtures/Photos/photo-samsung-sos.jpg"))
    let picture = try JPEGPicture(shrinking: photo, minSidePixels: 320)
    return Dictionary(uniqueKeysWithValues: photoDigests.map { ($0, picture) })
  }

  var signing: Agreement.Signing {
    Agreement.Signing(
      signatory: signatory, signedAt: Self.signedAt, strokesSha256: Self.digest, consents: true,
      shown: AgreementRecord.Showing(means: .terminal, at: Self.signedAt))
  }
}
