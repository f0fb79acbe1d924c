import Fieldbook
import Foundation
import Records
import Terminal
import Testing

@testable import weldtech

/// Takes texts of people from the command line through the record to the screen.
@Suite struct WrittenTextCommandTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/Registrations").standardizedFileURL.path

  private func document(_ name: String) -> String { "\(Self.folder)/registration-\(name).json" }

  private func desk() throws -> Desk {
    let desk = Desk()
    try desk.setUp()
    return desk
  }

  private func register(_ desk: Desk, _ name: String) throws -> Installation {
    _ = try desk.run(["register", "--from", document(name)])
    let fieldbook = try desk.fieldbook()
    return try fieldbook.installation(fieldbook.list(limit: 1)[0].id)
  }

  @Test func `a decimal comma is a decimal comma`() throws {
    #expect(try register(try desk(), "decimal-comma").welder.maxPowerKilowatts == 7.5)
    #expect(try register(try desk(), "good").welder.maxPowerKilowatts == 12)
  }

  @Test(arguments: [
    ("bidi-override", "owner.unitName", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    ("private-use", "owner.responsibleName", "U+E863"),
  ])
  func `a character that misleads is refused with field, character and code point`(
    name: String, path: String, named: String
  ) throws {
    let desk = try desk()
    let failure = try #require(desk.failure(["register", "--from", document(name)]))
    #expect(failure.code == "register.rejected" && failure.exit == .badData)
    #expect(failure.details.map(\.path) == [path] && failure.details.map(\.code) == ["field.character"])
    let detail = try #require(failure.details.first)
    #expect(detail.message.zh.contains(named) && detail.message.en.contains(named))
    #expect(try desk.fieldbook().list().isEmpty)
    #expect(try desk.fieldbook().codesLeft() == 20)
  }

  @Test func `Mongolian is registered, since a font has it`() throws {
    let name = try register(try desk(), "mongolian").owner.unitName.text
    #expect(name.unicodeScalars.contains("\u{182E}") && name.hasSuffix("示例"))
  }

  @Test func `a character that no font has is refused at registration`() throws {
    let desk = try desk()
    let failure = try #require(
      desk.failure(["register", "--from", document("good"), "--unit-name", "示例\u{1E4D0}铺"]))
    let detail = try #require(failure.details.first)
    #expect(detail.path == "owner.unitName" && detail.code == "field.glyph")
    #expect(detail.message.zh.contains("“\u{1E4D0}”（U+1E4D0"))
  }

  @Test func `what an iPhone pastes around a number is not part of it`() throws {
    let desk = Desk()
    _ = try desk.run([
      "setup", "--technician", "\u{FEFF}王\u{200B}明", "--phone", "\u{202D}138 0000 0002\u{202C}", "--company",
      "示例公司",
      "--certificate", "T-1", "--certificate-expires", "2027年6月30日", "--codes", "\u{202D}00A000+20\u{202C}",
      "--region",
      "\u{200E}150621",
    ])
    let technician = try #require(try desk.fieldbook().setup().technician)
    #expect(technician.name.full == "王明" && technician.phone.full == "13800000002")
    #expect(technician.certificateExpires.description == "2027-06-30")
    #expect(try desk.fieldbook().codesLeft() == 20)
  }

  @Test func `no option takes a text that misleads`() throws {
    let desk = try desk()
    let id = try desk.register()
    let code = try #require(try desk.fieldbook().installation(matching: id).code)
    for (arguments, option) in [
      (["setup", "--technician", "王\u{202E}明"], "technician"),
      (["setup", "--company", "焊\u{E863}"], "company"),
      (["setup", "--certificate", "T\u{1B}[2J"], "certificate"),
      (["void", id, "--reason", "误\u{2028}建"], "reason"),
      (["labels", "spoil", "\(code)", "--reason", "折\u{202E}断"], "reason"),
      (["labels", "hand-out", "\(code)", "--to", "李\u{FFFD}"], "to"),
      (["pair", id, "--port", "/dev/null", "--service", "--reason", "丢\u{0}失"], "reason"),
    ] {
      let failure = desk.failure(arguments)
      #expect(failure?.code == "field.character" && failure?.exit == .badData, "\(arguments)")
      #expect(failure?.message.en.hasPrefix("--\(option) ") == true, "\(arguments)")
    }
    #expect(try desk.fieldbook().setup().technician?.company == "达旗焊安")
    #expect(try desk.fieldbook().installation(matching: id).status == .open)
    for reason in ["", " ", "\u{200B}"] {
      #expect(desk.failure(["void", id, "--reason", reason])?.code == "usage.value", "'\(reason)'")
    }
  }

  @Test func `the address in a label's symbol stands for its code`() throws {
    let desk = try desk()
    let id = try desk.register()
    let code = try #require(try desk.fieldbook().installation(matching: id).code)
    for reference in [
      "https://mashanghan.example/w/\(code)", "https://mashanghan.example/w/\(code).Ab12Cd34\n",
    ] {
      #expect(try desk.fieldbook().resolve(reference).text == id)
      #expect(try desk.run(["show", reference]).output.contains("\(code)"))
    }
    let stock = try desk.run(["--json", "labels", "stock", "https://mashanghan.example/w/\(code)"]).output
    #expect(stock.contains("\"\(code)\""))
  }

  /// Checks a record that was stored before texts were checked.
  @Test func `a hostile record that is already kept does nothing to the terminal`() throws {
    let desk = try desk()
    let fieldbook = try desk.fieldbook()
    let registration = try Registration(
      Registration.values(ofDocument: Data(contentsOf: URL(filePath: document("good")))), today: nil,
      drawnBy: nil)
    var owner = registration.owner
    owner.unitName = WrittenText(asKept: "店\u{1B}[2J\u{9B}31m\u{202E}\r\u{7}")
    owner.street = WrittenText(asKept: "\u{1B}]0;x\u{7}")
    let technician = try #require(try fieldbook.setup().technician)
    let event = InstallationEvent.Registered(
      technician: technician, owner: owner, welder: registration.welder, code: nil,
      scheme: SchemeReference(name: "three-phase-inverter", version: "1"), retiredReason: nil,
      remarks: WrittenText(asKept: "\u{1B}c"))
    let id = try fieldbook.open(InstallationID(UUID()), event, photos: [], at: desk.clock.time).id
    let arguments = [["list"], ["show", id.text], ["next"], ["status"]]
    for columns in [nil, 80] as [Int?] {
      for line in arguments + arguments.map({ ["--json"] + $0 }) {
        let text = try desk.run(line, columns: columns).output
        #expect(
          text.unicodeScalars.allSatisfy {
            $0 == "\n" || !($0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E)
          }, "\(line): \(text.debugDescription)")
      }
    }
    let shown = try desk.run(["--json", "show", id.text]).output
    let record = try JSONDecoder().decode(Installation.self, from: Data(shown.utf8))
    #expect(record.owner.unitName == owner.unitName && record.owner.street == owner.street)
  }
}
