import FoundationEssentials
import Records

/// Reads and judges the data files whose words stand on paper.
struct PaperDocument {
  protocol Shape: Decodable {
    var schema: String { get }
  }

  /// The characters that can be printed; with nil, characters are not checked.
  let glyphs: (any GlyphCoverage)?

  func decode<Document: Shape>(_ type: Document.Type, from json: Data, schema: String)
    throws(AgreementError) -> Document
  {
    let maxBytes = AgreementTerms.maxBytes
    guard json.count <= maxBytes else { throw .terms(path: "$", .tooLong(most: maxBytes)) }
    let document: Document
    do {
      document = try JSONReader.decode(type, from: json, maxBytes: maxBytes)
    } catch let fault as JSONFault {
      throw .terms(path: "$", .notJSON(fault))
    } catch {
      let fault = DecodingFault(error)
      throw .terms(path: fault.path, fault.isMissing ? .missing : .wrongType)
    }
    guard document.schema == schema else { throw .terms(path: "schema", .otherSchema(expected: schema)) }
    return document
  }

  /// Reads a name of small letters, digits and hyphens.
  func name(_ text: String, path: String) throws(AgreementError) -> String {
    let isName = text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
    }
    guard isName, (1...40).contains(text.utf8.count) else { throw .terms(path: path, .notAName) }
    return text
  }

  /// Reads one line of text, cleaned by the rules of `WrittenText`.
  func line(_ text: String, atMost characters: Int, path: String) throws(AgreementError) -> String {
    do throws(WrittenText.Fault) {
      return try WrittenText(text, .line(maxCharacters: characters), drawnBy: glyphs).text
    } catch {
      switch error {
      case .empty: throw .terms(path: path, .missing)
      case .tooLong, .tooManyBytes: throw .terms(path: path, .tooLong(most: characters))
      case .character(let character): throw .terms(path: path, .character(character))
      }
    }
  }

  func lines(_ texts: [String], _ counts: ClosedRange<Int>, atMost characters: Int, path: String)
    throws(AgreementError) -> [String]
  {
    guard counts.contains(texts.count) else {
      throw .terms(path: path, .count(lower: counts.lowerBound, upper: counts.upperBound))
    }
    var lines: [String] = []
    for (index, text) in texts.enumerated() {
      lines.append(try line(text, atMost: characters, path: "\(path)[\(index)]"))
    }
    return lines
  }
}

/// The place at which a document could not be decoded.
struct DecodingFault {
  /// The place, as in `strokes[3][17].x`; `$` is the document itself.
  let path: String
  /// Whether a value is missing at the place; otherwise the value has the wrong type.
  let isMissing: Bool

  init(_ error: any Error) {
    func path(_ keys: [any CodingKey]) -> String {
      var path = ""
      for key in keys {
        if let index = key.intValue {
          path += "[\(index)]"
        } else {
          path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
        }
      }
      return path.isEmpty ? "$" : path
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      (self.path, isMissing) = (path(context.codingPath + [key]), true)
    case .valueNotFound(_, let context): (self.path, isMissing) = (path(context.codingPath), true)
    case .typeMismatch(_, let context): (self.path, isMissing) = (path(context.codingPath), false)
    case .dataCorrupted(let context): (self.path, isMissing) = (path(context.codingPath), false)
    default: (self.path, isMissing) = ("$", false)
    }
  }
}
