import Cryptography
import Drawing

/// The texts read back from the operators of each page of a batch, with the digest of those operators, in the
/// order in which the pages were made.
struct PageLedger {
  /// The pages' digests one behind the other, 32 bytes each.
  private var digests: [UInt8] = []
  /// The texts of the symbols, each ended by a zero byte, which no payload contains.
  private var texts: [UInt8] = []
  /// The end of each page's texts in `texts`, bytes from the start.
  private var ends: [Int] = []

  mutating func add(_ page: LabelPage.Drawn) {
    digests += page.digest.bytes
    for text in page.texts {
      texts += text.utf8
      texts.append(0)
    }
    ends.append(texts.count)
  }

  /// Opens finished files anew, computes the digest of every page, and returns the labels that the pages show.
  /// - Throws: `drawing` where a file cannot be read.
  func account(for files: [String]) throws(LabelError) -> LabelAccount {
    var account = LabelAccount()
    var next = 0
    for file in files {
      do throws(DrawingError) {
        let contents = try QPDFContents(file: file)
        for index in 0..<contents.count {
          let digest = try contents.withContent(ofPage: index) { SHA256Digest(of: $0) }
          if next < ends.count, isDigest(digest, ofPage: next) {
            add(next, to: &account)
          } else if let page = ends.indices.first(where: { isDigest(digest, ofPage: $0) }) {
            account.noteDisorder()
            add(page, to: &account)
          } else {
            account.addUnknownPage()
          }
          next += 1
        }
      } catch { throw .drawing(error) }
    }
    if next != ends.count { account.noteDisorder() }
    return account
  }

  private func isDigest(_ digest: SHA256Digest, ofPage page: Int) -> Bool {
    digests[page * SHA256Digest.byteCount..<(page + 1) * SHA256Digest.byteCount].elementsEqual(digest.bytes)
  }

  private func add(_ page: Int, to account: inout LabelAccount) {
    let start = page == 0 ? 0 : ends[page - 1]
    for text in texts[start..<ends[page]].split(separator: 0) { account.add(text) }
  }
}
