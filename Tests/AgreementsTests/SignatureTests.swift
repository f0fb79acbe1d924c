import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

@Suite struct SignatureStrokesTests {
  private static func document(_ strokes: String, width: String = "600", height: String = "300") -> String {
    #"{"width": \#(width), "height": \#(height), "strokes": \#(strokes)}"#
  }

  private static func line(_ members: String) -> String {
    document(#"[[{"x": 10, "y": 10, "t": 0}, {"x": 200, "y": 90, "t": 20}], [{\#(members)}]]"#)
  }

  @Test func `a signature is read with and without pressure`() throws {
    let pressed = try SignatureStrokes(json: Sample.signature())
    #expect(pressed.strokes.count == 13 && pressed.widthPixels == 600 && pressed.heightPixels == 300)
    #expect(pressed.strokes[0][0].pressure != nil)
    let plain = try SignatureStrokes(json: Sample.signature(withPressure: false))
    #expect(plain.strokes[0][0].pressure == nil)
    #expect(plain.inkPixels == pressed.inkPixels && plain.inkPixels > 500)
  }

  @Test func `members of others and strokes without points are left alone`() throws {
    let json = #"""
      {"width": 600, "height": 300, "pad": "x", "strokes": [[], [{"x": 0, "y": 0, "t": 0, "tilt": 3},
      {"x": 600, "y": 300, "t": 0, "p": null}]]}
      """#
    #expect(try SignatureStrokes(json: Data(json.utf8)).strokes.count == 1)
  }

  /// The expected fault at an offset in the first line of the JSON.
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
    (line(#""x": -20001, "y": 1, "t": 30"#), "strokes[1][0].x", .outOfRange(lower: -20_000, upper: 40_000)),
    (line(#""x": 1e300, "y": 1, "t": 30"#), "strokes[1][0].x", .outOfRange(lower: -20_000, upper: 40_000)),
    (line(#""x": 1, "y": 40001, "t": 30"#), "strokes[1][0].y", .outOfRange(lower: -20_000, upper: 40_000)),
    // In these two cases, all of the ink lies beside the pad.
    (document(#"[[{"x": -10, "y": 10, "t": 0}, {"x": -200, "y": 90, "t": 9}]]"#), "strokes", .noSignature),
    (document(#"[[{"x": -10, "y": -1, "t": 0}, {"x": 700, "y": -1, "t": 9}]]"#), "strokes", .noSignature),
    (line(#""x": 1, "y": 1, "t": -1"#), "strokes[1][0].t", .outOfRange(lower: 0, upper: 86_400_000)),
    (line(#""x": 1, "y": 1, "t": 1e12"#), "strokes[1][0].t", .outOfRange(lower: 0, upper: 86_400_000)),
    (line(#""x": 1, "y": 1, "t": 30, "p": 1.01"#), "strokes[1][0].p", .outOfRange(lower: 0, upper: 1)),
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
  func `a slip is named by its path`(index: Int) {
    let (json, path, fault) = Self.slips[index]
    #expect(throws: AgreementError.strokes(path: path, fault), "\(json.prefix(120))") {
      try SignatureStrokes(json: Data(json.utf8))
    }
  }

  // MARK: - What pads do

  private static func fixture(_ name: String) throws -> Data {
    try Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Signatures/signature-\(name).json"))
  }

  private func strokes(_ points: [(Double, Double)]) throws -> [[SignatureStrokes.Point]] {
    let written = points.enumerated().map { index, point in
      #"{"x": \#(point.0), "y": \#(point.1), "t": \#(index * 10), "p": \#(Double(index % 2))}"#
    }
    let json = Self.document(
      "[[\(written.joined(separator: ", "))], [{\"x\":0,\"y\":0,\"t\":0},{\"x\":90,\"y\":0,\"t\":1}]]")
    return try SignatureStrokes(json: Data(json.utf8)).strokes.dropLast()
  }

  @Test func `ink outside the pad is cut at its edge`() throws {
    let out = try #require(try strokes([(300, 100), (700, 100)]).first)
    #expect(out.map(\.x) == [300, 600])
    #expect(out[1].milliseconds == 7.5 && out[1].pressure == 0.75)
    let back = try strokes([(300, 100), (700, 100), (700, 200), (500, 200)])
    #expect(back.map { $0.map(\.x) } == [[300, 600], [600, 500]])
    #expect(back.flatMap { $0.map(\.y) } == [100, 100, 200, 200])
    let across = try strokes([(-100, -50), (700, 350)])
    #expect(across.map { $0.map(\.x) } == [[0, 600]] && across.map { $0.map(\.y) } == [[0, 300]])
    #expect(try strokes([(-10, 10), (-20, 20), (-30, 200)]).isEmpty)
    #expect(try strokes([(10, 10), (20, 20)]).map { $0.map(\.x) } == [[10, 20]])
  }

  @Test func `the pad's slips are taken and nothing is invented`() throws {
    for name in ["off-the-pad", "time-steps-back"] {
      let signature = try SignatureStrokes(json: try Self.fixture(name))
      for stroke in signature.strokes {
        #expect(stroke.allSatisfy { (0...600).contains($0.x) && (0...300).contains($0.y) })
        #expect(zip(stroke, stroke.dropFirst()).allSatisfy { $0.milliseconds <= $1.milliseconds })
      }
      #expect(signature.inkPixels > 400)
    }
    let first = try #require(try SignatureStrokes(json: try Self.fixture("off-the-pad")).strokes.first?.first)
    #expect(first.x == 0 && first.y > 60 && first.y < 65)
    let stepping = try #require(try SignatureStrokes(json: try Self.fixture("time-steps-back")).strokes.first)
    #expect(stepping[4...6].map(\.milliseconds) == [32, 32, 48])
  }

  /// Checks that every cut piece lies on the pad, and that their total length is that of the ink on the pad,
  /// measured by walking along the line in small steps.
  @Test func `two thousand random strokes are cut to what lies on the pad`() throws {
    var state: UInt64 = 20_261_129
    func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    for _ in 0..<2_000 {
      let points = (0..<Int(2 + random() * 5)).map { _ in (random() * 1_200 - 300, random() * 900 - 300) }
      let parts = try strokes(points)
      #expect(parts.allSatisfy { $0.allSatisfy { (0...600).contains($0.x) && (0...300).contains($0.y) } })
      var walked = 0.0
      for (from, to) in zip(points, points.dropFirst()) {
        let length = ((to.0 - from.0) * (to.0 - from.0) + (to.1 - from.1) * (to.1 - from.1)).squareRoot()
        let inside = (0..<1_000).count { step in
          let share = (Double(step) + 0.5) / 1_000
          let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
          return x >= 0 && x <= 600 && y >= 0 && y <= 300
        }
        walked += length * Double(inside) / 1_000
      }
      let kept = parts.reduce(0) { sum, part in
        zip(part, part.dropFirst()).reduce(sum) {
          $0 + (($1.1.x - $1.0.x) * ($1.1.x - $1.0.x) + ($1.1.y - $1.0.y) * ($1.1.y - $1.0.y)).squareRoot()
        }
      }
      #expect(abs(kept - walked) < 12)
    }
  }

  @Test func `any bytes are read or refused and never trap`() {
    let whole = Sample.signature()
    let characters = Array("0123456789-+.eE\"{}[],: nulxytp".utf8)
    for seed in 0..<UInt64(1_500) {
      var random = SplitMix64(seed: seed)
      var bytes = whole
      for _ in 0...random.next(below: 4) {
        bytes[random.next(below: bytes.count)] = characters[random.next(below: characters.count)]
      }
      if seed % 3 == 0 { bytes = bytes.prefix(random.next(below: bytes.count)) }
      guard let strokes = try? SignatureStrokes(json: bytes) else { continue }
      _ = SignatureInk(strokes, in: Rectangle(x: 0, y: 0, width: 76, height: 33))
    }
  }
}

@Suite struct SignatureInkTests {
  private let box = Rectangle(x: 22, y: 100, width: 76, height: 33)

  /// The box of all ink, found by drawing the ink with ten dots to the millimetre; nil where there is none.
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
  func `ink stays in its box whatever is written`(json: String) throws {
    let ink = SignatureInk(try SignatureStrokes(json: Data(json.utf8)), in: box)
    let extent = try #require(try extent(ink))
    #expect(extent.x >= box.x - 0.1 && extent.right <= box.right + 0.1)
    #expect(extent.y >= box.y - 0.1 && extent.bottom <= box.bottom + 0.1)
  }

  @Test func `an ordinary signature fills most of its box`() throws {
    let extent = try #require(
      try extent(SignatureInk(SignatureStrokes(json: Sample.signature()), in: box)))
    #expect(extent.width > 60 || extent.height > 30)
  }

  @Test func `the line is wider where the pen was pressed`() throws {
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
