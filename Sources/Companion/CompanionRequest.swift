import FoundationEssentials

/// A request of a phone, while it is being received.
struct CompanionRequest {
  let method: String
  /// The path as it was received, with its percent signs, without the query.
  let path: String
  /// The headers in the order in which they came, the names in lower case.
  let headers: [(name: String, value: String)]
  /// The IPv4 address of the phone, in the network's order.
  let client: UInt32
  var body = Data()

  /// The value of a header that the request has exactly once; nil otherwise.
  subscript(name: String) -> String? {
    let values = headers.lazy.filter { $0.name == name }
    guard let first = values.first, values.count == 1 else { return nil }
    return first.value
  }

  func has(_ name: String) -> Bool { headers.contains { $0.name == name } }

  /// Whether each header that is used here comes at most once, and every header has a name and a value without
  /// control characters other than tab.
  var isWellFormed: Bool {
    for name in [
      "host", "content-length", "content-type", "origin", "upload-offset", "range", "transfer-encoding",
    ] {
      guard headers.count(where: { $0.name == name }) <= 1 else { return false }
    }
    return headers.allSatisfy { header in
      !header.name.isEmpty && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
  }

  /// The length of the body; nil where the header is missing or no number.
  var contentLength: Int? { self["content-length"].flatMap(Self.number) }

  /// The media type in lower case, without parameters; nil where the header is missing, or has a parameter
  /// other than `charset=utf-8`.
  var mediaType: String? {
    guard let value = self["content-type"] else { return nil }
    let parts = value.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
      .map { Self.trimmed(String(Substring($0))).lowercased() }
    if parts.count == 2, !["charset=utf-8", "charset=\"utf-8\""].contains(parts[1]) { return nil }
    return parts.first
  }

  /// Reads a number of 1 to 18 decimal digits; nil for any other text.
  static func number(_ text: String) -> Int? {
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }

  private static func trimmed(_ text: String) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let bytes = text.utf8.drop(while: isBlank)
    return String(decoding: bytes.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
  }
}
