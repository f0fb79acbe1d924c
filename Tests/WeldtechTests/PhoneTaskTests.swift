import Foundation
import Labels
import TestSupport
import Testing

@testable import weldtech

/// Checks what a task on a phone leaves in the home, and the symbol that leads to its page.
@Suite struct PhoneTaskTests {
  /// An address of the maximum length that the program makes.
  private static let address = "http://192.168.100.100:54321/AbCdEfGhIjKlMnOpQrSt-_/"

  @Test func `the symbol is read from its picture, and fits windows of 37 columns with a quiet zone of two`()
    throws
  {
    let symbol = try PhoneSymbol(Self.address)
    #expect(try LabelReader.read(png: symbol.png()) == [Self.address])
    #expect(symbol.lines(columns: 36) == nil)
    for (columns, most) in [(37, 37), (80, 37)] {
      let lines = try #require(symbol.lines(columns: columns))
      let widths = Set(lines.map { line in line.description.count { $0 == "\u{2580}" } })
      let width = try #require(widths.first)
      #expect(widths.count == 1 && width <= most)
      #expect(lines.count == (width + 1) / 2)
    }
  }

  @Test func `folders of tasks that are over are removed, and no others`() throws {
    let desk = Desk()
    try desk.setUp()
    let (open, void) = (try desk.register(), try desk.register())
    _ = try desk.run(["void", void, "--reason", "登记错了"])
    let root = desk.home + "/companion"
    let tasks = [
      "photo-\(open)", "sign-\(void)", "install-\(void)", "register-7", "schemes-single-phase-inverter",
      "stray",
    ]
    for task in tasks {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(task)/uploads", withIntermediateDirectories: true)
    }
    try PhoneFolders(workplace: desk.workplace()).prepare(for: "install-\(void)")
    let left = try FileManager.default.contentsOfDirectory(atPath: root)
    #expect(
      Set(left) == ["photo-\(open)", "install-\(void)", "schemes-single-phase-inverter", "stray"])
  }
}
