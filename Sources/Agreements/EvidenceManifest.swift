import Cryptography
public import Drawing
public import FoundationEssentials
public import Records

/// The list of an agreement's evidence, embedded in the PDF as `evidence.json`: the record and the clauses that
/// are embedded beside it, who signed what, and the digests of the evidence outside the PDF. From this file,
/// `record.json` and `terms.json` anyone can write the agreement's text again, and compare the text with
/// `textSha256` and with the pages.
public struct EvidenceManifest: Hashable, Sendable, Codable {
  public static let schema = "weldtech.evidence/1"

  public struct InstallationReference: Hashable, Sendable, Codable {
    public var id: InstallationID
    public var code: LabelCode
  }

  /// `record.json`: the record as it stood the moment before the signature.
  public struct Record: Hashable, Sendable, Codable {
    /// SHA-256 of the file, lower-case hex.
    public var sha256: String
    public var bytes: Int
  }

  /// The signatory and the circumstances of the signature, as they stand below the text.
  public struct Signing: Hashable, Sendable, Codable {
    public var signatory: Signatory
    public var signedAt: Timestamp
    /// SHA-256 of the strokes as they are kept, lower-case hex.
    public var strokesSha256: String
    /// Whether the course of the writing may be kept; nil where the question was not asked.
    public var consentsToDynamics: Bool?
    /// The moment and the means by which the text was shown; nil where this program did not see it shown.
    public var shown: AgreementRecord.Showing?
    /// SHA-256 of the photos of the signatory's authority, lower-case hex; empty where the signatory needs none.
    public var authoritySha256: [String]
  }

  public struct PhotoReference: Hashable, Sendable, Codable {
    public var stage: Photo.Stage
    /// SHA-256 of the photo as it was taken, lower-case hex.
    public var sha256: String
    public var bytes: Int
    public var takenAt: Timestamp
    /// SHA-256 of the photo's upload copy, lower-case hex; nil where the photo has no copy.
    public var copySha256: String?
  }

  /// An agreement that was signed before and that this one voids.
  public struct Superseded: Hashable, Sendable, Codable {
    /// SHA-256 of the earlier agreement's PDF, lower-case hex.
    public var sha256: String
    public var signedAt: Timestamp
    /// The reason for signing again, in the words of the paper.
    public var reason: String

    public init(sha256: String, signedAt: Timestamp, reason: String) {
      self.sha256 = sha256
      self.signedAt = signedAt
      self.reason = reason
    }
  }

  /// The repair that the owner confirms by the PDF, and the agreement that it supplements.
  public struct ConfirmedRepair: Hashable, Sendable, Codable {
    /// The number of the repair among those of the welder, from 1.
    public var number: Int
    /// The work that was done, in the technician's words; nil where the list of changes says it all.
    public var done: WrittenText?
    /// SHA-256 of the agreement's PDF, lower-case hex.
    public var agreementSha256: String
    public var agreementSignedAt: Timestamp

    public init(number: Int, done: WrittenText?, agreementSha256: String, agreementSignedAt: Timestamp) {
      self.number = number
      self.done = done
      self.agreementSha256 = agreementSha256
      self.agreementSignedAt = agreementSignedAt
    }
  }

  /// The sealer whose seal closes the PDF.
  public struct Sealer: Hashable, Sendable, Codable {
    /// SHA-256 of the certificate, DER, lower-case hex.
    public var certificateSha256: String
    /// The certificate's subject, as in `O=焊安智能科技, CN=weldtech`.
    public var subject: String
    /// Whether the sealer made the certificate itself, so that nobody else vouches for the sealer's identity.
    public var selfIssued: Bool

    public init(certificateSha256: String, subject: String, selfIssued: Bool) {
      self.certificateSha256 = certificateSha256
      self.subject = subject
      self.selfIssued = selfIssued
    }
  }

  /// A run of bytes of the PDF before this file, by whose digest a change is traced to its place.
  public struct Piece: Hashable, Sendable, Codable {
    public var part: PDFPiece.Part
    /// The number, from 1, of a page or picture, or the name of a font or file; nil where there is only one.
    public var name: String?
    /// The place of the first byte in the PDF, from 0.
    public var offset: Int
    public var bytes: Int
    /// SHA-256 of these bytes, lower-case hex.
    public var sha256: String

    init(_ piece: PDFPiece) {
      (part, name, offset) = (piece.subject.part, piece.subject.name, piece.offset)
      bytes = piece.bytes.count
      sha256 = SHA256Digest(of: piece.bytes).hex
    }

    /// The subject of the piece. A name that this program would not write is left out, since anybody may have
    /// written the manifest.
    var subject: PDFPiece.Subject {
      let isPlain = name?.utf8.allSatisfy { (0x21..<0x7F).contains($0) } == true && name?.utf8.count ?? 0 <= 80
      return PDFPiece.Subject(part, isPlain ? name : nil)
    }
  }

  public private(set) var schema = EvidenceManifest.schema
  public var installation: InstallationReference
  public var record: Record
  public var terms: TermsReference
  /// SHA-256 of the text's lines in UTF-8, each ended by U+000A, lower-case hex.
  public var textSha256: String
  /// The scheme's Chinese title, which the text has and the record has not; nil where it was not known.
  public var schemeTitle: String?
  public var signing: Signing
  /// The photos of the record, in the record's order.
  public var photos: [PhotoReference]
  /// SHA-256 of the photo that shows the seal, lower-case hex; nil where none was taken.
  public var sealPhotoSha256: String?
  /// The agreement that this one voids; nil where it is the first.
  public var supersedes: Superseded?
  /// The repair that the owner confirms by the PDF; nil for an agreement.
  public var repair: ConfirmedRepair?
  public var sealedBy: Sealer
  /// Whether a timestamp authority is set up, so that a timestamp token will follow.
  public var timestampExpected: Bool
  /// The pieces that cover the PDF before this file, except the seal's place and byte range, in the order of
  /// the bytes; nil in files of versions that list no pieces.
  public var pieces: [Piece]?

  /// Makes the manifest of an agreement's evidence.
  /// - Parameters:
  ///   - record: the record's bytes as they are embedded.
  ///   - recordSha256: SHA-256 of these bytes, lower-case hex.
  init(
    of text: AgreementText, recordSha256: String, recordBytes: Int, signing: Agreement.Signing,
    sealedBy: Sealer, timestampExpected: Bool, pieces: [Piece]? = nil
  ) {
    let installation = text.installation
    self.installation = InstallationReference(id: installation.id, code: text.parts.code)
    record = Record(sha256: recordSha256, bytes: recordBytes)
    terms = text.terms.reference
    textSha256 = text.sha256
    schemeTitle = text.schemeTitle
    self.signing = Signing(
      signatory: signing.signatory, signedAt: signing.signedAt, strokesSha256: signing.strokesSha256,
      consentsToDynamics: signing.consents, shown: signing.shown, authoritySha256: signing.authoritySha256)
    photos = installation.photos.map {
      PhotoReference(
        stage: $0.stage, sha256: $0.sha256, bytes: $0.bytes, takenAt: $0.takenAt, copySha256: $0.copy?.sha256)
    }
    sealPhotoSha256 = text.parts.seal.photoSha256
    supersedes = text.supersedes
    repair = text.repair
    self.sealedBy = sealedBy
    self.timestampExpected = timestampExpected
    self.pieces = pieces
  }

  // MARK: - As a file

  /// Reads the file.
  /// - Throws: `JSONFault`; `DecodingError`, also for another schema.
  public init(json: Data) throws {
    let manifest = try RecordCoding.decode(EvidenceManifest.self, from: json)
    guard manifest.schema == Self.schema else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [], debugDescription: "not \(Self.schema)"))
    }
    self = manifest
  }

  /// The file; the same values give the same bytes.
  public func json() throws -> Data { try RecordCoding.encode(self) }
}
