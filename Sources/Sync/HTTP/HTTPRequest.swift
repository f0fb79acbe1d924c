import Characters

/// One request over libcurl.
struct HTTPRequest {
  /// The credentials of a bucket, by which libcurl signs a request as AWS Signature Version 4 says.
  struct Signing: Sendable {
    var region: String
    var accessKeyID: String
    var secretAccessKey: String
  }

  var method: String
  var url: String
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The length of the longest body of an answer, bytes.
  var answerLimit = 65_536
  var needsNewConnection = false
  /// The credentials that sign the request; nil for a request without a signature. Whoever sets it also sets the header
  /// `x-amz-content-sha256`, sorts the query and percent-encodes path and query, because libcurl 7.88 does none of it.
  var signing: Signing?
}

struct HTTPResponse {
  var status = 0
  /// The headers by their names in lower case; where a name comes twice, the last value counts.
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  /// Whether the answer looks like a web page for people.
  var isPage: Bool {
    has(mediaType: "text/html") || body.first { $0 > 0x20 } == UInt8(ascii: "<")
  }

  var isJSON: Bool { has(mediaType: "application/json") }

  private func has(mediaType: String) -> Bool {
    (headers["content-type"] ?? "").lowercased().utf8.starts(with: mediaType.utf8)
  }

  /// The time that `Retry-After` asks for; nil where the header is missing or cannot be read. A date counts
  /// from the answer's own `Date`, since the laptop's clock may be wrong.
  var retryAfter: Duration? {
    guard let field = headers["retry-after"] else { return nil }
    if !field.isEmpty, field.utf8.allSatisfy(\.isDigit) {
      // A number with too many digits stands for a long time.
      return .seconds(Int64(field) ?? Int64(Int32.max))
    }
    guard let until = HTTPDate(field), let now = headers["date"].flatMap({ HTTPDate($0) }) else { return nil }
    return .seconds(max(0, until.secondsSince1970 - now.secondsSince1970))
  }

  /// The base64 of the SHA-256 in a field of RFC 9530: `sha-256=:base64:`, alone or among others.
  func digest(in name: String) -> String? {
    let prefix = Array("sha-256=:".utf8)
    for entry in Array((headers[name] ?? "").utf8).split(separator: UInt8(ascii: ",")) {
      let entry = entry.drop { $0 == 0x20 || $0 == 0x09 }
      guard entry.starts(with: prefix), entry.count > prefix.count, entry.last == UInt8(ascii: ":") else {
        continue
      }
      return String(decoding: entry.dropFirst(prefix.count).dropLast(), as: UTF8.self)
    }
    return nil
  }
}
