import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelMakerTests {
  @Test(arguments: [300, 600, 1_200])
  func `a label reads back and has its physical size to a twentieth of a millimetre`(dotsPerInch: Int) throws {
    let maker = try LabelMaker(
      template: Sample.template(), settings: .init(dotsPerInch: dotsPerInch))
    let made = try maker.make(fields: Sample.fields, payload: Sample.payload())
    #expect(made.verified)
    #expect(try LabelReader.read(png: made.bytes) == ["https://weld.example.cn/w/150621-00A000-X"])
    let image = try GreyImage(png: made.bytes)
    #expect(abs(try #require(image.millimetres(pixels: image.widthPixels)) - 60) <= 0.05)
    #expect(abs(try #require(image.millimetres(pixels: image.heightPixels)) - 40) <= 0.05)
    #expect(image.widthPixels == made.widthPixels && image.heightPixels == made.heightPixels)
    #expect(made.moduleMillimetres >= 0.5 && made.moduleDots >= 4)
    #expect(made.correction == "Q" || made.correction == "H")
    #expect(Set(image.pixels).isSubset(of: [0, 255]))
    // The two bytes behind width and height in the header chunk say 1-bit grey: bit depth 1 and colour type 0.
    #expect(made.bytes[24] == 1 && made.bytes[25] == 0)
  }

  @Test(
    .enabled(if: InstalledProgram("zbarimg").isInstalled, "zbarimg is missing: apt install zbar-tools"),
    arguments: [300, 600, 1_200])
  func `another decoder reads the same`(dotsPerInch: Int) throws {
    let maker = try LabelMaker(
      template: Sample.template(), settings: .init(dotsPerInch: dotsPerInch))
    for number in [0, 35, 466_560, CodeSerial.count - 1] {
      let made = try maker.make(fields: Sample.fields, payload: Sample.payload(number))
      #expect(try ZBar.read(made.bytes) == made.payload.text)
    }
  }

  @Test func `the same label is the same bytes`() throws {
    let one = try LabelMaker(template: Sample.template())
    let other = try LabelMaker(template: Sample.template())
    let payload = try Sample.payload()
    let first = try one.make(fields: Sample.fields, payload: payload)
    #expect(try one.make(fields: [:], payload: Sample.payload(7)).bytes != first.bytes)
    #expect(try one.make(fields: Sample.fields, payload: payload) == first)
    #expect(try other.make(fields: Sample.fields, payload: payload) == first)
  }

  @Test func `labels of many codes and hosts all read back`() throws {
    let maker = try LabelMaker(template: Sample.template(), settings: .init(dotsPerInch: 300))
    var random = SplitMix64(seed: 3)
    for _ in 0..<60 {
      let host = String(repeating: "a", count: 1 + random.next(below: 40)) + ".cn"
      let payload = try Sample.payload(random.next(below: CodeSerial.count), platform: "https://\(host)/api")
      #expect(try maker.make(fields: [:], payload: payload).verified)
    }
  }

  @Test func `the printed code is the symbol's whatever the fields say`() throws {
    let maker = try LabelMaker(template: Sample.template())
    let plain = try maker.make(fields: [:], payload: Sample.payload())
    #expect(try maker.make(fields: ["code": "150621-ZZZZZZ-0"], payload: Sample.payload()) == plain)
  }

  @Test func `a symbol too dense is refused naming the size at which it fits`() throws {
    func maker(side: Double, dotsPerInch: Int) throws -> LabelMaker {
      let json = try Sample.json(element: "symbol", "sizeMillimetres", side)
      return try LabelMaker(
        template: LabelTemplate(json: json, file: "t.json"), settings: .init(dotsPerInch: dotsPerInch))
    }
    for dotsPerInch in [150, 203, 300, 600, 1_200] {
      var needed = 0.0
      #expect {
        _ = try maker(side: 18, dotsPerInch: dotsPerInch).make(fields: [:], payload: Sample.payload())
      } throws: { error in
        guard case LabelError.symbolTooDense(_, 41, 18, let millimetres, dotsPerInch, _, _) = error else {
          return false
        }
        needed = millimetres
        return true
      }
      #expect((20.5...29).contains(needed))
      let made = try maker(side: needed, dotsPerInch: dotsPerInch).make(fields: [:], payload: Sample.payload())
      #expect(made.moduleMillimetres >= 0.5 && made.moduleDots >= 4)
      #expect(throws: LabelError.self) {
        try maker(side: needed - 0.2, dotsPerInch: dotsPerInch).make(fields: [:], payload: Sample.payload())
      }
    }
  }

  @Test func `a payload that no symbol holds is refused`() throws {
    let host = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
    #expect {
      _ = try LabelMaker(template: Sample.template()).make(
        fields: [:], payload: Sample.payload(platform: "https://\(host)"))
    } throws: { error in
      if case LabelError.symbolTooDense = error { true } else { false }
    }
  }

  @Test func `fields that do not fit are errors naming element and field`() throws {
    let maker = try LabelMaker(template: Sample.template())
    let longest = String(repeating: "达拉特旗电焊", count: 30)
    #expect {
      _ = try maker.make(fields: ["unitName": longest], payload: Sample.payload())
    } throws: { error in
      guard case LabelError.textTooLarge(_, "unit", "unitName", .height, let needed, let given, 4) = error
      else { return false }
      return needed > given
    }
    #expect(
      throws: LabelError.noGlyph(template: "acrylic-60x40", element: "unit", field: "unitName", count: 1)
    ) { try maker.make(fields: ["unitName": "王\u{10FFFD}"], payload: Sample.payload()) }
  }

  @Test func `the longest names that can be registered fit on the label`() throws {
    let maker = try LabelMaker(template: Sample.template())
    for character in ["旗", "W", "W "] {
      let longest = String(String(repeating: character, count: 80).prefix(80))
      #expect(
        try maker.make(fields: ["unitName": longest, "street": longest], payload: Sample.payload()).verified)
    }
  }

  @Test func `a missing field is an error where it is not optional`() throws {
    let json = try Sample.json(element: "unit", "optional", nil)
    let template = try LabelTemplate(json: json, file: "t.json")
    #expect(template.requiredFields.sorted() == ["code", "unitName"])
    #expect(
      throws: LabelError.fieldMissing(template: "acrylic-60x40", element: "unit", field: "unitName")
    ) { try LabelMaker(template: template).make(fields: ["street": "x"], payload: Sample.payload()) }
  }

  @Test(arguments: [0, 149, 2_401, Int.max, Int.min])
  func `resolutions no printer has are refused`(dotsPerInch: Int) throws {
    #expect(
      throws: LabelError.resolutionOutOfRange(dotsPerInch: dotsPerInch, lower: 150, upper: 2_400)
    ) {
      try LabelMaker(
        template: Sample.template(), settings: .init(dotsPerInch: dotsPerInch))
    }
  }
}

@Suite struct ReadingBackTests {
  private struct Bench {
    let maker: LabelMaker
    let place: LabelDrawing.Place
    var image: DotImage

    init() throws {
      let template = try Sample.template()
      maker = try LabelMaker(template: template, settings: .init(dotsPerInch: 300))
      place = try maker.place(maker.encode(Sample.payload().text))
      image = DotImage(size: try PixelSize(widthPixels: 709, heightPixels: 472, dotsPerInch: 300))
      image.stamp(place.dots, column: place.column, row: place.row)
    }

    func reason() -> LabelError.UnreadableReason? {
      do {
        _ = try maker.verify(png: image.png(), place: place, scrutiny: .full)
        return nil
      } catch LabelError.unreadable(let reason) { return reason } catch { return nil }
    }
  }

  @Test func `a good label has no reason`() throws {
    #expect(try Bench().reason() == nil)
  }

  @Test func `one dot too much in the symbol or its quiet zone is found though it reads`() throws {
    for offset in [1, 20, 100, 200] {
      var bench = try Bench()
      let column = bench.place.column + offset
      let row = bench.place.row + offset
      let isInk = bench.image.isInk(column: column, row: row)
      bench.image.set(columns: column..<column + 1, rows: row..<row + 1, ink: !isInk)
      #expect(bench.reason() == .otherDots, "\(offset)")
    }
  }

  @Test func `a symbol shifted by a dot is found`() throws {
    var bench = try Bench()
    let size = bench.image.size
    bench.image = DotImage(size: size)
    bench.image.stamp(bench.place.dots, column: bench.place.column + 1, row: bench.place.row)
    #expect(bench.reason() == .otherDots)
  }

  @Test func `another symbol is found`() throws {
    var bench = try Bench()
    let other = try QRSymbol(Sample.payload(99).text, atLeast: .quartile)
    bench.image.stamp(
      SymbolDots(other, dotsPerModule: bench.place.dots.dotsPerModule), column: bench.place.column,
      row: bench.place.row)
    #expect(bench.reason() == .otherText)
  }

  @Test func `a mirrored symbol is found though it reads`() throws {
    var bench = try Bench()
    var mirrored = DotImage(size: bench.image.size)
    for row in 0..<472 {
      for column in 0..<709 where bench.image.isInk(column: column, row: row) {
        mirrored.set(columns: 708 - column..<709 - column, rows: row..<row + 1, ink: true)
      }
    }
    bench.image = mirrored
    #expect(bench.reason() == .mirrored)
  }

  @Test func `a symbol with a hole is no symbol`() throws {
    var bench = try Bench()
    let side = bench.place.dots.side
    bench.image.set(
      columns: bench.place.column..<bench.place.column + side / 2,
      rows: bench.place.row..<bench.place.row + side / 2, ink: false)
    #expect(bench.reason() == .noSymbol)
  }

  @Test func `a picture of another size is not the label`() throws {
    var bench = try Bench()
    for (width, height, resolution) in [(708, 472, 300), (709, 473, 300), (709, 472, 301), (709, 472, 600)] {
      bench.image = DotImage(
        size: try PixelSize(widthPixels: width, heightPixels: height, dotsPerInch: resolution))
      bench.image.stamp(bench.place.dots, column: bench.place.column, row: bench.place.row)
      #expect(bench.reason() == .otherSize, "\(width) \(height) \(resolution)")
    }
  }

  @Test func `the reader names a picture that is damaged and finds nothing in an empty one`() throws {
    let png = try Bench().image.png()
    #expect(throws: LabelError.picture(.truncated)) { try LabelReader.read(png: png.prefix(png.count / 2)) }
    #expect(throws: LabelError.picture(.notPNG)) { try LabelReader.read(png: Data("no".utf8)) }
    let empty = DotImage(size: try PixelSize(widthPixels: 100, heightPixels: 100, dotsPerInch: nil))
    #expect(try LabelReader.read(png: empty.png()).isEmpty)
  }

  @Test func `pictures of noise never trap the reader`() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<100 {
      var image = try Bench().image
      for _ in 0..<random.next(below: 40) {
        let column = random.next(below: 700)
        let row = random.next(below: 470)
        image.set(
          columns: column..<column + random.next(below: 120), rows: row..<row + random.next(below: 120),
          ink: random.next(below: 2) == 0)
      }
      for text in try LabelReader.read(png: image.png()) { #expect(text == Sample.payloadText) }
    }
  }
}

extension Sample {
  static let payloadText = "https://weld.example.cn/w/150621-00A000-X"
}
