import Cryptography
import Foundation
import Labels
import Records
import Testing

@testable import weldtech

@Suite struct RequestDigestTests {
  private let sample: SampleShop

  init() throws { sample = try SampleShop() }

  /// The digests come from the databases of a program without `RequestDigest`, for a list of two labels.
  @Test func `orders of older programs are known by the digest that these gave them`() throws {
    typealias Options = LabelBatchCommand.Options
    let names = SampleShop.names(2)
    func check(
      _ digest: String, _ names: [String] = names, _ change: (inout Options) -> Void,
      place: SourceLocation = #_sourceLocation
    ) throws {
      var options = Options()
      change(&options)
      let labels = try SampleShop.labels(names, platform: "http://127.0.0.1:9")
      #expect(LabelBatchCommand.formerDigest(of: labels, options) == digest, sourceLocation: place)
    }
    let plain = "29894b4a2299e3f184fa8b48174c62c05c02598704c11525fcbcc0c1f6fd0cc9"
    try check(plain) { _ in }
    try check(plain) { $0.reason = "文件丢失" }
    try check("5c42ae8b860fcf17909810df1769454679c0a4a069e539b79ff2f08af046d094") {
      $0.dpi = 300
      $0.correction = "M"
      $0.printGain = 0.05
      $0.template = "thermal-50x30"
    }
    try check("3b1e5f1d462c20dbb5fdc03c259eb25534881b829e18c671ce5e4194f656e652") {
      $0.format = "pdf"
      $0.pages.sheet = "a4"
      $0.pages.margin = 12.5
      $0.pages.gutter = 6
      $0.pages.order = "columns"
      $0.pages.startAt = 3
      $0.pages.verify = "pages"
    }
    try check("42cf8dbb279b7661ff336ed3fbd5d9411f5b757bafebc666b560bc7434d100d4") {
      $0.format = "pdf"
      $0.pages.sheet = "320x450"
      $0.pages.isMirrored = true
      $0.pages.white = "白\"墨\\"
      $0.pages.choke = 0.5
    }
    try check("526046dd040eba75ef284484f01fb93a567ea8c2e90db7ddd76ff98d0b19bce7") {
      $0.format = "pdf"
      $0.pages.isLaser = true
      $0.pages.cut = "Cut Contour"
      $0.template = "acrylic-80x50"
    }
    try check("8bb035c5b65d2b233d9d4629b35fa37cc63a64593dabc5595c96f328110e6592") {
      $0.format = "svg"
      $0.pages.isMirrored = true
    }
    try check("8cf486c987ff5f228babb652bd3f4f204e67fc2155fe9dc06c96e05c20b9ac0d") {
      $0.format = "svg"
      $0.pages.isLaser = true
      $0.printGain = 0
    }
    // The request is `labels reprint` of both codes with one changed text.
    try check(
      "e2f976cf9c6d5d06a104ad3888f69b463f0a6200199ce94713ab2aeac31c1321", ["更正电焊铺", "更正电焊铺"]
    ) {
      $0.format = "pdf"
      $0.pages.sheet = "a4"
      $0.reason = "褪色"
    }
  }

  /// These digests are stored on disk, so that a change of any of them needs another version beside the old
  /// one.
  @Test func `the digest is over named fields in a fixed spelling`() throws {
    func digest(_ fields: [String], labels: [LabelRequest]) -> String {
      let texts = labels.flatMap { label in
        ["payload", label.payload.text, "text street", label.fields["street"] ?? "", "text unitName"]
          + [label.fields["unitName"] ?? ""]
      }
      let all = ["weldtech label request 1"] + fields + texts
      return SHA256Digest(of: Data(all.map { $0 + "\0" }.joined().utf8)).hex
    }
    let drawn = [
      "template", "thermal-50x30", "dotsPerInch", "203", "correction", "M", "printGain", "0.0", "process",
      "print",
      "cut", "", "white", "White", "chokePoints", "0.75",
    ]
    var request = try sample.request(SampleShop.names(2))
    request.settings.correction = .medium
    request.settings.printGainMillimetres = 0
    let labels = Array(request.labels)
    #expect(RequestDigest.of(request) == digest(drawn + ["form", "png"], labels: labels))
    #expect(
      RequestDigest.of(request) == "ab41a5ad0ef9480948134c846ca78d590d13822628ade763fc986b7ffc64ed80")
    let single = LabelShop.SingleRequest(
      label: labels[1], template: request.template, settings: request.settings, file: "/f", output: "/o")
    #expect(RequestDigest.of(single) == digest(drawn + ["form", "png"], labels: [labels[1]]))
    let layout = try SheetLayout(
      template: sample.template,
      sheet: .init(widthMillimetres: 210, heightMillimetres: 297, order: .columns, startAt: 2))
    request.form = .pages(.init(file: "/f.pdf", layout: layout, verification: .pages))
    let sheet = [
      "form", "pdf", "verification", "pages", "sheetWidth", "210.0", "sheetHeight", "297.0", "margin", "10.0",
      "gutter", "4.0", "fillOrder", "columns", "startAt", "2",
    ]
    #expect(RequestDigest.of(request) == digest(drawn + sheet, labels: labels))
  }

  @Test func `whatever changes a label changes the digest, and where it goes does not`() throws {
    var seen = [RequestDigest.of(try sample.request(SampleShop.names(2)))]
    func change(_ names: [String] = SampleShop.names(2), _ change: (inout LabelShop.Request) throws -> Void)
      throws
    {
      var request = try sample.request(names)
      try change(&request)
      seen.append(RequestDigest.of(request))
    }
    try change(["甲", "乙"]) { _ in }
    try change(SampleShop.names(3)) { _ in }
    try change { $0.settings.dotsPerInch = 300 }
    try change { $0.settings.correction = .low }
    try change { $0.settings.printGainMillimetres = 0.05 }
    try change { $0.settings.format = .svg }
    try change { $0.settings.inks.process = .laser }
    try change { $0.settings.inks.cutName = "Cut" }
    try change { $0.settings.inks.whiteName = "W" }
    try change { $0.settings.inks.chokePoints = 1 }
    for sheet in [
      nil, SheetLayout.Sheet(widthMillimetres: 210, heightMillimetres: 297),
      .init(widthMillimetres: 210, heightMillimetres: 297, gutterMillimetres: 9),
      .init(widthMillimetres: 210, heightMillimetres: 297, startAt: 2),
    ] {
      try change { request in
        let layout = try SheetLayout(template: request.template, sheet: sheet)
        request.form = .pages(.init(file: "/f.pdf", layout: layout))
      }
    }
    #expect(Set(seen).count == seen.count, "\(seen)")
    var elsewhere = try sample.request(SampleShop.names(2))
    elsewhere.form = .files(folder: "/elsewhere")
    elsewhere.reason = "褪色"
    elsewhere.workers = 7
    #expect(RequestDigest.of(elsewhere) == seen[0])
  }
}
