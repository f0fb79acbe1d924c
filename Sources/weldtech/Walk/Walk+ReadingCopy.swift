import Agreements
import FoundationEssentials
import Records
import Terminal

extension Walk {
  /// Writes a copy of the agreement in English, which is only for reading, beside the agreement. The copy is
  /// made from the record inside the signed file.
  /// - Returns: the path of the copy.
  /// - Throws: `ReadingCopyMissing`, `AgreementError`, and what reading the fieldbook and writing throws.
  func writeReadingCopy(of installation: Installation) throws -> String {
    guard let agreement = installation.agreement else { throw ReadingCopyMissing(id: installation.id) }
    let file = try fieldbook.files.contents(of: agreement.sha256)
    let translation = try workplace.termsTranslation()
    let copy: ReadingCopy
    do throws(AgreementFault) { copy = try ReadingCopy(of: file, translation: translation) } catch {
      throw ReadingCopyMissing(id: installation.id)
    }
    let path = workplace.readingCopyPath(of: installation)
    try workplace.write(try copy.render(), to: path)
    return path
  }
}

/// The error that there is no signed agreement, or no record inside it from which a copy could be made.
struct ReadingCopyMissing: Error {
  let id: InstallationID
}

extension ReadingCopyMissing: Explained {
  var failure: Failure {
    Failure(
      code: "sign.copy",
      message: Text(
        zh: "记录 \(id.text.prefix(8)) 的协议里没有附带记录，写不出英文副本",
        en:
          "the agreement of record \(id.text.prefix(8)) has no record inside, so that no copy in English can be written"
      ),
      hint: Text(
        zh: "它是旧版程序签的，协议本身不受影响", en: "an earlier program made it; the agreement itself is not affected"),
      exit: .badData)
  }
}
