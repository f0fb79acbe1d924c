import Arguments
import Foundation
import Provision
import Records
import Sync
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks the explanation of every error: both languages, a remedy, a code, and no text in the wrong language.
@Suite struct ExplanationTests {
  private static let failures = (Errors.all + Errors.usage.map { $0 as any Error }).map { explain($0) }

  private static func texts(of failure: Failure) -> [Text] {
    [failure.message, failure.hint] + failure.details.map(\.message)
  }

  private static func isChinese(_ text: String) -> Bool {
    text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
  }

  @Test func `every error says what happened and what to try, in both languages`() {
    for failure in Self.failures {
      for text in Self.texts(of: failure) {
        #expect(text.zh.count > 1 && text.en.count > 1, "\(failure.code)")
        // Commands, paths and names are the same in both languages, and so are the titles of the survey's columns.
        let namesUnits = ["provision.pair.bound", "repair.ambiguous"].contains(failure.code)
        let quotes = failure.code.hasPrefix("field.") || failure.code.hasPrefix("ledger.list.") || namesUnits
        #expect(!Self.isChinese(text.en) || quotes, "\(failure.code): \(text.en)")
      }
      #expect(Self.isChinese(failure.message.zh), "\(failure.code): \(failure.message.zh)")
    }
  }

  @Test func `no error prints an optional or a type as Swift writes it`() {
    for failure in Self.failures {
      for text in Self.texts(of: failure) {
        for wrong in ["Optional(", "nil", "  "] {
          #expect(
            !text.zh.contains(wrong) && !text.en.contains(wrong), "\(failure.code): \(text.en) / \(text.zh)")
        }
      }
    }
  }

  @Test func `every code of the documentation comes out of some error`() throws {
    let said = Set(Self.failures.flatMap { [$0.code] + $0.details.map(\.code) })
      .union(SyncReason.allCases.map(\.rawValue)).union(Errors.surveyProblems.map(\.code))
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/troubleshooting.md")
    let headings = try String(contentsOf: page, encoding: .utf8).matches(of: /(?m)^### `([^`]+)`$/)
      .map { String($0.1) }
    // These are reasons of test steps, not errors.
    let reasons = ["key.forgotten", "network.unreachable", "platform.elsewhere", "platform.failed"]
    #expect(Set(headings).subtracting(reasons).symmetricDifference(said).sorted() == [])
  }

  @Test func `exit codes are those of the contract`() {
    for failure in Self.failures {
      switch failure.code {
      case "cancelled": #expect(failure.exit == .cancelled)
      case let code where code.hasPrefix("usage."): #expect(failure.exit == .usage)
      case "register.rejected", "scheme.none", "photo.truncated", "code.bound", "file.unreadable":
        #expect(failure.exit == .badData)
      case "walk.order", "provision.link.timeout", "fieldbook.diskFull": #expect(failure.exit == .failed)
      default: #expect([.failed, .badData, .usage].contains(failure.exit), "\(failure.code)")
      }
    }
  }

  @Test func `a reason of sync has a sentence and a remedy in both languages`() {
    for reason in SyncReason.allCases {
      for place in [DeliveryPlace.platform, .bucket, .folder] {
        for text in [reason.title(at: place), reason.hint(at: place)] {
          #expect(!text.zh.isEmpty && !text.en.isEmpty)
          // `weldtech setup --platform` and the platform's own conflicts do not concern a bucket.
          if place != .platform, ![.conflict, .overtaken, .keyShort, .sealing].contains(reason) {
            #expect(!text.zh.contains("平台") && !text.en.contains("platform"), "\(reason) \(text)")
          }
        }
      }
    }
  }

  // MARK: - Personal data

  @Test func `a wrong value of a registration is named by its field and not repeated`() throws {
    let document = """
      {"owner": {"responsibleName": "\(Person.owner.name)", "responsiblePhone": "\(Person.owner.phone)9",
       "operators": "\(Person.signatory.name)"}, "welder": {"condition": "\(Person.technician.name)"}}
      """
    do {
      let values = try Registration.values(ofDocument: Data(document.utf8))
      _ = try Registration(values, today: CalendarDay("2026-11-24"), drawnBy: nil)
      Issue.record("it was accepted")
    } catch {
      let failure = explain(error)
      for text in Self.texts(of: failure) {
        for secret in Person.secrets { #expect(!text.zh.contains(secret) && !text.en.contains(secret)) }
      }
    }
  }

  @Test func `a wrong phone of setup or of the signatory is not repeated`() throws {
    let desk = Desk()
    try desk.setUp()
    let failure = try #require(desk.failure(["setup", "--phone", Person.owner.phone + "9"]))
    for text in Self.texts(of: failure) { #expect(!text.en.contains("4444") && !text.zh.contains("4444")) }
  }

  // MARK: - The document

  @Test(arguments: Language.allCases)
  func `with --json an error is one document with code, message, hint and details`(_ language: Language) throws
  {
    let desk = Desk()
    let file = desk.home + ".json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(#"{"owner": {"responsiblePhone": "12"}}"#.utf8).write(to: URL(filePath: file))
    try desk.setUp()
    let output = Transcript()
    let status = CommandRunner(environment: .current(), clock: desk.clock).run(
      ["--home", desk.home, "--lang", language.rawValue, "--json", "register", "--from", file],
      output: output.sink)
    #expect(status == 65)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(output.text.utf8)) as? [String: [String: Any]])
    let error = try #require(document["error"])
    #expect(Set(error.keys) == ["code", "message", "hint", "details"])
    #expect(error["code"] as? String == "register.rejected")
    let details = try #require(error["details"] as? [[String: String]])
    #expect(details.allSatisfy { Set($0.keys) == ["path", "code", "message"] })
    #expect(details.contains { $0["path"] == "owner.responsiblePhone" && $0["code"] == "field.phone" })
    #expect(details.contains { $0["path"] == "owner.unitName" && $0["code"] == "field.missing" })
    let message = try #require(error["message"] as? String)
    #expect(Self.isChinese(message) == (language == .zh))
  }
}
