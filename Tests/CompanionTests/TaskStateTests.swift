import Companion
import Foundation
import TestSupport
import Testing

/// Checks the state that the page shows, and the part of a task that outlives a kill.
@Suite struct TaskStateTests {
  private static let hostile =
    "</script><script>alert('1')</script><img src=x onerror=alert(1)>\u{2028}\"\\ & 王"

  @Test
  func `The state has what the command shows, and its revision grows with each change, over a restart too`()
    throws
  {
    let task = try TaskOnPhone()
    var revisions: [Int] = []
    func look() throws -> [String: Any] {
      let state = try task.state()
      revisions.append(try #require(state["revision"] as? Int))
      return state
    }
    let first = try look()
    #expect(first["language"] as? String == "zh")
    #expect(first["title"] as? String == "安装前照片")
    #expect(first["subject"] as? String == "150621-00A001-K")
    #expect((first["view"] as? [String: Any])?["kind"] as? String == "wait")
    #expect((first["kept"] as? [String: Any])?.isEmpty == true)
    var state = TaskOnPhone.waiting
    state.busy = CompanionState.Busy(text: "正在烧录", fraction: 0.4)
    state.notices = [CompanionState.Notice(.warning, "照片不清楚")]
    task.session.show(state)
    let second = try look()
    #expect((second["busy"] as? [String: Any])?["fraction"] as? Double == 0.4)
    #expect((second["notices"] as? [[String: Any]])?.first?["kind"] as? String == "warning")
    #expect(try task.ask("PUT", task.base + "kept", json: ["draft": ["a": 1]]).status == 204)
    #expect((try look()["kept"] as? [String: Any])?["draft"] as? [String: Int] == ["a": 1])
    _ = try task.announce(Data("a".utf8))
    _ = try look()
    try task.restart()
    #expect((try look()["kept"] as? [String: Any])?["draft"] as? [String: Int] == ["a": 1])
    #expect(revisions == Array(Set(revisions)).sorted())
    // Without a change the revision stays the same.
    let last = revisions.last
    _ = try look()
    #expect(revisions.last == last)
  }

  @Test func `Script in any text that comes back is JSON and no element`() throws {
    let text = Self.hostile
    let shot = CompanionView.Shot(
      id: "before-machine", stage: .before, title: text, hint: text, isNeeded: true,
      photos: [CompanionView.Taken(name: text, takenAt: text)],
      question: CompanionView.Question(upload: text, code: text, text: text, needsReason: true, picture: text))
    let field = CompanionView.Form.Field(
      path: text, title: text, kind: .text, isRequired: true, value: text, note: text, problem: text,
      suggestions: [text])
    let views: [CompanionView] = [
      .photos(CompanionView.Photos(shots: [shot])),
      .form(
        CompanionView.Form(step: .fields, groups: [CompanionView.Form.Group(title: text, fields: [field])])),
      .wait(CompanionView.Wait(text: text)), .done(CompanionView.Done(text: text)),
    ]
    let task = try TaskOnPhone()
    #expect(try task.ask("PUT", task.base + "kept", json: [text: text]).status == 204)
    let values = ["owner.unitName": text]
    #expect(
      try task.ask("POST", task.base + "actions", json: ["id": "1", "kind": "answers", "values": values]).status
        == 202)
    let action = try #require(task.nextAction())
    guard case .answers(values) = action.kind else {
      Issue.record("the text did not arrive as it was sent")
      return
    }
    task.session.finish(action, CompanionOutcome(id: "1", isDone: false, message: text, fields: [text: text]))
    for view in views {
      task.session.show(CompanionState(language: "zh", title: text, subject: text, view: view))
      let answer = try task.ask("GET", task.base + "state")
      #expect(answer.headers["content-type"] == "application/json")
      #expect(!answer.body.contains(UInt8(ascii: "<")))
      let state = try answer.object()
      #expect(state["title"] as? String == text)
      #expect((state["kept"] as? [String: String]) == [text: text])
      #expect((state["outcomes"] as? [[String: Any]])?.first?["message"] as? String == text)
    }
  }

  @Test func `What is kept is an object of at most 64 KiB`() throws {
    let task = try TaskOnPhone()
    func keep(_ text: String) throws -> Int {
      try task.ask("PUT", task.base + "kept", type: "application/json", body: Data(text.utf8)).status
    }
    #expect(try keep("{\"a\":\"\(String(repeating: "b", count: 65_528))\"}") == 204)
    #expect(try keep("{\"a\":\"\(String(repeating: "b", count: 65_529))\"}") == 413)
    for text in ["", "[]", "1", "\"a\"", "null", "{", "{\"a\":1e999}", "{\"a\":\"\u{1}\"}"] {
      #expect(try keep(text) == 400, "\(text)")
    }
    let deep = String(repeating: "{\"a\":", count: 65) + "1" + String(repeating: "}", count: 65)
    #expect(try keep(deep) == 400)
    #expect(((try task.state()["kept"] as? [String: String])?["a"] ?? "").count == 65_528)
  }

  @Test func `A state is seen once the page has fetched it`() throws {
    let task = try TaskOnPhone()
    #expect(!task.session.isSeen)
    _ = try task.state()
    #expect(task.session.isSeen)
    task.session.show(TaskOnPhone.waiting)
    #expect(!task.session.isSeen)
    _ = try task.ask("HEAD", task.base + "state")
    #expect(!task.session.isSeen)
    _ = try task.state()
    #expect(task.session.isSeen)
    // A change by the page itself does not make the state unseen.
    _ = try task.ask("PUT", task.base + "kept", json: [:])
    #expect(task.session.isSeen)
    task.session.finish(CompanionAction(id: "1", kind: .finish), CompanionOutcome(id: "1", isDone: true))
    #expect(!task.session.isSeen)
  }

  @Test func `A browser is told of once, with the visible words of its name`() throws {
    let task = try TaskOnPhone()
    func open(_ agent: String, from source: String = "127.0.0.1") throws {
      _ = try task.ask("GET", task.base, headers: ["User-Agent: \(agent)"], over: task.phone(source))
    }
    for agent in [
      "MicroMessenger/8", "MicroMessenger/8", "Safari \u{9B}31m王", String(repeating: "a", count: 1_000),
    ] {
      try open(agent)
    }
    var agents: [String] = []
    while case .opened(let agent)? = task.session.next(waitMilliseconds: 0) { agents.append(agent) }
    #expect(agents == ["MicroMessenger/8", "Safari 31m", String(repeating: "a", count: 256)])
    // The same program on another phone is another browser.
    try open("MicroMessenger/8", from: "127.0.0.2")
    guard case .opened("MicroMessenger/8")? = task.session.next(waitMilliseconds: 0) else {
      Issue.record("the second phone is not told of")
      return
    }
  }

  @Test func `A task goes on at the same address where it was, and has every byte that was acknowledged`()
    throws
  {
    let task = try TaskOnPhone()
    let address = task.session.address
    let photo = Data(SplitMix64.bytes(900_000, seed: 11))
    let complete = try task.upload(Data("whole".utf8), shot: "whole")
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    #expect(try task.send(photo.prefix(400_000), to: id, at: 0).status == 200)
    try task.restart()
    #expect(task.session.address == address)
    #expect(try task.ask("GET", task.base + "uploads/\(id)").object()["offset"] as? Int == 400_000)
    #expect(try task.ask("GET", task.base + "uploads/\(complete)").object()["offset"] as? Int == 5)
    #expect(try task.upload(photo) == id)
    try task.restart()
    let file = try #require(try task.attach(id, id: "a1"))
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
    let whole = try #require(try task.attach(complete, shot: "whole", id: "a2"))
    #expect(try Data(contentsOf: URL(filePath: whole.path)) == Data("whole".utf8))
  }

  @Test func `A folder as a kill leaves it goes on, at another port where the port is taken`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(700_000, seed: 12))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    #expect(try task.send(photo.prefix(300_000), to: id, at: 0).status == 200)
    // The first server is still running and has the port.
    let copy = try TemporaryFolder(copying: task.folder)
    // The copy has what a kill can leave: a part of a piece behind the last one, drafts, an announcement
    // without bytes, and bytes without an announcement.
    let part = copy.file("uploads/\(id).part")
    let handle = try #require(FileHandle(forWritingAtPath: part))
    try handle.seekToEnd()
    try handle.write(contentsOf: photo.dropFirst(300_000).prefix(1_234))
    try handle.close()
    try copy.write("uploads/\(id).json.new", "{\"shot\"")
    try copy.write("uploads/AAAAAAAAAAAAAAAAAAAAAA.json", #"{"shot":"a","bytes":5,"sha256":"x"}"#)
    try copy.write("uploads/BBBBBBBBBBBBBBBBBBBBBB.part", "orphan")
    try copy.write("kept.json.new", "{")
    let other = try TaskOnPhone(seed: 77, folder: copy.path)
    #expect(other.base == task.base)
    #expect(other.port != task.port)
    #expect(try other.ask("GET", other.base + "uploads/\(id)").object()["offset"] as? Int == 301_234)
    #expect(try other.upload(photo) == id)
    let file = try #require(try other.attach(id, id: "a1"))
    #expect(try Data(contentsOf: URL(filePath: file.path)) == photo)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: copy.file("uploads")).sorted()
        == [id, id + ".json"].sorted())
  }

  @Test func `A kill between the last piece and the file's name loses nothing`() throws {
    let task = try TaskOnPhone()
    let photo = Data(SplitMix64.bytes(5_000, seed: 13))
    let id = try #require(try task.announce(photo).object()["upload"] as? String)
    task.session.stop()
    try photo.write(to: URL(filePath: task.folder + "/uploads/\(id).part"))
    try task.restart()
    #expect(try task.attach(id, id: "a1") != nil)
    // The second upload has other bytes than the announced ones, and is removed.
    let second = try #require(try task.announce(photo, shot: "other").object()["upload"] as? String)
    task.session.stop()
    try Data(count: 5_000).write(to: URL(filePath: task.folder + "/uploads/\(second).part"))
    try task.restart()
    #expect(try task.ask("GET", task.base + "uploads/\(second)").status == 404)
  }

  @Test func `A damaged file of the task costs what was in it and no more`() throws {
    let task = try TaskOnPhone()
    let base = task.base
    for name in ["kept.json", "done.json", "task.json"] {
      task.session.stop()
      try Data("{\"tok".utf8).write(to: URL(filePath: "\(task.folder)/\(name)"))
      try task.restart()
      #expect((task.base == base) == (name != "task.json"))
      #expect(try task.ask("GET", task.base + "state").status == 200)
    }
    #expect(try task.ask("GET", base + "state").status == 404)
  }

  @Test func `Two processes do not serve one task`() throws {
    let task = try TaskOnPhone()
    do {
      _ = try TaskOnPhone(folder: task.folder)
      Issue.record("a second server started")
    } catch let error as CompanionError {
      #expect(error == .folder(path: task.folder, errno: EBUSY))
    }
    #expect(try task.ask("GET", task.base).status == 200)
  }

  @Test
  func `An ended task serves nothing and leaves no folder, and its token is worth nothing in another task`()
    throws
  {
    let task = try TaskOnPhone()
    let base = task.base
    let id = try task.upload(Data("a photo".utf8))
    task.session.end()
    #expect(!FileManager.default.fileExists(atPath: task.folder))
    for (method, path) in [("GET", ""), ("GET", "state"), ("GET", "page.js"), ("GET", "uploads/\(id)")] {
      #expect(try task.ask(method, base + path).status == 404)
    }
    #expect(try task.ask("POST", base + "actions", json: ["id": "1", "kind": "finish"]).status == 404)
    #expect(try task.ask("PUT", base + "kept", json: [:]).status == 404)
    #expect(try task.announce(Data("another".utf8)).status == 404)
    #expect(!FileManager.default.fileExists(atPath: task.folder))

    let other = try TaskOnPhone(seed: 3)
    #expect(other.base != base)
    #expect(try other.ask("GET", base + "state").status == 404)
    #expect(try other.ask("GET", other.base + "state").status == 200)
    try task.restart()
    #expect(task.base != base)
    #expect(try task.ask("GET", base + "state").status == 404)
  }

  @Test func `A page that is missing, empty or not UTF-8 stops the task before it begins`() throws {
    let task = try TaskOnPhone()
    let configuration = CompanionSession.Configuration(
      folder: task.folder + "-2", pages: task.pages.path,
      interface: NetworkInterface(name: "lo", address: "127.0.0.1", kind: .loopback),
      random: { SplitMix64.bytes($0, seed: 1) })
    for (name, bytes) in [("page.html", Data()), ("page.css", Data([0xFF])), ("page.js", Data([0xC3]))] {
      let path = task.pages.file(name)
      let before = try Data(contentsOf: URL(filePath: path))
      try task.pages.write(name, bytes)
      #expect(throws: CompanionError.page(file: path)) {
        try CompanionSession(configuration, state: TaskOnPhone.waiting)
      }
      try FileManager.default.removeItem(atPath: path)
      if name != "page.js" {
        #expect(throws: CompanionError.page(file: path)) {
          try CompanionSession(configuration, state: TaskOnPhone.waiting)
        }
      }
      try task.pages.write(name, before)
    }
    try CompanionSession(configuration, state: TaskOnPhone.waiting).end()
  }
}
