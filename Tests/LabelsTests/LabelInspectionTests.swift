import Drawing
import Foundation
import Records
import Testing

@testable import Labels

/// Checks inspections of pictures with known faults.
@Suite struct LabelInspectionTests {
  private static let text = "https://weld.example.cn/w/150621-00A000-X"

  /// A symbol as a printer's dots, with its quiet zone.
  private struct Picture {
    var symbol: QRSymbol
    var scale = 8
    var dark = 0.0
    var light = 255.0
    var wrong: Set<Int> = []
    var margin = QRSymbol.quietModules
    var perMetre: Int? = 16_000

    init(correction: QRSymbol.Correction = .quartile) throws {
      symbol = try QRSymbol(LabelInspectionTests.text, atLeast: correction)
    }

    var image: GreyImage {
      let side = (symbol.moduleCount + 2 * margin) * scale
      var pixels = [UInt8](repeating: UInt8(light), count: side * side)
      for y in 0..<side {
        for x in 0..<side {
          let (column, row) = (x / scale - margin, y / scale - margin)
          guard (0..<symbol.moduleCount).contains(column), (0..<symbol.moduleCount).contains(row) else {
            continue
          }
          let isDark =
            symbol.isDark(column: column, row: row) != wrong.contains(row * symbol.moduleCount + column)
          if isDark { pixels[y * side + x] = UInt8(dark) }
        }
      }
      return GreyImage(widthPixels: side, heightPixels: side, pixelsPerMetre: perMetre, pixels: pixels)
    }
  }

  private func one(_ image: GreyImage) throws -> LabelInspection {
    let found = try LabelInspection.symbols(in: image)
    try #require(found.count == 1)
    return found[0]
  }

  @Test func `measures a clean label`() throws {
    let picture = try Picture()
    let label = try one(picture.image)
    #expect(label.text == Self.text && !label.isMirrored && !label.isInverted && label.rotationDegrees == 0)
    #expect(label.correction == picture.symbol.correction && label.concerns == [])
    let screening = try #require(label.screening)
    #expect(screening.moduleCount == picture.symbol.moduleCount && screening.wrongModules == 0)
    #expect(screening.contrast == 1 && screening.modulation == 1 && screening.unusedCorrection == 1)
    #expect(abs(screening.modulePixels - 8) < 0.05)
    #expect(abs(try #require(screening.moduleMillimetres) - 0.5) < 0.004)
    #expect(screening.quietModules == 4)
  }

  @Test func `measures contrast and a narrow quiet zone`() throws {
    var picture = try Picture()
    (picture.dark, picture.light) = (100, 176)
    let faded = try one(picture.image)
    #expect(abs(try #require(faded.screening).contrast - 0.298) < 0.005)
    #expect(faded.concerns == [.contrast])
    (picture.dark, picture.light, picture.margin) = (0, 255, 2)
    let narrow = try one(picture.image)
    #expect(narrow.screening?.quietModules == 2)
    #expect(narrow.concerns == [.quietZone])
  }

  @Test func `names modules that are too small, where the picture says how large it is`() throws {
    var picture = try Picture()
    picture.perMetre = 20_000
    #expect(try one(picture.image).concerns == [.moduleSize])
    picture.perMetre = nil
    #expect(try one(picture.image).concerns == [])
    #expect(try one(picture.image).screening?.moduleMillimetres == nil)
  }

  @Test(arguments: [0, 90, 180, 270], [false, true])
  func `tells which way a label lies, and a mirrored one from one that is not`(degrees: Int, mirrored: Bool)
    throws
  {
    var image = try Picture().image
    if mirrored { image = image.mapped { x, y, side in (side - 1 - x, y) } }
    for _ in 0..<degrees / 90 { image = image.mapped { x, y, side in (y, side - 1 - x) } }
    let label = try one(image)
    #expect(label.isMirrored == mirrored)
    #expect(label.rotationDegrees == degrees)
    #expect(label.screening?.wrongModules == 0)
  }

  @Test func `reads what a laser engraved light on dark`() throws {
    let label = try one(try Picture().image.inverted)
    #expect(label.isInverted && label.text == Self.text && label.concerns == [])
  }

  @Test func `finds every symbol of a sheet, and none on an empty one`() throws {
    let single = try Picture().image
    let side = single.widthPixels
    var pixels: [UInt8] = []
    for row in 0..<side {
      let line = single.pixels[row * side..<(row + 1) * side]
      pixels += line + line + line
    }
    let sheet = GreyImage(widthPixels: 3 * side, heightPixels: side, pixelsPerMetre: nil, pixels: pixels)
    #expect(try LabelInspection.symbols(in: sheet).map(\.text) == [Self.text, Self.text, Self.text])
    let empty = GreyImage(
      widthPixels: 100, heightPixels: 100, pixelsPerMetre: nil, pixels: [UInt8](repeating: 255, count: 10_000))
    #expect(try LabelInspection.symbols(in: empty) == [])
  }

  /// The layout is right where zxing-cpp fails exactly at the codeword after which no correction is reported to
  /// be left.
  @Test(arguments: [1, 20, 45, 90], [QRSymbol.Correction.low, .medium, .quartile, .high])
  func `says of every version and level when error correction is used up`(
    length: Int, correction: QRSymbol.Correction
  ) throws {
    let text = String(repeating: "a", count: length)
    var picture = try Picture()
    picture.symbol = try QRSymbol(text, atLeast: correction)
    let symbol = picture.symbol
    let layout = try #require(SymbolLayout(moduleCount: symbol.moduleCount, correction: symbol.correction))
    let most = layout.correctionCodewordsPerBlock / 2
    // Changes one module of each codeword of the last block.
    let block = layout.blocks.max() ?? 0
    var modules: [Int] = []
    for (codeword, of) in layout.blocks.enumerated() where of == block {
      modules.append(try #require(layout.codewords.firstIndex(of: codeword)))
    }
    picture.wrong = Set(modules.prefix(most))
    let label = try one(picture.image)
    #expect(label.text == text)
    #expect(label.screening?.unusedCorrection == 0 && label.screening?.wrongModules == most)
    #expect(label.concerns == [.unusedCorrection])
    picture.wrong = Set(modules.prefix(most / 2))
    let half = try #require(try one(picture.image).screening?.unusedCorrection)
    #expect(abs(half - (1 - Double(most / 2) / Double(most))) < 1e-9)
    picture.wrong = Set(modules.prefix(most + 1))
    #expect(try LabelInspection.symbols(in: picture.image) == [])
  }

  @Test func `reads a photo from the side`() throws {
    let flat = try Picture(correction: .high).image
    let side = Double(flat.widthPixels)
    // Maps the picture onto a quadrilateral by the inverse map, with nearest pixels.
    let wide = Int(side * 1.4)
    var pixels = [UInt8](repeating: 200, count: wide * wide)
    for y in 0..<wide {
      for x in 0..<wide {
        let (u, v) = ((Double(x) - side * 0.2) / side, (Double(y) - side * 0.2) / side)
        let w = 1 + 0.25 * u + 0.1 * v
        let (column, row) = (Int((u * w * 0.9) * side), Int((v * w * 0.9) * side))
        if u >= 0, v >= 0, column < flat.widthPixels, row < flat.heightPixels {
          pixels[y * wide + x] = UInt8(
            min(255, 40 + Int(flat.pixels[row * flat.widthPixels + column]) * 6 / 10))
        }
      }
    }
    let label = try one(GreyImage(widthPixels: wide, heightPixels: wide, pixelsPerMetre: nil, pixels: pixels))
    #expect(label.text == Self.text && label.screening?.wrongModules == 0)
    #expect(abs(try #require(label.screening).contrast - 0.6) < 0.02)
  }

  @Test func `says nothing of modules that it does not know`() throws {
    var picture = try Picture()
    // Every second module is wrong, as if another program had chosen another mask.
    let symbol = picture.symbol
    let layout = try #require(SymbolLayout(moduleCount: symbol.moduleCount, correction: symbol.correction))
    let end = Double(4 + symbol.moduleCount) * 8
    let corners = [Point(x: 32, y: 32), Point(x: end, y: 32), Point(x: end, y: end), Point(x: 32, y: end)]
    func screening() -> LabelInspection.Screening? {
      LabelInspection.Screening(
        SymbolSampling(image: picture.image, moduleCount: symbol.moduleCount, corners: corners), of: symbol)
    }
    #expect(screening() != nil)
    picture.wrong = Set(layout.codewords.indices.filter { layout.codewords[$0] != nil && $0 % 2 == 0 })
    #expect(screening() == nil)
  }

  // MARK: - Files

  @Test func `takes the code out of a label's text`() throws {
    let code = try #require(LabelCode("150621-00A000-X"))
    for text in [Self.text, Self.text + ".ABCDEFGH"] { #expect(LabelPayload.code(in: text) == code) }
    for text in ["", "/w/", "150621-00A000-X", "https://x/y/150621-00A000-X", Self.text + "1"] {
      #expect(LabelPayload.code(in: text) == nil)
    }
  }

  @Test func `refuses what is no picture`() {
    for bytes in [
      Data(), Data("%PDF-1.7 cut".utf8), Data([0xFF, 0xD8, 0xFF, 0xE0, 0]), Data("\u{89}PNG".utf8),
    ] {
      #expect(throws: LabelError.self) { try LabelPicture.pages(of: bytes) { _ in } }
    }
  }
}

extension GreyImage {
  /// A square picture whose pixel at x, y comes from the place that `source` gives.
  fileprivate func mapped(_ source: (Int, Int, Int) -> (Int, Int)) -> GreyImage {
    let side = widthPixels
    var moved = pixels
    for y in 0..<side {
      for x in 0..<side {
        let (column, row) = source(x, y, side)
        moved[y * side + x] = pixels[row * side + column]
      }
    }
    return GreyImage(widthPixels: side, heightPixels: side, pixelsPerMetre: pixelsPerMetre, pixels: moved)
  }
}
