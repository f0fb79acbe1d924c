/// One request over libcurl.
struct HTTPRequest {
  var method: String
  var url: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The longest body of an answer, bytes.
  var answerLimit = 65_536
}

struct HTTPResponse {
  var status = 0
  /// Names in lower case; of a name that comes twice the last.
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  /// Looks like a page for a person.
  var isPage: Bool {
    (headers["content-type"] ?? "").lowercased().hasPrefix("text/html")
      || body.first { $0 > 0x20 } == UInt8(ascii: "<")
  }
}
