import Drawing
import Foundation
import Records
import Tables
import TestSupport
import Testing

@testable import Labels

/// Checks templates and lists that are cut, doubled and overwritten, in the same way in every run.
@Suite struct MalformedTests {
  @Test func `a thousand malformed templates are refused with file and place, or are whole`() throws {
    var random = SplitMix64(seed: 20_261_125)
    let sources = try ["acrylic-60x40", "round-50", "thermal-50x30"].map {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Sample.root)/label-templates/\($0).json")))
    }
    let spice = Array("\"{}[],:-9e.\u{7}".utf8)
    var refused = 0
    for _ in 0..<1_000 {
      let bytes = random.spoil(
        sources[random.next(below: sources.count)], with: spice, most: 3, longest: 40)
      do {
        let template = try LabelTemplate(json: Data(bytes), file: "bad.json")
        #expect(template.widthMillimetres > 0 && !template.elements.isEmpty)
      } catch {
        guard case .templateRejected(let file, let problems) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(file == "bad.json" && !problems.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 700, "\(refused) refused")
  }

  @Test func `of a thousand malformed lists every row is either whole or reported with its line`() throws {
    var random = SplitMix64(seed: 20_261_126)
    let template = try Sample.template()
    let spice: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x00, 0xFF, 0x81, 0x41, 0x20]
    var faulty = 0
    for _ in 0..<1_000 {
      var bytes = Array("编码,单位名称,街道\n".utf8)
      for number in 0..<4 { bytes += Array("\(Sample.code(466_560 + number)),\"老王, 电焊\",树林召镇\n".utf8) }
      bytes = random.spoil(bytes, with: spice, most: 4, longest: 30)
      guard let table = try? CSVTable(bytes) else {
        faulty += 1
        continue
      }
      let list = LabelList(table, for: template)
      if !list.problems.isEmpty { faulty += 1 }
      #expect(list.problems.allSatisfy { $0.line >= 1 })
      #expect(Set(list.problems.map(\.line)).isDisjoint(with: list.rows.map(\.line)))
      #expect(Set(list.rows.map(\.code)).count == list.rows.count)
    }
    #expect(faulty > 600, "\(faulty) with a fault")
  }

  @Test func `a ZPL graphic has the picture's dots, and no more`() throws {
    let made = try LabelMaker(template: Sample.catalogue.template(named: "thermal-50x30")).make(
      fields: Sample.fields, payload: Sample.payload())
    let image = try GreyImage(png: made.bytes)
    let text = String(decoding: ZPL.label(image), as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    let rowBytes = (image.widthPixels + 7) / 8
    let head = try #require(lines.first)
    #expect(head.hasPrefix("^XA^PW\(image.widthPixels)^LL\(image.heightPixels)"))
    #expect(
      head.hasSuffix("^GFA,\(rowBytes * image.heightPixels),\(rowBytes * image.heightPixels),\(rowBytes),"))
    #expect(lines.last == "^FS^PQ1^XZ" && lines.count == image.heightPixels + 2)
    // The label is drawn again from the hexadecimal digits and read.
    var pixels: [UInt8] = []
    for line in lines.dropFirst().dropLast() {
      let nibbles = line.compactMap(\.hexDigitValue)
      try #require(nibbles.count == 2 * rowBytes)
      pixels += (0..<image.widthPixels).map { nibbles[$0 / 4] & (8 >> ($0 % 4)) == 0 ? 255 : 0 }
    }
    #expect(pixels == image.pixels)
    let drawn = GreyImage(
      widthPixels: image.widthPixels, heightPixels: image.heightPixels, pixelsPerMetre: nil, pixels: pixels)
    #expect(try LabelInspection.symbols(in: drawn).map(\.text) == [made.payload.text])
  }
}
