import Glibc
import Synchronization
import Testing

/// Finds ports of this machine that nobody listens on at the moment. The system gives none of them to a
/// connection, because they are below the range for connections (32768 to 60999, ip(7)). A port is given only
/// once in a process, until the whole range has been given.
enum FreePorts {
  private static let range = 20_000..<32_768
  /// The next port to try. Processes of tests that run at the same time begin elsewhere.
  private static let next = Mutex(range.lowerBound + Int(getpid()) * 61 % range.count)

  static func take(_ count: Int) throws -> [UInt16] {
    try next.withLock { next in
      var found: [UInt16] = []
      for _ in range where found.count < count {
        if isFree(UInt16(next)) { found.append(UInt16(next)) }
        next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
      }
      try #require(found.count == count)
      return found
    }
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    // A server takes a port again whose connections have just ended; so does this check.
    var reuses: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
