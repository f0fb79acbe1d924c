/// One HTTP request.
struct PlatformRequest: Sendable {
  let method: String
  /// The path, percent-decoded, without the query.
  let path: String
  let query: [String: String]
  /// The headers by their names in lower case; where a name comes twice, the first value counts.
  let headers: [String: String]
  var body: [UInt8] = []
  /// Number of bytes of the body that are stored already and precede those in `body`.
  var keptBytes = 0

  /// The parts of the path. The path is split by bytes, because to Swift a slash and a combining mark behind it
  /// are one other character.
  var segments: [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
