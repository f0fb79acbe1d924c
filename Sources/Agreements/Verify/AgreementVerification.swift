public import Cryptography
public import Drawing
public import FoundationEssentials
public import Records

/// The facts in an agreement's file that has the form that this program writes, is unchanged since it was
/// sealed, and does not contradict itself. For any other file, the initializer throws an `AgreementFault` with
/// its place.
public struct AgreementVerification: Sendable {
  /// The size of the largest file that is read, bytes.
  public static let maxBytes = OwnPDFFile.maxBytes

  /// A question that no program, or at least not this laptop, can answer from the file.
  public enum Unjudged: String, Hashable, Sendable, CaseIterable {
    /// The identity of the sealer, for which nobody but the sealer vouches, or no given root.
    case identity
    /// The time of sealing, which only the sealer's clock states, since there is no timestamp.
    case time
    /// The identity of the timestamp's authority, for which no given root vouches.
    case timestampAuthority
    /// Whether a certificate was revoked, for which the authority would have to be asked.
    case revocation
    /// The hand that drew the signature, since only the digest of the strokes is in the file.
    case handwriting
    /// Whether the photos are what the manifest says: only small pictures and digests are in the file.
    case photos
    /// Whether another agreement voids this one since: only whoever has the record knows.
    case validity
    /// Whether the pages show the text: this laptop lacks the fonts to set the text again.
    case pages
  }

  /// SHA-256 of the file, lower-case hex.
  public let sha256: String
  /// SHA-256 of the file without its timestamp, lower-case hex: the agreement's digest in the record.
  public let agreementSha256: String
  /// The size of the file, bytes; a timestamp does not change it.
  public let byteCount: Int
  public let seal: SealVerification
  public let manifest: EvidenceManifest
  /// The record as it stood the moment before the signature.
  public let installation: Installation
  public let terms: AgreementTerms
  public let pageCount: Int
  public let unjudged: Set<Unjudged>

  /// The company that installed the module, or repaired it, by the record.
  public var company: String { installation.technicianInCharge?.company.text ?? "" }
  /// Whether the sealing certificate names the company of the record; nil where the certificate names no
  /// organisation.
  public var isSealedByCompany: Bool? { seal.signer.isOf(company: company) }

  /// Whether the seal leads to a given root, and so does the timestamp where there is one.
  public var isTrusted: Bool { seal.isTrusted }

  /// Judges a file.
  /// - Parameters:
  ///   - roots: the certificates that the caller trusts as the seal's authority.
  ///   - timestampRoots: the certificates that the caller trusts as the timestamp's authority; nil stands for
  ///     `roots`.
  ///   - now: the moment at which certificates are judged where no trusted timestamp says another.
  /// - Throws: the first fault.
  public init(
    _ file: Data, trusting roots: [Certificate], timestampRoots: [Certificate]? = nil, now: Timestamp
  ) throws(AgreementFault) {
    let pdf: SealablePDF
    do {
      pdf = try SealablePDF(sealed: file)
    } catch {
      guard case .sealedPDF(let offset, let fault) = error else { throw .form(offset: 0, .noByteRange) }
      throw .form(offset: offset, fault)
    }
    guard let der = pdf.contents else { throw .form(offset: pdf.place.lowerBound, .notSealed) }
    seal = try Self.seal(of: pdf) { (content) throws(SealFault) in
      try SealVerification(
        der, over: content, trusting: roots, timestampRoots: timestampRoots, now: now.secondsSince1970)
    }
    let document: OwnPDFFile
    do { document = try OwnPDFFile(pdf.bytes) } catch { throw .structure(error) }
    let embedded = try EmbeddedEvidence(document)
    (manifest, installation, terms) = (embedded.manifest, embedded.installation, embedded.terms)
    try embedded.check(sealedBy: seal.signer)
    if manifest.pieces != nil, PiecesCheck(pdf)?.isSound != true { throw .disagreement(.pieces) }
    let canJudgePages = try Self.checkPages(of: document, against: embedded)
    pageCount = document.pages.count
    sha256 = SHA256Digest(of: pdf.bytes).hex
    byteCount = pdf.bytes.count
    agreementSha256 = try Self.digestWithoutTimestamp(of: pdf, der) ?? sha256
    unjudged = Self.unjudged(seal, manifest, canJudgePages: canJudgePages)
  }

  // MARK: - The seal

  private static func seal(
    of pdf: SealablePDF, _ judge: (SHA256Digest) throws(SealFault) -> SealVerification
  ) throws(AgreementFault) -> SealVerification {
    do throws(SealFault) { return try judge(SHA256Digest(of: pdf.signedContent)) } catch {
      if let offset = error.offset { throw .seal(error, .byte(pdf.place.lowerBound + 2 * offset)) }
      throw .seal(error, .content(changedPlace(in: pdf)))
    }
  }

  /// Finds the place at which a file was changed; nil where no place can be named.
  private static func changedPlace(in pdf: SealablePDF) -> AgreementFault.ContentPlace? {
    let check = PiecesCheck(pdf)
    if let check, let piece = check.changedPiece { return piece }
    do throws(PDFFault) {
      _ = try OwnPDFFile(pdf.bytes)
      return check?.changedManifest
    } catch { return .unreadable(error) }
  }

  private static func digestWithoutTimestamp(of pdf: SealablePDF, _ der: [UInt8]) throws(AgreementFault)
    -> String?
  {
    do {
      let plain = try DetachedSeal(der: der).withoutTimestamp()
      return plain.token == nil ? nil : SHA256Digest(of: try pdf.sealed(with: plain.seal.der)).hex
    } catch {
      throw .form(offset: pdf.place.lowerBound, .length)
    }
  }

  // MARK: - The pages

  /// Compares the pages with those that the embedded files make, text by text. Texts that stand on every page,
  /// or are repeated above the rest of a table, are left out, since they depend on the breaks between pages and
  /// therefore on the fonts.
  /// - Returns: false where this laptop lacks the fonts.
  private static func checkPages(of document: OwnPDFFile, against embedded: EmbeddedEvidence)
    throws(AgreementFault) -> Bool
  {
    guard let expected = embedded.pages() else { return false }
    guard let difference = embedded.texts(of: document).firstDifference(from: expected) else { return true }
    throw .page(number: difference.page, text: difference.text)
  }

  // MARK: - What is left

  private static func unjudged(_ seal: SealVerification, _ manifest: EvidenceManifest, canJudgePages: Bool)
    -> Set<Unjudged>
  {
    var unjudged: Set<Unjudged> = [.handwriting, .validity]
    if seal.trust.root == nil { unjudged.insert(.identity) }
    if !seal.signer.isSelfIssued { unjudged.insert(.revocation) }
    switch seal.timestamp {
    case nil: unjudged.insert(.time)
    case let timestamp? where timestamp.trust.root == nil: unjudged.insert(.timestampAuthority)
    default: break
    }
    if !manifest.photos.isEmpty { unjudged.insert(.photos) }
    if !canJudgePages { unjudged.insert(.pages) }
    return unjudged
  }
}
