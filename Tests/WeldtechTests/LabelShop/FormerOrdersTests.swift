import Foundation
import Testing

@testable import Fieldbook
@testable import weldtech

/// Checks orders that a program from before `RequestDigest` left on this laptop, see `Fixtures/Labels`.
@Suite struct FormerOrdersTests {
  private let desk = Desk()
  private var folder: String { desk.home + "-work" }
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Labels").path

  init() throws {
    try FileManager.default.createDirectory(atPath: desk.home, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Self.fixtures, toPath: folder)
    let script = try String(contentsOfFile: Self.fixtures + "/orders.sql", encoding: .utf8)
    try Database(path: desk.home + "/fieldbook.sqlite", busyMilliseconds: 0)
      .execute(script.replacing("/fixture", with: folder))
    desk.clock.time = try #require(.init("2026-11-30T09:30:00+08:00"))
  }

  private func batch(_ name: String, _ more: String...) throws -> [String: Any] {
    let answer = try desk.run(
      [
        "--json", "labels", "batch", "--input", "\(folder)/\(name).csv", "--output", "\(folder)/\(name)",
        "--template", "thermal-50x30", "--dpi", "203", "--correction", "M", "--jobs", "1",
      ] + more)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any], "\(answer)")
  }

  private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try names.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: "\(folder)/\($1)")) }
  }

  @Test func `an order that was killed goes on behind the last label that the printer had`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let before = try files(Self.fixtures + "/begun")
    let document = try batch("begun", "--zpl", folder + "/zpl")
    #expect(document["labels"] as? Int == 5 && document["resumed"] as? Int == 2, "\(document)")
    let zpl = try String(contentsOfFile: folder + "/zpl", encoding: .utf8)
    #expect(zpl.components(separatedBy: "^XA").count - 1 == 3)
    let after = try files(folder + "/begun")
    #expect(after.count == 5 && before.count == 2 && before.allSatisfy { after[$0.key] == $0.value })
    let counts = try desk.fieldbook().labelCounts()
    #expect(counts.isBalanced && counts.printed == 7 && counts.printing == 0 && counts.reprinted == 0)
    #expect(try batch("begun")["alreadyDone"] as? Bool == true)
  }

  @Test func `an order that was finished is found done, and its files are compared`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let document = try batch("done")
    #expect(document["alreadyDone"] as? Bool == true && document["labels"] as? Int == 2, "\(document)")
    #expect(try files(folder + "/done") == files(Self.fixtures + "/done"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/done").sorted()
    try FileManager.default.removeItem(atPath: "\(folder)/done/\(try #require(names.first))")
    #expect { try batch("done") } throws: { ($0 as? BatchFilesChanged)?.missing == [names[0]] }
  }
}
