import Bench
import Cryptography
import Drawing
import Foundation
import Records
import TestSupport

@testable import Agreements

/// A sealed agreement with all that made it, by an authority made on the spot.
struct SealedSample {
  static let now = Sample.signedAt

  let authority: TestAuthority
  let identity: SealIdentity
  let unsealed: SealablePDF
  /// The file as it is kept and delivered.
  let plain: Data
  /// The file with its timestamp.
  let stamped: Data

  var roots: [Certificate] { [authority.root] }

  init(
    _ sample: Sample = Sample(), isSelfIssued: Bool = false, validity: TestAuthority.Validity? = nil,
    pictures: [String: JPEGPicture] = [:]
  ) throws {
    authority = try TestAuthority { Self.now.secondsSince1970 }
    identity = try Self.identity(of: authority, isSelfIssued: isSelfIssued, validity: validity)
    let evidence = Agreement.Evidence(
      sealer: Self.sealer(identity), expectsTimestamp: false, pictures: pictures)
    unsealed = try Agreement(
      try sample.text(), signing: sample.signing, strokes: Self.strokes(), evidence: evidence
    ).render().pdf
    (plain, stamped) = try Self.seal(unsealed, by: identity, authority)
  }

  static func identity(
    of authority: TestAuthority, isSelfIssued: Bool = false, validity: TestAuthority.Validity? = nil
  ) throws -> SealIdentity {
    let key = try SealKey.generate()
    let subject = SealSubject(organization: "鄂尔多斯市焊安智能科技有限公司", commonName: "焊安签章")
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

  /// The file with a seal, and the same with a timestamp besides.
  static func seal(_ pdf: SealablePDF, by identity: SealIdentity, _ authority: TestAuthority) throws -> (
    plain: Data, stamped: Data
  ) {
    let seal = try DetachedSeal.over(pdf.signedContent, by: identity)
    let query = try TimestampQuery(over: seal.signatureValue, nonce: SplitMix64.bytes(8, seed: 5))
    let token = try query.token(fromReply: authority.reply(to: query.der))
    return (try pdf.sealed(with: seal.der), try pdf.sealed(with: seal.timestamped(by: token).der))
  }

  /// A file that the company sealed too, with other pages or other files inside.
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

  /// The files inside the agreement.
  func attachments() throws -> [PDFAttachment] {
    try OwnPDFFile(unsealed.bytes).attachments.map {
      PDFAttachment(name: $0.name, mediaType: "application/json", description: "", bytes: $0.bytes)
    }
  }
}

extension Sample {
  var signing: Agreement.Signing {
    Agreement.Signing(
      signatory: signatory, signedAt: Self.signedAt, strokesSha256: Self.digest, consents: true,
      shown: AgreementRecord.Showing(means: .terminal, at: Self.signedAt))
  }
}
