import Foundation
import Glibc
import Synchronization
import TestSupport

/// A proxy in front of a server on loopback, which passes on the bytes of each connection and cuts some of its
/// requests short.
final class CuttingProxy: Sendable {
  enum Cut: Sendable {
    /// The request is cut after this number of its bytes, the head included, has been passed on.
    case request(afterBytes: Int)
    /// The whole request is passed on, but nothing of its answer.
    case answer
  }

  private struct Failed: Error {}

  private struct State {
    /// The cuts of the next requests of each method, in order; nil for a request that passes.
    var cuts: [String: [Cut?]] = [:]
    var requests: [String] = []
    var cutRequests = 0
    var sentBytes = 0
  }

  let port: UInt16
  var url: String { "http://127.0.0.1:\(port)" }
  private let listener: Int32
  private let state: Shared

  private final class Shared: Sendable {
    let values = Mutex(State())
  }

  /// - Parameter server: the port of the server.
  init(to server: UInt16) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = Self.address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound, listen(listener, 16) == 0 else { throw Failed() }
    let state = Shared()
    (self.listener, self.state, port) = (listener, state, UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        Thread.detachNewThread {
          Self.serve(client, server, state)
          close(client)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Cuts the next requests of a method; nil lets one request pass.
  func cut(_ method: String, _ cuts: [Cut?]) { state.values.withLock { $0.cuts[method] = cuts } }

  /// The methods of the requests that have come since the start.
  var requests: [String] { state.values.withLock { $0.requests } }

  /// The number of requests that were cut, or whose answer was cut.
  var cutRequests: Int { state.values.withLock { $0.cutRequests } }

  /// The number of bytes that were passed on to the server.
  var sentBytes: Int { state.values.withLock { $0.sentBytes } }

  // MARK: - One connection

  private static func serve(_ client: Int32, _ port: UInt16, _ state: Shared) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(server) }
    var address = address(port: port)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return }
    var cut: Cut?
    // The head of a request as far as it has been received, and the numbers of the request's bytes that were
    // passed on and that are still to come.
    var head: [UInt8] = []
    var (passedBytes, leftBytes) = (0, 0)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var entries = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&entries, 2, -1) > 0 else { return }
      // The server's answer to a request is passed on before the client's next request.
      if entries[1].revents != 0 {
        let count = recv(server, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        if case .answer = cut {
          state.values.withLock { $0.cutRequests += 1 }
          return
        }
        guard send(buffer[..<count], over: client) else { return }
        continue
      }
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      var bytes = buffer[..<count]
      if leftBytes == 0 {
        head += bytes
        guard let end = Data(head).range(of: Data("\r\n\r\n".utf8))?.upperBound else { continue }
        let text = String(decoding: head[..<end], as: UTF8.self)
        let length = text.components(separatedBy: "\r\n").first {
          $0.lowercased().hasPrefix("content-length:")
        }
        leftBytes = end + (length.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0)
        (bytes, head, passedBytes) = (head[...], [], 0)
        cut = state.values.withLock { state in
          let method = String(text.prefix { $0 != " " })
          state.requests.append(method)
          guard state.cuts[method]?.isEmpty == false else { return nil }
          return state.cuts[method]?.removeFirst()
        }
      }
      var passed = bytes
      if case .request(let limit) = cut { passed = bytes.prefix(limit - passedBytes) }
      passedBytes += passed.count
      leftBytes -= bytes.count
      state.values.withLock { $0.sentBytes += passed.count }
      guard send(passed, over: server) else { return }
      if passed.count < bytes.count {
        state.values.withLock { $0.cutRequests += 1 }
        return end(server)
      }
    }
  }

  /// Ends the connection to the server, and waits until the server has noticed, before the client can send the
  /// same again. A server that notices a cut only after the next request is not tested here: tuspyserver 4.4.3
  /// then stands still for half a minute.
  private static func end(_ server: Int32) {
    shutdown(server, Int32(SHUT_WR))
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while Waiting.forInput(on: server), recv(server, &buffer, buffer.count, 0) > 0 {}
  }

  private static func send(_ bytes: ArraySlice<UInt8>, over connection: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
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
