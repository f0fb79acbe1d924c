import Fieldbook
import Foundation
import Labels
import Records
import TestSupport
import Testing

@testable import weldtech

/// A label shop with its own home and no command line.
final class SampleShop {
  private let temporary = TemporaryFolder()
  var folder: String { temporary.path }
  let fieldbook: Fieldbook
  let template: LabelTemplate
  /// Whether the run is to stop, which the shop asks between labels.
  var isCancelled = false

  init() throws {
    fieldbook = try Fieldbook(home: temporary.file("home"))
    let share = try #require(Environment.current().shareFolder)
    template = try LabelTemplateCatalogue(directory: share + "/label-templates").template(
      named: "thermal-50x30")
  }

  var shop: LabelShop {
    func write(_ bytes: Data, _ path: String) throws { try bytes.write(to: URL(filePath: path)) }
    return LabelShop(
      fieldbook: fieldbook, clock: FixedClock(),
      files: LabelShop.Files(
        write: write, writeSynced: write,
        makeFolder: {
          try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true)
          return $0
        }),
      printerDraft: folder + "/printing", isCancelled: { [self] in isCancelled })
  }

  static func code(_ number: Int) throws -> LabelCode {
    try #require(CodeSerial(number: 2_500_000 + number).flatMap { LabelCode(region: "150621", serial: $0) })
  }

  /// Requests for labels with consecutive codes.
  /// - Parameter names: The unit on each label.
  static func labels(_ names: [String], platform: String = "https://weld.example.cn") throws -> LabelRequests {
    let prefix = try LabelPayload.Prefix(platform: platform)
    var rows = LabelList.Rows(fields: ["unitName", "street"])
    for (place, name) in names.enumerated() {
      rows.append(
        .init(
          line: place + 2, code: try code(place), tag: nil, fields: ["unitName": name, "street": "树林召镇"]))
    }
    return LabelRequests(rows) { prefix.payload(code: $0.code) }
  }

  static func names(_ count: Int) -> [String] { (0..<count).map { "第\($0)电焊铺" } }

  func request(_ names: [String], _ form: LabelShop.Request.Form? = nil) throws -> LabelShop.Request {
    LabelShop.Request(
      labels: try Self.labels(names), template: template, settings: .init(dotsPerInch: 203),
      form: form ?? .files(folder: folder + "/labels"), workers: 2)
  }

  func files(_ name: String = "labels") throws -> [String: Data] {
    let path = "\(folder)/\(name)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return try names.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: "\(path)/\($1)")) }
  }
}
