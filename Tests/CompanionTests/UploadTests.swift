import Companion
import Cryptography
import Foundation
import TestSupport
import Testing

/// Checks files that a phone sends in pieces.
@Suite struct UploadTests {
  @Test func `A file comes in pieces, and the task gets it with its bytes and its time`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(1_300_000, seed: 1))
    let announced = try task.announce(photo, modified: 1_764_403_200_000.5)
    #expect(announced.status == 201)
    let object = try announced.object()
    #expect(object["offset"] as? Int == 0)
    let id = try #require(object["upload"] as? String)
    #expect(try task.send(photo.prefix(524_288), to: id, at: 0).object()["offset"] as? Int == 524_288)
    #expect(try task.ask("GET", task.base + "uploads/\(id)").object()["offset"] as? Int == 524_288)
    let shown = try #require(try task.state()["uploads"] as? [[String: Any]])
    #expect(shown.count == 1)
    #expect(shown[0]["shot"] as? String == "before-machine")
    #expect(shown[0]["upload"] as? String == id)
    #expect(shown[0]["offset"] as? Int == 524_288)
    #expect(shown[0]["bytes"] as? Int == 1_300_000)
    // The same announcement is accepted again, and the rest is sent from the offset that the reply names.
    #expect(try task.announce(photo, modified: 1_764_403_200_000).status == 200)
    #expect(try task.upload(photo, modified: 1_764_403_200_000.5) == id)

    let file = try #require(try task.attach(id, id: "a1"))
    #expect(file.id == id)
    #expect(file.shot == "before-machine")
    #expect(file.sha256 == SHA256Digest(of: photo).hex)
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_764_403_200)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    task.session.drop(file)
    #expect(!FileManager.default.fileExists(atPath: file.path))
    #expect(try task.ask("GET", task.base + "uploads/\(id)").status == 404)
    #expect((try task.state()["uploads"] as? [Any])?.isEmpty == true)
  }

  @Test func `A time before 2000 or in the future is not taken over`() throws {
    let task = try TaskOnPhone()
    for (index, time) in [0, -1, 4_900_000_000_000, 946_684_799_999, 1e300, -1e300].enumerated() {
      let before = Date() - 5
      let id = try task.upload(Data("photo \(index)".utf8), modified: time)
      let file = try #require(try task.attach(id, id: "t\(index)"))
      let written = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
      #expect(try #require(written) > before)
    }
  }

  @Test func `A piece that begins elsewhere is answered by where it should begin`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(2_000, seed: 2))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    #expect(try task.send(photo.prefix(1_000), to: id, at: 0).status == 200)
    for offset in [0, 500, 1_001, 2_000, 1 << 40] {
      let answer = try task.send(photo.prefix(10), to: id, at: offset)
      #expect(answer.status == 409)
      #expect(try answer.object()["offset"] as? Int == 1_000)
    }
    #expect(try task.send(photo.dropFirst(1_000) + [0], to: id, at: 1_000).status == 413)
    #expect(try task.send(photo.dropFirst(1_000), to: id, at: 1_000).status == 200)
    // The page sends a piece again where the reply was lost.
    let again = try task.send(photo.dropFirst(1_000), to: id, at: 1_000)
    #expect(again.status == 409)
    #expect(try again.object()["offset"] as? Int == 2_000)
    let file = try #require(try task.attach(id, id: "a1"))
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
  }

  @Test func `A piece that is cut off in the middle counts for nothing`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(500_000, seed: 15))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    #expect(try task.send(photo.prefix(100_000), to: id, at: 0).status == 200)
    let phone = try task.phone("127.0.0.2")
    let piece = task.request(
      "PATCH", task.base + "uploads/\(id)", type: "application/octet-stream",
      headers: ["Upload-Offset: 100000"],
      body: photo.dropFirst(100_000))
    phone.send(piece.prefix(200_000))
    shutdown(phone.descriptor, Int32(SHUT_WR))
    #expect(phone.isClosed())
    #expect(try task.ask("GET", task.base + "uploads/\(id)").object()["offset"] as? Int == 100_000)
    let attributes = try FileManager.default.attributesOfItem(atPath: task.folder + "/uploads/\(id).part")
    #expect(attributes[.size] as? Int == 100_000)
    #expect(try task.upload(photo) == id)
  }

  @Test func `Four phones send at once while the command shows and attaches, and every file is what was sent`()
    throws
  {
    let task = try TaskOnPhone()
    let (base, host, port) = (task.base, task.host, task.port)
    let failures = Watched<[String]>([])
    let ended = Watched(0)
    let attendedTo = Watched(0)
    let photos = (0..<4).map { phone in
      (0..<15).map { SplitMix64.bytes(20_000 + $0, seed: UInt64(100 * phone + $0)) }
    }
    for phone in 0..<4 {
      let thread = Thread {
        do {
          let client = try RawClient(port: port, from: "127.0.4.\(phone + 1)")
          func ask(_ method: String, _ path: String, _ type: String, _ body: Data, _ header: String = "X: y")
            throws
            -> RawClient.Answer
          {
            client.send(
              "\(method) \(base)\(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: \(type)\r\n\(header)\r\n"
                + "Content-Length: \(body.count)\r\n\r\n")
            client.send(body)
            return try client.answer()
          }
          for (index, bytes) in photos[phone].enumerated() {
            let shot = "phone-\(phone)-\(index)"
            let announcement =
              #"{"shot":"\#(shot)","bytes":\#(bytes.count),"sha256":"\#(SHA256Digest(of: bytes).hex)"}"#
            let announced = try ask("POST", "uploads", "application/json", Data(announcement.utf8)).object()
            let id = announced["upload"] as? String ?? ""
            let piece = try ask(
              "PATCH", "uploads/\(id)", "application/octet-stream", Data(bytes), "Upload-Offset: 0")
            let action = #"{"id":"\#(shot)","kind":"photo","upload":"\#(id)","shot":"\#(shot)"}"#
            var attended = attendedTo.latest
            var answer = try ask("POST", "actions", "application/json", Data(action.utf8))
            // The queue of actions is full, so the action is sent again once the command has taken another one.
            while answer.status == 503, attendedTo.wait(until: { $0 > attended }) {
              attended = attendedTo.latest
              answer = try ask("POST", "actions", "application/json", Data(action.utf8))
            }
            if piece.status != 200 || answer.status != 202 {
              throw RawClient.Failure.noObject("\(shot): \(piece.status), \(answer.status)")
            }
          }
        } catch { failures.change { $0.append("\(error)") } }
        ended.change { $0 += 1 }
      }
      thread.start()
    }
    var got: [String: [UInt8]] = [:]
    while got.count < 60, failures.latest.isEmpty, let action = task.nextAction() {
      attendedTo.change { $0 += 1 }
      guard case .photo(let file, _, _) = action.kind else { continue }
      got[file.shot] = Array(try Data(contentsOf: URL(filePath: file.path)))
      var state = TaskOnPhone.waiting
      state.title = file.shot
      task.session.show(state)
      task.session.drop(file)
      task.session.finish(action, CompanionOutcome(id: action.id, isDone: true))
    }
    #expect(ended.wait { $0 == 4 })
    #expect(failures.latest == [])
    #expect(got.count == 60)
    for (phone, photos) in photos.enumerated() {
      for (index, bytes) in photos.enumerated() {
        let isSame = got["phone-\(phone)-\(index)"] == bytes
        #expect(isSame, "phone-\(phone)-\(index)")
      }
    }
  }

  @Test func `A file that is not the one announced is dropped, and can be sent again`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(2_000, seed: 3))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    let other = Data(SplitMix64.bytes(2_000, seed: 4))
    #expect(try task.send(other, to: id, at: 0).status == 422)
    #expect(try task.ask("GET", task.base + "uploads/\(id)").status == 404)
    #expect(try task.send(photo, to: id, at: 0).status == 404)
    let second = try task.upload(photo)
    #expect(second != id)
    #expect(try task.attach(second, id: "a1") != nil)
  }

  @Test func `An announcement that no page makes is refused`() throws {
    let task = try TaskOnPhone()
    let digest = String(repeating: "a", count: 64)
    let right: [String: Any] = ["shot": "after-plate", "bytes": 10, "sha256": digest, "modified": NSNull()]
    let wrong: [(String, Any)] = [
      ("shot", ""), ("shot", "../x"), ("shot", "Before"), ("shot", String(repeating: "a", count: 65)),
      ("shot", 1),
      ("bytes", 0), ("bytes", -1), ("bytes", 1.5), ("bytes", "10"), ("sha256", digest.uppercased()),
      ("sha256", digest.dropLast()), ("sha256", "../../../etc/passwd"), ("modified", "yesterday"),
    ]
    for (name, value) in wrong {
      var announcement = right
      announcement[name] = value is Substring ? "\(value)" : value
      #expect(
        try task.ask("POST", task.base + "uploads", json: announcement).status == 400, "\(name): \(value)")
    }
    for name in ["shot", "bytes", "sha256"] {
      var announcement = right
      announcement[name] = nil
      #expect(try task.ask("POST", task.base + "uploads", json: announcement).status == 400, "\(name)")
    }
    var large = right
    large["bytes"] = (64 << 20) + 1
    #expect(try task.ask("POST", task.base + "uploads", json: large).status == 413)
    for body in ["", "[]", "null", "{", "[[[[", String(repeating: "[", count: 600)] {
      let answer = try task.ask("POST", task.base + "uploads", type: "application/json", body: Data(body.utf8))
      #expect(answer.status == 400)
    }
    #expect((try task.state()["uploads"] as? [Any])?.isEmpty == true)
  }

  @Test func `A piece has an offset of digits, a byte at least and 512 KiB at most`() throws {
    let task = try TaskOnPhone()
    let photo = Data(count: 600_000)
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    let path = task.base + "uploads/\(id)"
    for header in [[], ["Upload-Offset: -1"], ["Upload-Offset: a"], ["Upload-Offset: 0", "Upload-Offset: 0"]] {
      let answer = try task.ask(
        "PATCH", path, type: "application/octet-stream", headers: header, body: Data([1]))
      #expect(answer.status == 400)
    }
    #expect(try task.send(Data(), to: id, at: 0).status == 400)
    #expect(try task.send(photo.prefix(524_289), to: id, at: 0).status == 413)
    #expect(try task.ask("GET", path).object()["offset"] as? Int == 0)
    #expect(try task.send(photo.prefix(524_288), to: id, at: 0).status == 200)
  }

  @Test
  func
    `Unfinished uploads are at most sixteen, the one that was left alone longest makes room, and all have a bound`()
    throws
  {
    let task = try TaskOnPhone()
    var ids: [String] = []
    for index in 0..<16 {
      ids.append(try #require(try task.announce(Data("photo \(index)".utf8)).object()["upload"] as? String))
    }
    // The first upload receives a piece, so the second is now the one that was left alone longest.
    #expect(try task.send(Data("p".utf8), to: ids[0], at: 0).status == 200)
    #expect(try task.announce(Data("photo 16".utf8)).status == 201)
    let left = Set(
      try #require(try task.state()["uploads"] as? [[String: Any]]).compactMap { $0["upload"] as? String })
    #expect(left.count == 16)
    #expect(left.isSuperset(of: ids.filter { $0 != ids[1] }))

    let other = try TaskOnPhone(seed: 2)
    var statuses: [Int] = []
    for index in 0..<9 {
      statuses.append(
        try other.ask(
          "POST", other.base + "uploads",
          json: [
            "shot": "s\(index)", "bytes": 64 << 20, "sha256": String(repeating: "\(index)", count: 64),
            "modified": NSNull(),
          ]
        ).status)
    }
    #expect(statuses == [201, 201, 201, 201, 201, 201, 201, 201, 409])
  }

  @Test func `Three hundred files of all sizes arrive one after another, and each is what was sent`() throws {
    let task = try TaskOnPhone()
    var generator = SplitMix64(seed: 300)
    let phone = try task.phone("127.0.0.2")
    var sent: [String: Data] = [:]
    var got: [String: Data] = [:]
    for index in 0..<300 {
      // Most lengths are random below 40,000 bytes; every thirtieth is just around the maximum size of a piece.
      let size = index % 30 == 0 ? 524_287 + index / 30 : 1 + generator.next(below: 40_000)
      let photo = Data(count: size) + generator.bytes(8)
      let shot = "shot-\(index)"
      sent[shot] = photo
      let id = try task.upload(photo, shot: shot, over: phone)
      let answer = try task.ask(
        "POST", task.base + "actions", json: ["id": "a\(index)", "kind": "photo", "upload": id, "shot": shot],
        over: phone)
      #expect(answer.status == 202)
      let action = try #require(task.nextAction())
      guard case .photo(let file, _, _) = action.kind else {
        Issue.record("no photo: \(action)")
        continue
      }
      got[file.shot] = try Data(contentsOf: URL(filePath: file.path))
      task.session.drop(file)
      task.session.finish(action, CompanionOutcome(id: action.id, isDone: true))
      // The clock moves forward, so that the rate of requests stays within the limit.
      task.clock.pass(.seconds(1))
    }
    #expect(got == sent)
    #expect(try FileManager.default.contentsOfDirectory(atPath: task.folder + "/uploads").isEmpty)
  }

  @Test func `A file of 48 MB arrives`() throws {
    let task = try TaskOnPhone()
    var photo = Data(count: 48_000_000)
    photo.replaceSubrange(0..<1_000, with: SplitMix64.bytes(1_000, seed: 48))
    let id = try task.upload(photo)
    let file = try #require(try task.attach(id, id: "large"))
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can mount a disk that is full"))
  func `On a full disk nothing is acknowledged, and the upload goes on when there is room again`() throws {
    let mountPoint = TemporaryFolder()
    func run(_ command: String...) throws -> Int32 {
      let program = try RunningProgram(command[0], Array(command.dropFirst()))
      return program.end().status
    }
    #expect(try run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=2m", "none", mountPoint.path) == 0)
    defer { _ = try? run("/usr/bin/umount", mountPoint.path) }
    let task = try TaskOnPhone(folder: mountPoint.file("task"))
    let photo = Data(SplitMix64.bytes(1_200_000, seed: 14))
    let filling = URL(filePath: mountPoint.file("filling"))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    #expect(try task.send(photo.prefix(300_000), to: id, at: 0).status == 200)
    try Data(count: 1_500_000).write(to: filling)
    #expect(try task.send(photo.dropFirst(300_000).prefix(500_000), to: id, at: 300_000).status == 507)
    #expect(try task.ask("GET", task.base + "uploads/\(id)").object()["offset"] as? Int == 300_000)
    #expect(try task.announce(Data("another".utf8)).status == 507)
    #expect(
      try task.ask("PUT", task.base + "kept", json: ["a": String(repeating: "b", count: 60_000)]).status == 507)
    #expect((try task.state()["kept"] as? [String: Any])?.isEmpty == true)
    try FileManager.default.removeItem(at: filling)
    #expect(try task.upload(photo) == id)
    let file = try #require(try task.attach(id, id: "a1"))
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
    task.session.stop()
  }

  @Test func `The command hears of an upload once a second, and of its end`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(600, seed: 9))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    var heard: [Int] = []
    for piece in 0..<6 {
      #expect(try task.send(photo.dropFirst(piece * 100).prefix(100), to: id, at: piece * 100).status == 200)
      if piece == 2 { task.clock.pass(.seconds(2)) }
      while case .uploading(let shot, let bytes, let count)? = task.session.next(waitMilliseconds: 0) {
        #expect(shot == "before-machine")
        #expect(count == 600)
        heard.append(bytes)
      }
    }
    #expect(heard.first == 100)
    #expect(heard.contains(400))
    #expect(heard.last == 600)
    #expect(heard == heard.sorted())
  }
}
