import Drawing
import Foundation
import Records
import Testing

@testable import Agreements

@Suite struct SignatureStrokesTests {
  private static func document(_ strokes: String, width: String = "600", height: String = "300") -> String {
    #"{"width": \#(width), "height": \#(height), "strokes": \#(strokes)}"#
  }

  private static func line(_ members: String) -> String {
    document(#"[[{"x": 10, "y": 10, "t": 0}, {"x": 200, "y": 90, "t": 20}], [{\#(members)}]]"#)
  }

  @Test func aSignatureIsReadWithAndWithoutPressure() throws {
    let pressed = try SignatureStrokes(json: Sample.signature())
    #expect(pressed.strokes.count == 13 && pressed.widthPixels == 600 && pressed.heightPixels == 300)
    #expect(pressed.strokes[0][0].pressure != nil)
    let plain = try SignatureStrokes(json: Sample.signature(withPressure: false))
    #expect(plain.strokes[0][0].pressure == nil)
    #expect(plain.inkPixels == pressed.inkPixels && plain.inkPixels > 500)
  }

  @Test func membersOfOthersAndStrokesWithoutPointsAreLeftAlone() throws {
    let json = #"""
      {"width": 600, "height": 300, "pad": "x", "strokes": [[], [{"x": 0, "y": 0, "t": 0, "tilt": 3},
      {"x": 600, "y": 300, "t": 0, "p": null}]]}
      """#
    #expect(try SignatureStrokes(json: Data(json.utf8)).strokes.count == 1)
  }

  /// A fault in the first line.
  private static func notJSON(_ reason: JSONFault.Reason, _ offset: Int) -> AgreementError.StrokesFault {
    .notJSON(JSONFault(reason: reason, offset: offset, line: 1, column: offset + 1))
  }

  private static let slips: [(String, String, AgreementError.StrokesFault)] = [
    ("", "$", notJSON(.unfinished, 0)), ("[", "$", notJSON(.unfinished, 1)), ("[]", "$", .wrongType),
    ("3", "$", .wrongType),
    (#"{"height": 3, "strokes": []}"#, "width", .missing),
    (#"{"width": 300, "height": 300}"#, "strokes", .missing),
    (document("3"), "strokes", .wrongType), (document("[3]"), "strokes[0]", .wrongType),
    (document("[[3]]"), "strokes[0][0]", .wrongType), (document("null"), "strokes", .missing),
    (document("[]", width: "\"600\""), "width", .wrongType),
    (document("[]", width: "19"), "width", .outOfRange(lower: 20, upper: 20_000)),
    (document("[]", height: "-300"), "height", .outOfRange(lower: 20, upper: 20_000)),
    (document("[]", height: "20001"), "height", .outOfRange(lower: 20, upper: 20_000)),
    (document("[]", width: "1e999"), "$", notJSON(.number, 10)),
    (document("[]"), "strokes", .noSignature), (document("[[]]"), "strokes", .noSignature),
    (document(#"[[{"x": 10, "y": 10, "t": 0}]]"#), "strokes", .noSignature),
    (document(#"[[{"x": 10, "y": 10, "t": 0}, {"x": 10, "y": 10, "t": 9}]]"#), "strokes", .noSignature),
    (document(#"[[{"x": 10, "y": 10, "t": 0}], [{"x": 500, "y": 90, "t": 9}]]"#), "strokes", .noSignature),
    (document(#"[[{"x": 10, "y": 10, "t": 0}, {"x": 38, "y": 10, "t": 9}]]"#), "strokes", .noSignature),
    (line(#""y": 1, "t": 30"#), "strokes[1][0].x", .missing),
    (line(#""x": 1, "t": 30"#), "strokes[1][0].y", .missing),
    (line(#""x": 1, "y": 1"#), "strokes[1][0].t", .missing),
    (line(#""x": "1", "y": 1, "t": 30"#), "strokes[1][0].x", .wrongType),
    (line(#""x": 1, "y": 1, "t": 30, "p": "hard""#), "strokes[1][0].p", .wrongType),
    (line(#""x": -0.1, "y": 1, "t": 30"#), "strokes[1][0].x", .outOfRange(lower: 0, upper: 600)),
    (line(#""x": 600.1, "y": 1, "t": 30"#), "strokes[1][0].x", .outOfRange(lower: 0, upper: 600)),
    (line(#""x": 1, "y": 300.1, "t": 30"#), "strokes[1][0].y", .outOfRange(lower: 0, upper: 300)),
    (line(#""x": 1, "y": 1, "t": -1"#), "strokes[1][0].t", .outOfRange(lower: 0, upper: 86_400_000)),
    (line(#""x": 1, "y": 1, "t": 1e12"#), "strokes[1][0].t", .outOfRange(lower: 0, upper: 86_400_000)),
    (line(#""x": 1, "y": 1, "t": 30, "p": 1.01"#), "strokes[1][0].p", .outOfRange(lower: 0, upper: 1)),
    (line(#""x": 1, "y": 1, "t": 30}, {"x": 1, "y": 2, "t": 29"#), "strokes[1][1].t", .notInOrder),
    (
      document("[\(Array(repeating: "[]", count: 1_001).joined(separator: ","))]"), "strokes",
      .tooMany(most: 1_000)
    ),
    (
      document("[[\(Array(repeating: #"{"x":1,"y":1,"t":1}"#, count: 50_001).joined(separator: ","))]]"),
      "strokes",
      .tooMany(most: 50_000)
    ),
    (String(repeating: " ", count: (4 << 20) + 1), "$", .tooMany(most: 4 << 20)),
    (String(repeating: "[", count: 1 << 20), "$", notJSON(.tooDeep(maxDepth: 64), 64)),
  ]

  @Test(arguments: slips.indices)
  func aSlipIsNamedByItsPath(index: Int) {
    let (json, path, fault) = Self.slips[index]
    #expect(throws: AgreementError.strokes(path: path, fault), "\(json.prefix(120))") {
      try SignatureStrokes(json: Data(json.utf8))
    }
  }

  @Test func anyBytesAreReadOrRefusedAndNeverTrap() {
    let whole = Sample.signature()
    let characters = Array("0123456789-+.eE\"{}[],: nulxytp".utf8)
    var state: UInt64 = 9
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for round in 0..<1_500 {
      var bytes = whole
      for _ in 0...random(4) { bytes[random(bytes.count)] = characters[random(characters.count)] }
      if round % 3 == 0 { bytes = bytes.prefix(random(bytes.count)) }
      guard let strokes = try? SignatureStrokes(json: bytes) else { continue }
      _ = SignatureInk(strokes, in: Rectangle(x: 0, y: 0, width: 76, height: 33))
    }
  }
}

@Suite struct SignatureInkTests {
  private let box = Rectangle(x: 22, y: 100, width: 76, height: 33)

  /// The box of all ink, by drawing it ten dots to the millimetre.
  private func extent(_ ink: SignatureInk) throws -> Rectangle? {
    let size = try PixelSize(widthPixels: 1_200, heightPixels: 1_600, dotsPerInch: 254)
    let image = try DotImage(size: size, dotsPerInch: 254) { ink.draw(on: $0) }
    var columns: ClosedRange<Int>?
    var rows: ClosedRange<Int>?
    for row in 0..<1_600 {
      for column in 0..<1_200 where image.isInk(column: column, row: row) {
        columns = min(columns?.lowerBound ?? column, column)...max(columns?.upperBound ?? column, column)
        rows = min(rows?.lowerBound ?? row, row)...max(rows?.upperBound ?? row, row)
      }
    }
    guard let columns, let rows else { return nil }
    return Rectangle(
      x: Double(columns.lowerBound) / 10, y: Double(rows.lowerBound) / 10, width: Double(columns.count) / 10,
      height: Double(rows.count) / 10)
  }

  @Test(arguments: [
    #"{"width":600,"height":300,"strokes":[[{"x":0,"y":0,"t":0},{"x":600,"y":300,"t":1},{"x":0,"y":300,"t":2},{"x":600,"y":0,"t":3}]]}"#,
    #"{"width":600,"height":300,"strokes":[[{"x":0,"y":150,"t":0,"p":1},{"x":600,"y":150,"t":1,"p":1}]]}"#,
    #"{"width":600,"height":300,"strokes":[[{"x":300,"y":0,"t":0,"p":1},{"x":300,"y":300,"t":1,"p":0}]]}"#,
    #"{"width":600,"height":300,"strokes":[[{"x":10,"y":10,"t":0},{"x":40,"y":20,"t":1}],[{"x":25,"y":12,"t":2,"p":1}]]}"#,
    #"{"width":20000,"height":20,"strokes":[[{"x":0,"y":0,"t":0},{"x":20000,"y":20,"t":1}]]}"#,
  ])
  func inkStaysInItsBoxWhateverIsWritten(json: String) throws {
    let ink = SignatureInk(try SignatureStrokes(json: Data(json.utf8)), in: box)
    let extent = try #require(try extent(ink))
    #expect(extent.x >= box.x - 0.1 && extent.right <= box.right + 0.1)
    #expect(extent.y >= box.y - 0.1 && extent.bottom <= box.bottom + 0.1)
  }

  @Test func aUsualSignatureFillsMostOfItsBox() throws {
    let extent = try #require(
      try extent(SignatureInk(SignatureStrokes(json: Sample.signature()), in: box)))
    #expect(extent.width > 60 || extent.height > 30)
  }

  @Test func theLineIsWiderWhereThePenWasPressed() throws {
    let json = #"""
      {"width":600,"height":300,"strokes":[[{"x":0,"y":10,"t":0,"p":0},{"x":300,"y":10,"t":1,"p":0},
      {"x":310,"y":10,"t":2,"p":1},{"x":600,"y":10,"t":3,"p":1}]]}
      """#
    let widths = SignatureInk(try SignatureStrokes(json: Data(json.utf8)), in: box).lines.map(
      \.widthMillimetres)
    #expect(widths == widths.sorted() && widths.count == 3)
    #expect(widths.first == 0.25 && abs((widths.last ?? 0) - 0.95) < 1e-9)
  }
}
