import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelBatchTests {
  private func requests(_ count: Int) throws -> [LabelRequest] {
    try (0..<count).map {
      LabelRequest(
        line: $0 + 2, payload: try Sample.payload(466_560 + 7 * $0),
        fields: ["unitName": "样品电焊铺\($0)号", "street": $0 % 2 == 0 ? "树林召镇" : "白塔街道"])
    }
  }

  private func batch(in folder: TemporaryFolder, workers: Int, dotsPerInch: Int = 300) throws -> LabelBatch {
    try LabelBatch(
      template: Sample.template(), settings: .init(dotsPerInch: dotsPerInch), folder: folder.path,
      workers: workers
    )
  }

  @Test func `the same orders are the same files whatever the number of threads`() throws {
    let (one, three) = (TemporaryFolder(), TemporaryFolder())
    let requests = try requests(70)
    var reported: [FiledLabel] = []
    #expect(try batch(in: one, workers: 1).run(requests) { _ in } == 70)
    #expect(try batch(in: three, workers: 3).run(requests) { reported += $0 } == 70)
    #expect(reported.map(\.index) == Array(0..<70))
    #expect(reported.map(\.request) == requests)
    let names = try one.names()
    #expect(names == requests.map { "\($0.payload.code).png" }.sorted())
    #expect(try three.names() == names)
    for name in names { #expect(try one.bytes(name) == three.bytes(name)) }
    // A label made on its own equals the one from the batch.
    let alone = try LabelMaker(template: Sample.template(), settings: .init(dotsPerInch: 300)).make(
      fields: requests[5].fields, payload: requests[5].payload)
    #expect(try one.bytes("\(requests[5].payload.code).png") == alone.bytes)
  }

  @Test(arguments: [1, 2])
  func `a label that cannot be made stops the batch is named and leaves no later one`(workers: Int) throws {
    let folder = TemporaryFolder()
    var requests = try requests(90)
    requests[40] = LabelRequest(
      line: 42, payload: requests[40].payload, fields: ["unitName": String(repeating: "长", count: 900)])
    var reported: [FiledLabel] = []
    #expect {
      try batch(in: folder, workers: workers).run(requests) { reported += $0 }
    } throws: { error in
      guard case LabelError.label(requests[40].payload.code, 42, .textTooLarge) = error else { return false }
      return true
    }
    #expect(reported.map(\.index) == Array(0..<40))
    #expect(try folder.names() == requests[..<40].map { "\($0.payload.code).png" }.sorted())
  }

  @Test func `a refused report leaves nothing that was not reported`() throws {
    struct Full: Error {}
    let folder = TemporaryFolder()
    var reported = 0
    #expect(throws: Full.self) {
      try batch(in: folder, workers: 2).run(requests(300)) { labels in
        if reported > 0 { throw Full() }
        reported += labels.count
      }
    }
    #expect(reported > 0 && reported < 300)
    // The labels of the refused report were made, and the caller has to deal with them.
    #expect(try folder.names().count <= 2 * reported)
  }

  @Test func `a batch that is told to stop ends after what it reported`() throws {
    let folder = TemporaryFolder()
    var reported = 0
    let made = try batch(in: folder, workers: 2).run(
      requests(300), isCancelled: { true }, onEvent: { reported += $0.count })
    #expect(made == reported && made < 300)
    #expect(try folder.names().count == made)
  }
}

@Suite struct ReadBackTests {
  private func made(_ change: (inout DotImage, LabelDrawing.Place) -> Void) throws -> (
    maker: LabelMaker, place: LabelDrawing.Place, png: Data
  ) {
    let maker = try LabelMaker(template: Sample.template())
    let payload = try Sample.payload()
    let label = try maker.make(fields: Sample.fields, payload: payload)
    let place = try maker.lay(fields: Sample.fields, payload: payload).place
    var image = try #require(try DotImage(png: label.bytes))
    change(&image, place)
    return (maker, place, try image.png())
  }

  @Test(arguments: [LabelMaker.Scrutiny.thinned, .full])
  func `a whole label reads`(scrutiny: LabelMaker.Scrutiny) throws {
    let label = try made { _, _ in }
    #expect(
      try label.maker.verify(png: label.png, place: label.place, scrutiny: scrutiny)
        == label.place.dots.symbol.text)
  }

  @Test(arguments: [LabelMaker.Scrutiny.thinned, .full])
  func `one dot that is not as encoded is found wherever it is`(scrutiny: LabelMaker.Scrutiny) throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<(scrutiny == .full ? 2 : 40) {
      let label = try made { image, place in
        let column = place.column + random.next(below: place.dots.side)
        let row = place.row + random.next(below: place.dots.side)
        image.set(
          columns: column..<column + 1, rows: row..<row + 1, ink: !image.isInk(column: column, row: row))
      }
      #expect(throws: LabelError.unreadable(.otherDots)) {
        _ = try label.maker.verify(png: label.png, place: label.place, scrutiny: scrutiny)
      }
    }
  }

  @Test(arguments: [LabelMaker.Scrutiny.thinned, .full])
  func `a mirrored symbol is told apart and an inverted one is not read`(scrutiny: LabelMaker.Scrutiny) throws {
    let mirrored = try made { image, place in
      var flipped = DotImage(size: image.size)
      for row in 0..<image.size.heightPixels {
        for column in 0..<image.size.widthPixels where image.isInk(column: column, row: row) {
          let other = image.size.widthPixels - 1 - column
          flipped.set(columns: other..<other + 1, rows: row..<row + 1, ink: true)
        }
      }
      image = flipped
    }
    #expect(throws: LabelError.unreadable(.mirrored)) {
      _ = try mirrored.maker.verify(png: mirrored.png, place: mirrored.place, scrutiny: scrutiny)
    }
    let inverted = try made { image, _ in image.invert() }
    #expect(throws: LabelError.unreadable(.noSymbol)) {
      _ = try inverted.maker.verify(png: inverted.png, place: inverted.place, scrutiny: scrutiny)
    }
  }

  @Test func `a label of another size or kind is refused`() throws {
    let label = try made { _, _ in }
    let other = try LabelMaker(template: Sample.template(), settings: .init(dotsPerInch: 300))
    #expect(throws: LabelError.unreadable(.otherSize)) {
      _ = try other.verify(png: label.png, place: label.place, scrutiny: .thinned)
    }
    #expect(throws: LabelError.self) {
      _ = try label.maker.verify(png: label.png.dropLast(30), place: label.place, scrutiny: .thinned)
    }
  }
}
