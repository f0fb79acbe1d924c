import Drawing
import Foundation
import Records
import Testing

@testable import Labels

/// Checks that every text which the registration accepts appears on a label.
@Suite struct FontChainTests {
  @Test(arguments: ["ᠮᠣᠩᠭᠣᠯ 示例", "䶮𠮷\u{2A701}\u{2CEB5}焊铺", "葛\u{E0100}记焊铺"])
  func `a name that can be registered is drawn`(name: String) throws {
    let text = try WrittenText(name, .title, drawnBy: Coverage()).text
    let maker = try LabelMaker(template: Sample.template())
    let made = try maker.make(fields: ["unitName": text, "street": "树林召镇"], payload: Sample.payload())
    #expect(made.verified)
    // The name adds ink to the label.
    let without = try maker.make(fields: ["unitName": "一", "street": "树林召镇"], payload: Sample.payload())
    func ink(_ label: Label) throws -> Int { try GreyImage(png: label.bytes).pixels.count { $0 == 0 } }
    #expect(try ink(made) > ink(without) + 500)
  }

  private struct Coverage: GlyphCoverage {
    func firstWithoutGlyph(in text: String) -> Unicode.Scalar? { FontCoverage().firstWithoutGlyph(in: text) }
  }
}
