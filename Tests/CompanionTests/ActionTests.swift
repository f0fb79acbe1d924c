import Companion
import Foundation
import TestSupport
import Testing

/// Checks the actions that the page sends to the laptop.
@Suite struct ActionTests {
  private struct Strokes: Decodable {
    let width: Double
    let height: Double
    let strokes: [[[String: Double]]]
  }

  private func post(_ task: TaskOnPhone, _ action: [String: Any]) throws -> Int {
    try task.ask("POST", task.base + "actions", json: action).status
  }

  @Test func `Every kind of action comes out as it was sent`() throws {
    let task = try TaskOnPhone()
    let upload = try task.upload(Data("a photo".utf8))
    func next(_ action: [String: Any]) throws -> CompanionAction.Kind {
      #expect(try post(task, action) == 202, "\(action)")
      return try #require(task.nextAction()).kind
    }
    guard
      case .photo(let file, ["blurred"], "再拍也一样") = try next([
        "id": "1", "kind": "photo", "upload": upload, "shot": "before-machine", "accepts": ["blurred"],
        "reason": "再拍也一样",
      ])
    else {
      Issue.record("photo")
      return
    }
    #expect(file.id == upload)
    guard
      case .photo(_, [], nil) = try next([
        "id": "2", "kind": "photo", "upload": upload, "shot": "before-machine", "accepts": [String](),
        "reason": NSNull(),
      ])
    else {
      Issue.record("photo without a reason")
      return
    }
    if case .retake("before-machine") = try next(["id": "3", "kind": "retake", "shot": "before-machine"]) {
    } else {
      Issue.record("retake")
    }
    if case .finish = try next(["id": "4", "kind": "finish"]) {} else { Issue.record("finish") }
    if case .unit(.number(3)) = try next(["id": "5", "kind": "unit", "number": 3]) {
    } else {
      Issue.record("unit")
    }
    if case .unit(.new("树林召镇某某维修部")) = try next(["id": "6", "kind": "unit", "name": "树林召镇某某维修部"]) {
    } else {
      Issue.record("new unit")
    }
    if case .search("维修") = try next(["id": "7", "kind": "search", "text": "维修"]) {
    } else {
      Issue.record("search")
    }
    if case .model(12) = try next(["id": "8", "kind": "model", "number": 12]) {} else { Issue.record("model") }
    let values = ["owner.responsibleName": "王大山", "owner.responsiblePhone": "138 0000 0000", "remarks": ""]
    if case .answers(values) = try next(["id": "9", "kind": "answers", "values": values]) {
    } else {
      Issue.record("answers")
    }
    if case .submit(values) = try next(["id": "10", "kind": "submit", "values": values]) {
    } else {
      Issue.record("submit")
    }
  }

  @Test func `A signature comes out with its strokes, to the limit of 50,000 points`() throws {
    let task = try TaskOnPhone()
    let stroke = (0..<50_000).map { index -> [String: Double] in
      let place = Double(index)
      return ["x": 0.25 + place / 100, "y": 0.5 + place / 200, "t": 4 * place, "p": 0.5]
    }
    let strokes: [String: Any] = ["width": 600, "height": 300, "strokes": [stroke]]
    let digest = String(repeating: "ab", count: 32)
    #expect(
      try post(
        task,
        [
          "id": "s-1", "kind": "sign", "name": "王大山", "capacity": "proprietor", "lastDigits": "0000",
          "consents": true, "readToEnd": true, "textSha256": digest, "strokes": strokes,
        ]) == 202)
    let action = try #require(task.nextAction())
    guard case .sign(let signature) = action.kind else {
      Issue.record("no signature: \(action.id)")
      return
    }
    #expect(signature.name == "王大山")
    #expect(signature.capacity == "proprietor")
    #expect(signature.lastDigits == "0000")
    #expect(signature.consents)
    #expect(signature.readToEnd)
    #expect(signature.textSha256 == digest)
    let read = try JSONDecoder().decode(Strokes.self, from: signature.strokes)
    #expect(read.width == 600)
    #expect(read.height == 300)
    // The comparison is made outside of the expectation, so that a failure does not print all points.
    let isSame = read.strokes == [stroke]
    #expect(isSame)
  }

  @Test func `An action that no page sends is refused and does not reach the task`() throws {
    let task = try TaskOnPhone()
    let upload = try task.upload(Data("a photo".utf8))
    while task.session.next(waitMilliseconds: 0) != nil {}
    let photo = #""kind":"photo","upload":"\#(upload)","shot":"before-machine""#
    let many = (0..<65).map { "\"field\($0)\":\"\"" }.joined(separator: ",")
    let long = String(repeating: "a", count: 8_001)
    let wrong = [
      #"{}"#, #"{"id":"1"}"#, #"{"kind":"finish"}"#, #"{"id":"","kind":"finish"}"#,
      #"{"id":"a b","kind":"finish"}"#,
      #"{"id":"<script>","kind":"finish"}"#, #"{"id":"\#(long.prefix(65))","kind":"finish"}"#,
      #"{"id":1,"kind":"finish"}"#, #"{"id":"1","kind":"launch"}"#, #"{"id":"1","kind":"photo"}"#,
      #"{"id":"1","kind":"photo","upload":"\#(upload)"}"#,
      #"{"id":"1","kind":"photo","upload":"\#(upload)","shot":"other"}"#,
      #"{"id":"1",\#(photo),"accepts":"blurred"}"#,
      #"{"id":"1",\#(photo),"accepts":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"]}"#,
      #"{"id":"1",\#(photo),"reason":"\#(long.prefix(2_001))"}"#, #"{"id":"1","kind":"retake"}"#,
      #"{"id":"1","kind":"retake","shot":"../x"}"#, #"{"id":"1","kind":"unit"}"#,
      #"{"id":"1","kind":"unit","number":1,"name":"both"}"#, #"{"id":"1","kind":"unit","number":"1"}"#,
      #"{"id":"1","kind":"unit","number":1e30}"#, #"{"id":"1","kind":"search"}"#, #"{"id":"1","kind":"model"}"#,
      #"{"id":"1","kind":"answers"}"#, #"{"id":"1","kind":"answers","values":{"a":1}}"#,
      #"{"id":"1","kind":"answers","values":[["a","b"]]}"#,
      #"{"id":"1","kind":"submit","values":{"a":"\#(long)"}}"#,
      #"{"id":"1","kind":"submit","values":{\#(many)}}"#, "", "[]", "null", "{", "\u{0}",
      #"{"id":"1","kind":"finish"}}"#, String(repeating: "[", count: 512),
    ]
    for action in wrong {
      let answer = try task.ask(
        "POST", task.base + "actions", type: "application/json", body: Data(action.utf8))
      #expect(answer.status == 400, "\(action)")
    }
    let sign: [String: String] = [
      "name": #""王""#, "capacity": #""proprietor""#, "lastDigits": #""0000""#, "consents": "true",
      "readToEnd": "true",
      "textSha256": "\"" + String(repeating: "a", count: 64) + "\"",
      "strokes": #"{"width":1,"height":1,"strokes":[[]]}"#,
    ]
    func status(_ members: [String: String]) throws -> Int {
      let text = members.map { ",\"\($0)\":\($1)" }.joined()
      let action = #"{"id":"1","kind":"sign"\#(text)}"#
      return try task.ask("POST", task.base + "actions", type: "application/json", body: Data(action.utf8))
        .status
    }
    let slips = [
      "textSha256": "\"A\"", "strokes": "\"M 0 0\"", "consents": "\"yes\"", "lastDigits": "1234",
      "name": "null",
    ]
    for (name, value) in slips { #expect(try status(sign.merging([name: value]) { $1 }) == 400, "\(name)") }
    for name in sign.keys { #expect(try status(sign.filter { $0.key != name }) == 400, "without \(name)") }
    // The upload does not exist, or is not complete.
    let unfinished = try #require(try task.announce(Data("another".utf8)).object()["upload"] as? String)
    for id in ["none", unfinished] {
      #expect(try post(task, ["id": "1", "kind": "photo", "upload": id, "shot": "before-machine"]) == 409)
    }
    #expect(task.session.next(waitMilliseconds: 0) == nil)
  }

  @Test func `The same id is carried out once, before and after its outcome and over a restart`() throws {
    let task = try TaskOnPhone()
    let finish = ["id": "only-once", "kind": "finish"]
    for _ in 0..<3 { #expect(try post(task, finish) == 202) }
    let action = try #require(task.nextAction())
    #expect(task.session.next(waitMilliseconds: 0) == nil)
    #expect(try post(task, finish) == 202)
    #expect(task.session.next(waitMilliseconds: 0) == nil)
    task.session.finish(
      action,
      CompanionOutcome(id: action.id, isDone: false, message: "日期不对", fields: ["welder.purchasedOn": "日期不对"]))
    #expect(try post(task, finish) == 202)
    #expect(task.session.next(waitMilliseconds: 0) == nil)
    for isRestarted in [false, true] {
      if isRestarted { try task.restart() }
      #expect(try post(task, finish) == 202)
      #expect(task.session.next(waitMilliseconds: 0) == nil)
      let outcomes = try #require(try task.state()["outcomes"] as? [[String: Any]])
      #expect(outcomes.count == 1)
      #expect(outcomes[0]["id"] as? String == "only-once")
      #expect(outcomes[0]["isDone"] as? Bool == false)
      #expect(outcomes[0]["message"] as? String == "日期不对")
      #expect(outcomes[0]["fields"] as? [String: String] == ["welder.purchasedOn": "日期不对"])
    }
  }

  @Test func `An action whose outcome is not known when the process is killed is taken again`() throws {
    let task = try TaskOnPhone()
    #expect(try post(task, ["id": "lost", "kind": "finish"]) == 202)
    try task.restart()
    #expect(try post(task, ["id": "lost", "kind": "finish"]) == 202)
    #expect(task.nextAction()?.id == "lost")
  }

  @Test func `Actions wait in order, thirty-two at most, and the state has the newest thirty-two outcomes`()
    throws
  {
    let task = try TaskOnPhone()
    let phone = try task.phone()
    for index in 0..<40 {
      let answer = try task.ask(
        "POST", task.base + "actions", json: ["id": "a\(index)", "kind": "finish"], over: phone)
      #expect(answer.status == (index < 32 ? 202 : 503))
    }
    for index in 0..<32 { #expect(task.nextAction()?.id == "a\(index)") }
    // The refused action is sent again and is now accepted.
    #expect(try post(task, ["id": "a32", "kind": "finish"]) == 202)
    #expect(task.nextAction()?.id == "a32")
    for index in 0..<40 {
      task.session.finish(
        CompanionAction(id: "a\(index)", kind: .finish), CompanionOutcome(id: "a\(index)", isDone: true))
    }
    let outcomes = try #require(try task.state()["outcomes"] as? [[String: Any]])
    #expect(outcomes.compactMap { $0["id"] as? String } == (8..<40).map { "a\($0)" })
    // The task still knows an action whose outcome has left the state.
    #expect(try post(task, ["id": "a1", "kind": "finish"]) == 202)
    #expect(task.session.next(waitMilliseconds: 0) == nil)
  }

  @Test func `A task that waits is woken by an action`() throws {
    let task = try TaskOnPhone()
    let session = task.session
    let got = Watched<String?>(nil)
    let thread = Thread {
      while let event = session.next(waitMilliseconds: 600_000) {
        if case .action(let action) = event {
          got.change { $0 = action.id }
          return
        }
      }
    }
    thread.start()
    #expect(try post(task, ["id": "wake", "kind": "finish"]) == 202)
    #expect(got.wait { $0 != nil })
    #expect(got.latest == "wake")
    #expect(session.next(waitMilliseconds: 1) == nil)
  }
}
