import CLibDeflate
public import FoundationEssentials

/// A PDF that `OwnPDFDocument` wrote, read back strictly: each object is in its place and is referred to, and
/// there is nothing between the objects and nothing that a reader could act on. A PDF of any other program is
/// refused, and so is a PDF with anything appended to it.
public struct OwnPDFFile: Sendable {
  /// The size of the largest file that is read, bytes.
  public static let maxBytes = 32 << 20
  /// Maximum number of objects.
  static let maxObjects = 20_000
  /// Maximum size of all unpacked streams together, bytes.
  static let maxUnpackedBytes = 64 << 20
  /// The size of the largest page and of the largest table of a font's texts, unpacked, bytes.
  private static let maxPageBytes = 4 << 20

  public struct Page: Hashable, Sendable {
    /// The texts that the page shows, in the order in which they are drawn.
    public let texts: [String]
    /// The offset of the page's object in the file.
    public let offset: Int
  }

  public struct Attachment: Hashable, Sendable {
    public let name: String
    public let bytes: Data
    /// The offset of the object with the file's bytes.
    public let offset: Int
  }

  public let pages: [Page]
  /// The embedded files, in the order of their names.
  public let attachments: [Attachment]

  /// Reads a file.
  /// - Throws: the first fault.
  public init(_ file: Data) throws(PDFFault) {
    guard file.count <= Self.maxBytes else { throw PDFFault(.size, at: Self.maxBytes) }
    var objects = try PDFObjects(Array(file))
    pages = try Self.pages(&objects)
    attachments = try Self.attachments(&objects)
    try objects.checkOtherStreams()
  }

  // MARK: - Parts

  private static let catalogKeys: Set<String> = [
    "Type", "Pages", "Lang", "Outlines", "PageMode", "AF", "Names", "Metadata", "ViewerPreferences",
    "OutputIntents", "AcroForm", "MarkInfo",
  ]

  private static let pageKeys: Set<String> = ["Type", "Parent", "Resources", "Contents", "MediaBox", "Annots"]

  private static func pages(_ objects: inout PDFObjects) throws(PDFFault) -> [Page] {
    let root = objects.root
    // An action or a layer would have to be named here.
    guard let catalog = root.entries, catalogKeys.isSuperset(of: catalog.keys),
      let tree = objects[catalog["Pages"]], let kids = tree.entries?["Kids"]?.array,
      tree.entries?["Count"]?.whole == kids.count, Set(kids).count == kids.count
    else { throw PDFFault(.catalog, at: root.offset) }
    var fonts: [Int: [[UInt8]: String]] = [:]
    var pages: [Page] = []
    for kid in kids {
      guard let page = objects[kid], let entries = page.entries, pageKeys.isSuperset(of: entries.keys),
        entries["Type"] == .name("Page"), let content = objects[entries["Contents"]],
        let resources = entries["Resources"]?.dictionary, let box = entries["MediaBox"]?.array, box.count == 4,
        let width = box[2].number, let height = box[3].number
      else { throw PDFFault(.page, at: objects[kid]?.offset ?? tree.offset) }
      var maps: [String: [[UInt8]: String]] = [:]
      let table = objects[resources["Font"]]
      for (name, font) in table?.entries ?? resources["Font"]?.dictionary ?? [:] {
        guard let number = font.reference else { throw PDFFault(.font, at: page.offset) }
        if fonts[number] == nil { fonts[number] = try glyphTexts(ofFont: number, &objects) }
        maps[name] = fonts[number]
      }
      let pictures = Set((resources["XObject"]?.dictionary ?? [:]).keys)
      let drawn = PDFPageContent(
        bytes: try objects.unpacked(content, maxBytes: maxPageBytes), offset: content.offset, width: width,
        height: height,
        glyphTexts: maps, pictures: pictures)
      pages.append(Page(texts: try drawn.texts(), offset: page.offset))
    }
    return pages
  }

  /// The texts of a font's glyphs, by the two bytes of a glyph's code.
  private static func glyphTexts(ofFont number: Int, _ objects: inout PDFObjects) throws(PDFFault)
    -> [[UInt8]: String]
  {
    guard let font = objects[.reference(number)], let map = objects[font.entries?["ToUnicode"]] else {
      throw PDFFault(.font, at: objects[.reference(number)]?.offset ?? 0)
    }
    var texts: [[UInt8]: String] = [:]
    let lines = try objects.unpacked(map, maxBytes: maxPageBytes).split(separator: 0x0A)
    for line in lines where line.first == UInt8(ascii: "<") {
      var reader = PDFValueReader(Array(line), part: .font, base: map.offset)
      guard let code = try reader.value().string, let text = try reader.value().string, code.count == 2,
        text.count.isMultiple(of: 2), texts[code] == nil
      else { throw PDFFault(.font, at: map.offset) }
      let units = stride(from: 0, to: text.count, by: 2).map { UInt16(text[$0]) << 8 | UInt16(text[$0 + 1]) }
      texts[code] = String(decoding: units, as: UTF16.self)
    }
    return texts
  }

  private static func attachments(_ objects: inout PDFObjects) throws(PDFFault) -> [Attachment] {
    let root = objects.root
    guard let names = root.entries?["Names"] else { return [] }
    guard let table = names.dictionary, Set(table.keys) == ["EmbeddedFiles"],
      let list = table["EmbeddedFiles"]?.dictionary?["Names"]?.array, list.count.isMultiple(of: 2)
    else { throw PDFFault(.attachment, at: root.offset) }
    var attachments: [Attachment] = []
    for index in stride(from: 0, to: list.count, by: 2) {
      guard let name = list[index].string, let file = objects[list[index + 1]],
        file.entries?["F"]?.string == name, file.entries?["UF"]?.string == name,
        let embedded = file.entries?["EF"]?.dictionary, let stream = objects[embedded["F"]],
        embedded["UF"] == embedded["F"], stream.stream != nil
      else { throw PDFFault(.attachment, at: objects[list[index + 1]]?.offset ?? root.offset) }
      let bytes = try objects.unpacked(stream)
      guard stream.entries?["Params"]?.dictionary?["Size"]?.whole == bytes.count else {
        throw PDFFault(.attachment, at: stream.offset)
      }
      let text = String(decoding: name, as: UTF8.self)
      guard attachments.last.map({ $0.name < text }) ?? true else {
        throw PDFFault(.attachment, at: file.offset)
      }
      attachments.append(Attachment(name: text, bytes: Data(bytes), offset: stream.offset))
    }
    guard root.entries?["AF"]?.array?.count == attachments.count else {
      throw PDFFault(.attachment, at: root.offset)
    }
    return attachments
  }
}
