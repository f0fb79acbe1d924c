import Arguments
import Fieldbook
import FoundationEssentials
import Ledger
import Records
import Terminal

/// `ledger stats`: the progress by street, industry and week beside the plan.
enum LedgerStatsCommand {
  struct Options {
    var output: String?
    var reporter: String?
    var filter = LedgerFilterOptions()
  }

  struct Document: Encodable {
    struct Plan: Encodable {
      /// The last day of the survey.
      var surveyUntil: CalendarDay
      var fittingFrom: CalendarDay
      var fittingUntil: CalendarDay
      /// The number of welders that should be done today.
      var planned: Int
    }

    struct Street: Encodable {
      /// The name of the street; empty where the records name none.
      var street: String
      var figures: [String: Int]
    }

    struct IndustryRow: Encodable {
      /// The industry; null where the records name none.
      var industry: Nullable<Industry>
      var figures: [String: Int]
    }

    struct Week: Encodable {
      /// The Monday of the week.
      var from: CalendarDay
      /// The Sunday of the week.
      var to: CalendarDay
      var done: Int
      var doneSoFar: Int
      var planned: Int
    }

    var day: CalendarDay
    /// Every figure by the name that `ledger rows` takes.
    var figures: [String: Int]
    var plan: Plan
    var streets: [Street]
    var industries: [IndustryRow]
    var weeks: [Week]
    /// The page that was written; left out where none was asked for.
    var file: String?
  }

  static var command: Command<Workplace> {
    Command(
      "stats",
      Text(zh: "工作进度：分街道、行业、按周，和计划对照", en: "the progress by street, industry and week beside the plan"),
      discussion: Text(
        zh: "--output F.pdf 写成一页带图的月报。表里的数都能打开：weldtech ledger rows 名字 --street 街道。",
        en:
          "--output F.pdf writes the monthly report with charts, one page. Every figure can be opened:\n`weldtech ledger rows FIGURE --street STREET`."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "output", \.output, .file, placeholder: "F.pdf",
          Text(zh: "月报，一页 A4", en: "the report, one page of A4"))
        parameters.reporter(\.reporter)
        LedgerFilterOptions.add(to: &parameters, \.filter)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    var options = options
    let fieldbook = try workplace.ledger(of: options.filter)
    try options.filter.resolvePlaces(in: fieldbook, workplace.console)
    let filter = try options.filter.filter()
    let today = workplace.clock.now().day
    let found = try fieldbook.ledgerFigures(filter, today: today)
    let report = LedgerReport(
      cells: found.cells, days: found.days, today: filter.to.map { min($0, today) } ?? today)
    if let path = options.output {
      let page = ReportPage(
        report, head: FormHead(reporter: options.reporter, filledOn: today, scope: options.filter.scope))
      try workplace.writePaper(try page.render(), to: path)
    }
    let document = Document(
      day: report.today, figures: LedgerTexts.figures(report.total),
      plan: Document.Plan(
        surveyUntil: LedgerReport.surveyEnd, fittingFrom: LedgerReport.fittingPhase.lowerBound,
        fittingUntil: LedgerReport.fittingPhase.upperBound, planned: LedgerTexts.planned(report)),
      streets: report.streets.map { .init(street: $0.name, figures: LedgerTexts.figures($0.counts)) },
      industries: report.industries.map {
        .init(industry: Nullable($0.industry), figures: LedgerTexts.figures($0.counts))
      },
      weeks: report.weeks.map {
        .init(from: $0.monday, to: $0.sunday, done: $0.done, doneSoFar: $0.doneSoFar, planned: $0.planned)
      }, file: options.output)
    let console = workplace.console
    try console.answer(document) {
      LedgerTexts.put(
        report, scope: options.filter.scope, database: options.filter.database, to: console)
      if let path = options.output {
        console.say(Text(zh: "月报已写到 \(path)", en: "the report is in \(path)"))
      }
    }
    return ExitCode.done.rawValue
  }
}
