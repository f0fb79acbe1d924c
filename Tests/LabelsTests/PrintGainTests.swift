import Drawing
import Foundation
import Testing

@testable import Labels

@Suite struct PrintGainTests {
  private func made(_ template: String, _ settings: LabelMaker.Settings) throws -> Label {
    try LabelMaker(template: Sample.catalogue.template(named: template), settings: settings).make(
      fields: Sample.fields, payload: Sample.payload())
  }

  @Test(arguments: [300, 600, 1_200])
  func `gain is taken off in whole dots and the label still reads back`(dotsPerInch: Int) throws {
    for gain in [0.05, 0.08, 0.12] {
      let label = try made("acrylic-60x40", .init(dotsPerInch: dotsPerInch, printGainMillimetres: gain))
      #expect(label.printGainDots == Length.dots(millimetres: gain, dotsPerInch: dotsPerInch))
      #expect(label.verified)
    }
  }

  @Test func `ink that spreads by the gain prints the symbol as it was meant`() throws {
    let plain = try GreyImage(png: made("small-30x30", .init(dotsPerInch: 600)).bytes)
    let label = try made("small-30x30", .init(dotsPerInch: 600, printGainMillimetres: 0.085))
    let thin = try GreyImage(png: label.bytes)
    #expect(label.printGainDots == 2)
    let width = thin.widthPixels
    // The rows above the printed code are checked, because the text is not compensated.
    let height = Length.dots(millimetres: 24, dotsPerInch: 600)
    // The ink spreads along rows first, then along columns.
    let across = (0..<height * width).map { index in
      thin.pixels[max(0, index - 2)...index + 2].contains(0)
    }
    var differing = 0
    for index in 2 * width..<(height - 2) * width {
      let isInk = (-2...2).contains { across[index + $0 * width] }
      if isInk != (plain.pixels[index] == 0) { differing += 1 }
    }
    #expect(differing == 0)
  }

  @Test func `the most that is taken off leaves what both decoders read`() throws {
    let symbol = try QRSymbol(Sample.payloadText, atLeast: .quartile)
    for dotsPerModule in 4...24 {
      let gain = SymbolDots.maxGainDots(dotsPerModule: dotsPerModule)
      let dots = SymbolDots(symbol, dotsPerModule: dotsPerModule, gainDots: gain)
      #expect(gain >= 1 && dots.gainDots == gain)
      var image = DotImage(
        size: try PixelSize(widthPixels: dots.side, heightPixels: dots.side, dotsPerInch: 300))
      image.stamp(dots, column: 0, row: 0)
      let findings = try LabelReader.findings(in: GreyImage(png: image.png()), as: .drawing)
      #expect(findings.map(\.text) == [Sample.payloadText], "\(dotsPerModule)")
      if let read = try ZBar.read(image.png()) { #expect(read == Sample.payloadText, "\(dotsPerModule)") }
    }
  }

  @Test func `gain of more than a fifth of a module is refused naming the most`() throws {
    #expect {
      _ = try made("small-30x30", .init(dotsPerInch: 600, printGainMillimetres: 0.2))
    } throws: { error in
      guard case LabelError.printGainTooLarge(0.2, let most, 13) = error else { return false }
      return (try? made("small-30x30", .init(dotsPerInch: 600, printGainMillimetres: most)).verified) == true
    }
  }

  @Test func `the template's gain holds unless another is given`() throws {
    let json = try Sample.json(element: "symbol", "printGainMillimetres", 0.05)
    let template = try LabelTemplate(json: json, file: "t.json")
    for (gain, dots) in [(nil, 1), (0.0, 0), (0.1, 2)] as [(Double?, Int)] {
      let maker = try LabelMaker(
        template: template, settings: .init(dotsPerInch: 600, printGainMillimetres: gain))
      #expect(try maker.make(fields: [:], payload: Sample.payload()).printGainDots == dots)
    }
  }
}

@Suite struct CorrectionTests {
  private func maker(
    side: Double, _ correction: QRSymbol.Correction? = nil
  ) throws -> LabelMaker {
    let json = try Sample.json(element: "symbol", "sizeMillimetres", side)
    return try LabelMaker(
      template: LabelTemplate(json: json, file: "t.json"),
      settings: .init(dotsPerInch: 600, correction: correction))
  }

  @Test func `a level below Q is used only where it is asked for`() throws {
    // The address is one for which level M has a smaller version than level Q.
    let payload = try Sample.payload(platform: "https://weld.example.cn")
    var fitting: QRSymbol.Correction?
    #expect {
      _ = try maker(side: 18.8).make(fields: [:], payload: payload)
    } throws: { error in
      guard case LabelError.symbolTooDense(_, 41, 18.8, _, 600, let excess, let level) = error else {
        return false
      }
      fitting = level
      return excess > 0 && excess < payload.text.count
    }
    let level = try #require(fitting)
    #expect(level < .quartile)
    let made = try maker(side: 18.8, level).make(fields: [:], payload: payload)
    #expect(made.verified && made.correction == level.rawValue)
  }

  @Test func `a payload shorter by the excess fits`() throws {
    let host = "abcdefghijklmnopqrstuvwxyzabcdefgh.cn"
    let long = try Sample.payload(platform: "https://\(host)")
    var tooMany = 0
    #expect {
      _ = try maker(side: 21).make(fields: [:], payload: long)
    } throws: { error in
      guard case LabelError.symbolTooDense(_, _, _, _, _, let excess, _) = error else { return false }
      tooMany = excess
      return excess > 0
    }
    let shorter = try Sample.payload(platform: "https://\(host.dropFirst(tooMany))")
    #expect(try maker(side: 21).make(fields: [:], payload: shorter).verified)
    let longer = try Sample.payload(platform: "https://\(host.dropFirst(tooMany - 1))")
    #expect(throws: LabelError.self) { try maker(side: 21).make(fields: [:], payload: longer) }
  }

  @Test func `every shipped template reads back at its default resolutions with both decoders`() throws {
    for (name, resolutions) in [
      ("acrylic-60x40", [300, 600]), ("acrylic-80x50", [300, 600]), ("small-30x30", [300, 600]),
      ("round-50", [300, 600]), ("thermal-50x30", [203, 300]),
    ] {
      for dotsPerInch in resolutions {
        let template = try Sample.catalogue.template(named: name)
        let made = try LabelMaker(template: template, settings: .init(dotsPerInch: dotsPerInch)).make(
          fields: Sample.fields, payload: Sample.payload())
        #expect(made.verified && ["Q", "H"].contains(made.correction))
        if let read = try ZBar.read(made.bytes) { #expect(read == made.payload.text, "\(name) \(dotsPerInch)") }
      }
    }
  }
}
