import Agreements
import Cryptography
import FoundationEssentials
import Records
import Terminal

extension Walk {
  struct SignOrder {
    /// The document with the strokes, as it was read.
    var strokes: Data
    /// The name of the signatory; nil for the responsible person.
    var name: PersonName?
    var phone: PhoneNumber?
    var capacity = SignatoryCapacity.proprietor
    /// The means by which the text was shown, and the moment; nil where this program did not show the text.
    var shown: AgreementRecord.Showing?
    /// SHA-256 of the text that was shown, lower-case hex; nil where none was.
    var shownSha256: String?
    /// The answer to the question for consent; nil where it was not asked.
    var consents: Bool?
    /// What was done in a repair, in the technician's words; nil where the list of changes says it all.
    var done: WrittenText?
  }

  struct SignOutcome {
    var installation: Installation
    /// The path of a readable copy of what was signed; the original is stored by its content.
    var file: String
    /// What was signed; nil where the installation was not signed by this run.
    var document: AgreementRecord?
  }

  /// The text that would be signed at this moment: the agreement, or in a repair the owner's confirmation.
  /// - Parameter done: what was done in a repair, in the technician's words.
  /// - Throws: `AgreementError`, and whatever reading the clauses and schemes throws.
  func agreementText(of installation: Installation, at: Timestamp, done: WrittenText? = nil) throws
    -> AgreementText
  {
    let title = try workplace.catalogue().schemes.first { $0.name == installation.scheme?.name }?.title.zh
    return try AgreementText(
      of: installation, terms: try workplace.agreementTerms(), at: at, schemeTitle: title, done: done)
  }

  /// Tells the user where the clauses differ from those of the agreement that this one replaces.
  func tellOtherTerms(of text: AgreementText, than installation: Installation) {
    guard let earlier = installation.earlierAgreements?.last?.terms, earlier != text.terms.reference else {
      return
    }
    let present = text.terms.reference
    workplace.console.say(
      Text(
        zh: "  条款换过：上次签的是 \(earlier.name) \(earlier.version)，这次是 \(present.name) \(present.version)，请一并说明",
        en:
          "  the clauses are others: \(earlier.name) \(earlier.version) was signed, this is \(present.name) \(present.version); say so"
      ), .yellow)
  }

  /// The step that the owner's signature under the record completes: the confirmation of a repair, otherwise
  /// the agreement.
  static func signature(under installation: Installation) -> Step { installation.isInRepair ? .confirm : .sign }

  /// Takes the proprietor's signature: the agreement, or in a repair the confirmation, is made and stored, and
  /// the record is closed and queued. The signed record is computed from its events, every file that it names
  /// is read, and nothing can be added meanwhile. Where the signatory does not agree that the course of the
  /// writing is kept, only the shape of the signature is kept, in the file and on paper.
  /// - Throws: `AgreementError.textChanged` where the text is not the one that was shown.
  func sign(_ locked: LockedInstallation, _ order: SignOrder) throws -> SignOutcome {
    try require(Self.signature(under: locked.record), of: locked)
    let installation = try fieldbook.provenRecord(of: locked.id)
    try require(Self.signature(under: installation), of: installation)
    let written = try SignatureStrokes(json: order.strokes)
    let shape = written.shape()
    // A signature may be used for one agreement only, whether its course or its shape was kept.
    let digests = [order.strokes, shape].map { SHA256Digest(of: $0).hex }
    if let other = try fieldbook.installation(signedWith: digests) {
      throw SignatureReused(id: other)
    }
    let kept = order.consents == true ? order.strokes : shape
    let strokes = try SignatureStrokes(json: kept)
    let signatory = Signatory(
      name: order.name ?? installation.owner.responsibleName,
      phone: order.phone ?? installation.owner.responsiblePhone, capacity: order.capacity)
    let isAuthorised = signatory.capacity == .authorised
    if isAuthorised, !installation.has(.authority) { throw AuthorityMissing() }
    let signedAt = now()
    let files = try fieldbook.files
    let text = try agreementText(of: installation, at: signedAt, done: order.done)
    // After midnight the text has another date, which nobody was shown.
    let shown = order.shown.flatMap { $0.at.day == signedAt.day ? $0 : nil }
    // Setup and schemes can have changed while the text was read.
    if shown != nil, let sha256 = order.shownSha256, sha256 != text.sha256 { throw AgreementError.textChanged }
    let strokesSha256 = SHA256Digest(of: kept).hex
    let identity = try workplace.sealIdentity()
    let document = try Agreement(
      text,
      signing: Agreement.Signing(
        signatory: signatory, signedAt: signedAt, strokesSha256: strokesSha256, consents: order.consents,
        shown: shown,
        authoritySha256: isAuthorised
          ? installation.photos.filter { $0.stage == .authority }.map(\.sha256) : []),
      strokes: strokes,
      evidence: Agreement.Evidence(
        sealer: EvidenceManifest.Sealer(
          certificateSha256: identity.certificate.fingerprint, subject: identity.certificate.subject,
          selfIssued: identity.isSelfIssued),
        expectsTimestamp: try fieldbook.setup().timestampAuthority != nil,
        pictures: try smallPictures(of: installation.photos.filter { $0.stage != .authority }))
    ).render()
    let sealed = try SealedAgreement(document.pdf, by: identity).file
    // Nothing of the signature is stored before everything that can fail has been made.
    try fieldbook.beginSigning(installation.id, strokesSha256: strokesSha256)
    let sha256 = try files.store(sealed)
    _ = try files.store(kept)
    try fieldbook.noteSealed(agreement: sha256, of: installation.id)
    let record = AgreementRecord(
      sha256: sha256, bytes: sealed.count, signedAt: signedAt, signatory: signatory,
      strokesSha256: strokesSha256, terms: text.terms.reference, textSha256: text.sha256, shown: shown,
      consentsToDynamics: order.consents)
    let closed =
      if installation.isInRepair {
        try close(installation, with: .init(done: order.done, addendum: record), of: locked)
      } else {
        try close(installation, with: record, of: locked)
      }
    try fieldbook.endSigning(closed.id)
    let file =
      text.repair.map { workplace.addendumPath(of: closed, number: $0.number) }
      ?? workplace.agreementPath(of: closed)
    try workplace.write(sealed, to: file)
    workplace.takeTimestampWhenSigned(of: sha256)
    if let joined = try? workplace.agreementFile(record) { try workplace.write(joined, to: file) }
    return SignOutcome(installation: closed, file: file, document: record)
  }
}

/// The error that the signature stands under another agreement already, which may be an earlier one of the same
/// installation.
struct SignatureReused: Error {
  let id: InstallationID
}

/// The error that a signatory signs by authority and the record has no photo of that authority.
struct AuthorityMissing: Error {}

/// The error that the last digits of the signatory's phone were wrong too often, and nobody at the laptop can
/// be asked.
struct SignatoryPhoneUnproven: Error {}
