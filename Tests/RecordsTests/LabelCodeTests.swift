import Testing

@testable import Records

@Suite struct LabelCodeTests {
  @Test func `check character matches the published example`() {
    // The example of ISO/IEC 7064 MOD 37,36 in the documentation of the Global Release Identifier.
    #expect(LabelCode.checkCharacter(over: "A12425GABC1234002") == "M")
  }

  @Test func `every single wrong character is refused`() throws {
    let serial = try #require(CodeSerial("00A0Z9"))
    let code = try #require(LabelCode(region: "150621", serial: serial))
    let plain = Array(code.description.filter { $0 != "-" })
    for index in plain.indices {
      for other in CodeSerial.alphabet where other != plain[index] {
        var wrong = plain
        wrong[index] = other
        #expect(LabelCode(String(wrong)) == nil)
      }
    }
  }

  @Test func `reads lower case full width and missing hyphens`() throws {
    let code = try #require(LabelCode(region: "150621", serial: CodeSerial("00A000")!))
    #expect(LabelCode(code.description.lowercased()) == code)
    #expect(LabelCode(code.description.filter { $0 != "-" }) == code)
    #expect(LabelCode("１５０６２１－００Ａ０００－\(code.checkCharacter)") == code)
  }

  @Test func `block ends at the last serial`() {
    #expect(CodeBlock(region: "150621", "ZZZZZZ+1") != nil)
    #expect(CodeBlock(region: "150621", "ZZZZZZ+2") == nil)
    #expect(CodeBlock(region: "150621", "00A000+0") == nil)
    #expect(CodeBlock(region: "15062", "00A000+5") == nil)
    #expect(CodeBlock(region: "150621", "00A000+9223372036854775807") == nil)
  }
}
