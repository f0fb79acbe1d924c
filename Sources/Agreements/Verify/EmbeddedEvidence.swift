import Cryptography
import Drawing
import FoundationEssentials
import Records

/// The files embedded in an agreement, read and compared with each other.
struct EmbeddedEvidence {
  let manifest: EvidenceManifest
  let installation: Installation
  let terms: AgreementTerms
  private let record: Data
  let text: AgreementText

  /// Reads the three files.
  /// - Throws: `embedded`, `disagreement(.incomplete)`.
  init(_ document: OwnPDFFile) throws(AgreementFault) {
    var files: [Agreement.EmbeddedFile: Data] = [:]
    for attachment in document.attachments {
      guard let file = Agreement.EmbeddedFile(rawValue: attachment.name) else {
        throw .embedded(name: attachment.name, .unknownFile)
      }
      files[file] = attachment.bytes
    }
    func bytes(_ file: Agreement.EmbeddedFile) throws(AgreementFault) -> Data {
      guard let bytes = files[file] else { throw .embedded(name: file.rawValue, .missing) }
      return bytes
    }
    record = try bytes(.record)
    installation = try Self.decoded(.record, record) { try RecordCoding.decode(Installation.self, from: $0) }
    manifest = try Self.decoded(.evidence, try bytes(.evidence)) { try EvidenceManifest(json: $0) }
    let clauses = try bytes(.terms)
    do {
      // The clauses are printed already, so their characters are not checked again.
      terms = try AgreementTerms(json: clauses, drawnBy: nil)
    } catch {
      let path = if case .terms(let path, _) = error { path } else { "$" }
      throw .embedded(name: Agreement.EmbeddedFile.terms.rawValue, .malformed(path: path))
    }
    guard installation.agreement == nil || installation.isInRepair else { throw .disagreement(.incomplete) }
    do {
      text = try AgreementText(
        of: installation, terms: terms, at: manifest.signing.signedAt, schemeTitle: manifest.schemeTitle,
        done: manifest.repair?.done)
    } catch { throw .disagreement(.incomplete) }
  }

  private static func decoded<Value: Encodable>(
    _ file: Agreement.EmbeddedFile, _ bytes: Data, _ decode: (Data) throws -> Value
  ) throws(AgreementFault) -> Value {
    let value: Value
    do { value = try decode(bytes) } catch {
      throw .embedded(name: file.rawValue, .malformed(path: DecodingFault(error).path))
    }
    guard (try? RecordCoding.encode(value)) == bytes else {
      throw .embedded(name: file.rawValue, .notCanonical)
    }
    return value
  }

  // MARK: - Against each other

  /// Makes the manifest again from record, clauses and certificate, and compares it with the embedded one.
  /// - Throws: `disagreement`.
  func check(sealedBy signer: Certificate) throws(AgreementFault) {
    let made = EvidenceManifest(
      of: text, recordSha256: SHA256Digest(of: record).hex, recordBytes: record.count, signing: signing,
      sealedBy: EvidenceManifest.Sealer(
        certificateSha256: signer.fingerprint, subject: signer.subject, selfIssued: signer.isSelfIssued),
      timestampExpected: manifest.timestampExpected, pieces: manifest.pieces)
    let comparisons: [(AgreementFault.Disagreement, Bool)] = [
      (.record, made.record == manifest.record),
      (.installation, made.installation == manifest.installation), (.terms, made.terms == manifest.terms),
      (.text, made.textSha256 == manifest.textSha256), (.photos, made.photos == manifest.photos),
      (.sealPhoto, made.sealPhotoSha256 == manifest.sealPhotoSha256),
      (.supersedes, made.supersedes == manifest.supersedes), (.sealer, made.sealedBy == manifest.sealedBy),
      (.authority, isAuthorityInRecord), (.record, made == manifest),
    ]
    if let wrong = comparisons.first(where: { !$0.1 }) { throw .disagreement(wrong.0) }
  }

  var signing: Agreement.Signing {
    let signing = manifest.signing
    return Agreement.Signing(
      signatory: signing.signatory, signedAt: signing.signedAt, strokesSha256: signing.strokesSha256,
      consents: signing.consentsToDynamics, shown: signing.shown, authoritySha256: signing.authoritySha256)
  }

  private var isAuthorityInRecord: Bool {
    let known = installation.photos.filter { $0.stage == .authority }.map(\.sha256)
    let isAuthorised = manifest.signing.signatory.capacity == .authorised
    return manifest.signing.authoritySha256 == (isAuthorised ? known : [])
  }

  // MARK: - The pages that they make

  /// The pages as this laptop sets them; nil where this laptop lacks the fonts. The lines of the signature are
  /// no text, so any strokes serve.
  func pages() -> PageTexts? {
    let strokes = Data(
      #"{"width":100,"height":100,"strokes":[[{"x":0,"y":0,"t":0},{"x":100,"y":100,"t":1}]]}"#.utf8)
    let evidence = Agreement.Evidence(sealer: manifest.sealedBy, expectsTimestamp: manifest.timestampExpected)
    guard let strokes = try? SignatureStrokes(json: strokes),
      let agreement = try? Agreement(text, signing: signing, strokes: strokes, evidence: evidence),
      let made = try? agreement.render(), let document = try? OwnPDFFile(made.pdf.bytes)
    else { return nil }
    return texts(of: document)
  }

  /// The texts of a document's pages without the line at their foot.
  func texts(of document: OwnPDFFile) -> PageTexts {
    PageTexts(document.pages, footer: Agreement.footer(of: text))
  }
}
