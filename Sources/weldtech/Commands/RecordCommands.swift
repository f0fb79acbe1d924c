import Arguments
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// `list`: the records, a page at a time.
enum ListCommand {
  struct Options {
    var status: Installation.Status?
    var limit = 100
    var after: String?
  }

  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// Null for a retired welder.
      var code: Nullable<LabelCode>
      var status: Installation.Status
      var unitName: String
      var openedAt: Timestamp
      var next: Step?
    }

    var installations: [Row]
  }

  static var command: Command<Workplace> {
    Command(
      "list", Text(zh: "列出安装记录", en: "list the installations, the last opened first"), options: Options(),
      parameters: { parameters in
        parameters.option(
          "status", \.status, .choice, placeholder: "S", Text(zh: "只列这种状态", en: "only those of this status"))
        parameters.option(
          "limit", \.limit, .int(1...10_000), placeholder: "N", Text(zh: "最多几条", en: "how many at most"))
        parameters.option(
          "after", \.after, .string, placeholder: "ID", Text(zh: "接着这一条往下列", en: "go on after this one"),
          completion: .dynamic("installations"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let page = try fieldbook.list(
      status: options.status, limit: options.limit, after: try options.after.map { try fieldbook.resolve($0) })
    let console = workplace.console
    let document = Document(
      installations: page.map {
        Document.Row(
          id: $0.id, code: Nullable($0.code), status: $0.status, unitName: $0.unitName, openedAt: $0.openedAt,
          next: $0.next)
      })
    try console.answer(document) {
      if page.isEmpty { return console.say(Text(zh: "没有记录", en: "no installations")) }
      console.table(
        [
          Table.Column(Text(zh: "编号", en: "id"), minimum: 8, importance: 4),
          Table.Column(Text(zh: "编码", en: "code"), minimum: 15, importance: 3),
          Table.Column(Text(zh: "状态", en: "status"), importance: 2),
          Table.Column(Text(zh: "单位", en: "unit"), minimum: 12),
          Table.Column(Text(zh: "下一步", en: "next"), importance: 1),
        ],
        page.map { row in
          [
            String(row.id.text.prefix(8)), row.code?.description ?? "–", row.status.title[console.language],
            row.unitName, row.next?.title[console.language] ?? "",
          ]
        })
      if page.count == options.limit, let last = page.last {
        console.say(
          Text(
            zh: "后面可能还有：--after \(last.id.text.prefix(8))",
            en: "there may be more: --after \(last.id.text.prefix(8))"))
      }
    }
    return ExitCode.done.rawValue
  }
}

/// `show`: one record.
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

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.fieldbook().installation(matching: options.id)
    try workplace.console.answer(installation) {
      RecordView(installation: installation, showsAll: options.full).put(to: workplace.console)
    }
    return ExitCode.done.rawValue
  }
}

/// `next`: what each open installation needs.
enum NextCommand {
  struct Options { var id: String? }

  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// Null for a retired welder.
      var code: Nullable<LabelCode>
      var next: Step?
      var needs: String
      /// Test steps that wait for a network.
      var notRun: [String]
    }

    /// At most a thousand, the last opened first.
    var installations: [Row]
    /// How many are open in all; nil where one was asked for.
    var openInstallations: Int?
  }

  private static let maxRows = 1_000

  static var command: Command<Workplace> {
    Command(
      "next", Text(zh: "每条未完成的记录下一步要什么", en: "what each open installation needs next"), options: Options(),
      parameters: { parameters in
        parameters.argument(
          "ID", \.id, .string, Text(zh: "只看这一条", en: "only this one"), completion: .dynamic("installations"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let ids =
      try options.id.map { [try fieldbook.resolve($0)] }
      ?? fieldbook.list(status: .open, limit: maxRows).map(\.id)
    let open = options.id == nil ? try fieldbook.counts()[.open] ?? 0 : nil
    let console = workplace.console
    let installations = try ids.compactMap { id in
      try readable(id, alone: options.id != nil, fieldbook, console)
    }
    let rows = installations.map { installation in
      Document.Row(
        id: installation.id, code: Nullable(installation.code), next: installation.nextStep,
        needs: need(of: installation)[console.language],
        notRun: installation.status == .open ? installation.test?.openSteps.map(\.name) ?? [] : [])
    }
    try console.answer(Document(installations: rows, openInstallations: open)) {
      if rows.isEmpty { return console.say(Text(zh: "没有未完成的记录", en: "nothing is open")) }
      for (row, installation) in zip(rows, installations) {
        console.put(
          "\(row.id.text.prefix(8))  \(installation.code?.description ?? "–")  \(installation.owner.unitName)")
        console.put(
          "    \(installation.nextStep?.title[console.language] ?? installation.status.title[console.language]): \(row.needs)"
        )
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

  /// Nil, and said so, where the record cannot be read: it takes no other with it.
  private static func readable(
    _ id: InstallationID, alone: Bool, _ fieldbook: Fieldbook, _ console: Console
  ) throws -> Installation? {
    do {
      return try fieldbook.installation(id)
    } catch FieldbookError.damagedRow(let table, let key) where !alone {
      let failure = FieldbookError.damagedRow(table: table, key: key).failure
      console.say(failure.message, .yellow)
      return nil
    }
  }

  static func need(of installation: Installation) -> Text {
    guard let step = installation.nextStep else {
      return Text(zh: "没有待办", en: "nothing to do")
    }
    if step == .test, let test = installation.test {
      return installation.testCounts && !test.passed
        ? Text(zh: "上次测试不通过，排除故障后再测", en: "the last test failed; mend it and test again")
        : step.need
    }
    return step.need
  }
}
