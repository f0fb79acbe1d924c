/// A workbook of Excel, WPS or LibreOffice (`.xlsx`), of which one sheet after the other is read.
public final class Workbook {
  /// The maximum sizes of a workbook, each inclusive.
  public struct Limits: Hashable, Sendable {
    /// The size of the file, bytes.
    public var bytes: Int
    /// The size of all parts that are read, unpacked, bytes.
    public var unpackedBytes: Int
    /// The number of rows of one sheet that have a text or a formula.
    public var rows: Int
    /// The number of cells of one sheet that have a text or a formula.
    public var cells: Int
    /// The memory that the shared texts and the texts of one sheet take, bytes.
    public var textBytes: Int
    public var sheets: Int
    /// The number of merged ranges of one sheet; further ranges are ignored.
    public var merges: Int

    public init(
      bytes: Int = 24 << 20, unpackedBytes: Int = 256 << 20, rows: Int = 100_000, cells: Int = 1_000_000,
      textBytes: Int = 16 << 20, sheets: Int = 200, merges: Int = 50_000
    ) {
      self.bytes = bytes
      self.unpackedBytes = unpackedBytes
      self.rows = rows
      self.cells = cells
      self.textBytes = textBytes
      self.sheets = sheets
      self.merges = merges
    }
  }

  /// A sheet that can be read.
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let isHidden: Bool
  }

  /// The sheets of cells, in the order of their tabs; sheets of one diagram are left out.
  public let entries: [Entry]

  private let package: ZipPackage
  private let limits: Limits
  private let listed: [(entry: SheetListReader.Entry, part: String)]
  private let countsFrom1904: Bool
  private let showsDate: [Bool]
  private let strings: SharedStringsReader?

  /// Opens a workbook and reads what all its sheets share.
  /// - Parameter areHidden: whether each sheet is hidden, in the order of the tabs, where the workbook itself does not say it; nil
  ///   where it does.
  /// - Throws: `WorkbookError`.
  public init(_ bytes: [UInt8], limits: Limits = Limits(), areHidden: [Bool]? = nil) throws(WorkbookError) {
    guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, maxBytes: limits.bytes) }
    let package = try ZipPackage(bytes, maxBytes: limits.unpackedBytes)
    let path = try Self.workbookPath(package)
    if path.hasSuffix(".bin") { throw .binary }
    let list = SheetListReader(maxSheets: limits.sheets)
    try XMLPart.read(path, of: package, by: list)
    if let areHidden {
      guard areHidden.count == list.sheets.count else { throw .damaged(part: path) }
      list.hide(areHidden)
    }
    let relationships = try Self.relationships(of: path, package)
    let folder = Self.folder(of: path)
    var listed: [(SheetListReader.Entry, String)] = []
    for sheet in list.sheets {
      guard let relationship = relationships[sheet.relationship] else { throw .damaged(part: path) }
      guard relationship.type == "worksheet" else { continue }
      listed.append((sheet, Self.path(relationship.target, from: folder)))
    }
    func part(_ type: String) -> String? {
      relationships.values.first { $0.type == type }.map { Self.path($0.target, from: folder) }
    }
    var showsDate: [Bool] = []
    if let styles = part("styles"), package.has(styles) {
      let reader = StylesReader()
      try XMLPart.read(styles, of: package, by: reader)
      showsDate = reader.showsDate
    }
    var strings: SharedStringsReader?
    if let shared = part("sharedStrings"), package.has(shared) {
      let reader = SharedStringsReader(maxBytes: limits.textBytes)
      try XMLPart.read(shared, of: package, by: reader)
      strings = reader
    }
    self.package = package
    self.limits = limits
    self.listed = listed
    self.showsDate = showsDate
    self.strings = strings
    countsFrom1904 = list.countsFrom1904
    entries = listed.map { Entry(name: $0.0.name, isHidden: $0.0.isHidden) }
  }

  /// Reads a sheet by its place in `entries`, from 0.
  /// - Throws: `WorkbookError`.
  public func sheet(at index: Int) throws(WorkbookError) -> Sheet {
    let (entry, part) = listed[index]
    let reader = SheetReader(
      entry, part: part, strings: strings, showsDate: showsDate, countsFrom1904: countsFrom1904, limits: limits)
    try XMLPart.read(part, of: package, by: reader)
    return reader.sheet
  }

  // MARK: - Finding the parts

  /// The part that is the workbook, as the package's own relationships name it, or else `xl/workbook.xml`.
  private static func workbookPath(_ package: ZipPackage) throws(WorkbookError) -> String {
    if package.has("_rels/.rels") {
      let reader = RelationshipsReader()
      try XMLPart.read("_rels/.rels", of: package, by: reader)
      if let found = reader.relationships.values.first(where: { $0.type == "officeDocument" }) {
        return path(found.target, from: "")
      }
    }
    return "xl/workbook.xml"
  }

  private static func relationships(of part: String, _ package: ZipPackage) throws(WorkbookError) -> [String:
    RelationshipsReader.Relationship]
  {
    let folder = folder(of: part)
    let reader = RelationshipsReader()
    try XMLPart.read("\(folder)_rels/\(part.dropFirst(folder.count)).rels", of: package, by: reader)
    return reader.relationships
  }

  /// The folder of a part with its slash; empty for the package itself.
  private static func folder(of part: String) -> String {
    guard let slash = part.lastIndex(of: "/") else { return "" }
    return String(part[...slash])
  }

  /// The part to which a target leads: from the package where it begins with a slash, else from the folder.
  private static func path(_ target: String, from folder: String) -> String {
    if target.hasPrefix("/") { return String(target.dropFirst()) }
    var parts: [Substring] = []
    for part in (folder + target).split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}
