public import FoundationEssentials

/// A PDF in memory, page after page, whose fonts of every kind are embedded with only the glyphs that are
/// shown. The same drawing with the same metadata and fonts gives the same bytes: nothing in it is taken from
/// the clock.
public final class OwnPDFDocument {
  /// A dot is a twentieth of a point, because operators have three decimals and the scale must be exact in
  /// them.
  private static let dotsPerInch = 1_440

  /// The operators of the present page; after `endPage` those of the next.
  public private(set) var canvas = ContentStream(dotsPerInch: dotsPerInch, ink: .screen)
  private let width: Double
  private let height: Double
  private let metadata: CairoPDFDocument.Metadata
  private let sink: Sink
  private let writer: PDFWriter
  private let tree: PDFWriter.Reference
  private let resources: PDFWriter.Reference
  private var kids: [PDFWriter.Reference] = []
  private var glyphs: GlyphUse = [:]

  public init(pageWidthMillimetres: Double, pageHeightMillimetres: Double, metadata: CairoPDFDocument.Metadata)
  {
    width = Length.points(millimetres: pageWidthMillimetres)
    height = Length.points(millimetres: pageHeightMillimetres)
    self.metadata = metadata
    let sink = Sink()
    self.sink = sink
    writer = PDFWriter { sink.bytes.append(contentsOf: $0) }
    tree = writer.reserve()
    resources = writer.reserve()
  }

  /// Ends the page; everything drawn afterwards is on the next page.
  /// - Throws: `outOfMemory`.
  public func endPage() throws(DrawingError) {
    let page = ContentStream(dotsPerInch: Self.dotsPerInch, ink: .screen)
    // Converts dots below the top into points above the bottom of the page.
    let dot = Length.pointsPerInch / Double(Self.dotsPerInch)
    page.transformed([dot, 0, 0, -dot, 0, height]) { page.append(canvas) }
    guard let packed = PDFWriter.pack(page.bytes) else { throw .outOfMemory }
    let content = writer.stream("", packed: packed)
    kids.append(
      writer.object(
        "<</Type/Page/Parent \(tree) 0 R/Resources \(resources) 0 R/Contents \(content) 0 R/MediaBox[0 0 \(Self.number(width)) \(Self.number(height))]>>"
      ))
    for (face, used) in page.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
    canvas = ContentStream(dotsPerInch: Self.dotsPerInch, ink: .screen)
  }

  /// Closes the document; nothing can be drawn afterwards.
  /// - Parameter identity: 16 bytes, the same for the same document.
  /// - Throws: `outOfMemory`.
  public func finish(identity: [UInt8]) throws(DrawingError) -> Data {
    var fonts = ""
    for (face, used) in glyphs.sorted(by: { $0.key.name < $1.key.name }) {
      fonts += "/\(face.name) \(try writer.font(face, showing: used)) 0 R"
    }
    writer.object(resources, "<</Font<<\(fonts)>>>>")
    writer.object(
      tree, "<</Type/Pages/Count \(kids.count)/Kids[\(kids.map { "\($0) 0 R" }.joined(separator: " "))]>>")
    let root = writer.object("<</Type/Catalog/Pages \(tree) 0 R/Lang(zh-CN)>>")
    let texts = [("Title", metadata.title), ("Author", metadata.author), ("Subject", metadata.subject)]
    let date = Self.date(metadata.date).map { "/CreationDate(\($0))/ModDate(\($0))" } ?? ""
    let information = writer.object(
      "<<\(texts.map { "/\($0.0)\(PDFWriter.text($0.1))" }.joined())/Creator(weldtech)/Producer(weldtech)\(date)>>"
    )
    writer.finish(root: root, information: information, identity: identity)
    return sink.bytes
  }

  private final class Sink {
    var bytes = Data()
  }

  /// A hundredth of a point is finer than the eye sees.
  private static func number(_ points: Double) -> String {
    let hundredths = Int((points * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100)" + (rest == 0 ? "" : ".\(rest < 10 ? "0" : "")\(rest)")
  }

  /// Converts `2026-11-24T09:30:00+08:00` to `D:20261124093000+08'00'` (ISO 32000-1 7.9.4); nil where the text
  /// is no such time.
  private static func date(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let digits = bytes.filter { (48...57).contains($0) }
    guard bytes.count == 25, digits.count == 18, bytes[19] == 0x2B || bytes[19] == 0x2D else { return nil }
    let numbers = String(decoding: digits, as: UTF8.self)
    let sign = bytes[19] == 0x2B ? "+" : "-"
    return "D:\(numbers.prefix(14))\(sign)\(numbers.dropFirst(14).prefix(2))'\(numbers.suffix(2))'"
  }
}
