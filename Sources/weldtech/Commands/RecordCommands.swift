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
      var openedAt: Timestamp
      var next: Step?
    }

    var installations: [Row]
    /// Number of damaged records that are omitted from the page.
    var unreadable: Int
  }

  static var command: Command<Workplace> {
    Command(
      "list", Text(zh: "列出安装记录，新登记的在前", en: "list the installations, the last opened first"),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "status", \.status, .status, placeholder: "S", Text(zh: "只列这种状态", en: "only those of this status"))
        parameters.option(
          "limit", \.limit, .int(1...10_000), placeholder: "N", Text(zh: "最多几条", en: "how many at most"))
        parameters.option(
          "after", \.after, .string, placeholder: "ID", Text(zh: "接着这一条往下列", en: "go on after this one"),
          completion: .dynamic("installations"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let page = try fieldbook.page(
      status: options.status, limit: options.limit, after: try options.after.map { try fieldbook.resolve($0) })
    let console = workplace.console
    let document = Document(
      installations: page.installations.map {
        Document.Row(
          id: $0.id, code: Nullable($0.code), status: $0.status, unitName: $0.unitName, openedAt: $0.openedAt,
          next: $0.next)
      }, unreadable: page.unreadable)
    if page.unreadable > 0 {
      console.say(
        Text(
          zh: "有 \(page.unreadable) 条记录已损坏，没有列出；weldtech doctor 检查并改正",
          en: "\(page.unreadable) damaged records are left out; `weldtech doctor` checks and mends them"),
        .yellow)
    }
    try console.answer(document) {
      if page.installations.isEmpty { return console.say(Text(zh: "没有记录", en: "no installations")) }
      console.table(
        [
          Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 4),
          Table.Column(Text(zh: "标牌码", en: "code"), minimum: 15, importance: 3),
          Table.Column(Text(zh: "状态", en: "status"), importance: 2),
          Table.Column(Text(zh: "单位", en: "unit"), minimum: 12),
          Table.Column(Text(zh: "下一步", en: "next"), importance: 1),
        ],
        page.installations.map { row in
          [
            String(row.id.text.prefix(8)), row.code?.description ?? "–", row.status.title[console.language],
            row.unitName, row.next?.title[console.language] ?? "",
          ]
        })
      if page.installations.count + page.unreadable == options.limit, let last = page.installations.last {
        let filter = options.status.map { "--status \($0.rawValue) " } ?? ""
        let more = "weldtech list \(filter)--after \(last.id.text.prefix(8))"
        console.say(Text(zh: "后面可能还有：\(more)", en: "there may be more: \(more)"))
      }
    }
    return ExitCode.done.rawValue
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

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.fieldbook().installation(matching: options.id)
    try workplace.console.answer(installation) {
      RecordView(installation: installation, showsAll: options.full).put(to: workplace.console)
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
        needs: (need(of: installation)?.sentence ?? nothing)[console.language],
        notRun: installation.status == .open ? installation.test?.openSteps.map(\.name) ?? [] : [])
    }
    try console.answer(Document(installations: rows, openInstallations: open)) {
      if rows.isEmpty { return console.say(Text(zh: "没有未完成的记录", en: "nothing is open")) }
      for (row, installation) in zip(rows, installations) {
        console.put(
          "\(row.id.text.prefix(8))  \(installation.code?.description ?? "–")  \(installation.owner.unitName)")
        if let next = installation.nextStep, let need = need(of: installation) {
          console.put(
            Text(zh: "    \(next.title.zh)：\(need.what.zh)", en: "    \(next.title.en): \(need.what.en)"))
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

  /// Reads a record. A record that cannot be read is reported and gives nil, so that the others are still
  /// shown.
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

  /// The next step in words; nil where nothing is to be done.
  static func need(of installation: Installation) -> StepNeed? {
    guard let step = installation.nextStep else { return nil }
    if step == .test, let test = installation.test, installation.testCounts, !test.passed {
      return .anotherTest(of: installation.id)
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
