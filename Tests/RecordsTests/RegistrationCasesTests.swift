import Foundation
import TestSupport
import Testing

@testable import Records

/// Checks the files of `Tests/Fixtures/Registrations`, and thousands that were damaged on purpose.
@Suite struct RegistrationCasesTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/Registrations")

  private func read(_ name: String) throws -> Registration {
    let document = try Data(contentsOf: Self.folder.appending(path: "registration-\(name).json"))
    return try Registration(Registration.values(ofDocument: document), today: Sample.day, drawnBy: nil)
  }

  private func problems(_ name: String) -> [FieldProblem] {
    do {
      _ = try read(name)
      return []
    } catch { return (error as? RegistrationRejected)?.problems ?? [] }
  }

  @Test func `the good one is taken`() throws {
    #expect(try read("good").owner.unitName == "达拉特旗示例焊接铺")
  }

  @Test func `seven comma five is seven and a half`() throws {
    #expect(try read("decimal-comma").welder.maxPowerKilowatts == 7.5)
  }

  @Test func `the bidirectional override is refused by name`() {
    #expect(
      problems("bidi-override") == [
        FieldProblem(
          path: "owner.unitName", fault: .character(UnusableCharacter("\u{202E}", reason: .bidi, position: 3)))
      ])
  }

  @Test func `the private use character is refused with its code point`() {
    let found = problems("private-use")
    #expect(found.map(\.path) == ["owner.responsibleName"])
    guard case .character(let character) = found.first?.fault else {
      Issue.record("taken")
      return
    }
    #expect(character.reason == .privateUse)
    #expect((0xE000...0xF8FF).contains(character.scalar.value))
  }

  @Test func `the joiner of the model spells nothing`() throws {
    let document = try Data(contentsOf: Self.folder.appending(path: "registration-private-use.json"))
    var values = try Registration.values(ofDocument: document)
    values[.responsibleName] = .string("王小明")
    #expect(try Registration(values, today: Sample.day, drawnBy: nil).welder.model == "ZX7-315")
  }

  @Test func `Mongolian is taken as it is spelt`() throws {
    let name = try read("mongolian").owner.unitName.text
    #expect(name.unicodeScalars.contains { (0x1820...0x1842).contains($0.value) })
    #expect(name.hasSuffix("示例"))
  }

  // MARK: - Spoiled on purpose

  /// Pieces of text that a phone, an input method or a typing error inserts.
  private static let shards = [
    ",", ".", "，", "。", "、", " ", "　", "\u{A0}", "\t", "\n", "-", "－", "+", "0", "7", "５", "٣", "A", "a", "kW",
    "安",
    "千瓦", "人", "V", "e", "\u{202D}", "\u{202C}", "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{200D}", "\u{180E}",
    "\u{E000}",
    "\u{FFFD}", "\u{378}", "\u{301}", "\u{0}", "\u{1B}[2J", "\u{2028}", "\u{E0100}", "葛", "ᠮ", "𠮷", "é", "한",
    "/", "年",
  ]

  private static func spoil(_ text: String, _ random: inout SplitMix64) -> String {
    var characters = Array(text.unicodeScalars).map { String($0) }
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...characters.count, using: &random)
      let shard = shards.randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where place < characters.count: characters.remove(at: place)
      case 1 where place < characters.count: characters[place] = shard
      default: characters.insert(shard, at: place)
      }
    }
    return characters.joined()
  }

  @Test func `five thousand spoiled registrations give what was written or a refusal`() throws {
    let document = try Data(contentsOf: Self.folder.appending(path: "registration-good.json"))
    let good = try Registration.values(ofDocument: document)
    var random = SplitMix64(seed: 20_261_129)
    var taken = 0
    for round in 0..<5_000 {
      var values = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        guard let field = RegistrationField.allCases.randomElement(using: &random) else { continue }
        let text =
          switch values[field] {
          case .string(let text): text
          case .number(let number): "\(number)"
          default: "2026-01-31"
          }
        values[field] = .string(Self.spoil(text, &random))
      }
      let registration: Registration
      do {
        registration = try Registration(values, today: Sample.day, drawnBy: nil)
      } catch {
        #expect(!error.problems.isEmpty)
        continue
      }
      taken += 1
      expectWhatWasWritten(registration, values, "round \(round)")
    }
    // This rules out a reader that refuses everything, which would pass the other tests.
    #expect(taken > 500)
  }

  /// Checks a value by rules that share no code with the reader.
  private func expectWhatWasWritten(
    _ registration: Registration, _ values: [RegistrationField: JSONValue], _ round: String
  ) {
    let welder = registration.welder
    for (field, value) in [
      (RegistrationField.supplyMaxAmps, welder.supplyMaxAmps as Double?),
      (.maxCurrentAmps, welder.maxCurrentAmps),
      (.maxPowerKilowatts, welder.maxPowerKilowatts),
      (.operators, registration.owner.operators.map(Double.init)),
    ] {
      guard case .string(let text) = values[field], let value else { continue }
      #expect(
        Self.mayMean(text, value, isWhole: field == .operators), "\(round): \(field) '\(text)' became \(value)")
    }
    if case .string(let text) = values[.responsiblePhone] {
      let digits = Self.digits(text).joined()
      #expect(
        digits.hasSuffix(registration.owner.responsiblePhone.full.filter { $0 != "-" }), "\(round): '\(text)'")
    }
    let texts =
      [
        registration.owner.unitName, registration.owner.street, registration.owner.community, welder.brand,
        welder.model,
        welder.serialNumber, welder.purpose, registration.remarks,
      ].compactMap { $0?.text } + [registration.owner.responsibleName.full]
    for text in texts {
      #expect(text == text.precomposedStringWithCanonicalMapping, "\(round)")
      #expect(
        Array(text.unicodeScalars) == Array(text.precomposedStringWithCanonicalMapping.unicodeScalars),
        "\(round)")
      #expect(!text.isEmpty && text.utf8.count <= 3_200, "\(round)")
      #expect(
        text.unicodeScalars.allSatisfy {
          $0 == "\n"
            || ![.control, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator].contains(
              $0.properties.generalCategory)
        }, "\(round)")
      #expect(
        !text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || $0.value == 0xFEFF }, "\(round)"
      )
    }
  }

  private static func digits(_ text: String) -> [String] {
    text.unicodeScalars.compactMap {
      switch $0.value {
      case 0x30...0x39: String($0)
      case 0xFF10...0xFF19: String($0.value - 0xFF10)
      default: nil
      }
    }
  }

  /// Whether `value` is one that the digits and separators of `text` can mean. With one separator the digits
  /// behind it are decimals, except for three digits behind a comma of a whole number. Several commas separate
  /// thousands, and a point behind them separates the decimals.
  private static func mayMean(_ text: String, _ value: Double, isWhole: Bool) -> Bool {
    let figures = digits(text).joined()
    let separators = text.unicodeScalars.filter { ",，.。．".unicodeScalars.contains($0) }
    let isPoint = separators.last.map { ".。．".unicodeScalars.contains($0) } ?? false
    let tail = text.unicodeScalars.reversed().prefix { !",，.。．".unicodeScalars.contains($0) }
    let behind = digits(String(String.UnicodeScalarView(tail.reversed()))).count
    let areDecimals = separators.count == 1 && !(isWhole && behind == 3 && !isPoint) || isPoint
    let decimals = separators.isEmpty || !areDecimals ? 0 : behind
    guard let whole = Double(figures) else { return false }
    var meant = whole
    for _ in 0..<decimals { meant /= 10 }
    if text.unicodeScalars.contains(where: { "-－".unicodeScalars.contains($0) }) { meant = -meant }
    return abs(meant - value) < 1e-9 * max(1, abs(meant))
  }
}
