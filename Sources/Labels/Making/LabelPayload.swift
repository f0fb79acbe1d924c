public import Records

/// The text of a label's symbol: `https://<host>/w/<code>`, an address that a mini program claims by its
/// prefix. The code is followed by `.<tag>` where the company has a key.
public struct LabelPayload: Hashable, Sendable {
  public let code: LabelCode
  public let text: String

  init(code: LabelCode, text: String) {
    self.code = code
    self.text = text
  }

  /// - Parameter platform: the platform's base address, for example `https://weld.example.cn/api`. The payload
  ///   contains only its host, and also its port where the host is this laptop itself.
  /// - Throws: `platformAddress`.
  public init(platform: String, code: LabelCode, tag: LabelTag? = nil) throws(LabelError) {
    self = try Prefix(platform: platform).payload(code: code, tag: tag)
  }

  /// The text that all payloads of a platform begin with.
  public struct Prefix: Hashable, Sendable {
    private let text: String

    /// - Parameter platform: The platform's base address.
    /// - Throws: `platformAddress`.
    public init(platform: String) throws(LabelError) {
      text = "https://\(try LabelPayload.authority(ofPlatform: platform))/w/"
    }

    public func payload(code: LabelCode, tag: LabelTag? = nil) -> LabelPayload {
      LabelPayload(code: code, text: "\(text)\(code)\(tag.map { ".\($0)" } ?? "")")
    }
  }

  private static func authority(ofPlatform address: String) throws(LabelError) -> String {
    let (scheme, rest) = try split(address)
    guard !rest.contains(where: { "?#@".contains($0) }) else { throw .platformAddress(.hasMore) }
    let authority = rest.prefix { $0 != "/" }.lowercased()
    let (host, port) = try split(authority: authority)
    guard !host.isEmpty else { throw .platformAddress(.noHost) }
    let isLoopback = host == "localhost" || host == "[::1]" || isLoopbackAddress(host)
    guard scheme == "https" || isLoopback else { throw .platformAddress(.notHTTPS) }
    guard host == "[::1]" || isHostName(host) else { throw .platformAddress(.badHost) }
    guard let port else { return host }
    guard !port.isEmpty, port.utf8.count <= 5, port.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(port), (1...65_535).contains(number)
    else { throw .platformAddress(.badPort) }
    return isLoopback ? "\(host):\(number)" : host
  }

  private static func split(_ address: String) throws(LabelError) -> (scheme: String, rest: Substring) {
    // The limit is 2,000 bytes, since browsers and proxies refuse longer addresses.
    guard address.utf8.count <= 2_000, address.utf8.allSatisfy({ (33...126).contains($0) }) else {
      throw .platformAddress(.badHost)
    }
    for scheme in ["https", "http"] where address.lowercased().hasPrefix("\(scheme)://") {
      return (scheme, address.dropFirst(scheme.count + 3))
    }
    throw .platformAddress(.notHTTPS)
  }

  private static func split(authority: String) throws(LabelError) -> (host: String, port: String?) {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { throw .platformAddress(.badHost) }
      let rest = authority[authority.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { throw .platformAddress(.badHost) }
      return (String(authority[...end]), rest.isEmpty ? nil : String(rest.dropFirst()))
    }
    let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : nil)
  }

  /// Whether a text is a host name: labels of 1 to 63 lower-case letters, digits and inner hyphens, at most 253
  /// characters together (RFC 1123).
  private static func isHostName(_ host: String) -> Bool {
    host.utf8.count <= 253
      && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
      }
  }

  private static func isLoopbackAddress(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
