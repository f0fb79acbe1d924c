import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct CSVTableTests {
  private func table(_ text: String, limits: CSVTable.Limits = .init()) throws -> CSVTable {
    try CSVTable(Array(text.utf8), limits: limits)
  }

  struct Good: CustomTestStringConvertible {
    let text: String
    let rows: [[String]]
    var testDescription: String { text.debugDescription }
  }

  @Test(arguments: [
    Good(text: "a,b\n1,2\n", rows: [["1", "2"]]),
    Good(text: "a,b\r\n1,2\r\n3,4", rows: [["1", "2"], ["3", "4"]]),
    Good(text: "a,b\r1,2\r", rows: [["1", "2"]]),
    Good(text: "\u{FEFF}a,b\n1,2", rows: [["1", "2"]]),
    Good(text: "a,b\n\"1,\"\"x\"\"\",\"\"\n", rows: [["1,\"x\"", ""]]),
    Good(text: "a,b\n\"1\r\n2\",3\n", rows: [["1\n2", "3"]]),
    Good(text: "\n\na,b\n\n1,\n,,,\n,\n", rows: [["1", ""]]),
    Good(text: "a,b\n 1 ,\t2\n", rows: [[" 1 ", "\t2"]]),
    Good(text: "a\n树林召镇\n🔥\n", rows: [["树林召镇"], ["🔥"]]),
    Good(text: "a,b", rows: []),
    // A row may have fewer or more cells than the header where these are empty.
    Good(text: "a,b,c\n1,2\n3\n4,5,6,,\n", rows: [["1", "2", ""], ["3", "", ""], ["4", "5", "6"]]),
    Good(text: "a,b\n1,2\n\u{1A}", rows: [["1", "2"]]),
    Good(text: "a,b\n1,2\u{1A}\u{1A}", rows: [["1", "2"]]),
    Good(text: "a,b\n=\"01\",\"=\"\"02\"\"\"\n=1,=\"\"\n", rows: [["01", "02"], ["=1", ""]]),
    Good(text: "a;b\n1,5;2\n", rows: [["1,5", "2"]]),
    Good(text: "a\tb\n1,5\t\"2\t3\"\n", rows: [["1,5", "2\t3"]]),
    Good(text: "\"a;x\",b\n1;,2\n", rows: [["1;", "2"]]),
    Good(text: ";;\na;b\n1;2\n", rows: [["1", "2"]]),
    Good(text: "sep=,\r\na,b\r\n1;2;3;4,5\r\n", rows: [["1;2;3;4", "5"]]),
    Good(text: "\u{FEFF}SEP=;\na;b,c,d\n1;2,\n", rows: [["1", "2,"]]),
    Good(text: "\"sep=|\"\na|b\n1|2\n", rows: [["1", "2"]]),
    Good(text: "sep=\t\na\tb\n1\t2\n", rows: [["1", "2"]]),
  ])
  func `reads what spreadsheets write`(good: Good) throws {
    let table = try table(good.text)
    #expect(table.rows.map(\.values) == good.rows)
    #expect(table.problems.isEmpty)
    #expect(table.encoding == .utf8)
  }

  struct Bad: CustomTestStringConvertible {
    let text: String
    let problems: [CSVProblem]
    let rows: Int
    var testDescription: String { text.debugDescription }
  }

  private static func problem(_ line: Int, _ fault: CSVProblem.Fault) -> CSVProblem {
    CSVProblem(line: line, fault: fault)
  }

  @Test(arguments: [
    Bad(
      text: "a,b\n1\n2,3\n4,5,6\n",
      problems: [problem(4, .fieldCount(found: 3, wanted: 2))], rows: 2),
    Bad(
      text: "a,b\n\"1\n3,4,5",
      problems: [
        problem(2, .quoteOpen), problem(3, .fieldCount(found: 3, wanted: 2)),
      ], rows: 0),
    Bad(text: "a,b\n\"1\"x,2\n3,4\n", problems: [problem(2, .quoteFollowed)], rows: 1),
    Bad(text: "a,b\n\"1\n\",2\n3\"4,5\n6,7\n", problems: [problem(4, .quoteInside)], rows: 2),
    Bad(text: "a,b\n1,\u{0}\n3,4\n", problems: [problem(2, .controlCharacter)], rows: 1),
    Bad(text: "a,b\n\"1\u{7F}\",2\n", problems: [problem(2, .controlCharacter)], rows: 0),
    Bad(
      text: "a,b\n123456789,2\n\"123456789\",2\n12345678,\"12345678\"\n",
      problems: [
        problem(2, .fieldTooLong(maxBytes: 8)), problem(3, .fieldTooLong(maxBytes: 8)),
      ], rows: 1),
    Bad(text: "a\"b\n1\n", problems: [problem(1, .quoteInside)], rows: 0),
  ])
  func `names the line of every bad row and reads the others`(bad: Bad) throws {
    let table = try table(bad.text, limits: .init(fieldBytes: 8))
    #expect(table.problems == bad.problems)
    #expect(table.rows.count == bad.rows)
  }

  // MARK: - Quotes across rows

  @Test(arguments: [
    Bad(
      text: "code,unit,street\nC1,\"小山店,树林召镇\nC2,第二店\",树林召镇\nC3,老王,白泥井镇\n",
      problems: [problem(2, .quoteAcrossRows(lastLine: 3))], rows: 1),
    Bad(
      text: "code,unit,remark\r\nC1,一店,\"a\r\nC2,二店,x\r\nC3,三店,b\"\r\nC4,四店,y",
      problems: [problem(2, .quoteAcrossRows(lastLine: 4))], rows: 1),
    // The quote closes at the end of the file.
    Bad(
      text: "code;unit\rC0;x\rC1;\"a\rC2;b\"",
      problems: [problem(3, .quoteAcrossRows(lastLine: 4))], rows: 1),
    // The stray quote opens in a later column than the one in which it closes.
    Bad(
      text: "sep=|\na|b|c\n1|2|\"3\n4\"|5|6\n7|8|9\n",
      problems: [problem(3, .quoteAcrossRows(lastLine: 4))], rows: 1),
    // The stray quote ends at the first quote of a quoted field.
    Bad(
      text: "a\tb\tc\n1\t\"2\t3\n4\t5\t6\n7\t\"8\"\t9\n1\t2\t3\n",
      problems: [problem(2, .quoteAcrossRows(lastLine: 4))], rows: 1),
    Bad(
      text: "a,b\n1,\"2\"\"\n\"\"3,4\"\n5,6\n",
      problems: [problem(2, .quoteAcrossRows(lastLine: 3))], rows: 1),
    // A header that swallows the first row leaves no readable header.
    Bad(
      text: "code,\"unit,street\nC1,店\",镇\nC2,店,镇\n",
      problems: [problem(1, .quoteAcrossRows(lastLine: 2))], rows: 0),
  ])
  func `names the row in which a stray quote swallows other rows`(bad: Bad) throws {
    let table = try table(bad.text)
    #expect(table.problems == bad.problems)
    #expect(table.rows.count == bad.rows)
    #expect(Array(table.rows).count == bad.rows)
  }

  @Test(arguments: [
    Good(
      text: "code,address,street\nC1,\"达旗,东街，3号\n二楼，左\",树林召镇\nC2,x,y\n",
      rows: [["C1", "达旗,东街，3号\n二楼，左", "树林召镇"], ["C2", "x", "y"]]),
    Good(
      text: "code,unit,remark\r\nC1,店,\"只在早上，上午\r\n来, 打电话\"\r\nC2,x,y",
      rows: [["C1", "店", "只在早上，上午\n来, 打电话"], ["C2", "x", "y"]]),
    Good(text: "a,b,c\n\"1\n2\",\"3\n4\",\"5\n6\"\n", rows: [["1\n2", "3\n4", "5\n6"]]),
    Good(text: "a,b\n\"1,,,\",\"\"\"2,,\"\"\"\n", rows: [["1,,,", "\"2,,\""]]),
    Good(text: "a\n\"1\n2\"\n3\n", rows: [["1\n2"], ["3"]]),
    Good(text: "a;\"b\n(c)\";d\n1;2;3\n", rows: [["1", "2", "3"]]),
  ])
  func `reads cells with line breaks`(good: Good) throws {
    let table = try table(good.text)
    #expect(table.rows.map(\.values) == good.rows)
    #expect(table.problems.isEmpty)
  }

  @Test func `a stray pair of quotes in 2,000 rows loses nothing without a word`() throws {
    var lines = ["code,unit,street,remark"]
    for number in 1...2_000 { lines.append("C\(number),第\(number)店,\"树林召镇, 东街\",") }
    lines[1_200] = "C1200,店,\"镇, 街\",\"a"
    lines[1_201] = "C1201,店,镇,"
    lines[1_202] = "C1202,店,镇,b\""
    let table = try table(lines.joined(separator: "\r\n") + "\r\n")
    #expect(table.problems == [Self.problem(1_201, .quoteAcrossRows(lastLine: 1_203))])
    let swallowed = Set(1_201...1_203)
    #expect(table.rows.map(\.line) == (2...2_001).filter { !swallowed.contains($0) })
    #expect(table.rows.count == 1_997)
    #expect(table.rows.allSatisfy { $0.values[0] == "C\($0.line - 1)" })
  }

  @Test func `a sheet of a CSV names the row in which a stray quote swallows other rows`() throws {
    let text =
      "名单，共 4 人\n序号,\"姓名\n(全称)\",备注\n1,甲,\"早上\n来, 打电话\"\n2,乙,\"a\n3,丙,x\n4,丁,b\"\n5,戊,\n6,己,\n"
    let sheet = try Sheet(csv: Array(text.utf8), limits: .init())
    #expect(sheet.rows.map(\.number) == [1, 2, 4, 6, 9, 10])
    #expect(sheet.rows.map(\.fault) == [nil, nil, nil, .quoteAcrossRows(lastLine: 8), nil, nil])
    #expect(sheet.rows[3].cells.isEmpty)
  }

  // MARK: - No table

  @Test func `refuses what is no table`() {
    #expect(throws: CSVError.empty) { try table("") }
    #expect(throws: CSVError.empty) { try table("\r\n,,\n") }
    #expect(throws: CSVError.tooLarge(bytes: 5, maxBytes: 4)) { try table("a\n1\n2", limits: .init(bytes: 4)) }
    #expect(throws: CSVError.tooManyRows(max: 2)) { try table("a\n1\n2\n3", limits: .init(rows: 2)) }
    #expect(throws: CSVError.tooManyColumns(count: 3, max: 2)) {
      try table("a,b,c", limits: .init(columns: 2))
    }
    #expect(throws: CSVError.brokenText(.utf8, lines: [1])) {
      try CSVTable([0xEF, 0xBB, 0xBF, 0x61, 0xD6, 0xD0])
    }
  }

  @Test(
    arguments: [
      ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], CSVError.DocumentKind.xls),
      (Array("PK\u{3}\u{4}\u{14}\u{0}xl/workbook.xml".utf8), .xlsx),
      (Array("PK\u{3}\u{4}mimetypeapplication/vnd.oasis.opendocument.spreadsheet".utf8), .ods),
      (Array("PK\u{3}\u{4}list.csv".utf8), .zip), (Array("\r\n<HTML><table>".utf8), .markup),
      (Array("\u{FEFF}<?xml version=\"1.0\"?>".utf8), .markup),
    ] as [([UInt8], CSVError.DocumentKind)])
  func `names a document that is not text`(bytes: [UInt8], kind: CSVError.DocumentKind) {
    #expect(throws: CSVError.document(kind)) { try CSVTable(bytes) }
  }

  // MARK: - GB18030

  /// The table 编码,单位名称 / 1,树林召镇 / 2,"㐂,𠮷" in GB18030, in which the last two characters take four bytes each.
  private static let chinese: [UInt8] =
    [0xB1, 0xE0, 0xC2, 0xEB, 0x2C, 0xB5, 0xA5, 0xCE, 0xBB, 0xC3, 0xFB, 0xB3, 0xC6, 0x0D, 0x0A]
    + [0x31, 0x2C, 0xCA, 0xF7, 0xC1, 0xD6, 0xD5, 0xD9, 0xD5, 0xF2, 0x0D, 0x0A]
    + [0x32, 0x2C, 0x22, 0x81, 0x39, 0xEF, 0x31, 0x2C, 0x95, 0x34, 0xB2, 0x35, 0x22]

  @Test func `reads GB18030`() throws {
    let table = try CSVTable(Self.chinese)
    #expect(table.encoding == .gb18030)
    #expect(table.header.values == ["编码", "单位名称"])
    #expect(table.rows.map(\.values) == [["1", "树林召镇"], ["2", "㐂,𠮷"]])
  }

  @Test func `reads GB18030 that is longer than its buffer`() throws {
    let row = Array(Self.chinese[15..<27])
    let table = try CSVTable(Self.chinese + [0x0D, 0x0A] + (0..<20_000).flatMap { _ in row })
    #expect(table.rows.count == 20_002)
    #expect(Set(table.rows.dropFirst(2).map(\.values)) == [["1", "树林召镇"]])
  }

  @Test func `names the line where GB18030 is cut`() {
    #expect(throws: CSVError.brokenText(.gb18030, lines: [4])) {
      try CSVTable(Self.chinese + [0x0A, 0x31, 0x2C, 0xCA])
    }
  }

  // MARK: - Malformed

  /// Reads tables in UTF-8 and in GB18030 in which random bytes are inserted, overwritten, removed or repeated.
  @Test func `reads or refuses a thousand malformed tables, never more than there is`() throws {
    var random = SplitMix64(seed: 20_261_124)
    let whole =
      "编码,单位名称,街道\r\n150621-00A000-X,\"达旗, 电焊铺\",树林召镇\r\n150621-00A001-V,\"老王\"\"焊\"\"\",白泥井镇\n"
    let sources = [Array(whole.utf8), Self.chinese, Array("a,b\n1,2\n".utf8)]
    let spice: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x00, 0xFF, 0x81, 0x39, 0xEF, 0x80, 0x41, 0x20]
    var (clean, bad, refused) = (0, 0, 0)
    for _ in 0..<1_000 {
      var bytes = sources[random.next(below: sources.count)]
      for _ in 0...random.next(below: 8) {
        let place = random.next(below: bytes.count + 1)
        switch random.next(below: 4) {
        case 0: bytes.insert(spice[random.next(below: spice.count)], at: place)
        case 1 where place < bytes.count: bytes[place] = spice[random.next(below: spice.count)]
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.next(below: 6)))
        default: bytes += bytes.prefix(place)
        }
      }
      do {
        let table = try CSVTable(bytes, limits: .init(bytes: 5_000, rows: 50, columns: 8, fieldBytes: 60))
        let lines = 1 + bytes.count { $0 == 0x0A || $0 == 0x0D }
        #expect(table.rows.allSatisfy { $0.values.count == table.header.values.count })
        #expect((table.rows.map(\.line) + table.problems.map(\.line)).allSatisfy { (1...lines).contains($0) })
        #expect(Set(table.problems.map(\.line)).isDisjoint(with: table.rows.map(\.line)))
        if table.problems.isEmpty { clean += 1 } else { bad += 1 }
      } catch {
        refused += 1
      }
    }
    #expect(clean > 50 && bad > 50 && refused > 50, "\(clean) clean, \(bad) with bad rows, \(refused) refused")
  }
}
