/// One HTTP request.
struct PlatformRequest: Sendable {
  let method: String
  /// Percent-decoded, without the query.
  let path: String
  let query: [String: String]
  /// Names in lower case; of a name that comes twice the first.
  let headers: [String: String]
  var body: [UInt8] = []
  /// How many bytes of the body came before those in `body` and are kept already.
  var keptBytes = 0

  /// Split by bytes: a combining mark behind a slash makes it another character of Swift's.
  var segments: [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
