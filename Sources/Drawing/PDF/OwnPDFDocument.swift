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
  private let isArchival: Bool
  private let sink: Sink
  private let writer: PDFWriter
  private let headerBytes: Int
  private let tree: PDFWriter.Reference
  private let resources: PDFWriter.Reference
  private var kids: [PDFWriter.Reference] = []
  /// The present page's object; nil until something refers to the page.
  private var page: PDFWriter.Reference?
  private var glyphs: GlyphUse = [:]
  private var photos: [JPEGPicture: PDFWriter.Reference] = [:]
  private var bookmarks: [Bookmark] = []
  private var attachments: [PDFAttachment] = []
  private var closing: PDFClosingAttachment?
  private var closingStream: PDFWriter.Reference?
  private var seal: SealPlace?

  /// - Parameter isArchival: whether the document is PDF/A-3 (ISO 19005-3, level B), which contains everything
  ///   that is needed to show it.
  public init(
    pageWidthMillimetres: Double, pageHeightMillimetres: Double, metadata: CairoPDFDocument.Metadata,
    isArchival: Bool = false
  ) {
    width = Length.points(millimetres: pageWidthMillimetres)
    height = Length.points(millimetres: pageHeightMillimetres)
    self.metadata = metadata
    self.isArchival = isArchival
    let sink = Sink()
    self.sink = sink
    writer = PDFWriter(version: isArchival ? "1.7" : "1.6") { sink.bytes.append(contentsOf: $0) }
    headerBytes = writer.written
    tree = writer.reserve()
    resources = writer.reserve()
  }

  // MARK: - Beside the pages

  private struct Bookmark {
    let title: String
    let page: PDFWriter.Reference
    /// The height of the place above the page's lower edge, points.
    let heightPoints: Double
  }

  private struct SealPlace {
    let field: PDFWriter.Reference
    let page: PDFWriter.Reference
    let name: String
    /// The box on the page as PDF writes a rectangle: left, bottom, right and top, points.
    let rectangle: String
    /// The bounding box of the appearance as PDF writes a rectangle: 0, 0, width and height, points.
    let size: String
  }

  /// Adds a bookmark of the present page.
  /// - Parameter top: the distance of the place from the page's upper edge, millimetres.
  public func bookmark(_ title: String, top: Double) {
    bookmarks.append(
      Bookmark(title: title, page: presentPage(), heightPoints: height - Length.points(millimetres: top)))
  }

  /// Embeds a file.
  public func attach(_ file: PDFAttachment) { attachments.append(file) }

  /// Embeds a file behind all other objects, from which it is made; a document has at most one such file.
  public func attach(_ file: PDFClosingAttachment) { closing = file }

  /// Makes a box of the present page the place of the document's one seal. The box shows only what is drawn
  /// there.
  /// - Parameter name: who seals.
  public func placeSeal(in box: Rectangle, name: String) {
    let (left, right) = (Length.points(millimetres: box.x), Length.points(millimetres: box.right))
    let top = height - Length.points(millimetres: box.y)
    let bottom = height - Length.points(millimetres: box.bottom)
    seal = SealPlace(
      field: writer.reserve(), page: presentPage(), name: name,
      rectangle: [left, bottom, right, top].map(Self.number).joined(separator: " "),
      size: [0, 0, right - left, top - bottom].map(Self.number).joined(separator: " "))
  }

  // MARK: - Pages

  private func presentPage() -> PDFWriter.Reference {
    let present = page ?? writer.reserve()
    page = present
    return present
  }

  /// Ends the page; everything drawn afterwards is on the next page.
  /// - Throws: `outOfMemory`.
  public func endPage() throws(DrawingError) {
    let drawn = ContentStream(dotsPerInch: Self.dotsPerInch, ink: .screen)
    // Converts dots below the top into points above the bottom of the page.
    let dot = Length.pointsPerInch / Double(Self.dotsPerInch)
    drawn.transformed([dot, 0, 0, -dot, 0, height]) { drawn.append(canvas) }
    guard let packed = PDFWriter.pack(drawn.bytes) else { throw .outOfMemory }
    let number = String(kids.count + 1)
    writer.subject = PDFPiece.Subject(.content, number)
    let content = writer.stream("", packed: packed)
    let shown = canvas.photos.enumerated().map { "/J\($0) \(photo($1)) 0 R" }.joined()
    let objects = shown.isEmpty ? "" : "/XObject<<\(shown)>>"
    let page = presentPage()
    let notes = seal.map { $0.page == page ? "/Annots[\($0.field) 0 R]" : "" } ?? ""
    writer.subject = PDFPiece.Subject(.page, number)
    writer.object(
      page,
      "<</Type/Page/Parent \(tree) 0 R/Resources<</Font \(resources) 0 R\(objects)>>/Contents \(content) 0 R/MediaBox[0 0 \(Self.number(width)) \(Self.number(height))]\(notes)>>"
    )
    for (face, used) in drawn.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
    kids.append(page)
    self.page = nil
    canvas = ContentStream(dotsPerInch: Self.dotsPerInch, ink: .screen)
  }

  private func photo(_ photo: JPEGPicture) -> PDFWriter.Reference {
    if let known = photos[photo] { return known }
    writer.subject = PDFPiece.Subject(.picture, String(photos.count + 1))
    let reference = writer.stream(
      "/Type/XObject/Subtype/Image/Width \(photo.widthPixels)/Height \(photo.heightPixels)/BitsPerComponent 8/ColorSpace/\(photo.isGrey ? "DeviceGray" : "DeviceRGB")/Filter/DCTDecode",
      bytes: Array(photo.bytes))
    photos[photo] = reference
    return reference
  }

  // MARK: - The end

  /// Closes the document; nothing can be drawn afterwards.
  /// - Parameter identity: 16 bytes, the same for the same document.
  /// - Throws: `outOfMemory`.
  public func finish(identity: [UInt8]) throws(DrawingError) -> Data {
    _ = try close(identity: identity)
    return sink.bytes
  }

  /// Closes a document in which a seal has a place.
  /// - Throws: `outOfMemory`; `sealedPDF` where no seal has a place.
  public func finishSealable(identity: [UInt8]) throws(DrawingError) -> SealablePDF {
    guard let entries = try close(identity: identity) else {
      throw .sealedPDF(offset: 0, .noByteRange)
    }
    SealablePDF.fillByteRange(of: &sink.bytes, entriesAt: entries)
    return try SealablePDF(unsealed: sink.bytes)
  }

  /// Writes all objects that the pages refer to, and the end of the file.
  /// - Returns: the offset of the seal's entries; nil where no seal has a place.
  private func close(identity: [UInt8]) throws(DrawingError) -> Int? {
    var fonts = ""
    for (face, used) in glyphs.sorted(by: { $0.key.name < $1.key.name }) {
      writer.subject = PDFPiece.Subject(.font, face.name)
      fonts += "/\(face.name) \(try writer.font(face, showing: used, listsGlyphs: isArchival)) 0 R"
    }
    writer.subject = PDFPiece.Subject(.resources)
    writer.object(resources, "<<\(fonts)>>")
    writer.subject = PDFPiece.Subject(.pageTree)
    writer.object(
      tree, "<</Type/Pages/Count \(kids.count)/Kids[\(kids.map { "\($0) 0 R" }.joined(separator: " "))]>>")
    let (form, entries) = try writeSeal()
    let parts = try writeOutline() + writeAttachments() + (isArchival ? writeArchivalParts() : "") + form
    writer.subject = PDFPiece.Subject(.catalog)
    let root = writer.object("<</Type/Catalog/Pages \(tree) 0 R/Lang(zh-CN)\(parts)>>")
    let texts = [("Title", metadata.title), ("Author", metadata.author), ("Subject", metadata.subject)]
    let date = PDFMetadata.date(metadata.date).map { "/CreationDate(\($0))/ModDate(\($0))" } ?? ""
    writer.subject = PDFPiece.Subject(.information)
    let information = writer.object(
      "<<\(texts.map { "/\($0.0)\(PDFWriter.text($0.1))" }.joined())/Creator(\(Self.producer))/Producer(\(Self.producer))\(date)>>"
    )
    if let closing, let closingStream {
      let contents = try closing.contents(pieces(sealAt: entries))
      writer.subject = nil
      writer.object(
        closingStream,
        PDFClosingAttachment.body(contents, mediaType: closing.mediaType, date: metadata.date))
    }
    writer.finish(root: root, information: information, identity: identity)
    return entries
  }

  /// The pieces of the file that are written so far, in order.
  /// - Parameter entries: the offset of the seal's entries, of which the byte range and the place are left out.
  private func pieces(sealAt entries: Int?) -> [PDFPiece] {
    let starts = [(PDFPiece.Subject(.header), 0)] + writer.subjects
    let ends = starts.dropFirst().map { $0.1 } + [writer.written]
    return zip(starts, ends).flatMap { start, end -> [PDFPiece] in
      let (subject, offset) = start
      func piece(_ range: Range<Int>) -> PDFPiece {
        PDFPiece(subject: subject, offset: range.lowerBound, bytes: sink.bytes[range])
      }
      guard let entries, (offset..<end).contains(entries) else { return [piece(offset..<end)] }
      return [
        piece(offset..<(entries + SealablePDF.key.count)), piece((entries + SealablePDF.entries.count)..<end),
      ]
    }
  }

  private static let producer = "weldtech"

  /// Writes the bookmarks, one level of them.
  /// - Returns: the catalog's entry.
  private func writeOutline() throws(DrawingError) -> String {
    guard !bookmarks.isEmpty else { return "" }
    writer.subject = PDFPiece.Subject(.outline)
    let list = writer.reserve()
    let items = bookmarks.map { _ in writer.reserve() }
    for (index, (bookmark, item)) in zip(bookmarks, items).enumerated() {
      let before = index > 0 ? "/Prev \(item - 1) 0 R" : ""
      let next = index + 1 < items.count ? "/Next \(item + 1) 0 R" : ""
      writer.object(
        item,
        "<</Title\(PDFWriter.text(bookmark.title))/Parent \(list) 0 R\(before)\(next)/Dest[\(bookmark.page) 0 R/XYZ null \(Self.number(bookmark.heightPoints)) null]>>"
      )
    }
    writer.object(
      list,
      "<</Type/Outlines/First \(list + 1) 0 R/Last \(list + items.count) 0 R/Count \(items.count)>>")
    return "/Outlines \(list) 0 R/PageMode/UseOutlines"
  }

  /// Writes the embedded files, in the order of their names as the table of names demands.
  /// - Returns: the catalog's entries.
  private func writeAttachments() throws(DrawingError) -> String {
    var files: [(name: String, description: String, stream: PDFWriter.Reference)] = []
    for file in attachments {
      guard let packed = PDFWriter.pack(Array(file.bytes)) else { throw .outOfMemory }
      writer.subject = PDFPiece.Subject(.attachment, file.name)
      let entries = PDFAttachment.entries(
        mediaType: file.mediaType, byteCount: file.bytes.count, date: metadata.date)
      files.append((file.name, file.description, writer.stream(entries, packed: packed)))
    }
    if let closing {
      let stream = writer.reserve()
      closingStream = stream
      files.append((closing.name, closing.description, stream))
    }
    guard !files.isEmpty else { return "" }
    let named = files.sorted { $0.name < $1.name }.map { file in
      writer.subject = PDFPiece.Subject(.attachment, file.name)
      let reference = writer.object(
        "<</Type/Filespec/F(\(file.name))/UF(\(file.name))/Desc\(PDFWriter.text(file.description))/AFRelationship/Data/EF<</F \(file.stream) 0 R/UF \(file.stream) 0 R>>>>"
      )
      return (name: file.name, reference: reference)
    }
    let list = named.map { "\($0.reference) 0 R" }.joined(separator: " ")
    let names = named.map { "(\($0.name))\($0.reference) 0 R" }.joined()
    return "/AF[\(list)]/Names<</EmbeddedFiles<</Names[\(names)]>>>>"
  }

  /// Writes the parts that PDF/A requires in addition: the metadata as XMP and the colour space of the pages.
  /// - Returns: the catalog's entries.
  private func writeArchivalParts() throws(DrawingError) -> String {
    let packet = PDFMetadata(metadata: metadata, producer: Self.producer).packet
    writer.subject = PDFPiece.Subject(.metadata)
    let xmp = writer.stream("/Type/Metadata/Subtype/XML", bytes: packet)
    guard let packed = PDFWriter.pack(ColourProfile.sRGB) else { throw .outOfMemory }
    writer.subject = PDFPiece.Subject(.colourProfile)
    let profile = writer.stream("/N 3", packed: packed)
    let name = ColourProfile.name
    return
      "/Metadata \(xmp) 0 R/ViewerPreferences<</DisplayDocTitle true>>/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(\(name))/Info(\(name))/DestOutputProfile \(profile) 0 R>>]"
  }

  /// Writes the field of the seal, its appearance, which is empty, and the signature with its place.
  /// - Returns: the catalog's entry, and the offset of the seal's entries.
  private func writeSeal() throws(DrawingError) -> (entry: String, entries: Int?) {
    guard let seal else { return ("", nil) }
    guard let nothing = PDFWriter.pack([0x0A]) else { throw .outOfMemory }
    writer.subject = PDFPiece.Subject(.sealField)
    let appearance = writer.stream(
      "/Type/XObject/Subtype/Form/BBox[\(seal.size)]/Resources<<>>", packed: nothing)
    let signature = writer.reserve()
    // Flags: printed, and locked to its place.
    writer.object(
      seal.field,
      "<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 132/Rect[\(seal.rectangle)]/P \(seal.page) 0 R/V \(signature) 0 R/AP<</N \(appearance) 0 R>>>>"
    )
    let date = PDFMetadata.date(metadata.date).map { "/M(\($0))" } ?? ""
    let before = Array(
      "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Name\(PDFWriter.text(seal.name))\(date)"
        .utf8)
    let start = writer.written + Array("\(signature) 0 obj\n".utf8).count + before.count
    writer.subject = PDFPiece.Subject(.seal)
    writer.object(signature, before + SealablePDF.entries + Array(">>".utf8))
    return ("/AcroForm<</Fields[\(seal.field) 0 R]/SigFlags 3>>", start)
  }

  private final class Sink {
    var bytes = Data()
  }

  /// Writes a length with two decimals: a hundredth of a point is finer than the eye sees.
  private static func number(_ points: Double) -> String {
    let hundredths = Int((points * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100)" + (rest == 0 ? "" : ".\(rest < 10 ? "0" : "")\(rest)")
  }
}
