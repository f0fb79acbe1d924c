import Ledger
import Records
import Terminal

/// The words of the ledger's figures, and how they stand on the screen.
enum LedgerTexts {
  /// Figures by the names that `ledger rows` takes.
  static func figures(_ counts: LedgerCounts) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: LedgerFigure.allCases.map { ($0.rawValue, counts[$0]) })
  }

  /// The number of welders that should be done by the plan on the report's day.
  static func planned(_ report: LedgerReport) -> Int {
    LedgerReport.planned(by: report.today, of: report.total[.known] - report.total[.retired])
  }

  /// The number of weeks on the screen; `--json` has all.
  private static let maxWeeks = 10
  /// The width of a bar in columns.
  private static let barWidth = 16

  /// Shows the progress.
  /// - Parameter database: the company's database that the figures are of; nil for this laptop's.
  static func put(_ report: LedgerReport, scope: String?, database: String? = nil, to console: Console) {
    let total = report.total
    console.heading(
      Text(
        zh: "“加芯赋码”进度 \(report.today)" + (scope.map { "（\($0)）" } ?? ""),
        en: "progress on \(report.today)" + (scope.map { " (\($0))" } ?? "")))
    let plan = planned(report)
    console.facts(
      [
        (
          Text(zh: "进度", en: "progress"),
          bar(total.percentDone ?? 0, of: 100) + " \(total.percentDone.map { "\($0)%" } ?? "–")"
        ),
        (
          LedgerFigure.done.title,
          "\(total[.done])" + Text(zh: "（计划应完成 \(plan)）", en: " (by the plan \(plan))")[console.language]
        ),
      ]
        + LedgerFigure.allCases.filter { $0 != .done && (total[$0] > 0 || $0 == .known) }
        .map { ($0.title, "\(total[$0])  \($0.rawValue)") })
    guard total[.known] > 0 else { return }
    table(
      Text(zh: "苏木镇、街道", en: "street"), report.streets.map { ($0.name.isEmpty ? "–" : $0.name, $0.counts) },
      to: console)
    table(
      Text(zh: "应用行业", en: "industry"),
      report.industries.map { row in
        (console.language == .zh ? row.industry?.word ?? "–" : row.industry?.rawValue ?? "–", row.counts)
      }, to: console)
    weeks(report, to: console)
    // The most urgent figure that is not zero is suggested.
    let figure = [LedgerFigure.overdue, .due, .refused, .outstanding].first { total[$0] > 0 } ?? .known
    let command = ShellWord.line(
      ["weldtech", "ledger", "rows", figure.rawValue] + (database.map { ["--database", $0] } ?? []))
    console.paragraph(
      Text(
        zh: "看是哪几台：\(command)；加 --street、--industry、--from、--to 只看一部分",
        en:
          "to see which: `\(command)`, with --street, --industry, --from and --to")
    )
  }

  private static func table(_ title: Text, _ rows: [(name: String, counts: LedgerCounts)], to console: Console)
  {
    console.put("")
    console.table(
      [
        Table.Column(title, minimum: 12, importance: 3),
        Table.Column(Text(zh: "电焊机", en: "known"), .trailing, minimum: 6, importance: 4),
        Table.Column(Text(zh: "完成", en: "done"), .trailing, minimum: 4, importance: 5),
        Table.Column(Text(zh: "淘汰", en: "retired"), .trailing, minimum: 4, importance: 2),
        Table.Column(Text(zh: "未完成", en: "outstanding"), .trailing, minimum: 6, importance: 4),
        Table.Column(Text(zh: "进度", en: "progress"), minimum: barWidth + 5, importance: 1),
      ],
      rows.map { name, counts in
        [
          name, "\(counts[.known])", "\(counts[.done])", "\(counts[.retired])", "\(counts[.outstanding])",
          counts.percentDone.map { bar($0, of: 100) + " \($0)%" } ?? "–",
        ]
      })
  }

  private static func weeks(_ report: LedgerReport, to console: Console) {
    guard !report.weeks.isEmpty else { return }
    let shown = report.weeks.suffix(maxWeeks)
    let most = shown.map(\.done).max() ?? 0
    console.put("")
    console.table(
      [
        Table.Column(Text(zh: "周（一至日）", en: "week"), minimum: 23, importance: 3),
        Table.Column(Text(zh: "完成", en: "done"), .trailing, minimum: 4, importance: 5),
        Table.Column(Text(zh: "累计", en: "so far"), .trailing, minimum: 6, importance: 4),
        Table.Column(Text(zh: "计划", en: "plan"), .trailing, minimum: 6, importance: 4),
        Table.Column(Text(zh: "当周", en: "of the week"), minimum: barWidth, importance: 1),
      ],
      shown.map { week in
        [
          "\(week.monday)–\(week.sunday.description.suffix(5))", "\(week.done)", "\(week.doneSoFar)",
          "\(week.planned)", bar(week.done, of: most),
        ]
      })
  }

  /// A bar of Braille dots, which take one column each on every terminal, where block elements may take two.
  static func bar(_ count: Int, of most: Int) -> String {
    guard most > 0, count > 0 else { return "" }
    // Each character has two columns of dots.
    let halves = max(1, min(count, most) * barWidth * 2 / most)
    return String(repeating: "\u{28FF}", count: halves / 2) + (halves % 2 == 1 ? "\u{2847}" : "")
  }
}

extension LedgerFigure {
  /// The title of the figure, in a few words.
  var title: Text {
    switch self {
    case .known: Text(zh: "电焊机", en: "welders known")
    case .done: Text(zh: "完成“加芯赋码”", en: "done")
    case .retired: Text(zh: "淘汰", en: "retired")
    case .outstanding: Text(zh: "未完成", en: "outstanding")
    case .surveyed: Text(zh: "其中已调研未登记", en: "of them surveyed only")
    case .begun: Text(zh: "其中已登记未签字", en: "of them registered, not signed")
    case .refused: Text(zh: "其中业主拒装", en: "of them refused by the owner")
    case .outOfUse: Text(zh: "故障停用", en: "out of use until repaired")
    case .fundedByBanner: Text(zh: "旗政府出资", en: "paid by the Banner")
    case .fundedByOwner: Text(zh: "自费", en: "paid by the owner")
    case .due: Text(zh: "新购待装（15 天内）", en: "new, due within 15 days of purchase")
    case .overdue: Text(zh: "新购超期未装", en: "new, overdue")
    }
  }
}
