import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

/// Kills the program `weldtech bench platform` while requests are in flight, and checks that nothing
/// acknowledged is lost.
@Suite struct PlatformKillTests {
  private static let seed: UInt64 = 25

  /// What the platform has acknowledged, over all its lives.
  private struct Acknowledged: Sendable {
    /// The records' bytes by their ids.
    var records: [String: [UInt8]] = [:]
    var files: Set<String> = []
    /// The unfinished uploads by their addresses, each with the whole file and the acknowledged offset in
    /// bytes.
    var uploads: [String: (contents: [UInt8], offset: Int)] = [:]
    var count = 0
    /// Number of clients that still send.
    var clients = 0
  }

  private struct Answer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]
  }

  // MARK: - The clients

  /// Sends a request to the platform; nil where the platform is gone.
  private static func ask(
    _ port: UInt16, _ method: String, _ path: String, _ headers: [String] = [], body: [UInt8] = []
  ) -> Answer? {
    let lines =
      ["\(method) \(path) HTTP/1.1", "Host: h", "Connection: close", "Content-Length: \(body.count)"] + headers
    let request = Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body
    guard let answer = ScriptedServer.answer(to: request, port: port),
      let end = Data(answer).range(of: Data("\r\n\r\n".utf8))
    else { return nil }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    guard let status = head[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
    var fields: [String: String] = [:]
    for line in head.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let body = Array(answer[end.upperBound...])
    // A connection that a kill has cut has not brought the whole answer.
    if method != "HEAD", let length = fields["content-length"].flatMap({ Int($0) }), length > body.count {
      return nil
    }
    return Answer(status: status, headers: fields, body: body)
  }

  private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  private static let tus = "Tus-Resumable: 1.0.0"

  /// Sends records until the platform is gone.
  private static func sendRecords(_ port: UInt16, round: Int, client: Int, _ held: Watched<Acknowledged>) {
    for number in 0... {
      let id = String(format: "0190f000-%04x-4000-8000-%04x%08x", round, client, number)
      let record = Array(
        """
        {"schema":"weldtech.installation/1","id":"\(id)","status":"refused","revision":1,\
        "openedAt":"2026-11-24T09:00:00+08:00","technician":{"name":"李某"},"owner":{"unitName":"某汽修厂"},\
        "refusedReason":"不要"}
        """.utf8)
      let digest = SHA256Digest(of: record)
      let answer = ask(
        port, "PUT", "/v1/installations/\(id)",
        ["Idempotency-Key: \"\(digest.hex)\"", "Content-Digest: sha-256=:\(base64(digest.bytes)):"],
        body: record)
      guard let answer else { return }
      let isTaken = answer.status == 201 && String(decoding: answer.body, as: UTF8.self).contains(digest.hex)
      guard isTaken else {
        Issue.record("\(id): \(answer.status)")
        return
      }
      held.change { held in
        held.records[id] = record
        held.count += 1
      }
    }
  }

  /// Sends files in two pieces until the platform is gone, every other piece with a checksum.
  private static func sendFiles(_ port: UInt16, seed: UInt64, _ held: Watched<Acknowledged>) {
    var random = SplitMix64(seed: seed)
    for number in 0... {
      let contents = random.bytes(20_000 + random.next(below: 200_000))
      let sha256 = SHA256Digest(of: contents).hex
      let metadata = "filename \(base64(Array("a.jpg".utf8))),sha256 \(base64(Array(sha256.utf8)))"
      guard
        let upload = ask(
          port, "POST", "/v1/files",
          [tus, "Upload-Length: \(contents.count)", "Upload-Metadata: \(metadata)"])?.headers["location"]
      else { return }
      held.change { held in
        held.uploads[upload] = (contents, 0)
        held.count += 1
      }
      let cut = 1 + random.next(below: contents.count - 1)
      for (start, end) in [(0, cut), (cut, contents.count)] {
        let piece = Array(contents[start..<end])
        let checksum = "Upload-Checksum: sha256 \(base64(SHA256Digest(of: piece).bytes))"
        let answer = ask(
          port, "PATCH", upload,
          [tus, "Upload-Offset: \(start)", "Content-Type: application/offset+octet-stream"]
            + ((number + start) % 2 == 0 ? [checksum] : []), body: piece)
        guard let answer else { return }
        guard answer.status == 204 else {
          Issue.record("\(upload): \(answer.status)")
          return
        }
        held.change { held in
          held.uploads[upload] = end == contents.count ? nil : (contents, end)
          if end == contents.count { held.files.insert(sha256) }
          held.count += 1
        }
      }
    }
  }

  // MARK: - The platform

  private static func started(_ data: String) throws -> (program: RunningProgram, port: UInt16) {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let path = URL(filePath: bundle).deletingLastPathComponent().appending(path: "weldtech").path()
    let program = try RunningProgram(
      path, ["bench", "platform", "--data", data, "--listen", "127.0.0.1:0"],
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "en_GB.UTF-8"])
    let url = try #require(try program.firstLine()["url"] as? String)
    return (program, try #require(url.split(separator: ":").last.flatMap { UInt16($0) }))
  }

  /// Asks the platform for everything that it has acknowledged.
  private func check(_ held: Acknowledged, _ port: UInt16, _ data: String, _ place: String) throws {
    for (id, record) in held.records {
      let answer = Self.ask(port, "GET", "/v1/installations/\(id)")
      #expect(answer?.status == 200 && answer?.body == record, "\(place): \(id)")
    }
    for sha256 in held.files {
      #expect(Self.ask(port, "HEAD", "/v1/files/sha256/\(sha256)")?.status == 200, "\(place): \(sha256)")
      let stored = try Data(contentsOf: URL(filePath: "\(data)/files/\(sha256)"))
      #expect(SHA256Digest(of: stored).hex == sha256, "\(place)")
    }
    for (upload, (contents, acknowledged)) in held.uploads {
      let state = Self.ask(port, "HEAD", upload, [Self.tus])
      let offset = try #require(state?.headers["upload-offset"].flatMap { Int($0) }, "\(place): \(upload)")
      #expect(offset >= acknowledged, "\(place): \(upload)")
      // The upload's last piece may have come as a whole before the kill.
      guard offset < contents.count else { continue }
      let rest = Self.ask(
        port, "PATCH", upload,
        [Self.tus, "Upload-Offset: \(offset)", "Content-Type: application/offset+octet-stream"],
        body: Array(contents[offset...]))
      #expect(rest?.status == 204, "\(place): \(upload) from \(offset)")
    }
  }

  @Test func `everything that was acknowledged is there again after each of a dozen kills`() throws {
    var random = SplitMix64(seed: Self.seed)
    let folder = TemporaryFolder()
    let data = folder.file("platform")
    var all = Acknowledged()
    for round in 0..<12 {
      let place = "seed \(Self.seed), round \(round)"
      let (program, port) = try Self.started(data)
      let held = Watched(Acknowledged(clients: 8))
      for client in 0..<8 {
        let seed = UInt64(round * 8 + client)
        Thread {
          if client < 5 {
            Self.sendRecords(port, round: round, client: client, held)
          } else {
            Self.sendFiles(port, seed: seed, held)
          }
          held.change { $0.clients -= 1 }
        }.start()
      }
      let wanted = 1 + random.next(below: 150)
      #expect(held.wait { $0.count >= wanted || $0.clients == 0 }, "\(place)")
      // Eight clients have a request in flight at this moment.
      #expect(program.kill().status == -SIGKILL, "\(place)")
      #expect(held.wait { $0.clients == 0 }, "\(place)")
      let now = held.latest
      #expect(now.count >= wanted, "\(place)")
      let next = try Self.started(data)
      try check(now, next.port, data, place)
      #expect(next.program.kill().status == -SIGKILL)
      all.records.merge(now.records) { $1 }
      all.files.formUnion(now.files)
    }
    let (program, port) = try Self.started(data)
    try check(all, port, data, "at the end, seed \(Self.seed)")
    #expect(program.stop().status == 0)
    #expect(all.records.count > 100 && all.files.count > 10)
  }
}
