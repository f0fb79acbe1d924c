import FoundationEssentials
import Records

/// A response to a phone.
struct CompanionReply: Sendable {
  var status: Int
  var headers: [(name: String, value: String)] = []
  var body = Data()

  /// A response with an empty body.
  static func empty(_ status: Int, _ headers: (name: String, value: String)...) -> CompanionReply {
    CompanionReply(status: status, headers: headers)
  }

  static func bytes(_ body: Data, mediaType: String) -> CompanionReply {
    CompanionReply(status: 200, headers: [("Content-Type", mediaType)], body: body)
  }

  /// A response with a JSON document in which `<` is escaped, so that nothing in it can begin an HTML element.
  static func json(_ status: Int, _ document: Data) -> CompanionReply {
    CompanionReply(
      status: status, headers: [("Content-Type", "application/json")], body: CompanionReply.escaped(document))
  }

  static func json(_ status: Int, _ document: some Encodable) -> CompanionReply {
    guard let document = try? RecordCoding.encode(document) else { return .empty(500) }
    return .json(status, document)
  }

  /// Writes each `<` as an escape, which is allowed since `<` stands only in the strings of a JSON document.
  static func escaped(_ document: Data) -> Data {
    let sign = UInt8(ascii: "<")
    guard document.contains(sign) else { return document }
    var escaped = Data(capacity: document.count + 64)
    for byte in document {
      if byte == sign { escaped.append(contentsOf: "\\u003c".utf8) } else { escaped.append(byte) }
    }
    return escaped
  }

  /// The headers of every response.
  static let commonHeaders: [(name: String, value: String)] = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
  ]
}
