import FoundationEssentials

/// The properties of a document as XMP (ISO 16684-1), in agreement with its information dictionary.
struct PDFMetadata {
  let metadata: CairoPDFDocument.Metadata
  /// The program that wrote the document.
  let producer: String

  /// The packet, which is not compressed, so that any program finds it.
  var packet: [UInt8] {
    let date = metadata.date
    func words(_ text: String) -> String { Self.escaped(text) }
    let text = """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
      <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>3</pdfaid:part>\
      <pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
      <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format>\
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">\(words(metadata.title))</rdf:li></rdf:Alt></dc:title>\
      <dc:creator><rdf:Seq><rdf:li>\(words(metadata.author))</rdf:li></rdf:Seq></dc:creator>\
      <dc:description><rdf:Alt><rdf:li xml:lang="x-default">\(words(metadata.subject))</rdf:li></rdf:Alt>\
      </dc:description></rdf:Description>
      <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreateDate>\(date)</xmp:CreateDate>\
      <xmp:ModifyDate>\(date)</xmp:ModifyDate><xmp:CreatorTool>\(producer)</xmp:CreatorTool></rdf:Description>
      <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>\(producer)</pdf:Producer>\
      </rdf:Description>
      </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="r"?>
      """
    return Array(text.utf8)
  }

  /// Converts `2026-11-24T09:30:00+08:00` to `D:20261124093000+08'00'` (ISO 32000-1 7.9.4); nil where the text
  /// is no such time.
  static func date(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    let digits = bytes.filter { (48...57).contains($0) }
    guard bytes.count == 25, digits.count == 18, bytes[19] == 0x2B || bytes[19] == 0x2D else { return nil }
    let numbers = String(decoding: digits, as: UTF8.self)
    let sign = bytes[19] == 0x2B ? "+" : "-"
    return "D:\(numbers.prefix(14))\(sign)\(numbers.dropFirst(14).prefix(2))'\(numbers.suffix(2))'"
  }

  /// A text for XML. A solidus is escaped too, so that no text looks like an entry of the document, such as a
  /// byte range.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&", "<", ">", "\"", "'", "/": escaped += "&#\(scalar.value);"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
