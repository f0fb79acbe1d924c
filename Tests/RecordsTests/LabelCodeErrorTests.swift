import Records
import Testing

/// Makes the typing errors that the check character is to detect.
@Suite struct LabelCodeErrorTests {
  private let codes = [0, 1, 466_560, 2_176_782_335, 123_456_789].map {
    LabelCode(region: "150621", serial: CodeSerial(number: $0)!)!
  }

  @Test func `finds neighbours swapped`() {
    for code in codes {
      let plain = Array(code.description.filter { $0 != "-" })
      for position in plain.indices.dropLast() where plain[position] != plain[position + 1] {
        var wrong = plain
        wrong.swapAt(position, position + 1)
        #expect(LabelCode(String(wrong)) == nil, "\(code) at \(position)")
      }
    }
  }

  @Test func `reads the code back however it is typed`() {
    for code in codes {
      let text = code.description
      let wide = String(
        String.UnicodeScalarView(text.unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 }))
      for typed in [text, text.lowercased(), text.filter { $0 != "-" }, " \(text) ", wide] {
        #expect(LabelCode(typed) == code)
      }
    }
  }

  @Test(
    arguments: [
      "", "-", "150621", "150621-00A000", "150621-00A000-", "150621-00A000-XX", "15062A-00A000-X",
      "150621-00A00é-X",
      "150621-00A0 0-X-", "１５０６２１", "https://a/w/150621-00A000-X",
    ])
  func `refuses what is no code`(text: String) {
    #expect(LabelCode(text) == nil)
  }

  @Test(arguments: [
    "", "00A000", "00A000+", "00A000+0", "00A000+-1", "00A000+1000001", "ZZZZZZ+2", "00A00+5", "00A000+5+5",
    "00A000+99999999999999999999",
  ])
  func `refuses what is no block`(text: String) {
    #expect(CodeBlock(region: "150621", text) == nil)
  }

  @Test func `counts a block to its end`() throws {
    let block = try #require(CodeBlock(region: "150621", "zzzzzy+2"))
    #expect(block.description == "ZZZZZY+2")
    #expect(block.code(at: 1)?.serial.description == "ZZZZZZ")
    #expect(block.code(at: 2) == nil)
    #expect(block.code(at: -1) == nil)
    #expect(CodeBlock(region: "15062", "00A000+5") == nil)
  }

  @Test func `takes every dash for a hyphen`() {
    for code in codes {
      for dash in [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}", "\u{FF0D}",
        "\u{AD}", "\u{FE63}",
      ] {
        #expect(LabelCode(code.description.replacing("-", with: dash)) == code)
      }
    }
  }

  @Test func `a letter typed for a digit is found by the check character`() {
    var (found, tried) = (0, 0)
    for number in stride(from: 466_560, to: 466_560 + 36 * 36 * 40, by: 7) {
      let code = LabelCode(region: "150621", serial: CodeSerial(number: number)!)!
      let text = Array(code.description)
      for position in 7..<text.count where "01OI".contains(text[position]) {
        var typed = text
        typed[position] = ["0": "O", "1": "I", "O": "0", "I": "1"][text[position]]!
        #expect(LabelCode(String(typed)) == nil)
        tried += 1
        found += LabelCode(meantBy: String(typed)) == code ? 1 : 0
      }
    }
    #expect(tried > 5_000 && found * 100 > tried * 80, "\(found) of \(tried)")
    for code in codes {
      // Every zero and every one is typed as a letter, as from a label in a typeface in which they look alike.
      let typed = code.description.replacing("0", with: "O").replacing("1", with: "l")
      #expect(LabelCode(typed) != nil || LabelCode(meantBy: typed) == code, "\(typed)")
    }
    #expect(LabelCode(meantBy: codes[0].description) == nil)
    #expect(LabelCode(meantBy: "15O62l-oo0000-\(codes[0].checkCharacter)") == codes[0])
    #expect(LabelCode(meantBy: "150621-00A000-0") == nil)
  }
}
