/// Reads the relationships of a part: the parts to which its ids lead.
final class RelationshipsReader: XMLPartReader {
  struct Relationship {
    /// The last word of the relationship's type, which Transitional and Strict share, such as `worksheet`.
    let type: String
    let target: String
  }

  private static let maxRelationships = 5_000
  private(set) var relationships: [String: Relationship] = [:]

  func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(WorkbookError) {
    guard name.is("Relationship"), relationships.count < Self.maxRelationships, let id = attributes["Id"],
      let target = attributes["Target"], let type = attributes["Type"], attributes["TargetMode"] != "External"
    else { return }
    let last = type.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) }
    relationships[id] = Relationship(type: last ?? "", target: target)
  }

  func end(_: XMLName) {}
  func text(_: UnsafeRawBufferPointer) {}
}

/// Reads the list of a workbook's sheets.
final class SheetListReader: XMLPartReader {
  struct Entry {
    let name: String
    fileprivate(set) var isHidden: Bool
    let relationship: String
  }

  private let maxSheets: Int
  private(set) var sheets: [Entry] = []
  /// Whether days are counted from 1904, as workbooks of early Macintosh computers have it.
  private(set) var countsFrom1904 = false

  init(maxSheets: Int) { self.maxSheets = maxSheets }

  /// Sets whether each sheet is hidden, in the order of the tabs.
  func hide(_ areHidden: [Bool]) {
    for (index, isHidden) in zip(sheets.indices, areHidden) { sheets[index].isHidden = isHidden }
  }

  func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(WorkbookError) {
    guard name.isOfWorkbook else { return }
    if name.is("workbookPr") {
      countsFrom1904 = attributes.isTrue("date1904")
    } else if name.is("sheet") {
      guard sheets.count < maxSheets else { throw .tooManySheets(max: maxSheets) }
      let state = attributes["state"]
      sheets.append(
        Entry(
          name: attributes["name"] ?? "", isHidden: state == "hidden" || state == "veryHidden",
          relationship: attributes["id"] ?? ""))
    }
  }

  func end(_: XMLName) {}
  func text(_: UnsafeRawBufferPointer) {}
}

/// Reads the texts that cells share.
final class SharedStringsReader: XMLPartReader {
  private let maxBytes: Int
  private(set) var strings: [String] = []
  /// The memory that the texts take, bytes.
  private(set) var byteCount = 0
  private var text = CellText()
  private var isInText = false
  /// The depth within a phonetic hint, which is no part of the text.
  private var phonetic = 0

  init(maxBytes: Int) { self.maxBytes = maxBytes }

  func begin(_ name: XMLName, _: XMLAttributes) throws(WorkbookError) {
    if name.is("si") {
      text.removeAll()
    } else if name.is("rPh") {
      phonetic += 1
    } else if name.is("t") {
      isInText = phonetic == 0
    }
  }

  func end(_ name: XMLName) throws(WorkbookError) {
    if name.is("t") {
      isInText = false
    } else if name.is("rPh") {
      phonetic -= 1
    } else if name.is("si") {
      let string = text.unescaped
      // An empty text also takes memory, for its place in the table.
      byteCount += string.utf8.count + MemoryLayout<String>.stride
      guard byteCount <= maxBytes else { throw .tooMuchText(maxBytes: maxBytes) }
      strings.append(string)
    }
  }

  func text(_ bytes: UnsafeRawBufferPointer) { if isInText { text.append(bytes) } }
}

/// Reads which styles of cells show dates.
final class StylesReader: XMLPartReader {
  /// The maximum number of styles and of formats; Excel allows 65,490 styles.
  private static let maxStyles = 70_000
  /// Whether a style shows a date, by the style's number.
  private(set) var showsDate: [Bool] = []
  private var formats: [Int: Bool] = [:]
  private var isInCellFormats = false

  func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(WorkbookError) {
    if name.is("cellXfs") {
      isInCellFormats = true
    } else if name.is("numFmt"), formats.count < Self.maxStyles,
      let id = attributes["numFmtId"].flatMap({ Int($0) })
    {
      formats[id] = Self.isDate(attributes["formatCode"] ?? "")
    } else if isInCellFormats, name.is("xf"), showsDate.count < Self.maxStyles {
      let id = attributes["numFmtId"].flatMap { Int($0) } ?? 0
      showsDate.append(formats[id] ?? Self.isBuiltInDate(id))
    }
  }

  func end(_ name: XMLName) { if name.is("cellXfs") { isInCellFormats = false } }
  func text(_: UnsafeRawBufferPointer) {}

  /// Whether the format that programs know by its number alone shows a date; 27 to 36 and 50 to 58 are formats
  /// of Chinese.
  private static func isBuiltInDate(_ id: Int) -> Bool {
    (14...22).contains(id) || (27...36).contains(id) || (45...47).contains(id) || (50...58).contains(id)
  }

  /// Whether a format has a letter of a date outside quotes, brackets and escapes.
  static func isDate(_ code: String) -> Bool {
    var (isQuoted, isBracketed, isEscaped) = (false, false, false)
    for byte in code.utf8 {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): isEscaped = true
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: "[") where !isQuoted: isBracketed = true
      case UInt8(ascii: "]") where !isQuoted: isBracketed = false
      case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "m"), UInt8(ascii: "M"), UInt8(ascii: "d"),
        UInt8(ascii: "D"):
        if !isQuoted, !isBracketed { return true }
      default: break
      }
    }
    return false
  }
}
