import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks what a screen shows of an inspection: each cause, each reason and each kind once.
@Suite struct InspectionSummaryTests {
  private typealias Topic = InspectionCheck.Topic
  private typealias Reason = InspectionCheck.Reason

  private static let counts: [Topic] = [
    .sealOpenings, .starts, .provenReplacements, .serviceReplacements, .provenUpdates, .serviceUpdates,
    .provenEntries, .serviceEntries,
  ]

  /// The checks of an inspection in which all but `others` passed. The check of whether the answers can be read
  /// exists only where they cannot be read.
  private func checks(_ others: [InspectionCheck]) -> [InspectionCheck] {
    Topic.allCases.filter { topic in topic != .answer || others.contains { $0.topic == topic } }.map { topic in
      others.first { $0.topic == topic }
        ?? InspectionCheck(topic, recorded: topic == .readProtection ? "protected" : "1", found: "1")
    }
  }

  /// The lines of the screen at 80 columns.
  private func screen(_ checks: [InspectionCheck], _ language: Language = .zh) -> [String] {
    let output = Transcript(isTerminal: true, columns: 80)
    let console = Console(
      output: output.sink, diagnostics: Transcript().sink, source: Script(isTerminal: false),
      language: language,
      isJSON: false, isVerbose: false, noColor: true)
    InspectionTexts.put(checks, to: console)
    InspectionTexts.put(.differs, to: console)
    return output.text.split(separator: "\n").map(String.init)
  }

  private static let id = "0f9a1c2e-3b4d-4e5f-8a9b-0c1d2e3f4a5b"
  private static let otherID = "7e6d5c4b-3a29-4180-9f8e-7d6c5b4a3928"

  /// Another module that is paired for another welder.
  private static var otherModule: [InspectionCheck] {
    [
      InspectionCheck(.serialNumber, .otherModule, recorded: "WM1-24000173", found: "WM1-24000999"),
      InspectionCheck(.key, .otherKey, recorded: "0011223344556677", found: "8899aabbccddeeff"),
      InspectionCheck(.installation, .otherInstallation, recorded: id, found: otherID),
      InspectionCheck(.code, .otherCode, recorded: "150621-00A000-X", found: "150621-00B000-5"),
      InspectionCheck(
        .firmware, .otherFirmware, recorded: String(repeating: "1a", count: 32),
        found: String(repeating: "2b", count: 32)),
    ] + counts.map { InspectionCheck($0, .nothingToCompare, found: "4") }
  }

  @Test func `another module is one difference, and its key, installation, code and counts stand in one line`()
    throws
  {
    let checks = checks(Self.otherModule)
    let summary = InspectionSummary(checks)
    #expect(summary.differences.map(\.cause.why) == [.otherModule] && summary.gaps.isEmpty)
    let lines = screen(checks)
    #expect(lines.count { $0.hasPrefix("✗") } == 1 && !lines.contains { $0.hasPrefix("–") })
    let text = lines.joined()
    for word in ["WM1-24000999", "8899aabbccddeeff", "7e6d5c4b", "150621-00B000-5", "各项次数不作对照", "同一原因"] {
      #expect(text.contains(word), "\(word) in \(lines)")
    }
    #expect(lines.last == "检查结论：与登记不一致")
    #expect(lines.count <= 9, "\(lines.joined(separator: "\n"))")
  }

  @Test(
    arguments: [
      (
        [
          InspectionCheck(.key, .otherKey, recorded: "a", found: "b"),
          InspectionCheck(.installation, .otherInstallation, recorded: id, found: otherID),
          InspectionCheck(.code, .otherCode, recorded: "c", found: "d"),
          InspectionCheck(.provenReplacements, .replacedWithProof, recorded: "0", found: "2"),
        ], [.otherKey]
      ),
      (
        [
          InspectionCheck(.key, .noKey, recorded: "a"),
          InspectionCheck(.installation, .otherInstallation, recorded: id),
          InspectionCheck(.settings, .otherPlatform, recorded: "https://a.example", found: ""),
          InspectionCheck(.starts, .countedBack, recorded: "9", found: "1"),
          InspectionCheck(.sealOpenings, .countedBack, recorded: "3", found: "0"),
        ], [.noKey]
      ),
      (
        [
          InspectionCheck(.firmware, .otherFirmware, recorded: "a", found: "b"),
          InspectionCheck(.release, .notARelease, found: "9.9.9"),
          InspectionCheck(.serviceUpdates, .updatedByService, recorded: "0", found: "1"),
        ], [.otherFirmware]
      ),
      (
        [
          InspectionCheck(.seal, .sealOpen),
          InspectionCheck(.sealNumber, .otherSeal, recorded: "1", found: "2"),
          InspectionCheck(.sealOpenings, .sealOpened, recorded: "1", found: "3"),
        ], [.sealOpen, .otherSeal]
      ),
      (counts.map { InspectionCheck($0, .countedBack, recorded: "5", found: "1") }, [.countedBack]),
      (counts.map { InspectionCheck($0, .countWithheld, recorded: "5") }, [.countWithheld]),
      // A key that is proved wrong is another cause than a module that was exchanged.
      (
        [
          InspectionCheck(.serialNumber, .otherModule, recorded: "a", found: "b"),
          InspectionCheck(.key, .keyWrong, recorded: "a", found: "a"), InspectionCheck(.release, .notARelease),
        ], [.otherModule, .keyWrong, .notARelease]
      ),
    ] as [([InspectionCheck], [InspectionCheck.Reason])])
  func `one cause is one difference`(_ found: [InspectionCheck], _ causes: [InspectionCheck.Reason]) {
    let checks = checks(found)
    let summary = InspectionSummary(checks)
    #expect(summary.differences.map(\.cause.why) == causes)
    #expect(screen(checks).count { $0.hasPrefix("✗") } == causes.count)
  }

  @Test func `what was not checked for one reason is one line that names what`() {
    let checks = checks(
      [InspectionCheck(.label, .notGiven), InspectionCheck(.sealNumber, .notGiven)]
        + Self.counts.map { InspectionCheck($0, .nothingToCompare, found: "1") })
    let lines = screen(checks)
    #expect(lines.contains("– 未检查：二维码标牌、封条编号（没有提供）"), "\(lines)")
    #expect(lines.contains("– 未检查：各项次数（登记里没有这个模块可对照的数据）"), "\(lines)")
    // A key that nobody could judge is named, and the rest of its kind by its number.
    let unproven = screen(self.checks([InspectionCheck(.key, .platformUnreachable)]))
    #expect(unproven.contains { $0.hasPrefix("– 未检查：模块密钥（本机没有这个密钥") }, "\(unproven)")
    #expect(unproven.contains("✓ 与登记一致：安装记录、二维码标牌、模块其余 4 项、固件、封条、各项次数"), "\(unproven)")
  }

  @Test func `what passed is one line, and a code that was typed is said to be that`() {
    let all = screen(checks([]))
    #expect(all == ["✓ 与登记一致：安装记录、二维码标牌、模块、固件、封条、各项次数", "  芯片读保护：登记里已设置", "检查结论：与登记不一致"])
    var typed = InspectionCheck(.label, recorded: "x", found: "150621-00A000-X")
    typed.givenAs = "code"
    let byCode = screen(checks([typed]))
    #expect(byCode.contains("– 二维码标牌：按输入的标牌码核对，没有扫描二维码"), "\(byCode)")
    #expect(byCode.contains("✓ 与登记一致：安装记录、标牌码、模块、固件、封条、各项次数"), "\(byCode)")
    typed.givenAs = "symbol"
    #expect(screen(checks([typed])) == all)
  }

  @Test func `a key that nobody could judge has a remedy of its own for each reason`() {
    let reasons: [Reason] = [.noPlatform, .platformUnreachable, .platformRefused, .keyUnknown]
    let remedies = reasons.map { InspectionTexts.remedy(forUnproven: $0) }
    #expect(Set(remedies.map(\.zh)).count == reasons.count && Set(remedies.map(\.en)).count == reasons.count)
    #expect(remedies[0].zh.contains("--platform") && remedies[1].zh.contains("联网"))
    #expect(!remedies[3].zh.contains("联网") && remedies[3].zh.contains("weldtech sync"))
  }

  @Test(arguments: 1...300)
  func `every check is on the screen exactly once, whatever an inspection finds`(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let reasons = Reason.allCases
    let found = Topic.allCases.filter { $0 != .readProtection }.compactMap { topic -> InspectionCheck? in
      guard Int.random(in: 0..<3, using: &random) > 0 else { return nil }
      let reason = reasons[Int.random(in: 0..<reasons.count, using: &random)]
      return InspectionCheck(topic, reason, recorded: "2", found: "5")
    }
    let checks = checks(found)
    let summary = InspectionSummary(checks)
    let shown =
      summary.differences.flatMap { [$0.cause] + $0.consequences } + summary.gaps.flatMap(\.checks)
      + summary.passed
    #expect(
      shown.map(\.name).sorted() == checks.map(\.name).filter { $0 != "readProtection" }.sorted())
    #expect(Set(summary.gaps.map(\.first.reason)).count == summary.gaps.count)
    #expect(summary.gaps.allSatisfy { $0.checks.allSatisfy { $0.outcome == .notRun } })
    #expect(summary.passed.allSatisfy { $0.outcome == .passed })
    for language in [Language.zh, .en] {
      for line in screen(checks, language) { #expect(DisplayWidth.columns(of: line) <= 80, "\(line)") }
    }
  }
}
