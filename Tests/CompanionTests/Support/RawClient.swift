import Foundation

/// A client that writes bytes to a socket and reads the replies. The client shares no code with the server, and
/// can send what no browser sends.
final class RawClient {
  struct Answer {
    let status: Int
    /// The headers, with their names in lower case.
    let headers: [String: String]
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }

    func object() throws -> [String: Any] {
      let object = try JSONSerialization.jsonObject(with: body) as? [String: Any]
      guard let object else { throw Failure.noObject(text) }
      return object
    }
  }

  enum Failure: Error {
    case cannotConnect(Int32)
    case ended(String)
    case noObject(String)
  }

  let descriptor: Int32
  private var received = Data()

  /// Connects to the server.
  /// - Parameter source: the address of this end; each address stands for another phone.
  init(port: UInt16, from source: String = "127.0.0.1", address: String = "127.0.0.1") throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    // Without this option, a body that follows its head waits for the acknowledgement of the head.
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
    // A server that never replies must make a test fail, not hang.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let isBound = Self.with(source, port: 0) { bind(descriptor, $0, $1) == 0 }
    let isConnected = isBound && Self.with(address, port: port) { connect(descriptor, $0, $1) == 0 }
    guard isConnected else { throw Failure.cannotConnect(errno) }
  }

  deinit { close(descriptor) }

  private static func with<Result>(
    _ address: String, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  // MARK: - Sending

  /// Sends bytes.
  /// - Returns: false where the other end has closed the connection.
  @discardableResult
  func send(_ bytes: Data) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Data(text.utf8)) }

  // MARK: - Receiving

  /// Reads one reply.
  /// - Parameter isHead: whether the reply is one to HEAD, which announces a body without sending it.
  func answer(isHead: Bool = false) throws -> Answer {
    let blank = Data("\r\n\r\n".utf8)
    while received.range(of: blank) == nil { try receive() }
    guard let end = received.range(of: blank) else { throw Failure.ended("") }
    let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    received = Data(received[end.upperBound...])
    let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
        in: .whitespaces)
    }
    if status == 100 { return try answer(isHead: isHead) }
    let length = isHead || status == 204 ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
    while received.count < length { try receive() }
    let body = Data(received.prefix(length))
    received = Data(received.dropFirst(length))
    return Answer(status: status, headers: headers, body: body)
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else {
      throw Failure.ended("\(String(decoding: received, as: UTF8.self)) errno \(count < 0 ? errno : 0)")
    }
    received.append(contentsOf: buffer[..<count])
  }

  /// Whether the other end closes the connection; bytes that come before the end are discarded.
  func isClosed() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
      if count < 0 { return false }
    }
  }
}
