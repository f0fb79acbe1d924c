import Foundation
import Testing

@testable import Drawing

@Suite struct TextTests {
  private let long = "达拉特旗树林召镇锡尼街老王电焊铺暨农机修理服务部，门窗护栏、农具焊接，ABC-20231107-0085"

  @Test func `wrapped text is never wider than its room`() {
    let typesetter = Typesetter()
    for width in [5.0, 8, 12.3, 24.5, 61, 170] {
      let block = typesetter.set(long, style: TextStyle(sizePoints: 9), widthMillimetres: width)
      #expect(block.widthMillimetres <= width + 0.01, "\(width)")
      #expect(block.unknownGlyphCount == 0)
    }
  }

  @Test func `text shrinks no further than it must`() throws {
    let typesetter = Typesetter()
    let style = TextStyle(sizePoints: 12)
    let block = try typesetter.set(
      "扫码开机 持证上岗", style: style, widthMillimetres: 20, heightMillimetres: 6, fit: .shrink,
      smallestPoints: 3, alignment: .left)
    #expect(block.sizePoints < 12 && block.lineCount == 1)
    let larger = typesetter.set("扫码开机 持证上岗", style: TextStyle(sizePoints: block.sizePoints + 0.25))
    #expect(larger.widthMillimetres > 20)
  }

  @Test func `wrapping text gets smaller only where its box is too low`() throws {
    let typesetter = Typesetter()
    func set(height: Double) throws -> TextBlock {
      try typesetter.set(
        long, style: TextStyle(sizePoints: 9), widthMillimetres: 40, heightMillimetres: height, fit: .wrap,
        smallestPoints: 4, alignment: .centre)
    }
    let roomy = try set(height: 40)
    #expect(roomy.sizePoints == 9 && roomy.lineCount > 2)
    let tight = try set(height: 10)
    #expect(tight.sizePoints < 9 && tight.heightMillimetres <= 10.001)
  }

  @Test func `text that does not fit is an error naming what it needs`() throws {
    let typesetter = Typesetter()
    #expect {
      _ = try typesetter.set(
        "持证上岗", style: TextStyle(sizePoints: 10), widthMillimetres: 10, heightMillimetres: 10, fit: .refuse,
        smallestPoints: 10, alignment: .left)
    } throws: { error in
      guard case DrawingError.textTooLarge(.width, let needed, 10, 10) = error else { return false }
      return abs(needed - 4 * Length.millimetres(points: 10)) < 0.2
    }
  }

  @Test func `a character without a font is an error`() {
    #expect(throws: DrawingError.noGlyph(count: 1)) {
      _ = try Typesetter().set(
        "王\u{10FFFD}", style: TextStyle(sizePoints: 10), widthMillimetres: 50, heightMillimetres: 10,
        fit: .shrink, smallestPoints: 5, alignment: .left)
    }
  }

  @Test func `control characters reach no layout`() {
    let block = Typesetter().set("甲\0乙\u{7}丙\u{1B}", style: TextStyle(sizePoints: 10))
    #expect(block.widthMillimetres > 3 * Length.millimetres(points: 10))
  }
}

@Suite struct PDFTests {
  private func document(date: String = "2026-11-24T09:45:10+08:00") throws -> Data {
    let pdf = try CairoPDFDocument(
      pageWidthMillimetres: 100, pageHeightMillimetres: 50,
      metadata: .init(title: "标题", author: "作者", subject: "主题", date: date))
    for _ in 0..<2 {
      pdf.canvas.draw(Typesetter().set("持证上岗 1234", style: TextStyle(sizePoints: 12)), x: 10, y: 10)
      pdf.canvas.draw(
        try QRSymbol("https://weld.example.cn/w/1", atLeast: .quartile), x: 50, y: 5, moduleMillimetres: 1)
      pdf.endPage()
    }
    return try pdf.finish()
  }

  @Test func `the same pages give the same bytes`() throws {
    #expect(try document() == document())
  }

  @Test func `dates are the ones given`() throws {
    let date = Data("D:20261124094510+08'00".utf8)
    #expect(try document().range(of: date) != nil)
    #expect(try document() != document(date: "2026-11-24T09:45:11+08:00"))
  }
}

@Suite struct SymbolTests {
  @Test func `the level is the highest that does not enlarge the symbol`() throws {
    for length in 1...120 {
      let text = String(String(repeating: "https://weld.example.cn/w/", count: 5).prefix(length))
      for least in QRSymbol.Correction.allCases {
        let symbol = try QRSymbol(text, atLeast: least)
        #expect(symbol.correction >= least)
        #expect(symbol.modules.count == symbol.moduleCount * symbol.moduleCount)
        if let higher = QRSymbol.Correction.allCases.first(where: { $0 > symbol.correction }) {
          #expect(try QRSymbol(text, atLeast: higher).moduleCount > symbol.moduleCount, "\(length) \(least)")
        }
      }
    }
  }

  @Test func `a text longer than the standard holds is refused`() {
    #expect(throws: DrawingError.symbolTooLong(bytes: 4_000)) {
      try QRSymbol(String(repeating: "a", count: 4_000), atLeast: .low)
    }
    #expect(throws: DrawingError.symbolTooLong(bytes: 0)) { try QRSymbol("", atLeast: .low) }
    #expect(throws: DrawingError.symbolTooLong(bytes: 3)) { try QRSymbol("a\0b", atLeast: .low) }
  }

  @Test func `runs cover exactly the dark modules`() throws {
    let symbol = try QRSymbol("150621-00A000-X", atLeast: .high)
    for row in 0..<symbol.moduleCount {
      let dark = Set(symbol.darkRuns(row: row).joined())
      #expect(dark == Set((0..<symbol.moduleCount).filter { symbol.isDark(column: $0, row: row) }))
    }
  }

  @Test func `a stamped symbol has whole dots and a quiet zone`() throws {
    let symbol = try QRSymbol("150621-00A000-X", atLeast: .quartile)
    let side = symbol.moduleCountWithQuietZone * 5
    var image = DotImage(
      size: try PixelSize(widthPixels: side + 6, heightPixels: side + 4, dotsPerInch: 300))
    image.set(columns: 0..<side + 6, rows: 0..<side + 4, ink: true)
    image.stamp(SymbolDots(symbol, dotsPerModule: 5), column: 3, row: 2)
    for row in 0..<side + 4 {
      for column in 0..<side + 6 {
        let x = column - 3
        let y = row - 2
        let isInside = (0..<side).contains(x) && (0..<side).contains(y)
        let isDark = symbol.isDark(column: x / 5 - 4, row: y / 5 - 4)
        #expect(image.isInk(column: column, row: row) == (isInside ? isDark : true))
      }
    }
  }
}

@Suite struct ShapeTests {
  @Test func `a circle holds what its radius reaches`() {
    let circle = RoundedRectangle(Rectangle(x: 0, y: 0, width: 50, height: 50), radius: 25)
    let half = 25 * 0.5.squareRoot()
    for (slack, isInside) in [(-0.01, true), (0.01, false)] {
      let side = 2 * (half + slack)
      let square = Rectangle(x: 25 - side / 2, y: 25 - side / 2, width: side, height: side)
      #expect(circle.contains(square) == isInside)
      #expect(circle.inset(by: 1).contains(square.inset(by: 1 * 0.5.squareRoot())) == isInside)
    }
    #expect(!circle.contains(x: 1, y: 1) && circle.contains(x: 0, y: 25) && !circle.contains(x: -0.1, y: 25))
  }

  @Test func `an inset that leaves nothing holds nothing`() {
    let plate = RoundedRectangle(Rectangle(x: 0, y: 0, width: 20, height: 10), radius: 3)
    #expect(!plate.inset(by: 6).contains(x: 10, y: 5))
    #expect(plate.inset(by: 4).contains(x: 4, y: 4))
  }

  @Test func `a rounded path is filled as its shape says`() throws {
    let shape = RoundedRectangle(Rectangle(x: 1, y: 1, width: 8, height: 6), radius: 2)
    let size = try PixelSize(widthPixels: 200, heightPixels: 160, dotsPerInch: 508)
    let image = try DotImage(size: size, dotsPerInch: 508) { $0.fill(Path(shape)) }
    var differing = 0
    for row in 0..<160 {
      for column in 0..<200 {
        let isInside = shape.contains(x: (Double(column) + 0.5) / 20, y: (Double(row) + 0.5) / 20)
        if image.isInk(column: column, row: row) != isInside { differing += 1 }
      }
    }
    #expect(differing <= 16)
  }

  @Test func `white takes ink away and nothing is drawn outside a clip`() throws {
    let size = try PixelSize(widthPixels: 100, heightPixels: 100, dotsPerInch: 254)
    let image = try DotImage(size: size, dotsPerInch: 254) { canvas in
      canvas.clipped(to: Path(Rectangle(x: 0, y: 0, width: 10, height: 8))) {
        canvas.fill(Path(Rectangle(x: 0, y: 0, width: 10, height: 10)))
      }
      canvas.shifted(x: 2, y: 2) {
        canvas.fill(Path(Rectangle(x: 0, y: 0, width: 2, height: 2)), colour: .white)
      }
    }
    #expect(image.isInk(column: 10, row: 10) && !image.isInk(column: 30, row: 30))
    #expect(image.isInk(column: 45, row: 45) && !image.isInk(column: 50, row: 85))
  }
}

@Suite struct SymbolDotsTests {
  @Test func `a stamp is ink where no light module is nearer than the gain`() throws {
    let symbol = try QRSymbol("150621-00A000-X", atLeast: .quartile)
    for (dotsPerModule, gain) in [(4, 0), (4, 1), (5, 1), (11, 2), (20, 4)] {
      let dots = SymbolDots(symbol, dotsPerModule: dotsPerModule, gainDots: gain)
      var image = DotImage(
        size: try PixelSize(widthPixels: dots.side, heightPixels: dots.side, dotsPerInch: nil))
      image.stamp(dots, column: 0, row: 0)
      var area = 0
      for row in 0..<dots.side {
        for column in 0..<dots.side {
          let isInk = image.isInk(column: column, row: row)
          #expect(isInk == dots.isInk(column: column, row: row))
          if isInk { area += 1 }
        }
      }
      #expect(dots.inkRectangles.reduce(0) { $0 + $1.width * $1.height } == Double(area))
    }
  }

  @Test func `gain beyond the most is the most`() throws {
    let symbol = try QRSymbol("1", atLeast: .low)
    #expect(SymbolDots(symbol, dotsPerModule: 4, gainDots: 9).gainDots == 1)
    #expect(SymbolDots(symbol, dotsPerModule: 10, gainDots: 9).gainDots == 2)
    #expect(SymbolDots(symbol, dotsPerModule: 10, gainDots: -1).gainDots == 0)
  }
}

@Suite struct SizeTests {
  @Test func `impossible sizes are refused`() {
    for (width, height) in [(0, 1), (1, 0), (-1, 5), (65_501, 1), (65_000, 65_000)] {
      #expect(throws: DrawingError.impossibleSize(widthPixels: width, heightPixels: height)) {
        try PixelSize(widthPixels: width, heightPixels: height, dotsPerInch: nil)
      }
    }
  }

  @Test func `ink is where half a dot is covered`() throws {
    // The resolution of 254 dots per inch gives ten dots to the millimetre.
    let size = try PixelSize(widthPixels: 100, heightPixels: 50, dotsPerInch: 254)
    let image = try DotImage(size: size, dotsPerInch: 254) {
      $0.fill(Path(Rectangle(x: 1.02, y: 1, width: 3.04, height: 2)))
    }
    for column in 0..<100 {
      #expect(image.isInk(column: column, row: 20) == (10..<41).contains(column), "\(column)")
    }
  }
}
