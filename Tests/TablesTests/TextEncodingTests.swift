import Foundation
import TestSupport
import Testing

@testable import Tables

/// Checks the detection of a list's encoding. The bytes are made by iconv(1), which shares only the C library's
/// table of GB18030 with the reader.
@Suite struct TextEncodingTests {
  private func bytes(_ text: String, as encoding: String) throws -> [UInt8] {
    let outcome = try InstalledProgram("iconv").run(
      ["-f", "UTF-8", "-t", encoding], input: Data(text.utf8))
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    return [UInt8](outcome.outputBytes)
  }

  /// Words whose encoding is hard to detect: short words, rare characters, and words whose GB18030 bytes are
  /// valid UTF-8, or nearly so.
  private static let words = [
    "示例", "联通", "通", "电焊铺", "树林召镇老王电焊铺", "旮旯", "達拉特旗", "焊，焊。", "鑫鑫焊接", "𠮷野焊接", "ᠮᠣᠩᠭᠣᠯ", "王㛃",
    "达拉特旗示例焊铺", "曦", "哈斯·图雅",
  ]

  @Test(arguments: words)
  func `reads a word in whichever encoding it was written`(word: String) throws {
    let text = "code,unitName\r\n1,\(word)\r\n"
    for (name, encoding) in [
      ("UTF-8", TextEncoding.utf8), ("GB18030", .gb18030), ("UTF-16", .utf16), ("UTF-16LE", .utf16),
      ("UTF-16BE", .utf16),
    ] {
      // The detector has only the bytes of a single word, which may be of rare characters, to distinguish
      // GB18030 from UTF-8.
      let table = try CSVTable(try bytes(text, as: name))
      #expect(table.rows.map(\.values) == [["1", word]], "\(name) read as \(table.encoding)")
      #expect(table.encoding == encoding, "\(name)")
    }
  }

  @Test func `reads two thousand rows in every encoding alike, separated by tabs as Excel saves them`() throws {
    let rows = (0..<2_000).map {
      ["\($0)", Self.words[$0 % Self.words.count], $0.isMultiple(of: 3) ? "树林召镇" : ""]
    }
    let text = "序号\t名称\t街道\r\n" + rows.map { $0.joined(separator: "\t") + "\r\n" }.joined()
    for name in ["UTF-8", "GB18030", "UTF-16", "UTF-16LE", "UTF-16BE"] {
      let table = try CSVTable(try bytes(text, as: name))
      #expect(table.problems.isEmpty && table.header.values == ["序号", "名称", "街道"])
      #expect(table.rows.map(\.values) == rows, "\(name) read as \(table.encoding)")
    }
  }

  @Test func `an encoding that is told goes before what is found`() throws {
    let text = "code,unitName\n1,示例\n"
    let gb18030 = try bytes(text, as: "GB18030")
    #expect(try CSVTable(gb18030, encoding: .gb18030).encoding == .gb18030)
    #expect(throws: CSVError.brokenText(.utf8, lines: [2])) { try CSVTable(gb18030, encoding: .utf8) }
    let misread = try CSVTable(Array(text.utf8), encoding: .gb18030)
    #expect(misread.encoding == .gb18030 && misread.rows.map(\.values) != [["1", "示例"]])
    #expect(
      try CSVTable(try bytes(text, as: "UTF-16LE"), encoding: .utf16).rows.map(\.values) == [["1", "示例"]])
    #expect(throws: CSVError.brokenText(.utf16, lines: [3])) {
      try CSVTable(try bytes(text, as: "UTF-16LE") + [0x41], encoding: .utf16)
    }
    for name in ["utf-8", "UTF-8", "Utf8"] { #expect(TextEncoding(named: name) == .utf8) }
    for name in ["gb18030", "GB18030", "GBK", "gb2312"] { #expect(TextEncoding(named: name) == .gb18030) }
    for name in ["utf-16", "UTF-16", "utf16"] { #expect(TextEncoding(named: name) == .utf16) }
    #expect(TextEncoding(named: "latin1") == nil)
  }

  @Test func `a few broken characters do not make UTF-8 of GB18030, or the other way round`() throws {
    let line = "1,达拉特旗树林召镇电焊铺\n"
    for cut in 1...2 {
      let utf8 = Array("code,unitName\n\(line)\(line)".utf8).dropLast(1 + cut) + Array("\n\(line)".utf8)
      #expect(throws: CSVError.brokenText(.utf8, lines: [3])) { try CSVTable(Array(utf8)) }
    }
    let row = try bytes(line, as: "GB18030")
    let gb18030 = Array("code,unitName\n".utf8) + row + row.dropLast() + [0xFF, 0x0A] + row
    #expect(throws: CSVError.brokenText(.gb18030, lines: [3])) { try CSVTable(gb18030) }
  }
}
