import Foundation
import Testing

/// Checks the page's scripts in `companion-pages/`.
@Suite struct PageScriptTests {
  private static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "companion-pages")

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
  }

  private func scripts() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".js") }
      .sorted()
  }

  /// The script without its comments and strings, which may hold any character.
  private func code(_ name: String) throws -> String {
    try text(name)
      .replacing(/\/\*.*?\*\//.dotMatchesNewlines(), with: "")
      .replacing(/'(?:[^'\\\n]|\\.)*'/, with: "''")
      .replacing(/\/\/[^\n]*/, with: "")
  }

  @Test func `the page loads every script once, in an order that ends with page.js`() throws {
    let loaded = try text("page.html").matches(of: /<script src="([a-z0-9-]+\.js)"><\/script>/).map {
      String($0.1)
    }
    #expect(loaded.sorted() == (try scripts()))
    #expect(loaded.first == "words.js" && loaded.last == "page.js")
    // A script or style in the page itself would be refused by the content security policy.
    #expect(try text("page.html").firstMatch(of: /<script>|<style| style=| on[a-z]+=/) == nil)
  }

  @Test func `no script has syntax that web views of years ago do not know`() throws {
    for name in try scripts() {
      let newer = try code(name).firstMatch(
        of: /=>|`|\?\.[^0-9]|\?\?|\.\.\.|\b(?:async|await|let|const|import|export)\b/)
      #expect(newer == nil, "\(name): \(newer.map { String($0.0) } ?? "")")
    }
  }

  @Test func `no script makes markup of a text`() throws {
    for name in try scripts() {
      let markup = try code(name).firstMatch(
        of: /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/)
      #expect(markup == nil, "\(name): \(markup.map { String($0.0) } ?? "")")
    }
  }

  @Test func `every word is there in both languages with the same places, and is used`() throws {
    let parts = try text("words.js").split(separator: "    en: {")
    try #require(parts.count == 2)
    func words(_ part: Substring) -> [String: [String]] {
      let lines = part.matches(of: /\n      ([A-Za-z]+): '(.*)'/)
      return Dictionary(
        lines.map { line in
          (String(line.1), line.2.matches(of: /\{[a-z]+\}/).map { String($0.0) }.sorted())
        }, uniquingKeysWith: { first, _ in first + ["twice"] })
    }
    let chinese = words(parts[0])
    #expect(chinese.count > 80 && chinese == words(parts[1]))
    let others = try scripts().filter { $0 != "words.js" }.map { try text($0) }.joined()
    let unused = chinese.keys.filter { !others.contains("'\($0)'") }
    #expect(unused.isEmpty, "\(unused)")
  }
}
