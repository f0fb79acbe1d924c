import Foundation
import TestSupport
import Testing

@testable import Records

/// Checks that documents from files, modules and platforms are read, or refused with the line.
struct JSONReaderTests {
  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/Documents/513-brackets.json")

  private func fault(_ bytes: some Sequence<UInt8>, maxBytes: Int = 1 << 20) -> JSONFault? {
    do throws(JSONFault) {
      _ = try JSONReader.value(of: bytes, maxBytes: maxBytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func `513 opening brackets are refused and end no process`() throws {
    let bytes = try Data(contentsOf: Self.fixture)
    #expect(bytes.filter { $0 == 0x5B }.count == 513)
    #expect(fault(bytes) == JSONFault(reason: .tooDeep(maxDepth: 64), offset: 64, line: 1, column: 65))
    #expect(throws: JSONFault.self) { try RecordCoding.decode([String].self, from: bytes) }
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":", "[[],", "{\"a\":{},\"b\":"])
  func `brackets of any kind and number are refused where they are not closed`(piece: String) {
    for count in [1, 31, 32, 33, 64, 65, 511, 512, 513, 514, 1025] {
      #expect(fault(Array(String(repeating: piece, count: count).utf8)) != nil, "\(count) of \(piece)")
    }
  }

  @Test func `64 levels are read and 65 are not`() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
    }
    #expect(fault(nested(64)) == nil)
    #expect(fault(nested(65))?.reason == .tooDeep(maxDepth: 64))
  }

  static let slips: [(String, JSONFault.Reason, line: Int, column: Int)] = [
    ("", .unfinished, 1, 1), (" \n ", .unfinished, 2, 2), ("{\n  \"a\": 1,\n}", .unexpected, 3, 1),
    ("{\"a\" 1}", .unexpected, 1, 6), ("[1 2]", .unexpected, 1, 4), ("[1,]", .unexpected, 1, 4),
    ("[1}", .unexpected, 1, 3), ("{\"a\":1]", .unexpected, 1, 7), ("[]]", .unexpected, 1, 3),
    ("[] []", .unexpected, 1, 4), (",", .unexpected, 1, 1), ("{1: 2}", .unexpected, 1, 2),
    ("{'a': 1}", .unexpected, 1, 2), ("tru", .unfinished, 1, 4), ("trux", .unexpected, 1, 4),
    ("nulll", .unexpected, 1, 5), ("NaN", .unexpected, 1, 1), ("01", .unexpected, 1, 2),
    ("+1", .unexpected, 1, 1), ("-", .unfinished, 1, 2), (".5", .unexpected, 1, 1), ("1.", .unfinished, 1, 3),
    ("1e", .unfinished, 1, 3), ("1e999", .number, 1, 1), ("[0,\n-1e309]", .number, 2, 1),
    ("\"a", .unfinished, 1, 3), ("\"a\nb\"", .unexpected, 1, 3), ("\"树林\u{0}\"", .unexpected, 1, 4),
    ("\"\\x\"", .unexpected, 1, 3), ("\"\\u12g4\"", .unexpected, 1, 6), ("\"\\ud800\"", .unexpected, 1, 8),
    ("\"\\ud800\\n\"", .unexpected, 1, 2), ("\"\\udc00\"", .unexpected, 1, 2),
    ("\"\\ud83d\\u0041\"", .unexpected, 1, 2), ("{\"名\": \"某\"\n \"b\": 1}", .unexpected, 2, 2),
    ("// a\n1", .unexpected, 1, 1), ("\u{FEFF}{", .unfinished, 1, 2), ("\u{FEFF}\u{FEFF}1", .unexpected, 1, 1),
  ]

  @Test(arguments: slips.indices)
  func `a slip is named by its line and character`(index: Int) throws {
    let (text, reason, line, column) = Self.slips[index]
    let fault = try #require(self.fault(Array(text.utf8)), "\(text)")
    #expect(fault.reason == reason, "\(text)")
    #expect(fault.line == line && fault.column == column, "\(text) at \(fault.line):\(fault.column)")
  }

  @Test func `what is not UTF-8 is named by its line`() {
    let gb18030: [UInt8] = Array("{\n\"unitName\": \"".utf8) + [0xC4, 0xB3, 0xC6, 0xFB] + Array("\"}".utf8)
    // The first two bytes are also a valid UTF-8 character by chance.
    #expect(fault(gb18030) == JSONFault(reason: .encoding, offset: 17, line: 2, column: 15))
    #expect(fault([0xFF, 0xFE, 0x7B, 0x00])?.reason == .encoding)
    #expect(fault([0x22, 0xED, 0xA0, 0x80, 0x22])?.reason == .encoding)
  }

  @Test func `a document that is too large is not looked at`() {
    let bytes = [UInt8](repeating: 0x5B, count: 101)
    #expect(fault(bytes, maxBytes: 100)?.reason == .tooLarge(maxBytes: 100))
    #expect(fault(Array("[\(String(repeating: " ", count: 98))]".utf8), maxBytes: 100) == nil)
  }

  @Test func `a byte order mark, every escape and every number form are read`() throws {
    let text =
      "\u{FEFF} {\"a\": [true, false, null, -0, 0.5, 1e3, -1.25E-2, 9007199254740993], "
      + #""\ud83d\ude00\u0041\"\\\/\b\f\n\r\t": "树林召镇"} "#
    let value = try JSONReader.value(of: Array(text.utf8))
    #expect(value["😀A\"\\/\u{8}\u{C}\n\r\t"] == .string("树林召镇"))
    #expect(
      value["a"]
        == .array([
          .bool(true), .bool(false), .null, .number(0), .number(0.5), .number(1000), .number(-0.0125),
          .number(9_007_199_254_740_992),
        ]))
  }

  /// Compares the check with Foundation's JSONSerialization, which shares no code with it. JSONSerialization
  /// accepts a comma before a closing bracket, which RFC 8259 does not.
  @Test func `3,000 mutated documents are taken and refused as another reader does`() throws {
    let seeds = [
      #"{"owner": {"unitName": "某汽修厂", "operators": 2}, "welder": {"maxPowerKilowatts": 7.5, "tags": [1, null]}}"#,
      #"[[1.5e3, -0, true], {"a\u00e9": "\ud83d\ude00", "b": [[[]]]}, "x\n\t", false, {}]"#,
      #"{"error": {"code": "installation.incomplete", "missing": {"files": ["../x"], "keys": []}}}"#,
    ].map { Array($0.utf8) }
    let pieces = "[]{}:,\"\\/u0e.-+ntf \n1é".utf8
    var dice = SplitMix64(seed: 19)
    var refused = 0
    for round in 0..<3_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<(1 + dice.next(below: 3)) {
        let place = dice.next(below: bytes.count)
        switch dice.next(below: 4) {
        case 0: bytes[place] = Array(pieces)[dice.next(below: pieces.count)]
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array(pieces)[dice.next(below: pieces.count)], at: place)
        default: bytes[place] ^= UInt8(1 << dice.next(below: 8))
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      let fault = fault(bytes)
      let isTaken = fault == nil
      let other = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
      let isLastComma = fault.map { fault in
        fault.offset < bytes.count && [0x5D, 0x7D].contains(bytes[fault.offset])
          && bytes[..<fault.offset].last { $0 > 0x20 } == UInt8(ascii: ",")
      }
      if other, isLastComma == true { continue }
      #expect(isTaken == other, "\(round): \(String(decoding: bytes, as: UTF8.self))")
      if !isTaken { refused += 1 }
    }
    #expect((1_000...2_900).contains(refused), "\(refused) of 3,000")
  }
}
