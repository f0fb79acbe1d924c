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

  var segments: [Substring] { path.split(separator: "/", omittingEmptySubsequences: true) }
}
