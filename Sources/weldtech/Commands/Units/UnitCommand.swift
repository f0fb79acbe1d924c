import Arguments
import Fieldbook
import Records
import Terminal

/// `unit`: shows the units of the ledger, and says which of them are the same.
enum UnitCommand {
  static var command: Command<Workplace> {
    Command(
      "unit", Text(zh: "查看单位，合并或拆分单位", en: "the units, and which of them are the same"),
      discussion: Text(
        zh:
          "一个单位的名称或电话登记得不一样，就会成为两个单位。merge 把它们算作一个，以后登记的也算；split 再分开。\n记录本身、已签的协议都不变，不用重新签字；台账、报表和搜索按合并后的单位算。",
        en:
          "A unit whose name or phone number was registered in two ways is two units. `merge` counts\nthem as one, records to come included; `split` takes it back. Records and signed agreements\nstay as they are, and nobody signs again; ledger, forms and lists go by what was merged."
      ),
      subcommands: { [list, show, merge, split] })
  }

  struct Row: Encodable {
    /// The unit's id, or name and phone number where its records have none.
    var id: String
    var name: String
    var street: String?
    var person: String?
    var phone: String?
    /// Number of the unit's welders, without void records.
    var welders: Int

    init(_ unit: Unit) {
      id = unit.id
      name = unit.name
      street = unit.street
      person = unit.person
      phone = unit.phone
      welders = unit.welders
    }
  }

  // MARK: - Looking

  struct ListOptions {
    var search: String?
    var limit = 100
    var after: String?
    var isFull = false
  }

  private struct ListDocument: Encodable { var units: [Row] }

  private static var list: Command<Workplace> {
    Command(
      "list", Text(zh: "列出单位，按拼音首字母排", en: "list the units, by the initials of their pinyin"),
      options: ListOptions(),
      parameters: { parameters in
        parameters.option(
          "search", \.search, .string, placeholder: "TEXT",
          Text(zh: "只列记录里有这段文字或拼音首字母的", en: "only those with this text, or these initials, in a record"))
        parameters.option(
          "limit", \.limit, .int(1...10_000), placeholder: "N", Text(zh: "最多几个", en: "how many at most"))
        parameters.option(
          "after", \.after, .string, placeholder: "UNIT", Text(zh: "接着这个单位往下列", en: "go on after this one"))
        parameters.flag("full", \.isFull, Text(zh: "完整显示姓名和电话", en: "show names and phones in full"))
      }, run: runList)
  }

  private static func runList(_ options: ListOptions, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let after = try options.after.map { try fieldbook.unit(matching: $0).id }
    let units = try fieldbook.unitList(mentioning: options.search, limit: options.limit, after: after)
    try console.answer(ListDocument(units: units.map { Row($0) })) {
      guard let last = units.last else { return console.say(Text(zh: "没有单位", en: "no units")) }
      console.table(
        [
          Table.Column(Text(zh: "单位编号", en: "unit id"), minimum: 14, importance: 3),
          Table.Column(Text(zh: "单位", en: "unit"), minimum: 14, importance: 2),
          Table.Column(Text(zh: "街道/苏木镇", en: "street"), minimum: 8),
          Table.Column(Text(zh: "责任人", en: "person"), minimum: 6, importance: 1),
          Table.Column(Text(zh: "电话", en: "phone"), minimum: 11, importance: 2),
          Table.Column(Text(zh: "焊机", en: "welders"), .trailing, minimum: 4, importance: 4),
        ],
        units.map { unit in
          [
            unit.id, unit.name, unit.street ?? "", person(unit.person, options.isFull),
            phone(unit.phone, options.isFull), "\(unit.welders)",
          ]
        })
      if units.count == options.limit {
        let search = options.search.map { ["--search", $0] } ?? []
        let full = options.isFull ? ["--full"] : []
        let more = ShellWord.line(["weldtech", "unit", "list"] + search + full + ["--after", last.id])
        console.say(Text(zh: "后面可能还有：\(more)", en: "there may be more: \(more)"))
      }
    }
    return ExitCode.done.rawValue
  }

  struct ShowOptions {
    var unit = ""
    var isFull = false
  }

  private struct ShowDocument: Encodable {
    struct Record: Encodable {
      var id: InstallationID
      var code: Nullable<LabelCode>
      var status: Installation.Status
      var unitName: String
      var openedAt: Timestamp
      /// The reason why the record was taken out of the unit that it names; left out where it was not taken
      /// out.
      var splitReason: String?
      var splitAt: Timestamp?
    }

    /// A record that was taken out of the unit.
    struct SplitOff: Encodable {
      var id: InstallationID
      /// The unit that the record belongs to now.
      var unit: String
      var splitAt: Timestamp?
      var reason: String
    }

    struct Merged: Encodable {
      var id: String
      var mergedAt: Timestamp?
      var reason: String
    }

    var unit: Row
    /// The records of the unit, at most a thousand, the last opened first.
    var installations: [Record]
    /// The units that count as this one.
    var merged: [Merged]
    /// The records that were taken out of the unit, the last first.
    var splitOff: [SplitOff]
  }

  private static let maxRecords = 1_000

  private static var show: Command<Workplace> {
    Command(
      "show", Text(zh: "显示一个单位：它的焊机、合并进来的单位和原因", en: "show one unit: its welders, what counts as it, and why"),
      options: ShowOptions(),
      parameters: { parameters in
        parameters.argument("UNIT", \.unit, .string, unitHelp)
        parameters.flag("full", \.isFull, Text(zh: "完整显示姓名和电话", en: "show names and phones in full"))
      }, run: runShow)
  }

  private static func runShow(_ options: ShowOptions, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let unit = try fieldbook.unit(matching: options.unit)
    var query = InstallationQuery()
    query.unit = unit.id
    let page = try fieldbook.page(query, limit: maxRecords)
    let splits = Dictionary(
      uniqueKeysWithValues: try fieldbook.splits(into: unit).map { ($0.installation, $0) })
    let document = ShowDocument(
      unit: Row(unit),
      installations: page.installations.map {
        ShowDocument.Record(
          id: $0.id, code: Nullable($0.code), status: $0.status, unitName: $0.unitName, openedAt: $0.openedAt,
          splitReason: splits[$0.id]?.reason, splitAt: splits[$0.id]?.splitAt)
      },
      merged: try fieldbook.merges(into: unit).map {
        ShowDocument.Merged(id: $0.id, mergedAt: $0.mergedAt, reason: $0.reason)
      },
      splitOff: try fieldbook.splits(outOf: unit).map {
        ShowDocument.SplitOff(
          id: $0.split.installation, unit: $0.unit, splitAt: $0.split.splitAt, reason: $0.split.reason)
      })
    let table = try ListTable(
      of: page.installations, columns: [.id, .code, .status, .unit, .welder], isFull: options.isFull,
      conflicts: [],
      fieldbook)
    try console.answer(document) { put(document, table, isFull: options.isFull, to: console) }
    return ExitCode.done.rawValue
  }

  private static func put(_ document: ShowDocument, _ table: ListTable, isFull: Bool, to console: Console) {
    let unit = document.unit
    console.facts([
      (Text(zh: "单位编号", en: "unit id"), unit.id), (Text(zh: "单位", en: "unit"), unit.name),
      (Text(zh: "街道/苏木镇", en: "street"), unit.street ?? "–"),
      (Text(zh: "责任人", en: "person"), person(unit.person, isFull)),
      (Text(zh: "电话", en: "phone"), phone(unit.phone, isFull)),
      (Text(zh: "焊机", en: "welders"), "\(unit.welders)"),
    ])
    for merged in document.merged {
      let day = merged.mergedAt?.day.description ?? "–"
      console.paragraph(
        Text(
          zh: "\(day) 起 \(merged.id) 也算这个单位：\(merged.reason)",
          en: "\(merged.id) counts as this unit since \(day): \(merged.reason)"))
    }
    for record in document.installations {
      guard let reason = record.splitReason else { continue }
      let day = record.splitAt?.day.description ?? "–"
      console.paragraph(
        Text(
          zh: "\(day) 记录 \(record.id.text.prefix(8)) 从别的单位拆到这里：\(reason)",
          en: "record \(record.id.text.prefix(8)) was taken out of another unit on \(day): \(reason)"))
    }
    for record in document.splitOff {
      let day = record.splitAt?.day.description ?? "–"
      console.paragraph(
        Text(
          zh: "\(day) 记录 \(record.id.text.prefix(8)) 从这里拆到 \(record.unit)：\(record.reason)",
          en: "record \(record.id.text.prefix(8)) belongs to \(record.unit) since \(day): \(record.reason)"))
    }
    console.table(
      table.columns.enumerated().map { $1.column(at: $0, of: table.columns.count) },
      table.cells(in: console.language))
  }

  // MARK: - Changing

  struct MergeOptions {
    var unit = ""
    var other = ""
    var reason: String?
  }

  private struct MergeDocument: Encodable {
    var unit: Row
    /// The id of the unit that now counts as a part of `unit`.
    var merged: String
  }

  private static var merge: Command<Workplace> {
    Command(
      "merge", Text(zh: "把两个单位算作一个", en: "count two units as one"), options: MergeOptions(),
      parameters: { parameters in
        parameters.argument("UNIT", \.unit, .string, unitHelp)
        parameters.argument(
          "OTHER", \.other, .string,
          Text(zh: "并入它的单位：单位编号或全名", en: "the unit that counts as it: its id or whole name"))
        parameters.option("reason", \.reason, .string, placeholder: "TEXT", Text(zh: "原因", en: "why"))
      }, run: runMerge)
  }

  private static func runMerge(_ options: MergeOptions, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let other = try fieldbook.unit(matching: options.other)
    let reason = try reason(options.reason, Text(zh: "为什么是同一个单位", en: "why are they the same"), workplace)
    let unit = try fieldbook.merge(other.id, into: options.unit, reason: reason, at: workplace.clock.now())
    try console.answer(MergeDocument(unit: Row(unit), merged: other.id)) {
      console.put(
        Text(
          zh: "\(other.name)（\(other.id)）已并入 \(unit.name)（\(unit.id)），共 \(unit.welders) 台焊机",
          en: "\(other.name) (\(other.id)) counts as \(unit.name) (\(unit.id)) now: \(unit.welders) welders"))
      let back = ShellWord.line(["weldtech", "unit", "split", unit.id, other.id])
      console.say(Text(zh: "要分开：\(back)", en: "to take it back: \(back)"))
    }
    return ExitCode.done.rawValue
  }

  struct SplitOptions {
    var unit = ""
    var parts: [String] = []
    var reason: String?
  }

  private struct SplitDocument: Encodable {
    /// The unit that the records or units were taken out of.
    var from: String
    /// The units that stand alone now.
    var units: [Row]
  }

  private static var split: Command<Workplace> {
    Command(
      "split", Text(zh: "把合并进来的单位或几条记录分出去", en: "take merged units or records out of a unit"),
      options: SplitOptions(),
      parameters: { parameters in
        parameters.argument("UNIT", \.unit, .string, unitHelp)
        parameters.arguments(
          "PART", \.parts, .string,
          Text(
            zh: "合并进来的单位编号；或若干条记录，它们成为一个新单位",
            en: "the ids of merged units; or records, which become one new unit"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", Text(zh: "拆出记录的原因", en: "why records are taken out")
        )
      }, run: runSplit)
  }

  private static func runSplit(_ options: SplitOptions, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let console = workplace.console
    let unit = try fieldbook.unit(matching: options.unit)
    let merged = Set(try fieldbook.merges(into: unit).map(\.id))
    let units: [Unit]
    if options.parts.allSatisfy(merged.contains) {
      for part in options.parts { _ = try fieldbook.unmerge(part, from: unit) }
      units = try options.parts.map { try fieldbook.unit(matching: $0) }
    } else {
      let records = try options.parts.map { try fieldbook.resolve($0) }
      let reason = try reason(
        options.reason, Text(zh: "为什么是另一个单位", en: "why are they another unit's"), workplace)
      units = [try fieldbook.split(records, from: unit.id, reason: reason, at: workplace.clock.now())]
    }
    try console.answer(SplitDocument(from: unit.id, units: units.map { Row($0) })) {
      for part in units {
        console.put(
          Text(
            zh: "\(part.name)（\(part.id)）已从 \(unit.id) 分出，\(part.welders) 台焊机",
            en: "\(part.name) (\(part.id)) stands alone now: \(part.welders) welders"))
        let back = ShellWord.line(["weldtech", "unit", "merge", unit.id, part.id])
        console.say(Text(zh: "要合回去：\(back)", en: "to take it back: \(back)"))
      }
    }
    return ExitCode.done.rawValue
  }

  // MARK: - Private helpers

  private static let unitHelp = Text(zh: "单位编号或全名", en: "the id of a unit or its whole name")

  private static func person(_ name: String?, _ isFull: Bool) -> String {
    name.map { isFull ? $0 : PersonName(WrittenText(asKept: $0)).masked } ?? "–"
  }

  private static func phone(_ number: String?, _ isFull: Bool) -> String {
    (isFull ? number : number.flatMap { PhoneNumber($0) }?.masked) ?? "–"
  }

  private static func reason(_ told: String?, _ question: Text, _ workplace: Workplace) throws -> WrittenText {
    let reason = try workplace.console.need(told, option: "reason") { try workplace.ask(question, as: .note) }
    return try workplace.written(reason, as: .note, option: "reason")
  }
}
