import Fieldbook
import Records
import Terminal

/// Checks whether the fieldbook is unchanged since it was written, and whether other users can read it.
extension HealthCheck {
  // MARK: - The folder

  mutating func checkHome() throws {
    let fieldbook = try workplace.fieldbook()
    if let refusal = fieldbook.writeRefusal { note(.failed, explain(refusal)) }
    let open = fieldbook.entriesOpenToOthers()
    guard let first = open.first.first else {
      return pass(Text(zh: "数据目录只有本人能看", en: "nobody else can look into the data folder"))
    }
    note(.warning, HealthFinding.homeOpen(home: fieldbook.home, first: first, count: open.count).failure)
  }

  // MARK: - The records

  /// The maximum number of findings of one kind that are named.
  private static let maxNamed = 10

  mutating func checkFieldbook() throws {
    let fieldbook = try workplace.fieldbook()
    let check = try CheckProgress.watch(on: workplace.console) {
      try fieldbook.check(onEvent: $0, isCancelled: { workplace.isInterrupted })
    }
    let restored = fieldbook.writeRefusal == nil ? try fieldbook.restore(check.restorable) : []
    // A record that could be rebuilt is no fault any more.
    let faults = check.faults.filter { if case .differs(let id) = $0 { !restored.contains(id) } else { true } }
    for fault in faults.prefix(Self.maxNamed) { note(.failed, fault.failure) }
    if faults.count > Self.maxNamed, let last = faults.last {
      note(
        .failed,
        last.failure.within(
          Text(
            zh: "还有 \(faults.count - Self.maxNamed) 处，最后一处：",
            en: "\(faults.count - Self.maxNamed) more, the last of them: ")))
    }
    if !restored.isEmpty {
      note(.warning, HealthFinding.recordsRepaired(restored).failure)
    }
    if faults.isEmpty, restored.isEmpty {
      pass(
        Text(
          zh: "记录本完好，\(check.installations) 条记录、\(check.files) 个文件已逐一核对",
          en: "the fieldbook is sound, all \(check.installations) records and \(check.files) files checked"))
    }
    if check.filesElsewhere > 0 {
      pass(
        Text(
          zh: "接手的记录有 \(check.filesElsewhere) 个文件本来就不在这台电脑上，只有摘要，没有核对",
          en:
            "\(check.filesElsewhere) files of records that were taken over were never on this laptop; only their digests are known"
        ))
    }
  }
}

extension HealthCheck {
  mutating func checkConflicts() throws {
    let conflicts = try workplace.fieldbook().conflicts()
    if conflicts.isEmpty {
      return pass(Text(zh: "没有与平台冲突的记录", en: "no record conflicts with the platform's"))
    }
    note(.warning, HealthFinding.conflicts(conflicts).failure)
  }
}

/// Shows the check of the fieldbook, with one bar for each stage.
private final class CheckProgress {
  private let display: ProgressDisplay
  private var title: Text?
  /// Number of items in the present stage; nil where the stage has none.
  private var total: Int?

  private init(console: Console) {
    let start = ContinuousClock.now
    display = ProgressDisplay(for: console, now: { ContinuousClock.now - start })
  }

  static func watch<Result>(
    on console: Console, _ body: (@escaping (Fieldbook.CheckStep) -> Void) throws -> Result
  ) throws -> Result {
    let progress = CheckProgress(console: console)
    do {
      let result = try body(progress.take)
      progress.finish()
      return result
    } catch {
      progress.display.fail()
      throw error
    }
  }

  private func take(_ step: Fieldbook.CheckStep) {
    switch step {
    case .database: begin(Text(zh: "检查数据库", en: "looking through the database"), total: nil, 0)
    case .log(let done, let total):
      begin(Text(zh: "核对日志", en: "comparing the log"), total: total, done)
    case .records(let done, let total):
      begin(Text(zh: "核对记录", en: "comparing the records"), total: total, done)
    case .files(let done, let total):
      begin(Text(zh: "核对文件", en: "comparing the files"), total: total, done)
    }
  }

  /// A stage reports each item when the item begins, so the last one counts as done only when the next stage
  /// begins or the check ends.
  private func finish() {
    if let total { display.advance(to: total) }
    if title != nil { display.finish() }
  }

  private func begin(_ title: Text, total: Int?, _ done: Int) {
    if self.title != title {
      finish()
      self.title = title
      self.total = total
      display.begin(title, total: total, unit: .items(Text(zh: "项", en: "items")))
    }
    display.advance(to: done)
  }
}

extension Fieldbook.CheckFault: Explained {
  var failure: Failure {
    switch self {
    case .database(let words):
      StoreFault.corrupt.failure.within(Text(zh: "SQLite：\(words)。", en: "SQLite: \(words); "))
    case .log(let seq, let fault): explain(FieldbookError.logBroken(seq: seq, fault))
    case .revision(let id, let revision):
      explain(FieldbookError.evidence(id, .revision(revision)))
    case .differs(let id):
      // The row is rebuilt where the disk can be written.
      explain(FieldbookError.damagedRow(table: "record", key: id.text))
    case .ahead(let id): explain(FieldbookError.recordAhead(id))
    case .unreadable(let id?, "event", let key):
      Int64(key).map { explain(FieldbookError.evidence(id, .unreadableEntry(seq: $0))) }
        ?? explain(FieldbookError.damagedRow(table: "event", key: key)).within(Self.place(id))
    case .unreadable(let id, let table, let key):
      explain(FieldbookError.damagedRow(table: table, key: key)).within(
        id.map(Self.place) ?? Text(zh: "", en: ""))
    case .fileMissing(let sha256, let id):
      explain(FieldbookError.fileMissing(sha256: sha256)).within(Self.place(id))
    case .fileDamaged(let sha256, let id):
      explain(FieldbookError.fileDamaged(sha256: sha256)).within(Self.place(id))
    }
  }

  private static func place(_ id: InstallationID) -> Text {
    Text(zh: "记录 \(id.text.prefix(8))：", en: "record \(id.text.prefix(8)): ")
  }
}
