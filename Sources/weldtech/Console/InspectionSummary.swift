import Records
import Terminal

/// The checks of an inspection as a person reads them on a screen: one entry for each cause, reason and kind.
/// The record and the page have every check.
struct InspectionSummary {
  /// A difference that explains other checks, and the checks that it explains.
  struct Difference {
    var cause: InspectionCheck
    /// The checks that differ, or could not be compared with anything, because of the cause.
    var consequences: [InspectionCheck] = []
  }

  /// The checks that were not run for the same reason, at least one.
  struct Gap {
    var first: InspectionCheck
    var others: [InspectionCheck] = []

    var checks: [InspectionCheck] { [first] + others }
  }

  /// The kind of a check, in the order of the screen.
  enum Kind: CaseIterable {
    case record, label, module, firmware, seal, counts
  }

  private(set) var differences: [Difference] = []
  private(set) var gaps: [Gap] = []
  let passed: [InspectionCheck]
  private let checks: [InspectionCheck]

  init(_ checks: [InspectionCheck]) {
    self.checks = checks
    passed = checks.filter { $0.outcome == .passed && $0.topic != .readProtection }
    var differing = checks.filter { $0.outcome == .differs }
    var notRun = checks.filter { $0.outcome == .notRun }
    for rule in Self.rules {
      guard let index = differing.firstIndex(where: { $0.why == rule.cause }) else { continue }
      let cause = differing.remove(at: index)
      let consequences = differing.filter(rule.explains) + notRun.filter(rule.explains)
      differing.removeAll(where: rule.explains)
      notRun.removeAll(where: rule.explains)
      differences.append(Difference(cause: cause, consequences: consequences))
    }
    differences += differing.map { Difference(cause: $0) }
    let places = Dictionary(checks.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    differences.sort { places[$0.cause.name] ?? 0 < places[$1.cause.name] ?? 0 }
    for check in notRun {
      if let index = gaps.firstIndex(where: { $0.first.reason == check.reason }) {
        gaps[index].others.append(check)
      } else {
        gaps.append(Gap(first: check))
      }
    }
  }

  // MARK: - Causes

  /// A cause, and the reasons that say nothing new where the cause is known.
  private struct Rule {
    let cause: InspectionCheck.Reason
    let consequences: Set<InspectionCheck.Reason>

    func explains(_ check: InspectionCheck) -> Bool {
      guard let reason = check.why, consequences.contains(reason) else { return false }
      // The lack of a value to compare with is due to the module only for its counts.
      return reason != .nothingToCompare || Kind(check) == .counts
    }
  }

  private static let belongings: Set<InspectionCheck.Reason> = [
    .otherInstallation, .otherCode, .otherPlatform, .otherTrustAnchor,
  ]

  /// The rules, those whose cause explains most first, because an inspection may find several causes.
  private static let rules = [
    Rule(
      cause: .otherModule,
      consequences: belongings.union([.otherKey, .noKey, .otherFirmware, .nothingToCompare])),
    Rule(cause: .noKey, consequences: belongings.union([.countedBack])),
    Rule(cause: .otherKey, consequences: belongings.union([.replacedWithProof, .replacedByService])),
    Rule(
      cause: .otherFirmware,
      consequences: [
        .notARelease, .updatedWithProof, .updatedByService, .enteredWithProof, .enteredByService,
        .countWithheld,
      ]),
    Rule(cause: .sealOpen, consequences: [.sealOpened]),
    Rule(cause: .countedBack, consequences: [.countedBack]),
    Rule(cause: .countWithheld, consequences: [.countWithheld]),
  ]

  // MARK: - Names

  /// Maximum number of checks of a kind that are named each, where some checks of the kind are named elsewhere
  /// already.
  private static let maxNamed = 3

  /// Names checks of one outcome. A complete kind is named by its own name.
  /// - Parameter areOthersNamed: whether the other checks of each kind are named elsewhere on the screen, so
  ///   that the number of the rest is enough.
  func names(of listed: [InspectionCheck], areOthersNamed: Bool = false) -> Text {
    var names: [Text] = []
    for kind in Kind.allCases {
      let those = listed.filter { Kind($0) == kind }
      let count = checks.count { Kind($0) == kind }
      if those.count == count, count > 1 {
        names.append(kind.title)
      } else if areOthersNamed, those.count > Self.maxNamed {
        names.append(kind.rest(those.count))
      } else {
        names += those.map(Self.title)
      }
    }
    names += listed.filter { Kind($0) == nil }.map(Self.title)
    return Text(
      zh: names.map(\.zh).joined(separator: "、"), en: names.map(\.en).joined(separator: ", "))
  }

  /// The title of a check in a list. Where a label's code was typed, only the code was compared.
  private static func title(_ check: InspectionCheck) -> Text {
    check.givenAs == InspectionCheck.LabelReading.code.rawValue
      ? Text(zh: "标牌码", en: "label's code") : InspectionTexts.title(of: check)
  }
}

extension InspectionSummary.Kind {
  /// Finds the kind of a check; nil for a check that stands alone, such as one of a newer program.
  init?(_ check: InspectionCheck) {
    switch check.topic {
    case .record: self = .record
    case .label: self = .label
    case .answer, .serialNumber, .key, .installation, .code, .settings: self = .module
    case .firmware, .release: self = .firmware
    case .seal, .sealNumber: self = .seal
    case .sealOpenings, .starts, .provenReplacements, .serviceReplacements, .provenUpdates, .serviceUpdates,
      .provenEntries, .serviceEntries:
      self = .counts
    case .readProtection, nil: return nil
    }
  }

  var title: Text {
    switch self {
    case .record: Text(zh: "安装记录", en: "record")
    case .label: Text(zh: "标牌", en: "label")
    case .module: Text(zh: "模块", en: "module")
    case .firmware: Text(zh: "固件", en: "firmware")
    case .seal: Text(zh: "封条", en: "seal")
    case .counts: Text(zh: "各项次数", en: "counts")
    }
  }

  /// The checks of the kind that are not named elsewhere.
  func rest(_ count: Int) -> Text {
    switch self {
    case .counts: Text(zh: "其余 \(count) 项次数", en: "the other \(count) counts")
    default: Text(zh: "\(title.zh)其余 \(count) 项", en: "\(count) more of the \(title.en)")
    }
  }
}

extension InspectionTexts {
  /// Shows what differs, what was not checked and what is as recorded. The verdict follows as the last line.
  static func put(_ checks: [InspectionCheck], to console: Console) {
    let summary = InspectionSummary(checks)
    for difference in summary.differences {
      let cause = difference.cause
      console.paragraph(
        Text(
          zh: "✗ \(title(of: cause).zh)：\(words(of: cause)?.zh ?? "")",
          en: "✗ \(title(of: cause).en): \(words(of: cause)?.en ?? "")"))
      if let more = consequences(difference.consequences, summary) { console.paragraph(more) }
    }
    for gap in summary.gaps {
      let (names, reason) = (summary.names(of: gap.checks), words(of: gap.first))
      console.paragraph(
        Text(
          zh: "– 未检查：\(names.zh)（\(reason?.zh ?? "")）", en: "– not checked: \(names.en) (\(reason?.en ?? ""))"))
    }
    for check in summary.passed {
      guard let note = words(of: check) else { continue }
      console.paragraph(
        Text(zh: "– \(title(of: check).zh)：\(note.zh)", en: "– \(title(of: check).en): \(note.en)"))
    }
    if !summary.passed.isEmpty {
      let names = summary.names(of: summary.passed, areOthersNamed: true)
      console.paragraph(Text(zh: "✓ 与登记一致：\(names.zh)", en: "✓ as recorded: \(names.en)"))
    }
    if let check = checks.first(where: { $0.topic == .readProtection }) {
      console.put(
        Text(
          zh: "  \(title(of: check).zh)：登记里\(outcome(of: check).zh)",
          en: "  \(title(of: check).en): \(outcome(of: check).en), by the record"))
    }
  }

  /// Shows the verdict in its colour.
  static func put(_ verdict: Inspection.Verdict, to console: Console) {
    let (style, words): (Style, Text) = (
      verdict == .asRecorded ? .green : verdict == .differs ? .red : .yellow, self.verdict(verdict)
    )
    let line = Text(zh: "检查结论：\(words.zh)", en: "verdict: \(words.en)")
    console.put(styled: console.outputStyling(line[console.language], .bold, style))
  }

  /// The consequences of a cause, in one sentence; nil where there are none.
  private static func consequences(_ checks: [InspectionCheck], _ summary: InspectionSummary) -> Text? {
    guard !checks.isEmpty else { return nil }
    let compared = checks.filter { $0.outcome == .differs }
    let uncompared = checks.filter { $0.outcome == .notRun }
    var parts = compared.map(brief)
    if !uncompared.isEmpty {
      let names = summary.names(of: uncompared)
      parts.append(Text(zh: "\(names.zh)不作对照", en: "\(names.en) not compared"))
    }
    return Text(
      zh: "  同一原因：\(parts.map(\.zh).joined(separator: "、"))",
      en: "  from the same cause: \(parts.map(\.en).joined(separator: ", "))")
  }

  /// The difference in a few words, where its meaning is explained before.
  private static func brief(_ check: InspectionCheck) -> Text {
    let title = title(of: check)
    let found = check.topic == .installation ? check.found.map { String($0.prefix(8)) } : check.found
    switch check.why {
    case .countedBack:
      let (now, before) = (short(found), short(check.recorded))
      return Text(zh: "\(title.zh) \(now)（登记 \(before)）", en: "\(title.en) \(now) (\(before) on record)")
    case .countWithheld: return title
    case .noKey: return Text(zh: "没有密钥", en: "no key")
    default: break
    }
    if let growth = check.growth, growth > 0 {
      return Text(zh: "\(title.zh)多 \(growth) 次", en: "\(title.en) +\(growth)")
    }
    guard let found, !found.isEmpty else { return Text(zh: "\(title.zh)为空", en: "\(title.en) empty") }
    return Text(zh: "\(title.zh) \(short(found))", en: "\(title.en) \(short(found))")
  }
}
