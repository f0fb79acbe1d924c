import Foundation
import Glibc
import TestSupport

/// An HTTP server on loopback whose every byte is set by the test. It acts as a hostile platform, as a firewall
/// in front of the real platform or as a proxy. One connection is one request.
final class ScriptedServer: @unchecked Sendable {
  struct Request: Sendable {
    let method: String
    let path: String
    /// The head and the body of the request as they were received.
    let bytes: [UInt8]
    let bodyBytes: Int
  }

  enum Answer: Sendable {
    case bytes([UInt8])
    /// The beginning of an answer and then one byte again and again, every 50 ms, until the client hangs up.
    case drip([UInt8], endless: UInt8)
    /// No answer; the connection stays open until the client hangs up.
    case silence
    /// The beginning of an answer, and then a reset of the connection.
    case reset([UInt8])
    /// The answer of the server on this port, changed on its way.
    case forward(port: UInt16, @Sendable ([UInt8]) -> [UInt8])

    static func page(_ status: Int, body: String = "<html><title>Forbidden</title></html>") -> Answer {
      reply(status, [("Content-Type", "text/html")], body)
    }

    static func reply(_ status: Int, _ headers: [(String, String)] = [], _ body: String = "") -> Answer {
      let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
      return .bytes(
        Array(
          "HTTP/1.1 \(status) X\r\n\(lines)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
            .utf8))
    }
  }

  private struct Failed: Error {}

  let port: UInt16
  var url: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let answer: @Sendable (Request) -> Answer

  init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    self.answer = answer
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = Self.address(port: 0)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
    }
    guard isBound, listen(listener, 16) == 0 else { throw Failed() }
    var length = size
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { return }
        Thread.detachNewThread {
          Self.serve(connection, answer)
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  // MARK: - One request

  private static func serve(_ connection: Int32, _ answer: (Request) -> Answer) {
    guard let request = read(connection) else { return }
    switch answer(request) {
    case .bytes(let bytes): send(bytes, over: connection)
    case .drip(let bytes, let byte):
      send(bytes, over: connection)
      let limit = ContinuousClock.now + Waiting.guardTime
      while !hasHungUp(connection, within: 50), .now < limit, send([byte], over: connection) {}
    case .silence: _ = Waiting.forInput(on: connection)
    case .reset(let bytes):
      send(bytes, over: connection)
      var lingering = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
    case .forward(let port, let change):
      guard let bytes = forwarded(request, to: port) else { return }
      send(change(bytes), over: connection)
    }
  }

  /// Waits at most `milliseconds` for the client to hang up.
  private static func hasHungUp(_ connection: Int32, within milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return false }
    var byte: UInt8 = 0
    return recv(connection, &byte, 1, 0) <= 0
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &piece, piece.count, 0)
      if count <= 0 { return nil }
      bytes += piece[..<count]
      guard let head = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { continue }
      let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      let length =
        lines.first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
      guard bytes.count - head.upperBound >= length else { continue }
      let words = lines[0].split(separator: " ")
      guard words.count > 1 else { return nil }
      return Request(method: String(words[0]), path: String(words[1]), bytes: bytes, bodyBytes: length)
    }
  }

  private static func forwarded(_ request: Request, to port: UInt16) -> [UInt8]? {
    guard let end = Data(request.bytes).range(of: Data("\r\n".utf8)) else { return nil }
    let head = Array(request.bytes[..<end.upperBound]) + Array("Connection: close\r\n".utf8)
    return answer(to: head + request.bytes[end.upperBound...], port: port)
  }

  /// Sends a request that asks for its connection to be closed, and reads to the end.
  static func answer(to request: [UInt8], port: UInt16) -> [UInt8]? {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(connection) }
    var address = address(port: port)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected, send(request, over: connection) else { return nil }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &piece, piece.count, 0)
      if count <= 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  @discardableResult
  private static func send(_ bytes: [UInt8], over connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    return address
  }
}
