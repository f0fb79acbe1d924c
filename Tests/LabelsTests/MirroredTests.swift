import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

/// Checks labels for the back of clear acrylic, and pictures that a camera stored mirrored.
@Suite struct MirroredTests {
  /// A symbol with its quiet zone.
  private func picture(_ symbol: QRSymbol, modulePixels: Int = 3) -> GreyImage {
    let side = symbol.moduleCountWithQuietZone * modulePixels
    var pixels = [UInt8](repeating: 255, count: side * side)
    for y in 0..<side {
      for x in 0..<side
      where symbol.isDark(
        column: x / modulePixels - QRSymbol.quietModules, row: y / modulePixels - QRSymbol.quietModules)
      {
        pixels[y * side + x] = 0
      }
    }
    return GreyImage(widthPixels: side, heightPixels: side, pixelsPerMetre: nil, pixels: pixels)
  }

  private func symbols(_ count: Int, platform: String) throws -> [QRSymbol] {
    try (0..<count).map {
      try QRSymbol(try Sample.payload(466_560 + 7 * $0, platform: platform).text, atLeast: .quartile)
    }
  }

  @Test(arguments: ["https://weld.example.cn", "https://w.cn", "https://hanji.dalad.example.gov.cn"])
  func `every mirrored symbol is read, those too that the decoder cannot read mirrored`(platform: String) throws
  {
    let mirrored = LabelInks(process: .mirrored)
    var unread: [QRSymbol] = []
    for symbol in try symbols(200, platform: platform) {
      let picture = picture(symbol)
      let flipped = picture.flipped
      #expect(try LabelPage.check(flipped, shows: symbol, inks: mirrored, isDots: true) == symbol.text)
      #expect(throws: LabelError.unreadable(.notMirrored)) {
        try LabelPage.check(picture, shows: symbol, inks: mirrored, isDots: true)
      }
      #expect(throws: LabelError.unreadable(.mirrored)) {
        try LabelPage.check(flipped, shows: symbol, inks: LabelInks(), isDots: true)
      }
      if try LabelReader.findings(in: flipped, as: .photograph).isEmpty { unread.append(symbol) }
    }
    // Without this condition the test shows nothing.
    #expect(!unread.isEmpty)
    for symbol in unread.prefix(3) {
      let found = try LabelInspection.symbols(in: picture(symbol).flipped)
      #expect(found.map(\.text) == [symbol.text] && found[0].isMirrored && found[0].rotationDegrees == 0)
      #expect(found[0].screening?.wrongModules == 0)
      let laser = try LabelInspection.symbols(in: picture(symbol).flipped.inverted)
      #expect(laser.map(\.text) == [symbol.text] && laser[0].isMirrored && laser[0].isInverted)
    }
  }

  /// A sheet like A4 at 300 dots per inch: three columns of symbols with room for texts beside them.
  private func sheet(_ parts: [GreyImage]) -> GreyImage {
    let side = parts[0].widthPixels
    let (width, height) = (6 * side, 6 * side * 3 / 2)
    var pixels = [UInt8](repeating: 255, count: width * height)
    for (number, part) in parts.enumerated() {
      for y in 0..<side {
        let start = (number / 3 * side * 3 / 2 + y) * width + number % 3 * 2 * side
        pixels.replaceSubrange(start..<start + side, with: part.pixels[y * side..<(y + 1) * side])
      }
    }
    return GreyImage(widthPixels: width, heightPixels: height, pixelsPerMetre: nil, pixels: pixels)
  }

  @Test func `on a mirrored sheet every label is found, each in its place`() throws {
    let symbols = try symbols(18, platform: "https://hanji.dalad.example.gov.cn")
    let sheet = sheet(symbols.map { picture($0, modulePixels: 6) })
    #expect(try LabelInspection.symbols(in: sheet).count == 18)
    let found = try LabelInspection.symbols(in: sheet.flipped)
    #expect(found.count == 18)
    #expect(Set(found.map(\.text)) == Set(symbols.map(\.text)))
    #expect(found.allSatisfy { $0.isMirrored && $0.screening?.wrongModules == 0 })
  }

  @Test
  func `one mirrored label among 17 upright ones is found, in any place, and so is one upright among mirrored`()
    throws
  {
    let symbols = try symbols(18, platform: "https://hanji.dalad.example.gov.cn")
    let parts = symbols.map { picture($0, modulePixels: 6) }
    let side = Double(parts[0].widthPixels)
    for odd in parts.indices {
      let mixed = sheet(parts.enumerated().map { $0 == odd ? $1.flipped : $1 })
      let found = try LabelInspection.symbols(in: mixed)
      #expect(found.count == 18 && Set(found.map(\.text)) == Set(symbols.map(\.text)), "\(odd)")
      let mirrored = found.filter(\.isMirrored)
      #expect(mirrored.map(\.text) == [symbols[odd].text], "\(odd)")
      // Each symbol is found within a few pixels of its place.
      let centre = try #require(mirrored.first).centre
      #expect(abs(centre.x - (Double(odd % 3 * 2) + 0.5) * side) < 12, "\(odd)")
      #expect(abs(centre.y - (Double(odd / 3) * 1.5 + 0.5) * side) < 12, "\(odd)")
      let turned = try LabelInspection.symbols(in: mixed.flipped)
      #expect(turned.count == 18 && Set(turned.map(\.text)) == Set(symbols.map(\.text)), "\(odd)")
      #expect(turned.filter { !$0.isMirrored }.map(\.text) == [symbols[odd].text], "\(odd)")
    }
  }

  @Test(arguments: [3, 4, 6, 11])
  func
    `a symbol's finder patterns are seen from both sides, also the last of them, and none once it is cleared`(
      modulePixels: Int
    ) throws
  {
    for symbol in try symbols(20, platform: "https://weld.example.cn") {
      let picture = picture(symbol, modulePixels: modulePixels)
      let (last, middle) = (Double(picture.widthPixels - 1), Double(picture.widthPixels / 2))
      #expect(picture.isBlackAndWhite && picture.hasFinderPattern && picture.flipped.hasFinderPattern)
      let upper = picture.cleared([[Point(x: 0, y: middle), Point(x: last, y: last)]])
      let corner = upper.cleared([[Point(x: 0, y: 0), Point(x: middle, y: last)]])
      #expect(upper.hasFinderPattern && corner.hasFinderPattern)
      #expect(!corner.cleared([[Point(x: middle, y: 0), Point(x: last, y: middle)]]).hasFinderPattern)
    }
  }

  @Test func `the same labels are found whichever side is searched first`() throws {
    let symbols = try symbols(18, platform: "https://hanji.dalad.example.gov.cn")
    let parts = symbols.map { picture($0, modulePixels: 6) }
    for odd in [nil, 0, 8, 17] {
      let mixed = sheet(parts.enumerated().map { $0 == odd ? $1.flipped : $1 })
      for picture in [mixed, mixed.flipped] {
        let found = try [false, true].map { mirroredFirst in
          Set(
            try LabelInspection.symbols(in: picture, mirroredFirst: mirroredFirst)
              .map { "\($0.text) \($0.isMirrored)" })
        }
        #expect(found[0] == found[1] && found[0].count == 18, "\(String(describing: odd))")
      }
    }
  }

  @Test(
    .enabled(if: InstalledProgram("python").isInstalled, "the peers are missing: scripts/setup peers"),
    arguments: ["jpg", "png"])
  func `a photo is turned as its Exif orientation says before it is judged`(kind: String) throws {
    let folder = TemporaryFolder()
    let maker = try LabelMaker(template: Sample.template(), settings: .init(dotsPerInch: 300))
    let label = try maker.make(fields: Sample.fields, payload: Sample.payload())
    let file = folder.path + "/label.png"
    try label.bytes.write(to: URL(filePath: file))
    let script = """
      import sys
      from PIL import Image, ImageOps
      upright = Image.open(sys.argv[1]).convert("L")
      turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
      for orientation in range(1, 9):
          stored = upright.transpose(Image.Transpose(turn[orientation])) if orientation > 1 else upright
          exif = Image.Exif()
          exif[0x0112] = orientation
          name = f"{sys.argv[2]}/{orientation}.{sys.argv[3]}"
          stored.save(name, exif=exif)
          assert ImageOps.exif_transpose(Image.open(name)).size == upright.size
          print(orientation)
      """
    let said = try InstalledProgram("python").output(["-c", script, file, folder.path, kind])
    try #require(said.split(separator: "\n").count == 8, "\(said)")
    for orientation in 1...8 {
      let bytes = try Data(contentsOf: URL(filePath: "\(folder.path)/\(orientation).\(kind)"))
      #expect(Orientation(of: bytes).number == orientation)
      try LabelPicture.pages(of: bytes) { page in
        let found = try LabelInspection.symbols(in: page.image)
        #expect(found.map(\.text) == [label.payload.text], "\(orientation)")
        #expect(found.first?.isMirrored == false && found.first?.rotationDegrees == 0, "\(orientation)")
      }
    }
  }

  @Test func `a damaged Exif segment turns nothing`() {
    let segment: [UInt8] = [0xFF, 0xE1, 0x00, 0x20] + Array("Exif\0\0MM\0*\0\0\0\u{8}\0\u{1}\u{1}\u{12}".utf8)
    for count in 0...segment.count {
      #expect(Orientation(of: Data([0xFF, 0xD8] + segment.prefix(count))).number == 1)
    }
    #expect(Orientation(of: Data()).number == 1)
    #expect(
      Orientation(of: Data([0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + "eXIf".utf8)).number
        == 1)
  }
}
