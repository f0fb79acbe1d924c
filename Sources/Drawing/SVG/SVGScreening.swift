import CExpat
import Glibc

/// Checks that an SVG uses only the part of the format that is drawn here: shapes, their groups and plain
/// gradients. All other elements either refer to other files (pictures, links, fonts) or let a few bytes draw a
/// lot (`use`, patterns, filters, dashes). Without them the length of the file bounds the work.
enum SVGScreening {
  /// Maximum size of a drawing from elsewhere, bytes: a path of that length back and forth across a label takes
  /// librsvg some ten seconds.
  static let maxBytes = 256 << 10
  private static let maxElements = 50_000
  /// Maximum number of rules in style sheets, since each element is compared with each rule.
  private static let maxRules = 500
  private static let maxDepth = 64

  private static let namespace = "http://www.w3.org/2000/svg"
  private static let inclusions = "http://www.w3.org/2001/XInclude"

  /// Elements that are drawn, by their names in SVG's namespace. Elements of other namespaces are notes of an
  /// editor, which librsvg ignores.
  private static let drawn: Set<String> = [
    "svg", "g", "defs", "title", "desc", "metadata", "style", "path", "rect", "circle", "ellipse", "line",
    "polyline", "polygon", "linearGradient", "radialGradient", "stop",
  ]

  /// Checks a file.
  /// - Parameter maxBytes: A longer file is refused.
  /// - Throws: `svg`, `outOfMemory`.
  static func check(_ svg: [UInt8], maxBytes: Int) throws(DrawingError) {
    guard svg.count <= maxBytes, svg.count <= Int32.max,
      svg.count(where: { $0 == UInt8(ascii: "{") }) <= maxRules
    else { throw .svg(.tooLarge) }
    // The spelling is checked first, so that the words below cannot be written in a way that the search misses.
    guard !svg.contains(0), String(validating: svg, as: UTF8.self) != nil else { throw .svg(.notSVG) }
    try refuseSpellings(svg)
    try checkElements(svg)
  }

  // MARK: - Elements

  /// State of the screening while expat reads a file.
  private final class Progress {
    let parser: XML_Parser
    var elements = 0
    var depth = 0
    var isSVG = false
    var refusal: DrawingError?

    init(parser: XML_Parser) { self.parser = parser }

    /// Makes expat stop at this point.
    func refuse(_ fault: DrawingError.SVGFault) {
      if refusal == nil { refusal = .svg(fault) }
      XML_StopParser(parser, XML_FALSE)
    }

    /// Checks an element as it begins.
    /// - Parameter name: The element's local name, behind its namespace and a line break where it has one.
    func begin(_ name: String) {
      let parts = name.split(separator: "\n", maxSplits: 1)
      let local = String(parts.last ?? "")
      let space = parts.count > 1 ? String(parts[0]) : nil
      if elements == 0 { isSVG = local == "svg" }
      elements += 1
      depth += 1
      let isDrawn = space == nil || space == SVGScreening.namespace
      if space == inclusions || (isDrawn && !drawn.contains(local)) {
        refuse(.feature(String(local.prefix(30))))
      } else if elements > maxElements || depth > maxDepth {
        refuse(.tooLarge)
      }
    }
  }

  private static func checkElements(_ svg: [UInt8]) throws(DrawingError) {
    // The file is read as UTF-8 whatever encoding it declares, because the search for words was in UTF-8.
    guard let parser = XML_ParserCreateNS("UTF-8", XML_Char(UInt8(ascii: "\n"))) else { throw .outOfMemory }
    defer { XML_ParserFree(parser) }
    let progress = Progress(parser: parser)
    let status = withExtendedLifetime(progress) {
      XML_SetUserData(parser, Unmanaged.passUnretained(progress).toOpaque())
      XML_SetElementHandler(
        parser, { data, name, _ in SVGScreening.progress(data)?.begin(name.map { String(cString: $0) } ?? "") },
        { data, _ in SVGScreening.progress(data)?.depth -= 1 })
      XML_SetXmlDeclHandler(parser) { data, _, encoding, _ in
        guard let encoding, !SVGScreening.encodings.contains(String(cString: encoding).lowercased()) else {
          return
        }
        SVGScreening.progress(data)?.refuse(.feature("encoding"))
      }
      // A bare DOCTYPE is allowed; one with declarations of its own could rename anything.
      XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, hasDeclarations in
        if hasDeclarations != 0 { SVGScreening.progress(data)?.refuse(.feature("!DOCTYPE")) }
      }
      return svg.withUnsafeBytes {
        XML_Parse(parser, $0.bindMemory(to: XML_Char.self).baseAddress, Int32($0.count), Int32(XML_TRUE))
      }
    }
    if let refusal = progress.refusal { throw refusal }
    if status != XML_STATUS_OK {
      if XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY { throw .outOfMemory }
      throw .svg(progress.elements == 0 ? .notSVG : .damaged)
    }
    guard progress.isSVG else { throw .svg(.notSVG) }
  }

  private static let encodings: Set<String> = ["utf-8", "us-ascii", "ascii"]

  private static func progress(_ data: UnsafeMutableRawPointer?) -> Progress? {
    data.map { Unmanaged<Progress>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: - Spelling

  private static func refuseSpellings(_ svg: [UInt8]) throws(DrawingError) {
    if svg.contains(UInt8(ascii: "\\")) { throw .svg(.feature("\\")) }
    if end(of: "&#", in: svg[...]) != nil { throw .svg(.feature("&#")) }
    if end(of: "<!ENTITY", in: svg[...]) != nil { throw .svg(.feature("!ENTITY")) }
    var rest = svg[...]
    while let end = end(of: "dasharray", in: rest) {
      rest = rest[end...]
      let value = rest.drop { isSpace($0) || ":=\"'".utf8.contains($0) }
      guard value.starts(with: "none".utf8) else { throw .svg(.feature("stroke-dasharray")) }
    }
  }

  /// The index behind the first occurrence of a word; nil where there is none. Swift's own search in a
  /// collection takes hundreds of times as long.
  private static func end(of word: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      var rest = buffer[...]
      while rest.count >= word.utf8CodeUnitCount,
        let found = memchr(base + rest.startIndex, Int32(word.utf8Start.pointee), rest.count)
      {
        let place = UnsafeRawPointer(found) - base
        rest = buffer[place...]
        guard rest.count >= word.utf8CodeUnitCount else { return nil }
        if memcmp(found, word.utf8Start, word.utf8CodeUnitCount) == 0 {
          return bytes.startIndex + place + word.utf8CodeUnitCount
        }
        rest = rest.dropFirst()
      }
      return nil
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
}
