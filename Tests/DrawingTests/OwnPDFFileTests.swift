import Drawing
import Foundation
import TestSupport
import Testing

@Suite struct OwnPDFFileTests {
  private let folder = TemporaryFolder(isInMemory: true)

  /// Two pages with Chinese, Latin and Mongolian text, and two files inside.
  private func document() throws -> Data {
    let document = OwnPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: CairoPDFDocument.Metadata(
        title: "题目", author: "作者", subject: "主题", date: "2026-11-24T09:30:00+08:00"), isArchival: true)
    let flow = PageFlow()
    for page in 1...2 {
      for (index, text) in Self.texts.enumerated() {
        document.canvas.draw(
          flow.set("\(text) \(page)", style: TextStyle(sizePoints: 10)), x: 20, y: 20 + 12 * Double(index),
          colour: .black)
      }
      document.canvas.stroke(
        Path(Rectangle(x: 10, y: 10, width: 50, height: 20)), widthMillimetres: 0.2, colour: .grey(0.5))
      document.bookmark("第 \(page) 页", top: 20)
      try document.endPage()
    }
    for (name, bytes) in Self.files {
      document.attach(
        PDFAttachment(name: name, mediaType: "application/json", description: "文件", bytes: bytes))
    }
    return try document.finish(identity: SplitMix64.bytes(16, seed: 1))
  }

  private static let texts = ["达拉特旗电焊机安装协议", "ZX7-400GT (27.5 A)", "䶮㛃㵥𠅤𡐓"]
  private static let files = [
    ("a.json", Data(#"{"一": [1, 2, 3]}"#.utf8)), ("b.json", Data(SplitMix64.bytes(70_000, seed: 2))),
  ]

  private func fault(_ bytes: Data) -> PDFFault? {
    do throws(PDFFault) {
      _ = try OwnPDFFile(bytes)
      return nil
    } catch { return error }
  }

  @Test func `texts and files are read as they were written`() throws {
    let file = try OwnPDFFile(document())
    #expect(file.pages.count == 2)
    for (index, page) in file.pages.enumerated() {
      #expect(page.texts.map(dense) == Self.texts.map { dense("\($0) \(index + 1)") })
    }
    #expect(file.attachments.map(\.name) == Self.files.map(\.0))
    #expect(file.attachments.map(\.bytes) == Self.files.map(\.1))
  }

  private func dense(_ text: String) -> String { text.filter { !$0.isWhitespace } }

  @Test(.enabled(if: InstalledProgram("pdftotext").isInstalled, "no pdftotext here"))
  func `another program finds the same texts and files`() throws {
    let path = try folder.write("a.pdf", document())
    let text = try InstalledProgram("pdftotext").output([path, "-"])
    let own = try OwnPDFFile(document()).pages.flatMap(\.texts).joined()
    #expect(dense(text).sorted() == dense(own).sorted())
    #expect(try InstalledProgram("pdfdetach").run(["-saveall", "-o", folder.path, path]).status == 0)
    for (name, bytes) in Self.files { #expect(try folder.bytes(name) == bytes) }
  }

  @Test
  func `the file that closes the document sees all before it, and is read back, past the size of a block`()
    throws
  {
    let document = OwnPDFDocument(
      pageWidthMillimetres: 210, pageHeightMillimetres: 297,
      metadata: CairoPDFDocument.Metadata(
        title: "题目", author: "作者", subject: "主题", date: "2026-11-24T09:30:00+08:00"), isArchival: true)
    document.placeSeal(in: Rectangle(x: 20, y: 200, width: 60, height: 30), name: "签章")
    try document.endPage()
    // Two texts that look like a byte range, the second across the end of a block.
    let key = "/ByteRange[0 1 2 3]"
    let contents = Data((key + String(repeating: "x", count: 65_535 - key.utf8.count - 4) + key).utf8)
    var pieces: [PDFPiece] = []
    document.attach(
      PDFClosingAttachment(name: "z.json", mediaType: "application/json", description: "文件") {
        pieces = $0
        return contents
      })
    let pdf = try document.finishSealable(identity: SplitMix64.bytes(16, seed: 1))
    let found = try #require(PDFClosingAttachment.Found(in: pdf.bytes))
    #expect(found.contents == contents)
    #expect(found.isAsWritten(mediaType: "application/json", date: "2026-11-24T09:30:00+08:00"))
    #expect(!found.isAsWritten(mediaType: "application/json", date: "2026-11-24T09:30:01+08:00"))
    #expect(try OwnPDFFile(pdf.bytes).attachments.map(\.bytes) == [contents])
    // The pieces and the seal's place between them cover the whole file up to the last object.
    var position = 0
    for piece in pieces {
      if position == pdf.frame.lowerBound { position = pdf.frame.upperBound }
      #expect(piece.offset == position)
      #expect(pdf.bytes[position..<(position + piece.bytes.count)] == piece.bytes, "\(piece.subject)")
      position += piece.bytes.count
    }
    #expect(position == found.place.lowerBound)
  }

  @Test func `a file of another program, or changed by one, is refused`() throws {
    let good = try document()
    for text in ["", "%PDF-1.7\n", "hello", String(repeating: "%PDF-1.7\n", count: 1_000)] {
      #expect(fault(Data(text.utf8)) != nil)
    }
    #expect(fault(good.prefix(good.count - 1))?.part == .table)
    #expect(fault(good + Data("\n".utf8))?.part == .table)
    let qpdf = InstalledProgram("qpdf")
    if qpdf.isInstalled {
      let path = try folder.write("a.pdf", good)
      #expect(try qpdf.run([path, folder.file("b.pdf")]).status == 0)
      #expect(fault(try folder.bytes("b.pdf")) != nil)
    }
  }

  @Test func `what a reader would act on is refused`() throws {
    let good = try document()
    func changed(_ text: String, _ other: String) -> PDFFault? {
      // A change of the same length keeps every offset.
      guard text.utf8.count == other.utf8.count, let place = good.firstRange(of: Data(text.utf8)) else {
        return nil
      }
      var bytes = good
      bytes.replaceSubrange(place, with: Data(other.utf8))
      return fault(bytes)
    }
    #expect(changed("/PageMode/UseOutlines", "/OpenAction/UseOutlin")?.part == .catalog)
    #expect(
      changed("/MediaBox", "/AA 5 0 R")?.part == .page || changed("/MediaBox", "/AA 5 0 R")?.part == .object)
    #expect(changed("/Names[(a.json)", "/Names[(x.json)")?.part == .attachment)
    #expect(changed("/Size 70000", "/Size 70001")?.part == .attachment)
    #expect(changed("/Count 2/Kids", "/Count 3/Kids")?.part == .catalog)
    #expect(changed("00000 n", "00001 n")?.part == .table)
  }

  @Test func `nothing unpacks without end or nests without end`() throws {
    func wrapped(_ object: String) -> Data {
      let header = Data("%PDF-1.7\n%".utf8) + Data([0xE2, 0xE3, 0xCF, 0xD3, 0x0A])
      return header + Data("1 0 obj\n\(object)\nendobj\n".utf8)
    }
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(fault(wrapped(deep))?.part == .object)
    #expect(fault(wrapped(String(repeating: "<</A ", count: 200_000)))?.part == .object)
    #expect(fault(wrapped("<</Length 99999999>>\nstream\n"))?.part == .object)
    #expect(fault(wrapped("<</Length 999999999999>>\nstream\n"))?.part == .object)
    #expect(fault(wrapped("[" + String(repeating: "0 ", count: 4_000_000) + "]"))?.part == .size)
    var many = Data("%PDF-1.7\n%".utf8) + Data([0xE2, 0xE3, 0xCF, 0xD3, 0x0A])
    for number in 1...20_001 { many += Data("\(number) 0 obj\nnull\nendobj\n".utf8) }
    #expect(fault(many)?.part == .size)
    #expect(fault(Data(count: OwnPDFFile.maxBytes + 1))?.part == .size)
  }

  @Test func `damaged files end in a fault and never in a trap`() throws {
    let good = [UInt8](try document())
    var generator = SplitMix64(seed: 12)
    for _ in 0..<400 {
      let bytes = generator.spoil(good, with: Array("0 R/<>[]()obj\n".utf8), most: 5, longest: 60)
      if bytes != good { #expect(fault(Data(bytes)) != nil) }
    }
  }
}
