import Arguments
import Characters
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// `list`: prints the records page by page.
enum ListCommand {
  struct Options {
    var status: Installation.Status?
    var search: String?
    var limit = 100
    var after: String?
  }

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
      /// True where the platform has another record than the one that waits here; else nil.
      var conflict: Bool?
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
      /// True where the platform has another record than the one that was inspected; else nil.
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
        zh: "--json 里最新的在最前，翻页用 --after。",
        en: "With --json the newest stands first. --after goes on after the oldest of a page."),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "status", \.status, .status, placeholder: "S", Text(zh: "只列这种状态", en: "only those of this status"))
        parameters.option(
          "search", \.search, .string, placeholder: "TEXT",
          Text(
            zh: "只列含有这段文字的：单位、姓名、电话、标牌码、出厂编号、封条、模块的任何一部分",
            en: "only those with this text in unit, person, phone, code, serial number, seal or module"))
        parameters.option(
          "limit", \.limit, .int(1...10_000), placeholder: "N", Text(zh: "最多几条", en: "how many at most"))
        parameters.option(
          "after", \.after, .string, placeholder: "ID", Text(zh: "接着这一条往下列", en: "go on after this one"),
          completion: .dynamic("installations"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    if let search = options.search, TextNormalization.folded(search).isEmpty {
      throw UsageError.empty(option: "search")
    }
    let (page, visits) = try pages(options, fieldbook)
    let words = try fieldbook.words(of: page.installations.map(\.id))
    let allConflicts = try fieldbook.conflicts()
    let conflicts = Set(allConflicts.map(\.id))
    let document = Document(
      installations: page.installations.map {
        Document.Row(
          id: $0.id, code: Nullable($0.code), status: $0.status, unitName: $0.unitName,
          brand: words[$0.id]?.brand, model: words[$0.id]?.model, serialNumber: words[$0.id]?.serialNumber,
          openedAt: $0.openedAt, next: $0.next, signatureDue: $0.isSignatureDue ? true : nil,
          conflict: conflicts.contains($0.id) ? true : nil)
      },
      inspected: visits.map {
        Document.Inspected(
          id: $0.id, code: Nullable($0.code), status: $0.status, unitName: $0.unitName, revision: $0.revision,
          inspections: $0.inspections, pending: $0.waiting, lastInspectedAt: $0.last?.inspectedAt,
          lastVerdict: $0.last?.verdict, conflict: $0.isConflicted ? true : nil)
      }, unreadable: page.unreadable)
    if page.unreadable > 0 {
      console.say(
        Text(
          zh: "有 \(page.unreadable) 条记录已损坏，没有列出；weldtech doctor 检查并改正",
          en: "\(page.unreadable) damaged records are left out; `weldtech doctor` checks and mends them"),
        .yellow)
    }
    try console.answer(document) {
      if page.installations.isEmpty, visits.isEmpty {
        return console.say(
          options.search == nil
            ? Text(zh: "没有记录", en: "no installations") : Text(zh: "没有找到", en: "nothing was found"))
      }
      put(page.installations, words, visits, conflicts, to: console)
      let listed = Set(page.installations.map(\.id) + visits.map(\.id))
      VisitTexts.warn(of: allConflicts.filter { listed.contains($0.id) }, console)
      let last = page.installations.last.map(\.id)
      if page.installations.count + page.unreadable == options.limit, let last {
        tellMore(after: last, options, console)
      } else if visits.count == options.limit, let last = visits.last?.id {
        tellMore(after: last, options, console)
      }
    }
    return ExitCode.done.rawValue
  }

  /// The page of this laptop's records and the one of the platform's that it inspected. A page that goes on after a record
  /// of one kind has none of the other.
  private static func pages(_ options: Options, _ fieldbook: Fieldbook) throws -> (
    Fieldbook.Page, [Fieldbook.VisitedSummary]
  ) {
    func visits(after: InstallationID?) throws -> [Fieldbook.VisitedSummary] {
      try fieldbook.visited(limit: options.limit, after: after).filter {
        (options.status == nil || $0.status == options.status) && isFound($0, options.search)
      }
    }
    guard let reference = options.after else {
      return (
        try fieldbook.page(status: options.status, mentioning: options.search, limit: options.limit),
        try visits(after: nil)
      )
    }
    do {
      let after = try fieldbook.resolve(reference)
      let page = try fieldbook.page(
        status: options.status, mentioning: options.search, limit: options.limit, after: after)
      return (page, [])
    } catch FieldbookError.notFound(let missing) {
      guard let record = try fieldbook.visitedRecord(matching: reference) else {
        throw FieldbookError.notFound(missing)
      }
      return (Fieldbook.Page(installations: [], unreadable: 0), try visits(after: record.installation.id))
    }
  }

  /// Whether a text occurs in what is shown of the platform's record.
  private static func isFound(_ visit: Fieldbook.VisitedSummary, _ search: String?) -> Bool {
    guard let search else { return true }
    return [visit.id.text, visit.code?.description ?? "", visit.unitName].contains {
      TextNormalization.folded($0).contains(TextNormalization.folded(search))
    }
  }

  /// Writes the table, the newest at the end, where a person looks first.
  private static func put(
    _ own: [InstallationSummary], _ words: [InstallationID: RecordWords], _ visits: [Fieldbook.VisitedSummary],
    _ conflicts: Set<InstallationID>,
    to console: Console
  ) {
    let language = console.language
    let conflict = Text(zh: "与平台的记录冲突", en: "conflict")[language]
    let rows = own.reversed().map { row in
      [
        String(row.id.text.prefix(8)), row.code?.description ?? "–",
        (row.isSignatureDue ? Installation.signatureDueTitle : row.status.title)[language], row.unitName,
        words[row.id]?.welder ?? "", conflicts.contains(row.id) ? conflict : row.next?.title[language] ?? "",
      ]
    }
    let inspected = visits.reversed().map { row in
      [
        String(row.id.text.prefix(8)), row.code?.description ?? "–",
        Text(zh: "平台的", en: "platform's")[language], row.unitName, "",
        row.isConflicted ? conflict : VisitTexts.state(of: row)[language],
      ]
    }
    console.table(
      [
        Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 5),
        Table.Column(Text(zh: "标牌码", en: "code"), minimum: 15, importance: 4),
        Table.Column(Text(zh: "状态", en: "status"), minimum: 6, importance: 3),
        Table.Column(Text(zh: "单位", en: "unit"), minimum: 10, importance: 1),
        Table.Column(Text(zh: "焊机", en: "welder"), minimum: 10, importance: 2),
        Table.Column(Text(zh: "下一步", en: "next"), minimum: 10),
      ], inspected + rows)
  }

  private static func tellMore(after last: InstallationID, _ options: Options, _ console: Console) {
    let filter =
      (options.status.map { "--status \($0.rawValue) " } ?? "")
      + (options.search.map { "--search \(ShellWord.quoted($0)) " } ?? "")
    let more = "weldtech list \(filter)--after \(last.text.prefix(8))"
    console.say(Text(zh: "后面可能还有：\(more)", en: "there may be more: \(more)"))
  }
}

/// `show`: prints one record.
enum ShowCommand {
  struct Options {
    var id = ""
    var full = false
  }

  static var command: Command<Workplace> {
    Command(
      "show", Text(zh: "显示一条记录", en: "show one record"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.flag("full", \.full, Text(zh: "完整显示姓名和电话", en: "show names and phones in full"))
      }, run: run)
  }

  /// The record as it is sent, with the paths of its papers on this laptop beside it.
  struct Document: Encodable {
    struct Files: Encodable {
      var label: String?
      var agreement: String?

      /// The result is nil where no paper is here.
      init?(_ papers: Papers) {
        (label, agreement) = (papers.label, papers.agreementPath)
        if label == nil, agreement == nil { return nil }
      }
    }

    var shown: ShownRecord
    var files: Files?

    private enum Key: String, CodingKey { case files }

    func encode(to encoder: any Encoder) throws {
      try shown.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encodeIfPresent(files, forKey: .files)
    }
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let shown: ShownRecord
    do {
      let installation = try fieldbook.installation(matching: options.id)
      shown = .own(installation, try RemoteNote(of: installation, in: fieldbook))
    } catch FieldbookError.notFound(let missing) {
      guard let record = try fieldbook.visitedRecord(matching: options.id) else {
        throw FieldbookError.notFound(missing)
      }
      shown = .visited(record, try RemoteNote(of: record, in: fieldbook))
    }
    let papers = shown.isOwn ? Papers(of: shown.installation, workplace) : nil
    try console.answer(Document(shown: shown, files: papers.flatMap(Document.Files.init))) {
      RecordView(
        installation: shown.installation, showsAll: options.full, papers: papers
      )
      .put(to: console)
      if let note = shown.note { note.put(to: console) }
    }
    return ExitCode.done.rawValue
  }
}

/// `next`: shows what each open installation needs.
enum NextCommand {
  struct Options { var id: String? }

  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// The code of the label; null for a retired welder.
      var code: Nullable<LabelCode>
      var next: Step?
      var needs: String
      /// The test steps that need a network which was not available.
      var notRun: [String]
    }

    /// The open installations, at most a thousand, the last opened first.
    var installations: [Row]
    /// The number of all open installations; null where a single one was asked for.
    var openInstallations: Int?
    /// The number of registrations that were begun and have no record yet, at most a hundred; null where a single record was
    /// asked for.
    var drafts: Int?
    /// The records of which the platform has another, so that nothing of them can be delivered.
    var conflicts: [InstallationID]
  }

  private static let maxRows = 1_000
  private static let nothing = Text(zh: "没有待办", en: "nothing to do")

  static var command: Command<Workplace> {
    Command(
      "next", Text(zh: "每条未完成的记录下一步要做什么", en: "what each open installation needs next"), options: Options(),
      parameters: { parameters in
        parameters.argument(
          "ID", \.id, .string, Text(zh: "只看这一条", en: "only this one"), completion: .dynamic("installations"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let open = options.id == nil ? try fieldbook.counts()[.open] ?? 0 : nil
    let console = workplace.console
    let installations =
      try options.id.map { [try one($0, fieldbook)] }
      ?? fieldbook.list(status: .open, limit: maxRows).compactMap { try readable($0.id, fieldbook, console) }
    let conflicts = try fieldbook.conflicts().filter { conflict in
      options.id == nil || installations.contains { $0.id == conflict.id }
    }
    let rows = installations.map { installation in
      Document.Row(
        id: installation.id, code: Nullable(installation.code), next: installation.nextStep,
        needs: (need(of: installation)?.sentence ?? nothing)[console.language],
        notRun: installation.status == .open ? installation.test?.openSteps.map(\.name) ?? [] : [])
    }
    let drafts = options.id == nil ? try fieldbook.drafts().count : nil
    let document = Document(
      installations: rows, openInstallations: open, drafts: drafts, conflicts: conflicts.map(\.id))
    try console.answer(document) {
      VisitTexts.warn(of: conflicts, console)
      if let drafts, drafts > 0 { console.say(DraftTexts.count(drafts)) }
      if rows.isEmpty {
        if try fieldbook.setup().inspector != nil { return try tellInspector(fieldbook, console) }
        return console.say(Text(zh: "没有未完成的记录", en: "nothing is open"))
      }
      for (row, installation) in zip(rows, installations) {
        console.put(
          "\(row.id.text.prefix(8))  \(installation.code?.description ?? "–")  \(installation.owner.unitName)")
        if let next = installation.nextStep, let need = need(of: installation) {
          console.put(
            Text(zh: "    \(next.title.zh)：\(need.what.zh)", en: "    \(next.title.en): \(need.what.en)"))
          console.put("      " + need.command[console.language])
        } else if installation.status == .surveyed, let need = need(of: installation) {
          console.put(Text(zh: "    \(need.what.zh)", en: "    \(need.what.en)"))
          console.put("      " + need.command[console.language])
        } else {
          let status = installation.status.title
          console.put(Text(zh: "    \(status.zh)：\(nothing.zh)", en: "    \(status.en): \(nothing.en)"))
        }
        for step in row.notRun {
          let title = TestTexts.title(of: step)
          console.put(Text(zh: "    有网络时补测：\(title.zh)", en: "    to be tested with a network: \(title.en)"))
        }
      }
      if let open, open > rows.count {
        console.say(
          Text(
            zh:
              "共 \(open) 条未完成，这里只显示最近登记的 \(rows.count) 条；其余用 weldtech list --status open --after \(rows.last?.id.text.prefix(8) ?? "")",
            en:
              "\(open) are open; these are the \(rows.count) that were registered last. The rest: `weldtech list --status open --after \(rows.last?.id.text.prefix(8) ?? "")`"
          ))
      }
    }
    return ExitCode.done.rawValue
  }

  /// Reads the one record that was asked for, the platform's where this laptop inspected by it.
  private static func one(_ reference: String, _ fieldbook: Fieldbook) throws -> Installation {
    do {
      return try fieldbook.installation(try fieldbook.resolve(reference))
    } catch FieldbookError.notFound(let missing) {
      guard let record = try fieldbook.visitedRecord(matching: reference) else {
        throw FieldbookError.notFound(missing)
      }
      return record.installation
    }
  }

  /// Tells an inspector what can be done with such a laptop: to inspect, and to deliver what was inspected.
  private static func tellInspector(_ fieldbook: Fieldbook, _ console: Console) throws {
    let queued = try fieldbook.queueSummary().records
    if queued > 0 {
      console.say(
        Text(
          zh: "有 \(queued) 次检查待上传：weldtech sync", en: "\(queued) inspections are to be delivered: weldtech sync"
        ))
    }
    console.say(
      Text(
        zh: "检查一台焊机：weldtech inspect 标牌码 --port 串口",
        en: "to inspect a welder: weldtech inspect CODE --port P"))
  }

  /// Reads a record. A record that cannot be read is reported and gives nil, so that the others are still
  /// shown.
  private static func readable(_ id: InstallationID, _ fieldbook: Fieldbook, _ console: Console) throws
    -> Installation?
  {
    do {
      return try fieldbook.installation(id)
    } catch FieldbookError.damagedRow(let table, let key) {
      let failure = FieldbookError.damagedRow(table: table, key: key).failure
      console.say(failure.message, .yellow)
      return nil
    }
  }

  /// The next step in words; nil where nothing is to be done.
  static func need(of installation: Installation) -> StepNeed? {
    if installation.status == .surveyed { return .registering(installation.id) }
    guard let step = installation.nextStep else { return nil }
    if step == .test, let test = installation.test, installation.testCounts, !test.passed {
      return .anotherTest(of: installation.id)
    }
    if installation.isOutdated(step) || step == .sign && installation.isSignatureDue {
      return .again(step, of: installation.id)
    }
    return step.need(of: installation.id)
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
