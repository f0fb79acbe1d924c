/// One HTTP request.
struct PlatformRequest: Sendable {
  let method: String
  /// The path, percent-decoded, without the query.
  let path: String
  let query: [String: String]
  /// The headers by their names in lower case; where a name comes twice, the first value counts.
  let headers: [String: String]
  /// The body; empty where its bytes go to an upload.
  var body: [UInt8] = []
  /// Number of bytes of the body that have come.
  var receivedBytes = 0

  /// The parts of the path. The path is split by bytes, because Swift takes a slash and a combining mark after
  /// it as one character.
  var segments: [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
