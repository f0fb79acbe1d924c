import Arguments
import Fieldbook
import Records
import Terminal

/// `ledger rows`: opens a figure, that is, lists the welders that it counts.
enum LedgerRowsCommand {
  struct Options {
    var figure = LedgerFigure.known
    var filter = LedgerFilterOptions()
  }

  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// The code of the label; null where there is none.
      var code: Nullable<String>
      var status: Installation.Status
      var unitName: String?
      var street: String?
      var community: String?
      var industry: Industry?
      var brand: String?
      var model: String?
      var serialNumber: String?
      var recordedOn: CalendarDay?
      /// The day of the first signature; left out where nobody has signed.
      var fittedOn: CalendarDay?
      var retiredOn: CalendarDay?
      var purchasedOn: CalendarDay?
      /// The last day that is in time for a new welder.
      var dueOn: CalendarDay?
    }

    var figure: LedgerFigure
    var count: Int
    var welders: [Row]
  }

  static var command: Command<Workplace> {
    Command(
      "rows", Text(zh: "打开一个数：是哪几台焊机", en: "open a figure: the welders that it counts"),
      discussion: Text(
        zh: "数的名字：\n"
          + LedgerFigure.allCases.map { "  \($0.rawValue)  \($0.title.zh)" }.joined(separator: "\n"),
        en: "The figures:\n"
          + LedgerFigure.allCases.map { "  \($0.rawValue): \($0.title.en)" }.joined(separator: "\n")),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "FIGURE", \.figure, .choice, Text(zh: "数的名字", en: "the figure's name"))
        LedgerFilterOptions.add(to: &parameters, \.filter)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    var options = options
    let fieldbook = try workplace.ledger(of: options.filter)
    try options.filter.resolvePlaces(in: fieldbook, workplace.console)
    let filter = try options.filter.filter()
    let console = workplace.console
    var rows: [Document.Row] = []
    try fieldbook.forEachLedgerWelder(
      filter, in: options.figure, today: workplace.clock.now().day
    ) { rows.append(Document.Row($0)) }
    let document = Document(figure: options.figure, count: rows.count, welders: rows)
    try console.answer(document) { put(document, to: console) }
    return ExitCode.done.rawValue
  }

  private static func put(_ document: Document, to console: Console) {
    let title = document.figure.title
    console.heading(Text(zh: "\(title.zh) \(document.count) 台", en: "\(title.en): \(document.count)"))
    guard !document.welders.isEmpty else { return }
    console.table(
      [
        Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 5),
        Table.Column(Text(zh: "单位", en: "unit"), minimum: 12, importance: 4),
        Table.Column(Text(zh: "苏木镇、街道", en: "street"), minimum: 8, importance: 2),
        Table.Column(Text(zh: "焊机", en: "welder"), minimum: 8, importance: 1),
        Table.Column(Text(zh: "状态", en: "state"), minimum: 8, importance: 3),
        Table.Column(Text(zh: "日期", en: "day"), minimum: 10, importance: 3),
      ],
      document.welders.map { row in
        [
          String(row.id.text.prefix(8)), row.unitName ?? "–", row.street ?? "–",
          [row.brand, row.model, row.serialNumber].compactMap(\.self).joined(separator: " "),
          row.status.title[console.language],
          (row.dueOn.flatMap { row.fittedOn == nil ? $0 : nil } ?? row.retiredOn ?? row.fittedOn
            ?? row.recordedOn)?
            .description ?? "",
        ]
      })
  }
}

extension LedgerRowsCommand.Document.Row {
  init(_ welder: LedgerWelder) {
    self.init(
      id: welder.id, code: Nullable(welder.code), status: welder.status, unitName: welder.unitName,
      street: welder.street, community: welder.community, industry: welder.industry, brand: welder.brand,
      model: welder.model, serialNumber: welder.serialNumber, recordedOn: welder.recordedOn,
      fittedOn: welder.fittedOn, retiredOn: welder.retiredOn, purchasedOn: welder.purchasedOn,
      dueOn: welder.purchasedOn.flatMap(DueDate.lastDay(ofWelderBoughtOn:)))
  }
}
