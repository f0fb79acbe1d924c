import Drawing
import Files

/// A file of pages of labels that is being written: the pages first, then the objects that they share.
class PageBook {
  private let file: String
  private let layout: SheetLayout
  private let inks: LabelInks
  private let title: String
  private let dotsPerInch: Int
  private let output: Output
  private let writer: PDFWriter
  private let tree: PDFWriter.Reference
  private let resources: PDFWriter.Reference
  private var kids: [PDFWriter.Reference] = []
  private var glyphs: GlyphUse = [:]
  private var identity: (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x6C62_272E_07BB_0142)

  /// Writes bytes into the draft, and keeps a failure for a later check.
  private final class Output {
    let draft: Draft
    var waiting: [UInt8] = []
    var failure: FileError?

    init(_ draft: Draft) { self.draft = draft }

    func take(_ bytes: [UInt8]) {
      waiting += bytes
      if waiting.count >= 1 << 18 { flush() }
    }

    func flush() {
      do throws(FileError) { if failure == nil { try draft.write(waiting) } } catch { failure = error }
      waiting.removeAll(keepingCapacity: true)
    }
  }

  /// Opens a draft of the file.
  /// - Throws: `unwritable`.
  init(file: String, layout: SheetLayout, inks: LabelInks, dotsPerInch: Int, title: String) throws(LabelError) {
    let draft: Draft
    do throws(FileError) {
      draft = try Draft(of: FilePath(file), named: .suffix(".part"), permissions: .withinUmask(0o644))
    } catch { throw .unwritable(file: error.path.text, errno: error.errno) }
    self.file = file
    self.layout = layout
    self.inks = inks
    self.title = title
    self.dotsPerInch = dotsPerInch
    let output = Output(draft)
    self.output = output
    writer = PDFWriter { output.take($0) }
    tree = writer.reserve()
    resources = writer.reserve()
  }

  // MARK: - The file

  /// Path of the pages until the file is placed.
  var draftPath: String { output.draft.path.text }

  /// Puts the finished file in its place.
  /// - Throws: `unwritable`.
  func place() throws(LabelError) {
    do throws(FileError) { try output.draft.place(.unsynced) } catch {
      throw .unwritable(file: file, errno: error.errno)
    }
  }

  /// Removes everything written; does nothing once the file is in its place.
  func discard() { output.draft.discard() }

  // MARK: - Pages

  func add(_ page: LabelPage.Drawn) throws(LabelError) {
    page.packed.withUnsafeBufferPointer { packed in
      var sum = identity.0
      for byte in packed { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
      identity.0 = sum
    }
    identity.1 = (identity.1 ^ identity.0) &* 0x100_0000_01B3
    let content = writer.stream("", packed: page.packed)
    let (width, height) = (layout.pageWidthMillimetres, layout.pageHeightMillimetres)
    let bleed = layout.sheet == nil ? layout.bleed : 0
    let head = "/Type/Page/Parent \(tree) 0 R/Resources \(resources) 0 R/Contents \(content) 0 R"
    kids.append(
      writer.object(
        "<<\(head)/MediaBox\(box(0, 0, width, height))/TrimBox\(box(bleed, bleed, width - bleed, height - bleed))>>"
      ))
    for (face, used) in page.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
    try check()
  }

  /// Writes a box in points; its edges are given in millimetres.
  private func box(_ left: Double, _ bottom: Double, _ right: Double, _ top: Double) -> String {
    "["
      + [left, bottom, right, top].map { LabelPage.number(Length.points(millimetres: $0)) }.joined(
        separator: " ")
      + "]"
  }

  // MARK: - What pages share

  func finish(_ forms: LabelPage.Forms) throws(LabelError) {
    do {
      var objects = ""
      for (number, picture) in forms.fixed.pictures.enumerated() {
        objects += "/I\(number) \(try writer.mask(picture)) 0 R"
      }
      for (face, used) in forms.fixed.glyphs { glyphs[face, default: [:]].merge(used) { first, _ in first } }
      for form in forms.all { objects += "/\(form.name) \(try write(form)) 0 R" }
      var fonts = ""
      for (face, used) in glyphs.sorted(by: { $0.key.name < $1.key.name }) {
        fonts += "/\(face.name) \(try writer.font(face, showing: used)) 0 R"
      }
      writer.object(
        resources,
        "<</Font<<\(fonts)>>/XObject<<\(objects)>>/ColorSpace<<\(spots)>>/ExtGState<</\(PageResources.overprint)<</OP true/op true/OPM 0>>>>>>"
      )
    } catch { throw .drawing(error) }
    writer.object(
      tree, "<</Type/Pages/Count \(kids.count)/Kids[\(kids.map { "\($0) 0 R" }.joined(separator: " "))]>>")
    let root = writer.object("<</Type/Catalog/Pages \(tree) 0 R>>")
    let information = writer.object("<</Title\(PDFWriter.text(title))/Creator(weldtech)/Producer(weldtech)>>")
    let sums = [identity.0, identity.1].flatMap { sum in (0..<8).map { UInt8(sum >> UInt64($0 * 8) & 0xFF) } }
    writer.finish(root: root, information: information, identity: sums)
    output.flush()
    try check()
  }

  private func write(_ form: LabelPage.Forms.Form) throws(DrawingError) -> PDFWriter.Reference {
    guard let packed = PDFWriter.pack(form.operators) else { throw .outOfMemory }
    // The plate and the margin around it, in dots.
    let dots = Double(dotsPerInch) / Length.millimetresPerInch
    let margin = form.margin
    let sides = [-margin, -margin, layout.labelWidth + margin, layout.labelHeight + margin]
    let box = sides.map { LabelPage.number($0 * dots) }.joined(separator: " ")
    return writer.stream(
      "/Type/XObject/Subtype/Form/BBox[\(box)]/Resources \(resources) 0 R", packed: packed)
  }

  /// The spot colours, each of which has a printing plate of its own. A screen shows the tint's four process
  /// inks instead.
  private var spots: String {
    func space(_ resource: String, _ name: String, _ tint: String) -> String {
      "/\(resource)[/Separation/\(Self.escaped(name))/DeviceCMYK<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[\(tint)]/N 1>>]"
    }
    var spots = space(PageResources.all, "All", "1 1 1 1")
    if let cut = inks.cutName { spots += space(PageResources.cut, cut, "0 1 0 0") }
    if inks.process == .mirrored { spots += space(PageResources.white, inks.whiteName, "0.15 0 0 0") }
    return spots
  }

  /// Writes a name as PDF does (ISO 32000-1 7.3.5).
  private static func escaped(_ name: String) -> String {
    name.utf8.map { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        ? String(UnicodeScalar(byte)) : "#" + PDFWriter.hex([byte])
    }.joined()
  }

  private func check() throws(LabelError) {
    if let failure = output.failure { throw .unwritable(file: failure.path.text, errno: failure.errno) }
  }
}
