import Arguments
import Fieldbook
import FoundationEssentials
import Records
import Terminal

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
      /// The paths of the agreements that were signed before, the oldest first; left out where there are none.
      var earlierAgreements: [String]?
      /// The paths of the owner's confirmations of repairs, the oldest first; left out where there are none.
      var addenda: [String]?

      /// The result is nil where no paper is here.
      init?(_ papers: Papers) {
        (label, agreement) = (papers.label, papers.agreementPath)
        let (earlier, addenda) = (papers.earlierAgreementPaths, papers.addendumPaths)
        earlierAgreements = earlier.isEmpty ? nil : earlier
        self.addenda = addenda.isEmpty ? nil : addenda
        if label == nil, agreement == nil { return nil }
      }
    }

    var shown: ShownRecord
    var files: Files?
    /// The names of the files that the record was taken over with, which are not on this laptop; nil for a
    /// record of this laptop.
    var filesElsewhere: [String]?

    private enum Key: String, CodingKey { case files, filesElsewhere }

    func encode(to encoder: any Encoder) throws {
      try shown.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encodeIfPresent(files, forKey: .files)
      try container.encodeIfPresent(filesElsewhere, forKey: .filesElsewhere)
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
    let papers = shown.isOwn ? try Papers(of: shown.installation, workplace) : nil
    let elsewhere = papers?.elsewhere.map(\.filename)
    let document = Document(
      shown: shown, files: papers.flatMap(Document.Files.init),
      filesElsewhere: elsewhere?.isEmpty == false ? elsewhere : nil)
    try console.answer(document) {
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
    /// The number of registrations that were begun and have no record yet, at most a hundred; null where a
    /// single record was asked for.
    var drafts: Int?
    /// The records that differ from the platform's, so that they cannot be delivered.
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
      ?? pending(fieldbook).compactMap { try readable($0, fieldbook, console) }
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
        if let repair = installation.openRepair { console.put("    " + repair.report(console.language)) }
        if let next = installation.nextStep, let need = need(of: installation) {
          console.put(
            Text(zh: "    \(next.title.zh)：\(need.what.zh)", en: "    \(next.title.en): \(need.what.en)"))
          console.put("      " + need.command[console.language])
        } else if installation.status == .surveyed, let need = need(of: installation) {
          console.put(Text(zh: "    \(need.what.zh)", en: "    \(need.what.en)"))
          console.put("      " + need.command[console.language])
        } else if try Walk(workplace: workplace).isLabelOutdated(of: installation) {
          console.put(
            Text(zh: "    迁移以后标牌上印的内容变了，重做标牌：", en: "    moved since its label was made; make it anew:"))
          console.put(
            "      "
              + Text(
                zh: "weldtech repair ID --label --port 串口", en: "weldtech repair ID --label --port P"
              ).naming(installation.id)[console.language])
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

  /// The open records, and those of welders with a fault that was reported.
  private static func pending(_ fieldbook: Fieldbook) throws -> [InstallationID] {
    let open = try fieldbook.list(status: .open, limit: maxRows).map(\.id)
    return open + (try fieldbook.repairsDue().map(\.id).filter { !open.contains($0) })
  }

  /// Reads the record that was asked for; where this laptop only inspected it, reads the platform's record.
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

  /// Tells an inspector what there is to do: inspect, and deliver what was inspected.
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
      return .again(step, of: installation.id, isSold: installation.isSold)
    }
    return step.need(of: installation.id)
  }
}
