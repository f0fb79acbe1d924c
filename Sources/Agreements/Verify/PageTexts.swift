import Drawing

/// The texts of an agreement's pages in the order of drawing, without blanks, and without those that depend on
/// where a page ends.
struct PageTexts {
  private struct Entry {
    let page: Int
    /// The text's number on its page, from 1.
    let number: Int
    let text: String
  }

  private let entries: [Entry]
  /// The number of the last page, and of the texts on it.
  private let end: (page: Int, text: Int)

  /// - Parameter footer: the text at the foot of every page, beside the page's number.
  init(_ pages: [OwnPDFFile.Page], footer: String) {
    let footer = Self.dense(footer)
    var entries: [Entry] = []
    for (index, page) in pages.enumerated() {
      for (number, text) in page.texts.enumerated() {
        let text = Self.dense(text)
        let isAtFoot = text == footer || text == "第\(index + 1)页共\(pages.count)页"
        if isAtFoot || Self.repeated.contains(text) { continue }
        entries.append(Entry(page: index + 1, number: number + 1, text: text))
      }
    }
    self.entries = entries
    end = (page: pages.count, text: pages.last?.texts.count ?? 0)
  }

  /// The place of the first text that differs from the text at the same place of `other`, or the end where
  /// `other` has more texts; nil where all texts are equal.
  func firstDifference(from other: PageTexts) -> (page: Int, text: Int)? {
    for (index, entry) in entries.enumerated() {
      guard other.entries.indices.contains(index), other.entries[index].text == entry.text else {
        return (entry.page, entry.number)
      }
    }
    return entries.count == other.entries.count ? nil : end
  }

  /// Removes blanks, which differ where lines break, since no glyph stands for a blank at a line's end.
  private static func dense(_ text: String) -> String { text.filter { !$0.isWhitespace } }

  /// Texts that say nothing about the agreement: the head of the test's table, which is repeated on the next
  /// page, and the words in place of a missing picture.
  private static let repeated = Set((AgreementText.testColumns.map(\.title) + ["没有小图"]).map(dense))
}

extension Agreement {
  /// The text at the foot of every page, beside the page's number.
  static func footer(of text: AgreementText) -> String {
    "协议编号 \(text.parts.code) · 记录号 \(text.installation.id.text.prefix(8))"
  }
}
