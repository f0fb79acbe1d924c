import CExpat
import Glibc

/// A reader of the elements of one part of a workbook.
protocol XMLPartReader: AnyObject {
  func begin(_ name: XMLName, _ attributes: XMLAttributes) throws(WorkbookError)
  func end(_ name: XMLName) throws(WorkbookError)
  /// Takes a piece of the text within the present element, in UTF-8.
  func text(_ bytes: UnsafeRawBufferPointer) throws(WorkbookError)
}

/// The local name of an element, valid only during the call that passes the name.
struct XMLName {
  fileprivate let local: UnsafePointer<CChar>
  /// Whether the element is of spreadsheets, Transitional or Strict, or of a package's relationships.
  let isOfWorkbook: Bool

  fileprivate init(_ name: UnsafePointer<CChar>) {
    guard let separator = strchr(name, XMLPart.separator) else {
      // A part without namespaces is not allowed, but some programs write one, and it can be read.
      (local, isOfWorkbook) = (name, true)
      return
    }
    local = UnsafePointer(separator + 1)
    let length = name.distance(to: UnsafePointer(separator))
    isOfWorkbook = XMLPart.namespaces.contains { space in
      space.utf8CodeUnitCount == length && memcmp(space.utf8Start, name, length) == 0
    }
  }

  func `is`(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { word in
      guard let base = word.baseAddress else { return false }
      return strncmp(local, UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self), word.count + 1) == 0
    }
  }
}

/// The attributes of an element, valid only during the call that passes them.
struct XMLAttributes {
  fileprivate let list: UnsafeMutablePointer<UnsafePointer<CChar>?>?

  /// The value of an attribute by its local name, of any namespace; nil where there is none.
  subscript(name: StaticString) -> String? {
    guard var next = list else { return nil }
    while let key = next[0], let value = next[1] {
      if XMLName(key).is(name) { return String(cString: value) }
      next += 2
    }
    return nil
  }

  /// Whether an attribute has the value `1` or `true`.
  func isTrue(_ name: StaticString) -> Bool { ["1", "true"].contains(self[name]) }
}

/// Reads the XML of one part while it is unpacked. A document type is refused where it begins, so that there are no entities;
/// depth and the length of one element are bounded.
enum XMLPart {
  fileprivate static let separator = Int32(UInt8(ascii: "\n"))
  fileprivate static let namespaces: [StaticString] = [
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
  ]
  private static let maxDepth = 64
  /// The maximum length of one tag, or of anything else that expat keeps until its end, bytes.
  private static let maxTokenBytes = 1 << 20

  private final class Context {
    let parser: XML_Parser
    let reader: any XMLPartReader
    let part: String
    var depth = 0
    var failure: WorkbookError?

    init(parser: XML_Parser, reader: any XMLPartReader, part: String) {
      self.parser = parser
      self.reader = reader
      self.part = part
    }

    func run(_ body: (Context) throws(WorkbookError) -> Void) {
      guard failure == nil else { return }
      do throws(WorkbookError) { try body(self) } catch {
        failure = error
        XML_StopParser(parser, XML_FALSE)
      }
    }
  }

  /// Reads a part to its end.
  /// - Throws: what the reader throws, and `documentType`, `oversized`, `damaged`, `missing`, `unpacksTooLarge`.
  static func read(_ name: String, of package: ZipPackage, by reader: any XMLPartReader) throws(WorkbookError) {
    guard let parser = XML_ParserCreateNS(nil, XML_Char(separator)) else { throw .outOfMemory }
    defer { XML_ParserFree(parser) }
    let context = Context(parser: parser, reader: reader, part: name)
    XML_SetUserData(parser, Unmanaged.passUnretained(context).toOpaque())
    XML_SetElementHandler(
      parser,
      { data, name, attributes in
        guard let name else { return }
        XMLPart.context(data)?.run { (context) throws(WorkbookError) in
          context.depth += 1
          guard context.depth <= XMLPart.maxDepth else { throw .oversized(part: context.part) }
          try context.reader.begin(XMLName(name), XMLAttributes(list: attributes))
        }
      },
      { data, name in
        guard let name else { return }
        XMLPart.context(data)?.run { (context) throws(WorkbookError) in
          context.depth -= 1
          try context.reader.end(XMLName(name))
        }
      })
    XML_SetCharacterDataHandler(parser) { data, text, count in
      guard let text, count > 0 else { return }
      XMLPart.context(data)?.run { (context) throws(WorkbookError) in
        try context.reader.text(UnsafeRawBufferPointer(start: text, count: Int(count)))
      }
    }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      XMLPart.context(data)?.run { (context) throws(WorkbookError) in
        throw .documentType(part: context.part)
      }
    }
    var fed = 0
    let outcome: Result<Void, WorkbookError> = withExtendedLifetime(context) {
      do throws(WorkbookError) {
        try package.unpack(
          name,
          into: { (count) throws(WorkbookError) in
            guard let buffer = XML_GetBuffer(parser, Int32(count)) else { throw .outOfMemory }
            return buffer
          },
          take: { (count, isLast) throws(WorkbookError) in
            let status = XML_ParseBuffer(parser, Int32(count), isLast ? 1 : 0)
            if let failure = context.failure { throw failure }
            guard status == XML_STATUS_OK else {
              throw XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY ? .outOfMemory : .damaged(part: name)
            }
            fed += count
            let place = Int(XML_GetCurrentByteIndex(parser))
            guard isLast || fed - max(0, place) <= maxTokenBytes else { throw .oversized(part: name) }
          })
        return .success(())
      } catch { return .failure(error) }
    }
    try outcome.get()
  }

  private static func context(_ data: UnsafeMutableRawPointer?) -> Context? {
    data.map { Unmanaged<Context>.fromOpaque($0).takeUnretainedValue() }
  }
}
