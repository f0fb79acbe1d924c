import Cryptography
import Foundation
import Glibc
import TestSupport
import Testing

/// A simulated phone that speaks HTTP by sockets of its own and sends the page's requests without running its
/// scripts.
final class Phone {
  struct Answer {
    let status: Int
    let body: Data
  }

  struct Outcome {
    let isDone: Bool
    let message: String
    let fields: [String: String]
  }

  enum Failure: Error {
    case noAddress(String)
    case unreachable(Int32)
    case noAnswer(String)
  }

  let address: String
  private let port: UInt16
  private let path: String
  private var actions = 0
  /// The first part of the IDs of this phone's actions, which differs between the phones of one test.
  private let name: String

  init(at address: String, name: String = "a") throws {
    guard let url = URL(string: address), let port = url.port.flatMap(UInt16.init(exactly:)) else {
      throw Failure.noAddress(address)
    }
    self.address = address
    self.port = port
    self.name = name
    path = url.path.hasSuffix("/") ? url.path : url.path + "/"
  }

  /// Scans the address that a program shows, and opens the page.
  convenience init(scanning program: RunningProgram, name: String = "a") throws {
    guard program.wait(until: { Self.address(in: $0.said) != nil }),
      let address = Self.address(in: program.said)
    else { throw Failure.noAddress(program.said) }
    try self.init(at: address, name: name)
    _ = try open()
  }

  static func address(in text: String) -> String? {
    text.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/[A-Za-z0-9_-]{22}\/(?=\s)/).map { String($0.0) }
  }

  // MARK: - Requests

  func open() throws -> Answer { try ask("GET", "") }

  func ask(_ method: String, _ part: String, type: String? = nil, headers: [String] = [], body: Data? = nil)
    throws
    -> Answer
  {
    try Self.ask(method, path + part, port: port, type: type, headers: headers, body: body)
  }

  /// Fetches a whole address, as another browser does.
  static func fetch(_ address: String) throws -> Answer {
    guard let url = URL(string: address), let port = url.port.flatMap(UInt16.init(exactly:)) else {
      throw Failure.noAddress(address)
    }
    return try ask("GET", url.path, port: port)
  }

  private static func ask(
    _ method: String, _ path: String, port: UInt16, type: String? = nil, headers: [String] = [],
    body: Data? = nil
  ) throws -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { throw Failure.unreachable(errno) }
    var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    if let type { lines.append("Content-Type: \(type)") }
    if let body { lines.append("Content-Length: \(body.count)") }
    var rest = Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? Data())
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { break }
      rest = Data(rest.dropFirst(count))
    }
    var received = Data()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      received.append(contentsOf: buffer[..<count])
    }
    guard let end = received.range(of: Data("\r\n\r\n".utf8)),
      let status = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: " ")
        .dropFirst().first.flatMap({ Int($0) })
    else { throw Failure.noAnswer(String(decoding: received, as: UTF8.self)) }
    return Answer(status: status, body: Data(received[end.upperBound...]))
  }

  private func json(_ method: String, _ part: String, _ object: [String: Any]) throws -> Answer {
    try ask(
      method, part, type: "application/json", body: try JSONSerialization.data(withJSONObject: object))
  }

  // MARK: - The state

  func state() throws -> [String: Any] {
    let answer = try ask("GET", "state")
    return try #require(try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
  }

  /// Asks for the state, as the page does, until `isSo` returns true for it, and returns that state.
  @discardableResult
  func state(until isSo: ([String: Any]) -> Bool) throws -> [String: Any] {
    while true {
      let state = try state()
      if isSo(state) { return state }
      // The server accepts at most a hundred requests per second from one phone.
      _ = poll(nil, 0, 50)
    }
  }

  func view() throws -> [String: Any] { try #require(try state()["view"] as? [String: Any]) }

  /// Waits until the laptop is not busy and shows a view of this kind.
  @discardableResult
  func view(_ kind: String) throws -> [String: Any] {
    let state = try state {
      ($0["view"] as? [String: Any])?["kind"] as? String == kind && !($0["busy"] is [String: Any])
    }
    return try #require(state["view"] as? [String: Any])
  }

  func shot(_ id: String) throws -> [String: Any] {
    let view = try view()
    let shots = view["shots"] as? [[String: Any]] ?? [view["authority"] as? [String: Any]].compactMap { $0 }
    return try #require(shots.first { $0["id"] as? String == id })
  }

  // MARK: - Actions

  /// Sends an action and waits for its outcome.
  func act(_ kind: String, _ members: [String: Any] = [:], id: String? = nil) throws -> Outcome {
    let id = id ?? begin()
    var action = members
    action["id"] = id
    action["kind"] = kind
    let answer = try json("POST", "actions", action)
    #expect(answer.status == 202, "\(kind): \(String(decoding: answer.body, as: UTF8.self))")
    var outcome: [String: Any]?
    try state { state in
      outcome = (state["outcomes"] as? [[String: Any]])?.first { $0["id"] as? String == id }
      return outcome != nil
    }
    return Outcome(
      isDone: outcome?["isDone"] as? Bool ?? false, message: outcome?["message"] as? String ?? "",
      fields: outcome?["fields"] as? [String: String] ?? [:])
  }

  private func begin() -> String {
    actions += 1
    return "\(name)-\(actions)"
  }

  // MARK: - Photos

  /// Sends a file in pieces, beginning at the laptop's offset.
  /// - Parameter pieces: the number of pieces after which the phone stops; nil sends all.
  /// - Returns: the name of the upload.
  @discardableResult
  func upload(_ bytes: Data, as shot: String, pieces: Int? = nil) throws -> String {
    let announced = try json(
      "POST", "uploads",
      ["shot": shot, "bytes": bytes.count, "sha256": SHA256Digest(of: bytes).hex, "modified": NSNull()])
    #expect([200, 201].contains(announced.status))
    let object = try #require(try JSONSerialization.jsonObject(with: announced.body) as? [String: Any])
    let upload = try #require(object["upload"] as? String)
    var offset = try #require(object["offset"] as? Int)
    var sent = 0
    while offset < bytes.count, sent < pieces ?? Int.max {
      let piece = bytes[
        bytes.startIndex + offset..<min(bytes.endIndex, bytes.startIndex + offset + Self.pieceBytes)]
      let answer = try ask(
        "PATCH", "uploads/\(upload)", type: "application/octet-stream", headers: ["Upload-Offset: \(offset)"],
        body: Data(piece))
      try #require(answer.status == 200)
      let object = try #require(try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
      offset = try #require(object["offset"] as? Int)
      sent += 1
    }
    return upload
  }

  static let pieceBytes = 512 << 10

  /// Sends a photo and has it attached.
  func photograph(_ bytes: Data, as shot: String, accepts: [String] = [], reason: String? = nil) throws
    -> Outcome
  {
    let upload = try upload(bytes, as: shot)
    return try act(
      "photo", ["upload": upload, "shot": shot, "accepts": accepts, "reason": reason ?? NSNull() as Any])
  }
}
