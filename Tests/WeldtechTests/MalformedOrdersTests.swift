import Fieldbook
import Foundation
import Labels
import Records
import Tables
import TestSupport
import Testing

@testable import weldtech

/// Gives `labels batch` lists and templates that were cut, doubled and overwritten, the same ones in every run.
/// Each batch ends in an error that names the place, or in all labels that were requested, and never in a part
/// of them.
@Suite struct MalformedOrdersTests {
  /// A desk with templates of its own, which runs batches and checks them.
  private final class Shop {
    let desk = Desk()
    let share: String
    private let shipped: String
    private var number = 0

    init() throws {
      shipped = try #require(Environment.current().shareFolder)
      share = desk.home + "-share"
      for name in ["label-templates", "schemes"] {
        try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(shipped)/\(name)", toPath: "\(share)/\(name)")
      }
      desk.environment = Environment(variables: ["WELDTECH_SHARE": share], executable: "")
      try desk.setUp()
    }

    deinit { try? FileManager.default.removeItem(atPath: share) }

    /// Returns codes that no earlier batch had.
    func codes(_ count: Int) -> [LabelCode] {
      defer { number += count }
      return (number..<number + count).compactMap { place in
        CodeSerial(number: 2_200_000 + place).flatMap { LabelCode(region: "150621", serial: $0) }
      }
    }

    func template(named name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(filePath: "\(shipped)/label-templates/\(name).json")))
    }

    /// Runs a batch, compares the files with the counted labels, and returns its error; nil where there was
    /// none.
    func batch(_ list: [UInt8], template: String = "thermal-50x30") throws -> (failure: Failure?, made: Int) {
      let (file, folder) = (share + "/list.csv", share + "/out")
      try? FileManager.default.removeItem(atPath: folder)
      try Data(list).write(to: URL(filePath: file))
      let before = try desk.fieldbook().labelCounts()
      let failure = desk.failure([
        "labels", "batch", "--input", file, "--output", folder, "--dpi", "203", "--jobs", "1", "--template",
        template,
      ])
      let after = try desk.fieldbook().labelCounts()
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let made = after.printed - before.printed
      #expect(names.count == made && names.allSatisfy { $0.hasSuffix(".png") }, "\(names), counted \(made)")
      #expect(after.isBalanced)
      for name in names {
        let png = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        #expect(try LabelReader.read(png: png).allSatisfy { $0.hasSuffix("/w/" + name.dropLast(4)) })
      }
      return (failure, made)
    }
  }

  @Test
  func `of a thousand malformed lists each is refused with its lines and changes nothing, or is made whole`()
    throws
  {
    let shop = try Shop()
    var random = SplitMix64(seed: 20_261_125)
    let template = try LabelTemplateCatalogue(directory: shop.share + "/label-templates")
      .template(named: "thermal-50x30")
    var refused = 0
    for number in 0..<1_000 {
      var bytes = Array("编码,单位名称,街道\n".utf8)
      for code in shop.codes(3) { bytes += Array("\(code),\"老王, 电焊\",树林召镇\n".utf8) }
      bytes = random.spoil(
        bytes, with: [0x22, 0x2C, 0x0A, 0x0D, 0x00, 0xFF, 0x81, 0x41, 0x20, 0xE4], most: 4, longest: 40)
      let table = try? CSVTable(bytes)
      let isSound = table.map { LabelList($0, for: template).problems.isEmpty } ?? false
      let (failure, made) = try shop.batch(bytes)
      guard let failure else {
        #expect(isSound, "\(number) was made")
        continue
      }
      refused += 1
      // The error about a character that no font has concerns the laptop and not the list.
      #expect(
        failure.exit == .badData || failure.code == "labels.glyph",
        "\(number): \(failure.code) \(failure.message.en)")
      if isSound {
        // A text that does not fit, or that no font has, is found when its label is made.
        #expect(failure.message.en.contains("line "), "\(number): \(failure.message.en)")
      } else {
        #expect(made == 0 && failure.message.en.contains("list.csv"), "\(number): \(failure.message.en)")
        if table != nil {
          #expect(
            !failure.details.isEmpty && failure.details.allSatisfy { $0.path.contains(/[0-9]+/) },
            "\(number): \(failure.details.map(\.path))")
        }
      }
    }
    #expect(refused > 600, "\(refused) refused")
  }

  @Test func `of a thousand malformed templates each is refused with file and place, or makes whole labels`()
    throws
  {
    let shop = try Shop()
    var random = SplitMix64(seed: 20_261_125)
    let sources = try ["acrylic-60x40", "round-50", "thermal-50x30"].map { name in
      Array(
        String(decoding: try shop.template(named: name), as: UTF8.self)
          .replacingOccurrences(of: "\"\(name)\"", with: "\"spoilt\"").utf8)
    }
    let file = shop.share + "/label-templates/spoilt.json"
    var refused = 0
    for number in 0..<1_000 {
      let bytes = random.spoil(
        sources[random.next(below: sources.count)], with: Array("\"{}[],:-9e.\u{7}".utf8), most: 4, longest: 40)
      try Data(bytes).write(to: URL(filePath: file))
      let isSound = (try? LabelTemplate(json: Data(bytes), file: file)).map { $0.name == "spoilt" } ?? false
      let code = try #require(shop.codes(1).first)
      let (failure, made) = try shop.batch(
        Array("code,unitName,street\n\(code),老王电焊铺,树林召镇\n".utf8), template: "spoilt")
      if isSound {
        #expect((failure == nil) == (made == 1), "\(number)")
        continue
      }
      let refusal = try #require(failure, "\(number) was made")
      refused += 1
      #expect(
        refusal.code == "labels.template.rejected" && refusal.exit == .badData, "\(number): \(refusal.code)")
      #expect(refusal.message.en.contains(file) && !refusal.details.isEmpty && made == 0, "\(number)")
      #expect(refusal.details.allSatisfy { !$0.path.isEmpty }, "\(number): \(refusal.details.map(\.path))")
    }
    #expect(refused > 600, "\(refused) refused")
  }
}
