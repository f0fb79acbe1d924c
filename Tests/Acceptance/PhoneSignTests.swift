import Cryptography
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks agreements that are signed on a phone, with the built program and a simulated phone that speaks HTTP.
@Suite(.serialized) struct PhoneSignTests {
  private let laptop: Laptop

  init() throws {
    laptop = try Office.shared.get().laptop()
  }

  private func signable() throws -> String {
    let plug = try Plug(timings: .instant)
    return try withExtendedLifetime(plug) {
      try laptop.walk(try laptop.register(), to: .sign, on: plug.port)
    }
  }

  private func serve(_ id: String, _ more: String...) throws -> RunningProgram {
    try laptop.start(["--json", "sign", id, "--phone", "--interface", "lo"] + more)
  }

  /// Returns the members of the page's signature action, with `changes` in place of some of them.
  private func entry(_ id: String, _ sha256: String, _ changes: [String: Any] = [:]) throws -> [String: Any] {
    let owner = try #require(try laptop.record(id)["owner"] as? [String: Any])
    let phone = try #require(owner["responsiblePhone"] as? String)
    let strokes = try Data(contentsOf: URL(filePath: try laptop.signature()))
    return [
      "name": try #require(owner["responsibleName"] as? String), "capacity": "proprietor",
      "lastDigits": String(phone.suffix(4)), "consents": true, "readToEnd": true, "textSha256": sha256,
      "strokes": try JSONSerialization.jsonObject(with: strokes),
    ].merging(changes) { $1 }
  }

  @Test func `what is wrong is refused, and what was signed is fetched as it is kept, by another browser too`()
    throws
  {
    let id = try signable()
    let text = try laptop.json("sign", id, "--text")
    let sha256 = try #require(text["sha256"] as? String)
    let program = try serve(id)
    let phone = try Phone(scanning: program)
    let view = try phone.view("sign")
    #expect(view["textSha256"] as? String == sha256)
    let signatory = try #require(view["signatory"] as? [String: Any])
    let masked = try #require(signatory["maskedPhone"] as? String)
    #expect(masked.hasSuffix("****"))

    let dot = ["width": 600, "height": 300, "strokes": [[["x": 1, "y": 1, "t": 0]]]] as [String: Any]
    let wrong: [(changes: [String: Any], field: String?)] = [
      (["readToEnd": false], nil), (["strokes": dot], "strokes"), (["name": ""], "name"),
      (["name": "欧阳修"], "name"), (["lastDigits": "0000"], "lastDigits"), (["lastDigits": "123"], "lastDigits"),
      (["capacity": "authorised"], "authority"), (["textSha256": String(repeating: "0", count: 64)], nil),
    ]
    for (changes, field) in wrong {
      let outcome = try phone.act("sign", try entry(id, sha256, changes))
      #expect(!outcome.isDone && !outcome.message.isEmpty, "\(changes)")
      #expect(field == nil || outcome.fields[field ?? ""] != nil, "\(changes): \(outcome.fields)")
    }
    #expect(try laptop.status(of: id) == "open")

    // The photo of the authority is not part of the text, so the text's digest stays and need not be read
    // again.
    #expect(try phone.photograph(try Laptop.picture(of: "authority \(id)"), as: "authority").isDone)
    #expect(try phone.view()["textSha256"] as? String == sha256)
    let outcome = try phone.act("sign", try entry(id, sha256, ["capacity": "authorised"]))
    #expect(outcome.isDone, "\(outcome.message)")

    let done = try phone.view("done")
    let paper = try #require((done["papers"] as? [[String: Any]])?.first?["address"] as? String)
    let pages = try #require(done["pages"] as? [String])
    #expect(!pages.isEmpty)
    for page in pages {
      #expect(try phone.ask("GET", "files/\(page)").body.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(page)")
    }
    let pdf = try Phone.fetch(paper).body
    let record = try laptop.record(id)
    let agreement = try #require(record["agreement"] as? [String: Any])
    #expect(agreement["sha256"] as? String == SHA256Digest(of: pdf).hex)
    #expect(agreement["textSha256"] as? String == sha256)
    #expect((agreement["shown"] as? [String: Any])?["means"] as? String == "phone")
    #expect(agreement["consentsToDynamics"] as? Bool == true)
    #expect((agreement["signatory"] as? [String: Any])?["capacity"] as? String == "authorised")
    #expect((record["photos"] as? [[String: Any]])?.filter { $0["stage"] as? String == "authority" }.count == 1)

    let ended = program.stop()
    #expect(ended.status == 0, "\(ended.diagnostics)")
    #expect(try ended.document()["status"] as? String == "closed")
    #expect(throws: Phone.Failure.self) { try Phone.fetch(paper) }
  }

  @Test func `three wrong numbers end it where nobody at the laptop can be asked, and nothing is signed`()
    throws
  {
    let id = try signable()
    let program = try serve(id)
    let phone = try Phone(scanning: program)
    let sha256 = try #require(try phone.view("sign")["textSha256"] as? String)
    var messages: Set<String> = []
    for digits in ["0000", "9999", "1111"] {
      // The program may have ended before the last outcome is asked for.
      let outcome = try? phone.act("sign", try entry(id, sha256, ["lastDigits": digits]))
      if let outcome { messages.insert(outcome.message) }
    }
    let ended = program.end()
    #expect(ended.status == 1)
    #expect(ended.errorCode == "sign.phone")
    #expect(messages.count == 1)
    #expect(try laptop.status(of: id) == "open")
  }

  @Test func `strokes that signed one agreement sign no other, whatever was kept of them`() throws {
    let (first, second) = (try signable(), try signable())
    let strokes = try laptop.signature()
    try laptop.json("sign", first, "--signature", strokes, "--consent", "no")
    #expect(
      try laptop.failure("sign", second, "--signature", strokes, "--consent", "yes", status: 65)
        == "sign.strokesUsed")
    #expect(try laptop.status(of: second) == "open")
    try laptop.json("sign", second, "--signature", try laptop.signature())
    // A corrected agreement does not accept the strokes of its earlier signature, nor those of a voided record.
    try laptop.json("correct", first, "--remarks", "改")
    #expect(
      try laptop.failure("sign", first, "--signature", strokes, status: 65) == "sign.strokesUsed")
    try laptop.json("void", second, "--reason", "x", "--yes")
    let used = try #require(
      (try laptop.record(second)["agreement"] as? [String: Any])?["strokesSha256"] as? String)
    let kept = "\(laptop.home)/files/\(used.prefix(2))/\(used)"
    #expect(try laptop.failure("sign", first, "--signature", kept, status: 65) == "sign.strokesUsed")
    try laptop.json("sign", first, "--signature", try laptop.signature())
  }

  @Test func `a signed agreement is shown on the phone again, as after a kill before its outcome`() throws {
    let id = try signable()
    let signed = try laptop.json("sign", id, "--signature", try laptop.signature())
    let sha256 = try #require((signed["agreement"] as? [String: Any])?["sha256"] as? String)
    let program = try serve(id)
    let phone = try Phone(scanning: program)
    let paper = try #require(
      (try phone.view("done")["papers"] as? [[String: Any]])?.first?["address"] as? String)
    #expect(SHA256Digest(of: try Phone.fetch(paper).body).hex == sha256)
    let ended = program.stop()
    #expect(ended.status == 0, "\(ended.diagnostics)")
    #expect((try ended.document()["agreement"] as? [String: Any])?["sha256"] as? String == sha256)
  }

  @Test func `the text is shown at the time of its first run, and what a task kept goes with its record`()
    throws
  {
    let id = try signable()
    let first = try serve(id)
    let phone = try Phone(scanning: first)
    let sha256 = try #require(try phone.view("sign")["textSha256"] as? String)
    let before = Date()
    first.kill()
    // A second run that began in the same second would show the same time.
    while Date() < before.addingTimeInterval(2.1) { _ = poll(nil, 0, 50) }
    let second = try serve(id)
    let again = try Phone(scanning: second)
    let long =
      [
        "width": 600, "height": 300,
        "strokes": [[["x": 10, "y": 10, "t": 0], ["x": 500, "y": 200, "t": 7_200_000]]],
      ]
      as [String: Any]
    #expect(try again.act("sign", try entry(id, sha256, ["strokes": long])).fields["strokes"] != nil)
    #expect(try again.act("sign", try entry(id, sha256)).isDone)
    let agreement = try #require(try laptop.record(id)["agreement"] as? [String: Any])
    let shown = try #require((agreement["shown"] as? [String: Any])?["at"] as? String)
    let at = try #require(ISO8601DateFormatter().date(from: shown))
    #expect(at <= before.addingTimeInterval(1), "\(shown)")
    _ = second.stop()

    let other = try signable()
    let third = try serve(other)
    _ = try Phone(scanning: third).view("sign")
    third.kill()
    let folder = "\(laptop.home)/companion/sign-\(other)"
    #expect(FileManager.default.fileExists(atPath: folder))
    try laptop.json("void", other, "--reason", "x")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `an authorised signatory without a page shows the authority as a file`() throws {
    let id = try signable()
    let sign = ["sign", id, "--signature", try laptop.signature(), "--capacity", "authorised"]
    #expect(try laptop.run(["--json"] + sign).errorCode == "sign.authority")
    let authority = try laptop.scratch.write("authority.png", try Laptop.picture(of: "authority \(id)"))
    let outcome = try laptop.run(["--json"] + sign + ["--authority", authority])
    #expect(outcome.status == 0, "\(outcome.diagnostics)\(outcome.output)")
  }
}
