import Cryptography
import Drawing
import FoundationEssentials
import Terminal

/// The page for the first day on a sheet of A4, to be hung up or taken along. The same
/// words and date give the same bytes.
struct DaySheet {
  let language: Language
  /// The date of the document, RFC 3339.
  let date: String

  private static let pageWidth = 210.0
  private static let pageHeight = 297.0
  private static let margin = 18.0
  private static let width = pageWidth - 2 * margin
  /// The width of the column of commands, millimetres.
  private static let commandWidth = 76.0
  /// The sizes of text that are tried one after the other until all stands on one page.
  private static let scales = [1, 0.93, 0.86, 0.8, 0.74]

  private typealias Mark = (block: TextBlock, x: Double, y: Double)

  /// Makes the document, one page.
  /// - Throws: `DrawingError`.
  func render() throws -> Data {
    var marks: [Mark] = []
    for scale in Self.scales {
      let (laid, bottom) = layOut(scale: scale)
      marks = laid
      if bottom <= Self.pageHeight - Self.margin { break }
    }
    let title = DayPage.title[language]
    let document = OwnPDFDocument(
      pageWidthMillimetres: Self.pageWidth, pageHeightMillimetres: Self.pageHeight,
      metadata: CairoPDFDocument.Metadata(
        title: title, author: "weldtech", subject: "weldtech \(Version.current)", date: date))
    for mark in marks { document.canvas.draw(mark.block, x: mark.x, y: mark.y) }
    try document.endPage()
    let identity = SHA256Digest(of: Data("\(title) \(Version.current)".utf8))
    return try document.finish(identity: Array(identity.bytes.prefix(16)))
  }

  /// Lays the page out.
  /// - Returns: what stands where, and the lower edge of the last block in millimetres from the top.
  private func layOut(scale: Double) -> (marks: [Mark], bottom: Double) {
    let typesetter = Typesetter()
    var marks: [Mark] = []
    var top = Self.margin
    func set(_ text: String, _ points: Double, _ weight: TextStyle.Weight = .regular, width: Double)
      -> TextBlock
    {
      typesetter.set(
        text, style: TextStyle(sizePoints: points * scale, weight: weight), widthMillimetres: width,
        alignment: .left)
    }
    let title = set(DayPage.title[language], 20, .bold, width: Self.width)
    marks.append((title, Self.margin, top))
    top += title.heightMillimetres + 4 * scale
    for section in DayPage.sections {
      top += 3 * scale
      let heading = set(section.title[language], 13, .bold, width: Self.width)
      marks.append((heading, Self.margin, top))
      top += heading.heightMillimetres + 2 * scale
      for row in section.rows {
        let indent = row.command == nil ? 0 : Self.commandWidth + 4
        let text = set(row.text[language], 10.5, width: Self.width - indent)
        let command = row.command.map { set($0[language], 10.5, .bold, width: Self.commandWidth) }
        if let command { marks.append((command, Self.margin, top)) }
        marks.append((text, Self.margin + indent, top))
        top += max(text.heightMillimetres, command?.heightMillimetres ?? 0) + 2.2 * scale
      }
    }
    return (marks, top)
  }
}
