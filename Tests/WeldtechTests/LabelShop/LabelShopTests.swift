import Fieldbook
import Foundation
import Labels
import Records
import TestSupport
import Testing

@testable import weldtech

@Suite struct LabelShopTests {
  private let sample: SampleShop

  init() throws { sample = try SampleShop() }

  /// A text that is too long for every label.
  private static let tooLong = String(repeating: "达拉特旗树林召镇", count: 40)

  private func counts() throws -> LabelCounts {
    let counts = try sample.fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printing == 0, "\(counts)")
    return counts
  }

  @Test func `a request is put down, made, read back, counted, and found done`() throws {
    var events: [LabelShop.Event] = []
    let request = try sample.request(SampleShop.names(40))
    let outcome = try sample.shop.fulfil(request) { events.append($0) }
    #expect(outcome == .init(labels: 40, resumed: 0))
    #expect(events.first == .began(labels: 40) && events.last == .made(labels: 40))
    let files = try sample.files()
    #expect(files.count == 40)
    for label in request.labels {
      let file = try #require(files["\(label.payload.code).png"])
      #expect(try LabelReader.read(png: file) == [label.payload.text])
      let kept = try sample.fieldbook.label(of: label.payload.code)
      #expect(kept.payload == label.payload.text && kept.texts == label.fields && kept.state == .printed)
    }
    #expect(try counts().printed == 40)

    events = []
    let again = try sample.shop.fulfil(request) { events.append($0) }
    #expect(again.labels == 40 && again.resumed == 40 && again.comparedFiles == 40 && again.finishedAt != nil)
    #expect(events.isEmpty)
    #expect(try sample.files() == files)
    let name = "\(try SampleShop.code(7)).png"
    try FileManager.default.removeItem(atPath: "\(sample.folder)/labels/\(name)")
    #expect { try sample.shop.fulfil(request) } throws: { ($0 as? BatchFilesChanged)?.missing == [name] }
    var reprint = request
    reprint.reason = "文件丢失"
    #expect(try sample.shop.fulfil(reprint).labels == 40)
    #expect(try sample.files() == files)
    #expect(try counts().reprinted == 40)
  }

  @Test func `a request that is cancelled counts nothing and goes on from its files`() throws {
    let request = try sample.request(SampleShop.names(300))
    #expect(throws: Cancelled.self) {
      try sample.shop.fulfil(request) { event in
        if case .made(let labels) = event, labels > 0 { sample.isCancelled = true }
      }
    }
    #expect(try counts().printed == 0)
    let left = try sample.files().filter { $0.key.hasSuffix(".png") }
    #expect((1..<300).contains(left.count), "\(left.count)")
    sample.isCancelled = false
    let outcome = try sample.shop.fulfil(request)
    #expect(outcome.labels == 300 && outcome.resumed == left.count)
    #expect(try counts().printed == 300)
    let files = try sample.files()
    #expect(files.count == 300 && left.allSatisfy { files[$0.key] == $0.value })
  }

  @Test func `pages count together with their ticket and proof`() throws {
    let file = sample.folder + "/sheets/labels.pdf"
    let layout = try SheetLayout(
      template: sample.template, sheet: .init(widthMillimetres: 210, heightMillimetres: 297, startAt: 3))
    let request = try sample.request(
      SampleShop.names(33), .pages(.init(file: file, layout: layout, isForPrintShop: true)))
    #expect(try sample.shop.fulfil(request) == .init(labels: 33, resumed: 0))
    #expect(
      try sample.files("sheets").keys.sorted() == ["labels-proof.pdf", "labels-ticket.pdf", "labels.pdf"])
    let texts = try LabelPicture.texts(in: Data(contentsOf: URL(filePath: file)))
    #expect(texts.sorted() == request.labels.map(\.payload.text).sorted())
    #expect(try counts().printed == 33)
    #expect(try sample.shop.fulfil(request).comparedFiles == 3)
  }

  @Test func `a printer gets each label once, also where the request failed in between and was mended`() throws
  {
    let device = sample.folder + "/zpl"
    func request(last: String) throws -> LabelShop.Request {
      var request = try sample.request(SampleShop.names(40) + [last])
      request.destination = .device(device)
      return request
    }
    #expect(throws: LabelError.self) { try sample.shop.fulfil(request(last: Self.tooLong)) }
    let printed = try counts().printed
    #expect((1...40).contains(printed))
    let outcome = try sample.shop.fulfil(request(last: "丙"))
    #expect(outcome.labels == 41)
    #expect(try counts().printed == 41)
    let zpl = try String(contentsOfFile: device, encoding: .utf8)
    #expect(zpl.components(separatedBy: "^XA").count - 1 == 41)
  }

  @Test func `one order is made at a time`() throws {
    let lock = try #require(try sample.fieldbook.lock(.labels))
    defer { lock.release() }
    let other = try SampleShop()
    let shop = LabelShop(
      fieldbook: try Fieldbook(home: sample.folder + "/home"), clock: FixedClock(), files: other.shop.files,
      printerDraft: "", isCancelled: { false })
    #expect(throws: LabelsBusy.self) { try shop.fulfil(sample.request(SampleShop.names(2))) }
    let counts = try sample.fieldbook.labelCounts()
    #expect(counts.printed == 0 && counts.printing == 0 && counts.waiting == 0)
  }

  @Test func `a single label is made once, written again as it is, and another only for a reason`() throws {
    let label = try #require(try SampleShop.labels(["老王电焊铺"]).first)
    let device = sample.folder + "/zpl"
    var single = LabelShop.SingleRequest(
      label: label, template: sample.template, settings: .init(dotsPerInch: 203),
      file: sample.folder + "/label.png", output: "weldtech label", destination: .device(device))
    let made = try sample.shop.fulfil(single)
    #expect(try Data(contentsOf: URL(filePath: single.file)) == made.bytes && made.verified)
    #expect(throws: FieldbookError.labelsPrinted([label.payload.code], count: 1)) {
      try sample.shop.fulfil(single)
    }
    single.destination = nil
    try FileManager.default.removeItem(atPath: single.file)
    #expect(try sample.shop.fulfil(single) == made)
    #expect(try Data(contentsOf: URL(filePath: single.file)) == made.bytes)
    single.settings.dotsPerInch = 300
    #expect(throws: FieldbookError.labelsPrinted([label.payload.code], count: 1)) {
      try sample.shop.fulfil(single)
    }
    #expect(try counts().printed == 1)
    single.reason = "褪色"
    _ = try sample.shop.fulfil(single)
    #expect(try counts().reprinted == 1)
    #expect(try String(contentsOfFile: device, encoding: .utf8).components(separatedBy: "^XA").count == 2)
  }
}
