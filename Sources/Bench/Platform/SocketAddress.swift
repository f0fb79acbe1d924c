import Glibc

/// A numeric address and a port, as `127.0.0.1:8080` or `[::1]:0`.
struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// The numeric address, without brackets.
  let host: String
  var port: UInt16
  private let isIPv6: Bool

  /// Reads a numeric address with a port; nil for any other text.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      return nil
    }
    var host = String(text[..<colon])
    isIPv6 = host.hasPrefix("[") && host.hasSuffix("]")
    if isIPv6 { host = String(host.dropFirst().dropLast()) }
    self.host = host
    self.port = port
    var address = in6_addr()
    guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, host, &address) == 1 else { return nil }
  }

  /// Whether the address can be reached from this machine only.
  var isLoopback: Bool {
    if isIPv6 {
      var address = in6_addr()
      guard inet_pton(AF_INET6, host, &address) == 1 else { return false }
      return withUnsafeBytes(of: &address) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return false }
    return UInt32(bigEndian: address.s_addr) >> 24 == 127
  }

  var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      inet_pton(AF_INET6, host, &address.sin6_addr)
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }
}
