import Arguments
import Fieldbook
import Records
import Sync
import Terminal

/// `sync`: delivers the queue.
enum SyncCommand {
  struct Options {
    var watch = false
    var dryRun = false
    /// The time at which originals are sent in this run; nil takes the setting of `setup`.
    var originals: OriginalsPolicy?
    var originalsLater = false
    /// The maximum rate of sending, bytes a second; nil for none.
    var limitRate: Int?
    /// The installation whose delivery is to be explained; nil for none.
    var explain: String?

    var originalsInThisRun: OriginalsPolicy? { originalsLater ? .later : originals }
  }

  struct Document: Encodable {
    var delivered: Int
    var pending: Int
    var failed: Int
    /// The number of keys that the platform does not have yet, including those of open installations.
    var keysPending: Int
    var outcomes: [DeliveryOutcome]
    /// The number of records that a repetition without a change cannot deliver; they are among those that
    /// failed, or were not tried in this run.
    var setAside: Int
    var originals: Originals
    var timestamps: Timestamps
  }

  /// The results for the timestamps of agreements. They are no part of `delivered`, `pending` and `failed`,
  /// because no record waits for them; only one that cannot be delivered at all makes the run a failed one.
  struct Timestamps: Encodable {
    struct Failure: Encodable {
      var id: InstallationID
      var sha256: String
      var reason: SyncReason
    }

    /// The number of timestamps that this run got from the authority.
    var taken: Int
    /// The number of timestamps that this run delivered.
    var delivered: Int
    /// The number of sealed agreements without a timestamp.
    var missing: Int
    /// The number of timestamps that the platform does not have yet.
    var waiting: Int
    /// The code of the reason why the authority gave no timestamp; nil where no request failed.
    var reason: String?
    /// The timestamps that cannot be delivered before something is changed on this laptop or on the platform.
    var failed: [Failure]
  }

  /// The results for the originals of photos. They are no part of `delivered`, `pending` and `failed`, because
  /// no record waits for them; only one that cannot be delivered at all makes the run a failed one.
  struct Originals: Encodable {
    struct Failure: Encodable {
      var id: InstallationID
      var file: String
      var sha256: String
      var reason: SyncReason
    }

    var policy: OriginalsPolicy
    /// The number of originals that this run delivered after their records.
    var delivered: Int
    /// The number of originals that the platform does not have yet. They stay where the policy is `never`.
    var waiting: Int
    /// The size of the originals that the platform does not have yet, bytes.
    var waitingBytes: Int
    /// The reason why the first original that was tried and still waits was not delivered; nil where there is
    /// none.
    var reason: SyncReason?
    /// The originals that cannot be delivered before something is changed on this laptop or on the platform.
    var failed: [Failure]
  }

  /// Ids in their order. They are written as the texts that they are, because the encoder takes several times
  /// as long for each value of a type that it does not know.
  struct IDList: Encodable {
    let ids: [InstallationID]

    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      for id in ids { try list.encode(id.text) }
    }
  }

  struct Plan: Encodable {
    var keys: [String]
    var records: IDList
    var files: Int
    var bytes: Int
    var originals: Int
    var originalBytes: Int
    var timestamps: Int
  }

  static var command: Command<Workplace> {
    Command(
      "sync",
      Text(
        zh: "把待上传的内容上传到平台（或 setup --deliver-to 的地方）",
        en: "deliver the queue to the platform, or to where `setup --deliver-to` says"), options: Options(),
      parameters: { parameters in
        parameters.flag(
          "watch", \.watch, Text(zh: "一直运行，联网后自动上传", en: "keep running and deliver whenever there is a network")
        )
        parameters.flag("dry-run", \.dryRun, Text(zh: "只列出要上传什么，不上传", en: "say what would be sent"))
        parameters.option(
          "originals", \.originals, .choice, placeholder: "always|later|never",
          Text(
            zh: "这一次照片原图何时上传，如用手机流量时写 never；不写则按 setup",
            en: "when originals of photos go in this run, for example never on a phone's data; else as in setup"
          ))
        parameters.flag(
          "originals-later", \.originalsLater,
          Text(zh: "这一次先传记录，照片原图最后传", en: "send originals of photos last in this run"))
        parameters.option(
          "limit-rate", \.limitRate, .rate, placeholder: "RATE",
          Text(
            zh: "每秒最多上传多少字节，如 200K、1M；文件一个接一个传",
            en: "send no more than this many bytes a second, like 200K or 1M; one file at a time"))
        parameters.option(
          "explain", \.explain, .string, placeholder: "ID",
          Text(zh: "只说明这一条为什么没有上传，不联网", en: "only say where one record stands, without a network"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if options.originalsLater, options.originals != nil {
      throw UsageError.conflictingOptions("--originals", "--originals-later")
    }
    if let reference = options.explain { return try tellDelivery(of: reference, workplace) }
    if options.dryRun { return try plan(options, workplace) }
    guard let lock = try workplace.fieldbook().lock(.sync) else { throw SyncBusy() }
    defer { lock.release() }
    return options.watch
      ? try watch(options, workplace) : try finish(try once(workplace, options), workplace)
  }

  private static func tellDelivery(of reference: String, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let explanation = try SyncExplanation(of: fieldbook.resolve(reference), fieldbook)
    let console = workplace.console
    try console.answer(explanation.document) {
      console.write(explanation.details(at: workplace.deliveryPlace, in: console.language))
    }
    return ExitCode.done.rawValue
  }

  /// The pauses of `--watch`: the first one while all goes well. After runs that left something, the pause is a
  /// random part of a growing one, so that a hundred laptops do not all come back to a platform at one moment.
  private static let watchPauses = RetryPolicy(
    attempts: .max, firstPause: .seconds(30), maxPause: .seconds(600), maxPauses: .seconds(600))
  /// The time in seconds after which `--watch` tries again what was set aside.
  private static let setAsideSeconds: Int64 = 3600

  /// Runs until it is interrupted. A network that comes up ends the pause between two runs. With `--json` the
  /// single document is printed at the end; it has everything delivered meanwhile, and what the last pass left.
  private static func watch(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let changes = NetworkChanges()
    var document = try once(workplace, options)
    var failures = 0
    if !console.isJSON { tell(document, workplace) }
    while !workplace.isInterrupted {
      failures = document.pending + document.keysPending > 0 ? failures + 1 : 0
      let longest = watchPauses.maxPause(after: max(1, failures))
      let wait = failures < 2 ? longest : max(watchPauses.firstPause, watchPauses.jitter(longest))
      if let changes {
        if changes.wait(for: wait, unless: workplace.interruption) { failures = 0 }
      } else {
        pause(wait, unless: workplace.interruption)
      }
      if workplace.isInterrupted { break }
      let now = workplace.clock.now()
      let next = try once(
        workplace, options,
        triesSetAsideBefore: Timestamp(
          secondsSince1970: now.secondsSince1970 - setAsideSeconds, offsetSeconds: now.offsetSeconds))
      let isNews =
        next.delivered > 0 || next.pending != document.pending || next.failed != document.failed
        || next.originals.waiting != document.originals.waiting
        || next.timestamps.missing != document.timestamps.missing
        || next.timestamps.waiting != document.timestamps.waiting
      if isNews, !console.isJSON { tell(next, workplace) }
      let delivered = (
        document.delivered + next.delivered, document.originals.delivered + next.originals.delivered
      )
      let timestamps = (
        document.timestamps.taken + next.timestamps.taken,
        document.timestamps.delivered + next.timestamps.delivered
      )
      document = next
      (document.delivered, document.originals.delivered) = delivered
      (document.timestamps.taken, document.timestamps.delivered) = timestamps
    }
    if console.isJSON { try console.answer(document) {} }
    return ExitCode.cancelled.rawValue
  }

  /// Requests codes where there are none, and then runs once over the queue.
  /// - Parameter triesSetAsideBefore: the time before which an item that is set aside was tried last, so that
  ///   it is tried again; nil tries all of them.
  static func once(
    _ workplace: Workplace, _ options: Options = Options(), triesSetAsideBefore: Timestamp? = nil
  ) throws -> Document {
    let originals = options.originalsInThisRun
    do { if !workplace.deliversElsewhere { try workplace.codeSupply().fetchIfExhausted() } } catch {
      workplace.console.sayMore(explain(error).message)
    }
    let taken = try workplace.takeTimestamps()
    if let failure = taken.failure { workplace.console.sayMore(failure.message) }
    let waiting = try workplace.fieldbook().queueSummary()
    let goesWithOriginals = try (originals ?? workplace.originalsPolicy()) != .never
    let place = workplace.deliveryPlace
    let progress = SyncProgress(
      to: place, bytes: waiting.fileBytes + (goesWithOriginals ? waiting.originalBytes : 0),
      for: workplace.console)
    // Hundreds of keys may wait for the same reason, which is said once.
    var keyReason: SyncReason?
    let run = try workplace.syncRun(
      originals: originals, maxBytesPerSecond: options.limitRate, triesSetAsideBefore: triesSetAsideBefore
    ) { event in
      progress.note(event)
      switch event {
      case .retrying(_, let reason): workplace.console.sayMore(reason.title(at: place))
      case .keyPending(_, let reason):
        if reason != keyReason { workplace.console.say(reason.title(at: place)) }
        keyReason = reason
      case .platformKeyShort(let bits): workplace.console.say(weakKeyWarning(bits: bits), .yellow)
      default: break
      }
    }
    let report = try run.run()
    progress.finish(isWhole: report.stoppedBy == nil)
    let queue = try workplace.fieldbook().queueSummary()
    let failures = report.originals.compactMap { outcome -> Originals.Failure? in
      guard let reason = outcome.reason, reason.isFinal else { return nil }
      let original = outcome.original
      return Originals.Failure(
        id: original.installation, file: original.file.filename, sha256: original.file.sha256.hex,
        reason: reason)
    }
    return Document(
      delivered: report.delivered, pending: report.pending, failed: report.failed, keysPending: queue.keys,
      outcomes: report.outcomes, setAside: try workplace.fieldbook().setAsideCount(),
      originals: Originals(
        policy: try originals ?? workplace.originalsPolicy(),
        delivered: report.originals.count { $0.reason == nil }, waiting: queue.originals,
        waitingBytes: queue.originalBytes,
        reason: report.originals.lazy.compactMap(\.reason).first { !$0.isFinal }, failed: failures),
      timestamps: Timestamps(
        taken: taken.count, delivered: report.timestamps.count { $0.reason == nil },
        missing: queue.timestampsMissing, waiting: queue.timestamps, reason: taken.failure?.code,
        failed: report.timestamps.compactMap { outcome in
          guard let reason = outcome.reason, reason.isFinal else { return nil }
          return Timestamps.Failure(
            id: outcome.timestamp.installation, sha256: outcome.timestamp.file.sha256.hex, reason: reason)
        }))
  }

  /// The warning about a pinned certificate that would no longer be accepted.
  static func weakKeyWarning(bits: Int) -> Text {
    Text(
      zh: "注意：平台证书的 RSA 密钥只有 \(bits) 位，现在要求至少 3072 位，请公司更换",
      en: "note: the platform's certificate has an RSA key of \(bits) bits; it should have 3,072 or more")
  }

  private static func finish(_ document: Document, _ workplace: Workplace) throws -> Int32 {
    try workplace.console.answer(document) { tell(document, workplace) }
    return status(of: document, workplace).rawValue
  }

  /// The exit status: 1 where an item has failed, 8 where one is still waiting, including a key of an open
  /// installation. An original that waits is none of them, because its record is delivered.
  static func status(of document: Document, _ workplace: Workplace) -> ExitCode {
    if workplace.isInterrupted { return .cancelled }
    if document.failed > 0 || !document.originals.failed.isEmpty || !document.timestamps.failed.isEmpty {
      return .failed
    }
    return document.pending + document.keysPending > 0 ? .pending : .done
  }

  static func tell(_ document: Document, _ workplace: Workplace) {
    let console = workplace.console
    let place = workplace.deliveryPlace
    console.put(
      Text(
        zh: "已上传 \(document.delivered) 条，待上传 \(document.pending) 条，失败 \(document.failed) 条",
        en: "\(document.delivered) delivered, \(document.pending) pending, \(document.failed) failed"))
    if document.keysPending > 0 {
      console.put(
        Text(zh: "还有 \(document.keysPending) 个密钥待上传", en: "\(document.keysPending) keys are waiting, too"))
    }
    if document.setAside > 0 {
      console.put(
        Text(
          zh: "\(document.setAside) 条暂时搁置，原因见 weldtech sync --explain 编号",
          en: "\(document.setAside) set aside; `weldtech sync --explain ID` says why"))
    }
    tell(document.originals, place, console)
    tell(document.timestamps, place, console)
    tell(document.outcomes, place, console)
  }

  /// Maximum number of records that are named for one reason.
  private static let maxNamed = 5

  /// Says why records were not delivered, each reason once: a stick that was pulled is the reason of all that waits.
  private static func tell(_ outcomes: [DeliveryOutcome], _ place: DeliveryPlace, _ console: Console) {
    var reasons: [SyncReason] = []
    var records: [SyncReason: [String]] = [:]
    for outcome in outcomes {
      guard let reason = outcome.reason else { continue }
      if records[reason] == nil { reasons.append(reason) }
      records[reason, default: []].append(String(outcome.id.text.prefix(8)))
    }
    for reason in reasons {
      let ids = records[reason] ?? []
      let named = ids.prefix(maxNamed)
      let isAll = named.count == ids.count
      console.put(
        Text(
          zh:
            "  \(named.joined(separator: "、"))\(isAll ? "" : " 等 \(ids.count) 条")：\(reason.title(at: place).zh)。\(reason.hint(at: place).zh)",
          en:
            "  \(named.joined(separator: ", "))\(isAll ? "" : " and \(ids.count - named.count) more"): \(reason.title(at: place).en); \(reason.hint(at: place).en)"
        ))
    }
  }

  private static func tell(_ originals: Originals, _ place: DeliveryPlace, _ console: Console) {
    if originals.delivered > 0 {
      console.put(
        Text(zh: "已上传照片原图 \(originals.delivered) 张", en: "\(originals.delivered) originals of photos delivered")
      )
    }
    if originals.waiting > 0 {
      console.put(originals.policy.waiting(originals.waiting, bytes: originals.waitingBytes))
      if let reason = originals.reason {
        console.put(
          Text(
            zh: "  \(reason.title(at: place).zh)。\(reason.hint(at: place).zh)",
            en: "  \(reason.title(at: place).en); \(reason.hint(at: place).en)"))
      }
    }
    for failure in originals.failed {
      console.put(
        Text(
          zh:
            "  \(failure.id.text.prefix(8)) 的原图 \(failure.file)：\(failure.reason.title(at: place).zh)。\(failure.reason.hint(at: place).zh)",
          en:
            "  \(failure.id.text.prefix(8)), original \(failure.file): \(failure.reason.title(at: place).en); \(failure.reason.hint(at: place).en)"
        ))
    }
  }

  private static func tell(_ timestamps: Timestamps, _ place: DeliveryPlace, _ console: Console) {
    if timestamps.taken + timestamps.delivered > 0 {
      console.put(
        Text(
          zh: "协议时间戳：这次取得 \(timestamps.taken) 个，上传 \(timestamps.delivered) 个（含以前取得的）",
          en: "timestamps of agreements: \(timestamps.taken) taken, \(timestamps.delivered) delivered"))
    }
    if let reason = timestamps.reason {
      console.put(
        Text(
          zh: "还有 \(timestamps.missing) 份协议没有时间戳（\(reason)），下次再取",
          en: "\(timestamps.missing) agreements have no timestamp yet (\(reason)); the next run asks again"))
    }
    for failure in timestamps.failed {
      console.put(
        Text(
          zh:
            "  \(failure.id.text.prefix(8)) 的时间戳：\(failure.reason.title(at: place).zh)。\(failure.reason.hint(at: place).zh)",
          en:
            "  \(failure.id.text.prefix(8)), timestamp: \(failure.reason.title(at: place).en); \(failure.reason.hint(at: place).en)"
        ))
    }
  }

  private static func plan(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let plan = try workplace.syncRun(originals: options.originalsInThisRun).plan()
    let document = Plan(
      keys: plan.keys.map(\.keyID), records: IDList(ids: plan.totals.records), files: plan.totals.files,
      bytes: plan.bytes,
      originals: plan.totals.originals, originalBytes: plan.totals.originalBytes,
      timestamps: plan.totals.timestamps)
    try workplace.console.answer(document) {
      workplace.console.put(
        Text(
          zh:
            "将上传 \(document.keys.count) 个密钥、\(document.records.ids.count) 条记录、\(document.files) 个文件，共 \(document.bytes) 字节；另有照片原图 \(document.originals) 张，\(document.originalBytes) 字节",
          en:
            "would send \(document.keys.count) keys, \(document.records.ids.count) records, \(document.files) files: \(document.bytes) bytes; and \(document.originals) originals of photos: \(document.originalBytes) bytes"
        ))
    }
    return ExitCode.done.rawValue
  }
}

/// The error that another sync is running.
struct SyncBusy: Error {}

extension SyncBusy: Explained {
  var failure: Failure {
    Failure(
      code: "sync.busy", message: Text(zh: "另一个 sync 正在运行", en: "another sync is running"),
      hint: Text(zh: "等它结束", en: "wait for it to finish"))
  }
}

extension ValueType where Value == Int {
  /// Takes a rate in bytes a second, with K or M behind it for 1,024 or 1,048,576 of them, as curl does.
  fileprivate static var rate: Self {
    .custom(Text(zh: "每秒字节数，如 200K", en: "bytes a second, like 200K")) { text in
      let scale =
        switch text.utf8.last {
        case UInt8(ascii: "K"), UInt8(ascii: "k"): 1024
        case UInt8(ascii: "M"), UInt8(ascii: "m"): 1_048_576
        default: 1
        }
      let digits = scale == 1 ? Substring(text) : text.dropLast()
      guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(digits), number > 0
      else { return nil }
      return number * scale
    }
  }
}
