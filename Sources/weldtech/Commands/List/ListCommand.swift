import Arguments
import Characters
import Fieldbook
import FoundationEssentials
import Records
import Tables
import Terminal

/// `list`: prints the records page by page, or writes them as a CSV.
enum ListCommand {
  struct Options {
    var query = InstallationQuery()
    var limit: Int?
    var after: String?
    var columns: [ListColumn]?
    var csv: String?
    var isFull = false
  }

  /// The default number of records on a page.
  private static let defaultLimit = 100

  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// The code of the label; null for a retired welder.
      var code: Nullable<LabelCode>
      var status: Installation.Status
      var unitName: String
      var brand: String?
      var model: String?
      /// The welder's serial number; left out where it is not known, as brand and model are.
      var serialNumber: String?
      var openedAt: Timestamp
      var next: Step?
      /// True where the owner signed, and has to sign again because the record was corrected since; else left out.
      var signatureDue: Bool?
      /// True where the platform has a different record than the one that waits here; else left out.
      var conflict: Bool?
      /// The columns that were asked for by name and have no member of their own; left out where there are
      /// none.
      var columns: [String: String]?
    }

    /// An installation that this laptop inspected by the platform's record, and has no record of.
    struct Inspected: Encodable {
      var id: InstallationID
      /// The code of the label; null where the platform's record has none.
      var code: Nullable<LabelCode>
      /// The status in the platform's record.
      var status: Installation.Status
      var unitName: String
      /// The platform's revision as this laptop saw it last.
      var revision: Int
      /// The number of inspections by this laptop.
      var inspections: Int
      /// The number of those that are not delivered.
      var pending: Int
      var lastInspectedAt: Timestamp?
      var lastVerdict: Inspection.Verdict?
      /// True where the platform has a different record than the one that was inspected; else left out.
      var conflict: Bool?
    }

    var installations: [Row]
    /// The installations whose records only the platform has, the last inspected first.
    var inspected: [Inspected]
    /// Number of damaged records that are omitted from the page.
    var unreadable: Int
  }

  static var command: Command<Workplace> {
    Command(
      "list", Text(zh: "列出安装记录，最新的在最下面", en: "list the installations, the newest at the end"),
      discussion: Text(
        zh:
          "--search 找单位、姓名、电话、街道、标牌码、出厂编号、封条、模块的任何一部分，汉字也可以只打拼音首字母：达旗汽修打 dqqx。\n--json 里最新的在最前，翻页用 --after。--sort 按别的顺序时，从上往下排。",
        en:
          "--search finds any part of unit, person, phone, street, code, serial number, seal and module,\nand Chinese words by the initials of their pinyin: dqqx for 达旗汽修.\nWith --json the newest stands first. --after goes on after the last of a page. Another order\n(--sort) is read from top to bottom."
      ),
      options: Options(), parameters: { $0.list() }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if let text = options.query.text, TextNormalization.folded(text).isEmpty {
      throw UsageError.empty(option: "search")
    }
    var options = options
    // The welders of a day are visited street by street.
    if options.query.appointment != nil, options.query.order == .opened { options.query.order = .street }
    if let file = options.csv { return try writeCSV(to: file, options, workplace) }
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let limit = options.limit ?? defaultLimit
    let (page, visits) = try pages(options, limit: limit, fieldbook)
    let allConflicts = try fieldbook.conflicts()
    let table = try ListTable(
      of: page.installations, columns: options.columns ?? options.defaultColumns, isFull: options.isFull,
      conflicts: Set(allConflicts.map(\.id)), fieldbook)
    let document = Document(
      installations: page.installations.map { table.row(of: $0, withColumns: options.columns != nil) },
      inspected: visits.map(Document.Inspected.init), unreadable: page.unreadable)
    tellUnreadable(page.unreadable, console)
    try console.answer(document) {
      if page.installations.isEmpty, visits.isEmpty {
        return console.say(
          options.query == InstallationQuery()
            ? Text(zh: "没有记录", en: "no installations") : Text(zh: "没有找到", en: "nothing was found"))
      }
      put(table, visits, options, to: console)
      let listed = Set(page.installations.map(\.id) + visits.map(\.id))
      VisitTexts.warn(of: allConflicts.filter { listed.contains($0.id) }, console)
      let last = page.installations.last.map(\.id)
      if page.installations.count + page.unreadable == limit, let last {
        tellMore(after: last, options, console)
      } else if visits.count == limit, let last = visits.last?.id {
        tellMore(after: last, options, console)
      }
    }
    return ExitCode.done.rawValue
  }

  private static func tellUnreadable(_ count: Int, _ console: Console) {
    guard count > 0 else { return }
    console.say(
      Text(
        zh: "有 \(count) 条记录已损坏，没有列出；weldtech doctor 检查并改正",
        en: "\(count) damaged records are left out; `weldtech doctor` checks and mends them"), .yellow)
  }

  // MARK: - Pages

  /// The page of this laptop's records, and the page of the platform's records that this laptop inspected.
  /// After `--after` there are only records of the same kind as the record that it names.
  private static func pages(_ options: Options, limit: Int, _ fieldbook: Fieldbook) throws -> (
    Fieldbook.Page, [Fieldbook.VisitedSummary]
  ) {
    func visits(after: InstallationID?) throws -> [Fieldbook.VisitedSummary] {
      try fieldbook.visited(limit: limit, after: after).filter { isAsked(for: $0, by: options.query) }
    }
    guard let reference = options.after else {
      return (try fieldbook.page(options.query, limit: limit), try visits(after: nil))
    }
    do {
      return (try fieldbook.page(options.query, limit: limit, after: try fieldbook.resolve(reference)), [])
    } catch FieldbookError.notFound(let missing) {
      guard let record = try fieldbook.visitedRecord(matching: reference) else {
        throw FieldbookError.notFound(missing)
      }
      return (Fieldbook.Page(installations: [], unreadable: 0), try visits(after: record.installation.id))
    }
  }

  /// Whether a query finds the platform's record. This laptop has no ledger of that record, so that only the
  /// record's status and the shown words can be queried.
  private static func isAsked(for visit: Fieldbook.VisitedSummary, by query: InstallationQuery) -> Bool {
    var others = query
    (others.status, others.text, others.order) = (nil, nil, .opened)
    guard others == InstallationQuery(), query.status == nil || query.status == visit.status else {
      return false
    }
    return query.finds(text: [visit.id.text, visit.code?.description ?? "", visit.unitName])
  }

  // MARK: - On the screen

  /// Writes the table. In the order of opening the newest stands at the end, where a person looks first.
  private static func put(
    _ table: ListTable, _ visits: [Fieldbook.VisitedSummary], _ options: Options, to console: Console
  ) {
    let own = table.cells(in: console.language)
    let inspected = visits.map { table.cells(of: $0, in: console.language) }
    let isNewestLast = options.query.order == .opened
    console.table(
      table.columns.enumerated().map { $1.column(at: $0, of: table.columns.count) },
      isNewestLast ? Array((own + inspected).reversed()) : own + inspected)
  }

  /// Tells how to go on: by the same options, after the last record of the page.
  private static func tellMore(after last: InstallationID, _ options: Options, _ console: Console) {
    let more = ShellWord.line(["weldtech", "list"] + options.words + ["--after", String(last.text.prefix(8))])
    console.say(
      options.query.order == .opened
        ? Text(zh: "更早的可能还有：\(more)", en: "there may be older ones: \(more)")
        : Text(zh: "后面可能还有：\(more)", en: "there may be more: \(more)"))
  }

  // MARK: - As a file

  struct Written: Encodable {
    var file: String
    var rows: Int
    /// Number of damaged records that are not in the file.
    var unreadable: Int
  }

  /// Number of records that are read at a time.
  private static let chunk = 1_000

  /// Writes all records that are asked for, or `--limit` of them, with names and phone numbers in full.
  private static func writeCSV(to file: String, _ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let columns = options.columns ?? ListColumn.inFile
    let conflicts = Set(try fieldbook.conflicts().map(\.id))
    var text = CSVLine.byteOrderMark + CSVLine(columns.map { $0.title[console.language] }).text
    var after = try options.after.map { try fieldbook.resolve($0) }
    var (rows, unreadable) = (0, 0)
    while true {
      let limit = min(chunk, (options.limit ?? .max) - rows - unreadable)
      guard limit > 0 else { break }
      let page = try fieldbook.page(options.query, limit: limit, after: after)
      let table = try ListTable(
        of: page.installations, columns: columns, isFull: true, conflicts: conflicts, fieldbook)
      for cells in table.cells(in: console.language, isShort: false) { text += CSVLine(cells).text }
      rows += page.installations.count
      unreadable += page.unreadable
      guard page.installations.count + page.unreadable == limit, let last = page.installations.last else {
        break
      }
      after = last.id
    }
    try workplace.writePaper(Data(text.utf8), to: file, isPrivate: true, isOwn: ListColumn.isTable)
    tellUnreadable(unreadable, console)
    try console.answer(Written(file: file, rows: rows, unreadable: unreadable)) {
      console.put(Text(zh: "已写入 \(rows) 条：\(file)", en: "\(rows) records are in \(file)"))
    }
    return ExitCode.done.rawValue
  }
}

extension ListCommand.Document.Inspected {
  init(_ visit: Fieldbook.VisitedSummary) {
    self.init(
      id: visit.id, code: Nullable(visit.code), status: visit.status, unitName: visit.unitName,
      revision: visit.revision, inspections: visit.inspections, pending: visit.waiting,
      lastInspectedAt: visit.last?.inspectedAt, lastVerdict: visit.last?.verdict,
      conflict: visit.isConflicted ? true : nil)
  }
}

extension ValueType where Value == Installation.Status {
  /// Parses a status from its code or from the word that `list` prints, in either language.
  static var status: Self {
    let all = Installation.Status.allCases
    return .custom(
      Text(
        zh: all.map { "\($0.rawValue)（\($0.title.zh)）" }.joined(separator: "、") + "之一",
        en: "one of " + all.map(\.rawValue).joined(separator: ", ")),
      completion: .values(all.map(\.rawValue))
    ) { text in
      let word = TextNormalization.typed(text).lowercased()
      return all.first { [$0.rawValue.lowercased(), $0.title.zh].contains(word) }
    }
  }
}
