import Companion
import Foundation
import Records
import TestSupport
import Testing

/// Checks every view of the page in a browser, with more and longer texts than anybody should send.
@Suite(.serialized, .enabled(if: PhoneBrowser.missing == nil, "\(PhoneBrowser.missing ?? "")"))
struct PhonePageTests {
  private static let pages =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/companion-pages"

  private let folder = TemporaryFolder()

  /// A text that would run as a script if it were markup. It has a word longer than any screen, rare and
  /// Mongolian characters, and a character that reverses the direction of writing.
  private static let hostile =
    "<script>throw 'ran'</script><img src=x onerror=\"throw 'ran'\">"
    + String(repeating: "W", count: 300) + "\u{202E}𠅤𬭎䶮㛃 ᠮᠣᠩᠭᠣᠯ\u{202C}&amp;{n}"

  @Test func `no view is wider than the screen, has a target that a thumb misses, or makes markup of a text`()
    throws
  {
    let random = SeededBytes(seed: 22)
    var sessions: [CompanionSession] = []
    defer { for session in sessions { session.stop() } }
    for (index, view) in try views().enumerated() {
      let session = try CompanionSession(
        CompanionSession.Configuration(
          folder: folder.file("task-\(index)"), pages: Self.pages,
          interface: NetworkInterface(name: "lo", address: "127.0.0.1", kind: .loopback), random: random.bytes),
        state: CompanionState(
          language: "zh", title: Self.hostile, subject: Self.hostile,
          busy: CompanionState.Busy(text: Self.hostile, fraction: index % 2 == 0 ? 0.4 : nil),
          notices: [.init(.info, Self.hostile), .init(.warning, Self.hostile), .init(.error, Self.hostile)],
          view: view))
      session.publish(try Laptop.picture(of: "shown"), mediaType: "image/png", named: "shown.png")
      sessions.append(session)
    }
    let facts = try PhoneBrowser.drive(["look"] + sessions.map(\.address))
    #expect(facts["pages"] as? Int == sessions.count)
    let faults = try #require(facts["faults"] as? [[String: Any]])
    #expect(faults.isEmpty, "\(faults.prefix(20).map { "\($0)" }.joined(separator: "\n"))")
    #expect(facts["complaints"] as? [String] == [])
  }

  private func views() throws -> [CompanionView] {
    let text = Self.hostile
    let question = CompanionView.Question(
      upload: "upload", code: "resembles", text: text, needsReason: true, picture: "shown.png")
    func shot(_ id: String, _ stage: Photo.Stage = .before, question: CompanionView.Question? = nil)
      -> CompanionView.Shot
    {
      CompanionView.Shot(
        id: id, stage: stage, title: text, hint: text, isNeeded: true,
        photos: [CompanionView.Taken(name: "shown.png", takenAt: text)], question: question)
    }
    let lines = (1...100).map { CompanionView.Form.Line(number: $0, text: text) }
    func choices(_ count: Int) -> [CompanionView.Form.Field.Choice] {
      (1...count).map { CompanionView.Form.Field.Choice(code: "code-\($0)", title: text) }
    }
    let kinds: [CompanionView.Form.Field.Kind] = [
      .text, .name, .phone, .choice, .amount, .count, .day, .choice,
    ]
    let fields = kinds.enumerated().map { index, kind in
      CompanionView.Form.Field(
        path: "path.\(index)", title: text, kind: kind,
        choices: kind == .choice ? choices(index == 3 ? 4 : 40) : [],
        unit: kind == .amount ? "千瓦" : nil, isRequired: index % 2 == 0,
        value: kind == .choice ? "code-1" : text,
        note: text, problem: text, suggestions: (1...20).map { "\($0)\(text)" })
    }
    let facts = (1...3).map { CompanionView.Fact(name: "\($0)\(text)", value: text) }
    return [
      .photos(
        CompanionView.Photos(
          shots: (1...200).map { shot("shot-\($0)", question: $0 % 20 == 0 ? question : nil) })),
      .form(CompanionView.Form(step: .unit, lines: lines)),
      .form(
        CompanionView.Form(
          step: .fields, models: Array(lines.prefix(5)), groups: [.init(title: text, fields: fields)])),
      .form(CompanionView.Form(step: .waiting, summary: [.init(title: text, value: text, note: text)])),
      .sign(
        CompanionView.Sign(
          textSha256: String(repeating: "a", count: 64), title: text, subtitle: text, numbers: facts,
          blocks: [
            .heading(text), .band(text), .note(text), .facts(facts), .clauses([text, text]),
            .columns(titles: [text, "二", "三", "四", "五"], rows: [[text, text, text, text, text]]),
          ],
          statement: text, consentText: text, signatory: .init(name: text, maskedPhone: text),
          capacities: choices(3),
          authority: shot("authority", .authority))),
      .scheme(
        CompanionView.Scheme(
          picture: "shown.png", steps: [text, text], isDraft: true, approval: text, canFinish: true)),
      .wait(CompanionView.Wait(text: text)),
      .done(
        CompanionView.Done(
          text: text,
          papers: [
            .init(title: text, address: "http://127.0.0.1:9/paper"),
            .init(title: text, address: "javascript:throw 'ran'"),
          ],
          pages: ["shown.png"])),
    ]
  }
}
