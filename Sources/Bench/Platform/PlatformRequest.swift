/// One HTTP request.
struct PlatformRequest: Sendable {
  let method: String
  /// The path, percent-decoded, without the query.
  let path: String
  let query: [String: String]
  /// The headers by their names in lower case; of a name that comes twice the first counts.
  let headers: [String: String]
  var body: [UInt8] = []
  /// Number of bytes of the body that came before those in `body` and are kept already.
  var keptBytes = 0

  /// The parts of the path, split by bytes, since a combining mark behind a slash makes it another character to
  /// Swift.
  var segments: [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
