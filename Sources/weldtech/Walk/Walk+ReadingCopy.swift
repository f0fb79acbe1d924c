import Agreements
import FoundationEssentials
import Records
import Terminal

extension Walk {
  /// Writes an agreement in English for reading, beside the agreement.
  /// - Returns: the path of the copy.
  /// - Throws: `ReadingCopyOutdated` where the text that was signed cannot be written anew, because clauses, schemes or the record
  ///   were changed since; `AgreementError`, and what writing throws.
  func writeReadingCopy(of installation: Installation) throws -> String {
    guard let agreement = installation.agreement else { throw ReadingCopyOutdated(id: installation.id) }
    let text = try agreementText(of: installation, at: agreement.signedAt)
    guard text.sha256 == agreement.textSha256 else { throw ReadingCopyOutdated(id: installation.id) }
    let isAuthorised = agreement.signatory.capacity == .authorised
    let copy = try ReadingCopy(
      of: text,
      signing: Agreement.Signing(
        signatory: agreement.signatory, signedAt: agreement.signedAt, strokesSha256: agreement.strokesSha256,
        consents: agreement.consentsToDynamics, shown: agreement.shown,
        authoritySha256: isAuthorised
          ? installation.photos.filter { $0.stage == .authority }.map(\.sha256) : []),
      translation: try workplace.termsTranslation(), agreementSha256: agreement.sha256
    ).render()
    let path = workplace.readingCopyPath(of: installation)
    try workplace.write(copy, to: path)
    return path
  }
}

/// The text that was signed cannot be written anew.
struct ReadingCopyOutdated: Error {
  let id: InstallationID
}

extension ReadingCopyOutdated: Explained {
  var failure: Failure {
    Failure(
      code: "sign.copy",
      message: Text(
        zh: "记录 \(id.text.prefix(8)) 签署之后，条款、方案或记录变过，写不出当时的英文副本",
        en:
          "clauses, schemes or record \(id.text.prefix(8)) were changed after the signature, so that no copy of what was signed can be written"
      ),
      hint: Text(
        zh: "签署的协议不受影响；要英文副本的，签字时加 --copy en",
        en: "the agreement is not affected; ask for the copy when it is signed: --copy en"), exit: .badData)
  }
}
