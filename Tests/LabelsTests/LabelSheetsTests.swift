import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelSheetsTests {
  private func requests(_ count: Int) throws -> [LabelRequest] {
    try (0..<count).map {
      LabelRequest(
        line: $0 + 2, payload: try Sample.payload(466_560 + 7 * $0),
        fields: ["unitName": "样品电焊铺\($0)号", "street": "树林召镇"])
    }
  }

  private func sheets(
    _ inks: LabelInks = LabelInks(), template: String = "acrylic-60x40", sheet: SheetLayout.Sheet? = nil,
    workers: Int = 2, verification: LabelSheets.Verification = .pages
  ) throws -> LabelSheets {
    let template = try Sample.catalogue.template(named: template)
    return try LabelSheets(
      template: template, settings: .init(dotsPerInch: 600),
      layout: SheetLayout(template: template, sheet: sheet), inks: inks, verification: verification,
      workers: workers)
  }

  private static let a4 = SheetLayout.Sheet(widthMillimetres: 210, heightMillimetres: 297)

  @Test func `the same orders are the same bytes whatever the number of threads`() throws {
    let folder = TemporaryFolder()
    let requests = try requests(40)
    try sheets(sheet: Self.a4, workers: 1).run(
      requests, count: requests.count, output: folder.path + "/1.pdf", title: "t")
    var events: [LabelSheets.Event] = []
    let delivery = try sheets(sheet: Self.a4, workers: 3).run(
      requests, count: requests.count, output: folder.path + "/3.pdf", title: "t", events: { events.append($0) }
    )
    let file = folder.path + "/3.pdf"
    #expect(delivery?.files == [file] && delivery?.labels == 40 && delivery?.first?.request == requests[0])
    #expect(events == [.made(labels: 18), .made(labels: 36), .made(labels: 40), .finished(file: file)])
    #expect(try folder.bytes("1.pdf") == folder.bytes("3.pdf"))
    #expect(try folder.names() == ["1.pdf", "3.pdf"])
  }

  @Test(arguments: ["acrylic-60x40", "acrylic-80x50", "small-30x30", "round-50", "thermal-50x30"])
  func `every template reads in every process`(template: String) throws {
    let folder = TemporaryFolder()
    for process in LabelInks.Process.allCases {
      for sheet in [nil, Self.a4] {
        let delivery = try sheets(
          LabelInks(process: process, cutName: "CutContour"), template: template, sheet: sheet
        ).run(requests(3), count: 3, output: folder.path + "/l.pdf", title: "t")
        #expect(delivery?.labels == 3)
      }
    }
  }

  @Test(
    .enabled(
      if: InstalledProgram("pdfinfo").isInstalled && InstalledProgram("pdffonts").isInstalled,
      "poppler-utils is missing"))
  func `pages have their size embedded fonts and text that can be searched`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/l.pdf"
    try sheets(template: "acrylic-80x50").run(requests(2), count: 2, output: file, title: "t")
    let information = try InstalledProgram("pdfinfo").output(["-box", file])
    func box(_ name: String) throws -> [Double] {
      let line = try #require(information.split(separator: "\n").first { $0.hasPrefix(name) })
      return line.split(separator: " ").compactMap { Double($0) }
    }
    let template = try Sample.catalogue.template(named: "acrylic-80x50")
    let bleed = template.bleedMillimetres
    let (media, trim) = (try box("MediaBox"), try box("TrimBox"))
    for (found, wanted) in [
      (media[2] - media[0], 80 + 2 * bleed), (media[3] - media[1], 50 + 2 * bleed), (trim[2] - trim[0], 80),
      (trim[3] - trim[1], 50),
    ] { #expect(abs(Length.millimetres(points: found) - wanted) <= 0.05) }
    let fonts = try InstalledProgram("pdffonts").output([file]).split(separator: "\n").dropFirst(2)
    #expect(!fonts.isEmpty)
    for font in fonts {
      // The columns are name, type and encoding, and then: embedded, subset, with a map to Unicode.
      #expect(font.contains("Identity-H") && font.contains("yes yes yes"), "\(font)")
    }
    let text = try InstalledProgram("pdftotext").output([file, "-"])
    #expect(text.contains("样品电焊铺1号") && text.contains("树林召镇"))
    #expect(text.contains(try Sample.payload().code.description))
  }

  @Test(
    .enabled(if: InstalledProgram("gs").isInstalled, "Ghostscript is missing: apt install ghostscript"),
    arguments: ["acrylic-60x40", "small-30x30", "round-50", "thermal-50x30"])
  func `ghostscript measures the plate as large as its template says`(template: String) throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/l.pdf"
    try sheets(LabelInks(cutName: "CutContour"), template: template).run(
      requests(1), count: 1, output: file, title: "t")
    let said = try InstalledProgram("sh").output([
      "-c", "gs -q -dBATCH -dNOPAUSE -sDEVICE=bbox -r2400 '\(file)' 2>&1",
    ])
    let box = try #require(said.firstMatch(of: /%%HiResBoundingBox: ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)/))
    let corners = [box.1, box.2, box.3, box.4].compactMap { Double($0) }.map { Length.millimetres(points: $0) }
    let plate = try Sample.catalogue.template(named: template)
    // The contour's line lies half outside of the plate, and is cut off where the page ends with the plate.
    let line = 2 * plate.bleedMillimetres > 0.1 ? Length.millimetres(points: 0.25) : 0
    #expect(abs(corners[2] - corners[0] - plate.widthMillimetres - line) <= 0.05, "\(said)")
    #expect(abs(corners[3] - corners[1] - plate.heightMillimetres - line) <= 0.05, "\(said)")
  }

  @Test(.enabled(if: InstalledProgram("gs").isInstalled, "Ghostscript is missing: apt install ghostscript"))
  func `ghostscript shows a plate each for white cut and black`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/l.pdf"
    try sheets(LabelInks(process: .mirrored, cutName: "CutContour"), template: "acrylic-80x50").run(
      requests(1), count: 1, output: file, title: "t")
    _ = try InstalledProgram("gs").output([
      "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=tiffsep", "-r100", "-sOutputFile=\(folder.path)/p.tif", file,
    ])
    let plates = try folder.names()
    #expect(plates.contains { $0.contains("CutContour") })
    #expect(plates.contains { $0.contains("White") })
    #expect(plates.contains { $0.contains("Black") })
  }

  @Test(
    .enabled(
      if: InstalledProgram("pdftoppm").isInstalled && InstalledProgram("zbarimg").isInstalled,
      "poppler-utils or zbar-tools is missing"))
  func `another decoder reads the page as poppler renders it`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/l.pdf"
    let requests = try requests(18)
    try sheets(sheet: Self.a4).run(requests, count: requests.count, output: file, title: "t")
    _ = try InstalledProgram("pdftoppm").output([
      "-r", "300", "-gray", "-png", "-singlefile", file, folder.path + "/p",
    ])
    let read = try #require(try ZBar.read(folder.bytes("p.png")))
    #expect(Set(read.split(separator: "\n").map(String.init)) == Set(requests.map(\.payload.text)))
  }

  @Test func `a page mirrored by mistake or not mirrored when it should be is caught`() throws {
    let folder = TemporaryFolder()
    let template = try Sample.template()
    let layout = try SheetLayout(template: template, sheet: Self.a4)
    for (drawn, wanted, reason) in [
      (LabelInks.Process.mirrored, LabelInks.Process.print, LabelError.UnreadableReason.mirrored),
      (.print, .mirrored, .notMirrored), (.laser, .print, .noSymbol), (.print, .laser, .noSymbol),
    ] {
      let file = folder.path + "/l.pdf"
      try sheets(LabelInks(process: drawn), sheet: Self.a4).run(requests(2), count: 2, output: file, title: "t")
      let picture = try PopplerPages(folder.bytes("l.pdf")).picture(
        ofPage: 0, dotsPerInch: 150, maxPixels: LabelReader.maxPixels)
      let maker = try LabelMaker(template: template)
      let place = try maker.lay(fields: Sample.fields, payload: try requests(1)[0].payload).place
      let side = Length.millimetres(dots: place.dots.side, dotsPerInch: 600)
      var left = layout.places[0].x + Length.millimetres(dots: place.column, dotsPerInch: 600)
      if drawn == .mirrored { left = layout.pageWidthMillimetres - left - side }
      let top = layout.places[0].y + Length.millimetres(dots: place.row, dotsPerInch: 600)
      func pixels(_ from: Double) -> Range<Int> {
        Length.dots(
          millimetres: from, dotsPerInch: 150)..<Length.dots(millimetres: from + side, dotsPerInch: 150)
      }
      let part = try #require(picture.part(columns: pixels(left), rows: pixels(top)))
      try LabelPage.check(part, shows: place.dots.symbol, inks: LabelInks(process: drawn))
      #expect(throws: LabelError.unreadable(reason)) {
        try LabelPage.check(part, shows: place.dots.symbol, inks: LabelInks(process: wanted))
      }
    }
  }

  @Test func `a batch of many pages is several files and the first sheet is finished`() throws {
    let folder = TemporaryFolder()
    let requests = try requests(LabelSheets.maxPages + 3)
    let delivery = try sheets(template: "small-30x30", verification: .sample).run(
      requests, count: requests.count, output: folder.path + "/l.pdf", title: "t")
    #expect(delivery?.labels == requests.count)
    #expect(delivery?.files == [folder.path + "/l-001.pdf", folder.path + "/l-002.pdf"])
    #expect(try folder.names() == ["l-001.pdf", "l-002.pdf"])
  }

  @Test(arguments: [1, 4, 6])
  func `a batch that is stopped leaves no file, also where its pages are read back`(call: Int) throws {
    let folder = TemporaryFolder()
    let requests = try requests(3)
    var calls = 0
    // Three calls are before a page is taken, three after a page is read back.
    let delivery = try sheets(template: "small-30x30", verification: .pages).run(
      requests, count: requests.count, output: folder.path + "/l.pdf", title: "t",
      isCancelled: {
        calls += 1
        return calls == call
      })
    #expect(delivery == nil && calls == call)
    #expect(try folder.names().isEmpty)
  }

  /// Each list has more pages than are made ahead of writing. The list of 300 pages is also longer than one
  /// file and than the pages that are made ahead of reading back.
  @Test(
    .enabled(if: InstalledProgram("pdftotext").isInstalled, "poppler-utils is missing"),
    arguments: [(33, nil), (300, nil), (34 * 18 + 1, a4)] as [(Int, SheetLayout.Sheet?)])
  func `every label stands once and in order in the files however many pages`(
    count: Int, sheet: SheetLayout.Sheet?
  ) throws {
    let folder = TemporaryFolder()
    let requests = try requests(count)
    let template = sheet == nil ? "small-30x30" : "acrylic-60x40"
    let delivery = try sheets(template: template, sheet: sheet, verification: .sample).run(
      requests, count: count, output: folder.path + "/l.pdf", title: "t")
    let text = try #require(delivery?.files).map {
      try InstalledProgram("pdftotext").output(["-raw", $0, "-"])
    }.joined()
    let codes = text.matches(of: /[0-9]{6}-[0-9A-Z]{6}-[0-9A-Z]/).map { String($0.0) }
    #expect(codes == requests.map(\.payload.code.description))
  }

  @Test func `a label that cannot be made is named and leaves no file`() throws {
    let folder = TemporaryFolder()
    var requests = try requests(10)
    requests[6] = LabelRequest(
      line: 8, payload: requests[6].payload, fields: ["unitName": String(repeating: "长", count: 900)])
    #expect {
      try sheets(sheet: Self.a4).run(
        requests, count: requests.count, output: folder.path + "/l.pdf", title: "t")
    } throws: { error in
      guard case LabelError.label(requests[6].payload.code, 8, .textTooLarge) = error else { return false }
      return true
    }
    #expect(try folder.names().isEmpty)
  }
}

@Suite struct SheetLayoutTests {
  private func layout(_ sheet: SheetLayout.Sheet?) throws -> SheetLayout {
    try SheetLayout(template: Sample.template(), sheet: sheet)
  }

  @Test func `labels stand in the middle of the sheet with their gutter between`() throws {
    let layout = try layout(.init(widthMillimetres: 210, heightMillimetres: 297))
    // The widths are 3 × 60 + 2 × 4 of 190 mm, and the heights 6 × 40 + 5 × 4 of 277 mm.
    #expect(layout.places.count == 18)
    #expect(abs(layout.places[0].x - 11) < 1e-9 && abs(layout.places[0].y - 18.5) < 1e-9)
    #expect(abs(layout.places[1].x - 75) < 1e-9 && layout.places[1].y == layout.places[0].y)
    let columns = try self.layout(.init(widthMillimetres: 210, heightMillimetres: 297, order: .columns))
    #expect(Set(columns.places) == Set(layout.places))
    #expect(columns.places[1].x == columns.places[0].x)
  }

  @Test func `a sheet begun is finished`() throws {
    let layout = try layout(.init(widthMillimetres: 210, heightMillimetres: 297, startAt: 17))
    #expect(layout.pageCount(labels: 2) == 1 && layout.pageCount(labels: 3) == 2)
    #expect(layout.labels(ofPage: 0, of: 3).map(\.label) == [0, 1])
    #expect(layout.labels(ofPage: 0, of: 3).map(\.place) == Array(layout.places.suffix(2)))
    #expect(layout.labels(ofPage: 1, of: 3).map(\.place) == [layout.places[0]])
  }

  @Test func `what has no room is refused`() throws {
    #expect(throws: LabelError.self) { try layout(.init(widthMillimetres: 70, heightMillimetres: 297)) }
    #expect(throws: LabelError.startOutOfRange(position: 19, most: 18)) {
      try layout(.init(widthMillimetres: 210, heightMillimetres: 297, startAt: 19))
    }
    #expect(SheetLayout.Sheet.size(named: "A4")?.height == 297)
    #expect(SheetLayout.Sheet.size(named: "320x450")?.width == 320)
    for name in ["", "a5", "x", "10x10", "1e9x20", "nanx100", "100x200x300"] {
      #expect(SheetLayout.Sheet.size(named: name) == nil)
    }
  }
}
