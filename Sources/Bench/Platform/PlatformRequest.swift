/// One HTTP request, whole unless its connection was cut.
struct PlatformRequest: Sendable {
  let method: String
  /// Percent-decoded, without the query.
  let path: String
  let query: [String: String]
  /// Names in lower case; of a name that comes twice the first.
  let headers: [String: String]
  var body: [UInt8] = []

  var segments: [Substring] { path.split(separator: "/", omittingEmptySubsequences: true) }
}
