import Arguments
import Foundation
import Sync
import Testing

/// Checks that every code of an error is a heading of `docs/troubleshooting.md`, and every heading a code.
@Suite struct TroubleshootingTests {
  private static let checkout = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path()

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(checkout)/\(path)", encoding: .utf8)
  }

  private static func sources(_ folder: String) throws -> [String] {
    let files = FileManager.default.enumerator(atPath: "\(checkout)/Sources/\(folder)")
    return try (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
      .map { try text("Sources/\(folder)/\($0)") }
  }

  /// Finds the codes in the sources: `code: "…"`, and in tables of the command line any dotted lower-case word
  /// that is no file's name.
  private static func writtenCodes() throws -> Set<String> {
    var codes: Set<String> = []
    for source in try sources("weldtech") {
      for match in source.matches(of: /code: "([A-Za-z.]+)"/) { codes.insert(String(match.1)) }
      for match in source.matches(of: /"([a-z]+(?:\.[a-z][A-Za-z]*)+)"/) {
        let word = String(match.1)
        if !["png", "pdf", "json", "pem", "csr", "tst", "csv"].contains(
          word.split(separator: ".").last.map(String.init) ?? "")
        {
          codes.insert(word)
        }
      }
    }
    // These are reasons why a test step was not run.
    for source in try sources("Provision") {
      for match in source.matches(of: /(?:otherwise: |notRun\()"([a-z.A-Z]+)"/) {
        codes.insert(String(match.1))
      }
    }
    return codes
  }

  private static let usageErrors: [UsageError] = [
    .missingCommand(within: []), .unknownCommand("x", within: [], suggestions: []),
    .unknownOption("--x", suggestions: []), .missingValue(option: "--x", expected: .text),
    .unexpectedValue(option: "--x"), .badValue(parameter: "--x", expected: .text),
    .emptyValue(parameter: "--x"), .missingArgument("ID"),
    .unexpectedArgument("x"), .repeatedOption("--x"), .missingOptions(["--x"]),
    .conflictingOptions("--x", "--y"),
  ]

  private static func headings() throws -> [String] {
    try text("docs/troubleshooting.md").matches(of: /(?m)^### `([^`]+)`$/).map { String($0.1) }
  }

  @Test func `every code has a heading and every heading a code`() throws {
    let codes = try Self.writtenCodes().union(SyncReason.allCases.map(\.rawValue))
      .union(Self.usageErrors.map(\.code))
    let headings = try Set(Self.headings())
    #expect(codes.count > 100)
    #expect(codes.subtracting(headings).sorted() == [], "codes without a heading")
    #expect(headings.subtracting(codes).sorted() == [], "headings without a code")
  }

  @Test func `no code has two headings`() throws {
    let headings = try Self.headings()
    #expect(headings.count == Set(headings).count)
  }

  @Test func `every heading is followed by advice`() throws {
    let sections = try Self.text("docs/troubleshooting.md").components(separatedBy: "\n### ").dropFirst()
    for section in sections {
      let lines = section.components(separatedBy: "\n")
      #expect(lines.count > 1 && lines[1].count > 20, "\(lines[0])")
    }
  }
}
