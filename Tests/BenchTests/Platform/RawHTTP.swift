import Foundation
import Glibc
import TestSupport

/// HTTP/1.1 written by hand over a socket, so that a request can be as wrong or as short as a test needs.
struct RawHTTP {
  struct Answer {
    let status: Int
    /// The headers by their names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    var errorCode: String? { (json["error"] as? [String: Any])?["code"] as? String }
  }

  struct Failed: Error {}

  let port: UInt16

  init(url: String) throws {
    guard let port = url.split(separator: ":").last.flatMap({ UInt16($0) }) else { throw Failed() }
    self.port = port
  }

  /// A connection on which a request has been sent, whole or in part.
  struct Connection {
    fileprivate let descriptor: Int32

    func send(_ bytes: [UInt8]) {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 { break }
        sent += count
      }
    }

    /// Reads to the end; nil where the connection is closed without an answer.
    func answer() throws -> Answer? { try RawHTTP.parse(RawHTTP.readToEnd(descriptor)) }

    func end() { close(descriptor) }
  }

  /// Sends a request on a connection of its own and reads the answer.
  /// - Parameters:
  ///   - length: the length that Content-Length states; nil for the true one.
  /// - Returns: nil where the connection was closed without an answer.
  @discardableResult
  func send(
    _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8] = [], length: Int? = nil
  ) throws -> Answer? {
    let connection = try begin(method, path, headers, body: body, length: length)
    defer { connection.end() }
    // The connection is cut here where the body is shorter than `length`.
    if let length, length > body.count { return nil }
    return try connection.answer()
  }

  /// Sends a request and leaves its connection open.
  func begin(
    _ method: String, _ path: String, _ headers: [String: String], body: [UInt8], length: Int? = nil
  ) throws -> Connection {
    let connection = Connection(descriptor: try connect())
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    head += "Content-Length: \(length ?? body.count)\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    connection.send(Array((head + "\r\n").utf8) + body)
    return connection
  }

  private func connect() throws -> Int32 {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: Int(Waiting.guardTime.components.seconds), tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failed() }
    return connection
  }

  private static func readToEnd(_ connection: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &piece, piece.count, 0)
      if count <= 0 { return bytes }
      bytes.append(contentsOf: piece.prefix(count))
    }
  }

  private static func parse(_ bytes: [UInt8]) throws -> Answer? {
    guard !bytes.isEmpty else { return nil }
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { throw Failed() }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failed()
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return Answer(status: status, headers: headers, body: Array(bytes[end.upperBound...]))
  }
}
