import Cryptography
import Drawing
import FoundationEssentials

extension PageFlow {
  /// Draws all pages of a paper.
  /// - Parameters:
  ///   - identity: the words that the PDF's id is made of, so that the same paper gives the same bytes.
  ///   - footer: a function that draws the foot of a page, given the page's number from 1.
  /// - Throws: `drawing`.
  func paper(
    _ metadata: CairoPDFDocument.Metadata, identity: String,
    footer: (_ canvas: any Artboard, _ page: Int) -> Void = { _, _ in }
  ) throws(AgreementError) -> Data {
    let digest = SHA256Digest(of: Data(identity.utf8))
    do { return try pdf(metadata, identity: Array(digest.bytes.prefix(16)), footer: footer) } catch {
      throw .drawing(error)
    }
  }
}
