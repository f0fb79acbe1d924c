import Drawing
import Foundation
import Provision
import Records
import TestSupport
import Testing

@testable import Diagrams

/// Opens the drawings of all schemes with other programs, and compares what they read with the data.
@Suite struct SchemeDiagramTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static let names = [
    "single-phase-inverter", "single-phase-transformer", "three-phase-heavy", "three-phase-inverter",
    "three-phase-plasma", "three-phase-transformer",
  ]

  private struct Seen: Decodable {
    struct Text: Decodable {
      var group: String
      var text: String
      var box: [Double]
    }

    var groups: [String]
    var titles: [String: String]
    var texts: [Text]
    var size: [Double]
  }

  private func scheme(_ name: String) throws -> InstallationScheme {
    try SchemeCatalogue(directory: Self.root + "/schemes").scheme(named: name)
  }

  private func seen(_ scheme: InstallationScheme, _ language: SchemeDiagram.Language = .zh) throws -> Seen {
    let folder = TemporaryFolder()
    let file = try folder.write("diagram.svg", try SchemeDiagram.svg(of: scheme, language: language))
    let output = try InstalledProgram("python3").output(["\(Self.root)/Tests/DiagramsTests/read-diagram", file])
    return try JSONDecoder().decode(Seen.self, from: Data(output.utf8))
  }

  @Test func `all schemes that are shipped are tried`() throws {
    #expect(try SchemeCatalogue(directory: Self.root + "/schemes").schemes.map(\.name) == Self.names)
  }

  @Test(arguments: names, SchemeDiagram.Language.allCases)
  func `each device and each wire of the data is in the SVG exactly once`(
    name: String, language: SchemeDiagram.Language
  ) throws {
    let scheme = try scheme(name)
    let diagram = try #require(scheme.diagram)
    let seen = try seen(scheme, language)
    let devices = diagram.devices.map { "device-\($0.id)" }
    let wires = diagram.wires.indices.map { "wire-\($0 + 1)" }
    #expect(Set(seen.groups).subtracting(devices).subtracting(wires) == ["heading", "wires"])
    #expect(seen.groups.count == devices.count + wires.count + 2)
    // The mark of each terminal is written once beside its device, for the kinds of device that show marks (the
    // contactor's PE is not checked). Each wire has its number and a row in the table.
    for device in diagram.devices
    where ![.antenna, .fuse, .snubber, .sealSwitch, .earth, .supply].contains(device.kind) {
      let texts = seen.texts.filter { $0.group == "device-\(device.id)" }.map(\.text)
      for mark in device.terminals where !(device.kind == .contactor && mark == "PE") {
        #expect(texts.count { $0 == mark } == 1, "\(device.id):\(mark)")
      }
    }
    for (index, wire) in diagram.wires.enumerated() {
      #expect(seen.texts.filter { $0.group == "wire-\(index + 1)" }.map(\.text) == ["\(index + 1)"])
      #expect(seen.texts.count { $0.group == "wires" && $0.text == "\(wire.from) – \(wire.to)" } == 1)
      let size = wire.squareMillimetres.map { "\($0.formatted(.number.grouping(.never))) mm²" } ?? ""
      #expect(size.isEmpty || seen.titles["wire-\(index + 1)"]?.contains(size) == true)
    }
  }

  @Test(arguments: names, SchemeDiagram.Language.allCases)
  func `no two texts lie on each other, and all lie on the picture`(
    name: String, language: SchemeDiagram.Language
  ) throws {
    let seen = try seen(try scheme(name), language)
    for (index, text) in seen.texts.enumerated() {
      #expect(
        text.box[0] >= 0 && text.box[1] >= 0 && text.box[2] <= seen.size[0] && text.box[3] <= seen.size[1],
        "\(text.text) \(text.box)")
      for other in seen.texts[(index + 1)...] {
        let isApart =
          text.box[2] <= other.box[0] || other.box[2] <= text.box[0] || text.box[3] <= other.box[1]
          || other.box[3] <= text.box[1]
        #expect(isApart, "'\(text.text)' of \(text.group) and '\(other.text)' of \(other.group)")
      }
    }
  }

  @Test(arguments: names) func `the steps say the ratings of the diagram`(name: String) throws {
    let scheme = try scheme(name)
    let diagram = try #require(scheme.diagram)
    let words = scheme.wiring.map(\.zh).joined()
    #expect(
      words.contains(
        "\(Int(try #require(diagram.device(.breaker)?.amps))) A \(["", "", "两", "三"][diagram.poles])极断路器"))
    #expect(words.contains("接触器（\(Int(try #require(diagram.device(.contactor)?.amps))) A"))
    #expect(words.contains("\(Int(try #require(diagram.device(.fuse)?.amps))) A 熔断器"))
    #expect(
      words.contains("\(Int(try #require(diagram.device(.residualCurrentDevice)?.residualMilliamps))) mA 漏电保护"))
    #expect(words.contains("\(Int(scheme.ratings.cableSquareMillimetres)) mm² 铜线"))
    #expect(words.contains(diagram.device(.hallSensor) == nil ? "电流互感器" : "霍尔电流传感器"))
  }

  // MARK: - The card

  private func pages(_ pdf: Data) throws -> (count: Int, text: String, size: String) {
    let folder = TemporaryFolder()
    let file = try folder.write("card.pdf", pdf)
    let facts = try InstalledProgram("pdfinfo").output([file])
    let count = try #require(facts.firstMatch(of: /Pages: +(\d+)/).flatMap { Int($0.1) })
    let size = try #require(facts.firstMatch(of: /Page size: +(.+)/)).1
    return (count, try InstalledProgram("pdftotext").output(["-layout", file, "-"]), String(size))
  }

  @Test(arguments: names) func `a card is one page of A4 with all words, and says that it is a draft`(
    name: String
  ) throws {
    let scheme = try scheme(name)
    let diagram = try SchemeDiagram(scheme, language: .zh)
    let (count, text, size) = try pages(try SchemeCard(diagram, company: nil).render())
    #expect(count == 1 && size.contains("A4"), "\(count) \(size)")
    let plain = text.filter { !$0.isWhitespace }
    for step in diagram.steps { #expect(plain.contains(step.filter { !$0.isWhitespace }), "\(step)") }
    #expect(diagram.isDraft && plain.contains("草稿，须经持证电工审定") && plain.contains("第1页，共1页"))
    for wire in try #require(scheme.diagram).wires {
      #expect(plain.contains("\(wire.from)–\(wire.to)"), "\(wire.from) \(wire.to)")
    }
  }

  @Test func `an approval takes the place of the draft's words`() throws {
    var scheme = try scheme("three-phase-heavy")
    let json = #"{"name": "赵电工", "number": "T152601000000000000", "date": "2026-11-20"}"#
    scheme.approval = try JSONDecoder().decode(InstallationScheme.Approval.self, from: Data(json.utf8))
    let diagram = try SchemeDiagram(scheme, language: .zh)
    #expect(!diagram.isDraft)
    let text = try pages(try SchemeCard(diagram, company: nil).render()).text
    #expect(text.contains("审定：赵电工") && text.contains("T152601000000000000") && !text.contains("草稿"))
  }

  @Test func `30 steps and long names go on over pages, none is lost`() throws {
    var scheme = try scheme("three-phase-heavy")
    let long = scheme.wiring.map(\.zh).joined()
    let steps = (1...30).map { "第\($0)步：" + String(long.prefix(160)) }
    let title = String(repeating: "三相大功率焊机（外置接触器箱）", count: 4)
    let json = try JSONSerialization.data(withJSONObject: steps.map { ["zh": $0, "en": $0] })
    scheme.wiring = try JSONDecoder().decode([InstallationScheme.Bilingual].self, from: json)
    scheme.title.zh = title
    let (count, text, _) = try pages(
      try SchemeCard(try SchemeDiagram(scheme, language: .zh), company: nil).render())
    let plain = text.filter { !$0.isWhitespace }
    #expect(count > 1 && plain.contains("第\(count)页，共\(count)页"), "\(count)")
    for step in steps { #expect(plain.contains(step.filter { !$0.isWhitespace }), "\(step.prefix(6))") }
    #expect(plain.contains(title))
  }

  @Test func `the same scheme gives the same bytes, and one without a diagram none`() throws {
    var scheme = try scheme("single-phase-inverter")
    #expect(try SchemeDiagram.svg(of: scheme, language: .zh) == SchemeDiagram.svg(of: scheme, language: .zh))
    let card = SchemeCard(try SchemeDiagram(scheme, language: .zh), company: nil)
    #expect(try card.render() == card.render())
    scheme.diagram = nil
    #expect(throws: DiagramError.noDiagram(scheme: scheme.name)) {
      try SchemeDiagram.svg(of: scheme, language: .zh)
    }
  }
}
