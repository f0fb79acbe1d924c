import Glibc

/// Holds an SVG against the part of the format that is drawn here: shapes, their groups and plain gradients. All else
/// either takes from elsewhere (pictures, links, fonts) or lets few bytes draw much (`use`, patterns, filters, dashes);
/// without it the work is bounded by the file's length.
enum SVGScreening {
  /// Of others' drawings: a path of so many bytes back and forth across a label takes librsvg some ten seconds.
  static let mostBytes = 256 << 10
  static let mostTags = 50_000
  /// Of style sheets: each element is held against each rule.
  static let mostRules = 500
  static let deepest = 64

  private static let shapes: Set<String> = [
    "svg", "g", "defs", "title", "desc", "metadata", "style", "path", "rect", "circle", "ellipse", "line",
    "polyline", "polygon", "linearGradient", "radialGradient", "stop",
  ]

  /// Under any prefix: it may stand for SVG's own namespace. Elements of editors have other names.
  private static let refused: Set<String> = [
    "use", "symbol", "image", "filter", "pattern", "marker", "mask", "clipPath", "text", "tspan", "tref",
    "textPath",
    "foreignObject", "script", "a", "switch", "include", "animate", "animateTransform", "set", "font", "view",
  ]

  /// - Throws: `svg`.
  static func check(_ svg: [UInt8], mostBytes: Int) throws(DrawingError) {
    guard svg.count <= mostBytes, svg.count(where: { $0 == UInt8(ascii: "{") }) <= mostRules else {
      throw .svg(.tooLarge)
    }
    // Nothing is spelled in a way that the words below would miss.
    guard !svg.contains(0), String(validating: svg, as: UTF8.self) != nil else { throw .svg(.notSVG) }
    try refuseSpellings(svg)
    var depth = 0
    var tags = 0
    var hasRoot = false
    var index = 0
    while let open = svg[index...].firstIndex(of: UInt8(ascii: "<")) {
      tags += 1
      guard tags <= mostTags else { throw .svg(.tooLarge) }
      let end = end(ofTagAt: open, in: svg)
      let tag = svg[open + 1..<end]
      index = min(end + 1, svg.count)
      switch tag.first {
      case UInt8(ascii: "?"): try checkEncoding(tag)
      case UInt8(ascii: "!"):
        // A DOCTYPE may stand there; one with entities of its own could spell anything.
        let isText = tag.starts(with: "!--".utf8) || tag.starts(with: "![CDATA[".utf8)
        if !isText, tag.contains(UInt8(ascii: "[")) { throw .svg(.feature("!DOCTYPE")) }
      case UInt8(ascii: "/"): depth -= 1
      default:
        let name = String(decoding: tag.prefix { !isSpace($0) && $0 != UInt8(ascii: "/") }, as: UTF8.self)
        try check(name)
        hasRoot = hasRoot || name.hasSuffix("svg")
        if tag.last != UInt8(ascii: "/") { depth += 1 }
        guard depth <= deepest else { throw .svg(.tooLarge) }
      }
    }
    guard hasRoot else { throw .svg(.notSVG) }
  }

  private static func check(_ name: String) throws(DrawingError) {
    let parts = name.split(separator: ":", maxSplits: 1)
    let local = String(parts.last ?? "")
    let isKnown = shapes.contains(local)
    guard parts.count > 1 ? isKnown || !(refused.contains(local) || local.hasPrefix("fe")) : isKnown else {
      throw .svg(.feature(String(local.prefix(30))))
    }
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

  private static func checkEncoding(_ declaration: ArraySlice<UInt8>) throws(DrawingError) {
    let text = String(decoding: declaration, as: UTF8.self).lowercased()
    guard let range = text.firstRange(of: "encoding") else { return }
    let name = text[range.upperBound...].drop { " =\"'\t".contains($0) }.prefix { !"\"' ?".contains($0) }
    guard ["utf-8", "us-ascii", "ascii"].contains(String(name)) else { throw .svg(.feature("encoding")) }
  }

  /// Where a tag's `>` is, or the end of the file. A comment ends at its dashes, a tag outside of quotation marks.
  private static func end(ofTagAt open: Int, in svg: [UInt8]) -> Int {
    let rest = svg[open...]
    for (start, close) in [("<!--", "-->"), ("<![CDATA[", "]]>")] as [(String, StaticString)]
    where rest.starts(with: start.utf8) {
      return Self.end(of: close, in: rest.dropFirst(start.utf8.count)).map { $0 - 1 } ?? svg.count
    }
    var quote: UInt8?
    for index in rest.indices {
      let byte = svg[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return index
      }
    }
    return svg.count
  }

  /// Where the first of these words ends; nil where there is none. Swift's own search in a collection takes hundreds of
  /// times as long.
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
