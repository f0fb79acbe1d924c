import Companion
import Cryptography
import Foundation
import Synchronization
import TestSupport

/// A task with its server on the loopback interface, and a phone that sends requests to it.
final class TaskOnPhone {
  /// A clock that runs like the monotonic clock, and that a test can move forward.
  final class Clock: Sendable {
    private let ahead = Mutex(Duration.zero)
    func now() -> ContinuousClock.Instant { .now + ahead.withLock { $0 } }
    func pass(_ time: Duration) { ahead.withLock { $0 += time } }
  }

  static let waiting = CompanionState(
    language: "zh", title: "安装前照片", subject: "150621-00A001-K", view: .wait(CompanionView.Wait(text: "请稍候")))

  let clock = Clock()
  let pages = TemporaryFolder(isInMemory: true)
  private let root: TemporaryFolder
  let folder: String
  private let random: SeededBytes
  private(set) var session: CompanionSession

  init(seed: UInt64 = 1, folder: String? = nil, state: CompanionState = TaskOnPhone.waiting) throws {
    root = TemporaryFolder(isInMemory: true)
    self.folder = folder ?? root.file("task")
    random = SeededBytes(seed: seed)
    try pages.write("page.html", "<!doctype html><title>weldtech</title>")
    try pages.write("page.css", "p { color: black }")
    try pages.write("page.js", "'use strict'")
    try pages.write("notes.txt", "not served")
    session = try Self.start(self.folder, pages, random, clock, state)
  }

  private static func start(
    _ folder: String, _ pages: TemporaryFolder, _ random: SeededBytes, _ clock: Clock, _ state: CompanionState
  ) throws -> CompanionSession {
    try CompanionSession(
      CompanionSession.Configuration(
        folder: folder, pages: pages.path,
        interface: NetworkInterface(name: "lo", address: "127.0.0.1", kind: .loopback),
        random: { random.bytes($0) }, now: { clock.now() }),
      state: state)
  }

  /// Ends the server and starts another one on the same folder.
  func restart() throws {
    session.stop()
    session = try Self.start(folder, pages, random, clock, Self.waiting)
  }

  deinit { session.stop() }

  // MARK: - The address

  private var url: URL { URL(string: session.address) ?? URL(filePath: "/") }
  var port: UInt16 { UInt16(url.port ?? 0) }
  var host: String { "127.0.0.1:\(port)" }
  /// The path of the page, `/TOKEN/`.
  var base: String { url.path.hasSuffix("/") ? url.path : url.path + "/" }

  // MARK: - Requests

  func phone(_ source: String = "127.0.0.1") throws -> RawClient { try RawClient(port: port, from: source) }

  /// The bytes of a request.
  func request(
    _ method: String, _ path: String, type: String? = nil, headers: [String] = [], body: Data? = nil
  ) -> Data {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"] + headers
    if let type { lines.append("Content-Type: \(type)") }
    if let body { lines.append("Content-Length: \(body.count)") }
    return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? Data())
  }

  /// Sends one request over a connection of its own, or over `phone`.
  func ask(
    _ method: String, _ path: String, type: String? = nil, headers: [String] = [], body: Data? = nil,
    over phone: RawClient? = nil
  ) throws -> RawClient.Answer {
    let phone = try phone ?? self.phone()
    phone.send(request(method, path, type: type, headers: headers, body: body))
    return try phone.answer(isHead: method == "HEAD")
  }

  /// Sends a JSON document.
  func ask(_ method: String, _ path: String, json: [String: Any], over phone: RawClient? = nil) throws
    -> RawClient.Answer
  {
    try ask(
      method, path, type: "application/json", body: JSONSerialization.data(withJSONObject: json), over: phone)
  }

  func state(over phone: RawClient? = nil) throws -> [String: Any] {
    try ask("GET", base + "state", over: phone).object()
  }

  // MARK: - Uploads

  func announce(
    _ bytes: Data, shot: String = "before-machine", modified: Any = NSNull(), over phone: RawClient? = nil
  )
    throws -> RawClient.Answer
  {
    try ask(
      "POST", base + "uploads",
      json: [
        "shot": shot, "bytes": bytes.count, "sha256": SHA256Digest(of: bytes).hex, "modified": modified,
      ], over: phone)
  }

  func send(_ piece: Data, to upload: String, at offset: Int, over phone: RawClient? = nil) throws
    -> RawClient.Answer
  {
    try ask(
      "PATCH", base + "uploads/\(upload)", type: "application/octet-stream",
      headers: ["Upload-Offset: \(offset)"],
      body: piece, over: phone)
  }

  /// Announces and sends a file in pieces as the page does.
  /// - Returns: the upload's id.
  func upload(
    _ bytes: Data, shot: String = "before-machine", modified: Any = NSNull(), over phone: RawClient? = nil
  )
    throws -> String
  {
    let phone = try phone ?? self.phone()
    let announced = try announce(bytes, shot: shot, modified: modified, over: phone).object()
    guard let id = announced["upload"] as? String, var offset = announced["offset"] as? Int else {
      throw RawClient.Failure.noObject("\(announced)")
    }
    while offset < bytes.count {
      let answer = try send(bytes.dropFirst(offset).prefix(524_288), to: id, at: offset, over: phone)
      guard answer.status == 200, let reached = try answer.object()["offset"] as? Int, reached > offset else {
        throw RawClient.Failure.noObject("\(answer.status) \(answer.text)")
      }
      offset = reached
    }
    return id
  }

  // MARK: - Events

  /// Waits for the next action, and skips other events; nil where no event comes for a minute.
  func nextAction() -> CompanionAction? {
    while let event = session.next(waitMilliseconds: 60_000) {
      if case .action(let action) = event { return action }
    }
    return nil
  }

  /// Sends the action of a photo, and returns the upload that the task receives; nil where it receives none.
  func attach(_ upload: String, shot: String = "before-machine", id: String) throws -> CompanionUpload? {
    let answer = try ask(
      "POST", base + "actions",
      json: ["id": id, "kind": "photo", "upload": upload, "shot": shot, "accepts": [String]()])
    guard answer.status == 202, case .photo(let file, _, _)? = nextAction()?.kind else { return nil }
    return file
  }
}
