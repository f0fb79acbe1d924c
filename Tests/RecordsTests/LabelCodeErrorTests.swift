import Records
import Testing

/// What the check character is for: errors of the hand.
@Suite struct LabelCodeErrorTests {
  private let codes = [0, 1, 466_560, 2_176_782_335, 123_456_789].map {
    LabelCode(region: "150621", serial: CodeSerial(number: $0)!)!
  }

  @Test func findsNeighboursSwapped() {
    for code in codes {
      let plain = Array(code.description.filter { $0 != "-" })
      for position in plain.indices.dropLast() where plain[position] != plain[position + 1] {
        var wrong = plain
        wrong.swapAt(position, position + 1)
        #expect(LabelCode(String(wrong)) == nil, "\(code) at \(position)")
      }
    }
  }

  @Test func readsTheCodeBackHoweverItIsTyped() {
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
  func refusesWhatIsNoCode(text: String) {
    #expect(LabelCode(text) == nil)
  }

  @Test(arguments: [
    "", "00A000", "00A000+", "00A000+0", "00A000+-1", "00A000+1000001", "ZZZZZZ+2", "00A00+5", "00A000+5+5",
    "00A000+99999999999999999999",
  ])
  func refusesWhatIsNoBlock(text: String) {
    #expect(CodeBlock(region: "150621", text) == nil)
  }

  @Test func countsABlockToItsEnd() throws {
    let block = try #require(CodeBlock(region: "150621", "zzzzzy+2"))
    #expect(block.description == "ZZZZZY+2")
    #expect(block.code(at: 1)?.serial.description == "ZZZZZZ")
    #expect(block.code(at: 2) == nil)
    #expect(block.code(at: -1) == nil)
    #expect(CodeBlock(region: "15062", "00A000+5") == nil)
  }
}
