import CCurl
import Characters

/// The platform's base address, and the rule for addresses that may be reached from it.
struct PlatformAddress {
  private static let longest = 2048

  /// The address without a slash at its end.
  let base: String
  let isLoopback: Bool
  /// The scheme, host and port, including the default port, to which a token belongs.
  let origin: String

  init(_ text: String) throws(SyncError) { try self.init(text, allowsQuery: false) }

  /// Reads the whole address of another service than the platform, which may have a query.
  init(serviceURL text: String) throws(SyncError) { try self.init(text, allowsQuery: true) }

  private init(_ text: String, allowsQuery: Bool) throws(SyncError) {
    guard let parts = Self.parts(of: text), parts.user == nil, allowsQuery || parts.query == nil,
      parts.fragment == nil
    else { throw .platformAddress }
    isLoopback = Self.isLoopback(parts.host)
    guard parts.scheme == "https" || isLoopback else { throw .plainHTTP(host: parts.host) }
    var base = text
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base
    origin = parts.origin
  }

  /// Resolves an address that the platform gave in its answer to the request at `path`; nil where the address
  /// has another scheme, host or port, which would get the token.
  func resolve(_ reference: String, against path: String) -> String? {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    guard reference.utf8.count <= Self.longest,
      curl_url_set(handle, CURLUPART_URL, base + path, 0) == CURLUE_OK,
      curl_url_set(handle, CURLUPART_URL, reference, 0) == CURLUE_OK,
      let absolute = Self.part(handle, CURLUPART_URL),
      let parts = Self.parts(of: absolute), parts.origin == origin, parts.user == nil
    else { return nil }
    return absolute
  }

  // MARK: - Parts

  private struct Parts {
    let scheme: String
    let host: String
    let origin: String
    let user: String?
    let query: String?
    let fragment: String?
  }

  private static func parts(of text: String) -> Parts? {
    guard text.utf8.count <= longest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let handle = curl_url()
    else { return nil }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK,
      let scheme = part(handle, CURLUPART_SCHEME), scheme == "https" || scheme == "http",
      let host = part(handle, CURLUPART_HOST), !host.isEmpty,
      let port = part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))
    else { return nil }
    return Parts(
      scheme: scheme, host: host.lowercased(), origin: "\(scheme)://\(host.lowercased()):\(port)",
      user: part(handle, CURLUPART_USER) ?? part(handle, CURLUPART_PASSWORD),
      query: part(handle, CURLUPART_QUERY), fragment: part(handle, CURLUPART_FRAGMENT))
  }

  private static func part(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  /// Whether the host is `localhost`, `[::1]` or in 127.0.0.0/8, written in full; libcurl has converted short
  /// and hexadecimal forms to dotted ones.
  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127"
      && octets.allSatisfy { octet in octet.utf8.allSatisfy(\.isDigit) && UInt8(octet) != nil }
  }
}
