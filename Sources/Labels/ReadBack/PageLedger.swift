import Cryptography
import Drawing
import Threads

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
  /// - Parameter threads: the maximum number of threads, 1 or more; each reads a file at a time.
  /// - Throws: `drawing` where a file cannot be read.
  func account(for files: [String], threads: Int) throws(LabelError) -> LabelAccount {
    let read = Monitor([[SHA256Digest]](repeating: [], count: files.count))
    try ParallelLoop.run(below: files.count, threads: threads) { (number: Int) throws(LabelError) in
      let digests = try Self.digests(ofPagesIn: files[number])
      read.withLock { $0[number] = digests }
    }
    var account = LabelAccount()
    var next = 0
    for digest in read.withLock({ $0 }).joined() {
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
    if next != ends.count { account.noteDisorder() }
    return account
  }

  private static func digests(ofPagesIn file: String) throws(LabelError) -> [SHA256Digest] {
    do throws(DrawingError) {
      let contents = try QPDFContents(file: file)
      var digests: [SHA256Digest] = []
      for page in 0..<contents.count {
        digests.append(try contents.withContent(ofPage: page) { SHA256Digest(of: $0) })
      }
      return digests
    } catch { throw .drawing(error) }
  }

  private func isDigest(_ digest: SHA256Digest, ofPage page: Int) -> Bool {
    digests[page * SHA256Digest.byteCount..<(page + 1) * SHA256Digest.byteCount].elementsEqual(digest.bytes)
  }

  private func add(_ page: Int, to account: inout LabelAccount) {
    let start = page == 0 ? 0 : ends[page - 1]
    for text in texts[start..<ends[page]].split(separator: 0) { account.add(text) }
  }
}
