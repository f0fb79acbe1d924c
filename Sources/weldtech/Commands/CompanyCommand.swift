import Arguments
import Company
import Records
import Terminal

/// `company`: loads what laptops delivered into the company's database, and reports what is wrong.
enum CompanyCommand {
  struct Options {
    var source: String?
    var bucket = BucketOptions()
    var database: String?
    var prepares = false
    var skipsAgreements = false
    var roots = TrustedRoots.Options()
  }

  struct Document: Encodable {
    struct Added: Encodable {
      var files: Int
      var timestamps: Int
      var keys: Int
      var revisions: Int
    }

    struct FindingRow: Encodable {
      var key: String
      var kind: String
      var detail: String?
      var message: String
      /// Whether the object is in the database all the same.
      var loaded: Bool
    }

    struct Reference: Encodable {
      var id: InstallationID?
      var revision: Int?
      var sha256: String?
      /// The place from which the record was loaded.
      var source: String?
    }

    struct Concern: Encodable {
      var kind: String
      /// The code, serial number, key or digest.
      var subject: String
      var message: String
      /// The first of the records that contradict each other or that wait.
      var records: [Reference]
      /// The number of all records that contradict each other or that wait.
      var recordCount: Int
    }

    /// The full length of each list. The document has only the first rows of each.
    struct Totals: Encodable {
      var notLoaded: Int
      var doubted: Int
      var conflicts: Int
      var waiting: Int
    }

    /// The steps of the schema that were applied; left out without `--prepare`.
    var prepared: [String]?
    /// The rows that this run added to the database; left out where nothing was to be loaded.
    var added: Added?
    /// The number of objects that the database had already.
    var known: Int?
    /// The number of agreements that this run checked, by result.
    var agreements: [String: Int]?
    /// The objects that were not loaded, followed by those that were loaded with a doubt.
    var findings: [FindingRow] = []
    var conflicts: [Concern] = []
    var waiting: [Concern] = []
    /// The lengths of the lists; left out where nothing was to be loaded.
    var totals: Totals?
    /// The number of object names that are no keys.
    var strangers: Int?
    /// The first of the object names that are no keys.
    var strangerNames: [String]?
  }

  static var command: Command<Workplace> {
    Command("company", Text(zh: "公司数据库：汇总所有电脑交来的记录", en: "the company's database over all laptops")) {
      [
        Command(
          "load",
          Text(
            zh: "把各电脑交到文件夹或存储桶的记录核对后写进数据库",
            en: "check what laptops delivered to a folder or bucket, and write it into the database"),
          discussion: Text(
            zh:
              "第一次先由数据库管理员运行：weldtech company load --into postgresql://主机/库 --prepare\n只添加，不覆盖；同样的东西再导一次什么都不变，中断了再运行就接着导。\n密码不要写在地址里：用 ~/.pgpass、PGPASSFILE 或 ~/.pg_service.conf。\n退出码 0：都进去了；1：有对不上、有冲突的，答案里列着；8：还有没到的版本或文件。",
            en:
              "The database's owner runs it once with --prepare. Rows are only added; the same objects again change nothing,\nand a run that was cut off is gone on with. Put no password into the address: use ~/.pgpass, PGPASSFILE or\n~/.pg_service.conf. Exit 0: all of it is in; 1: something is wrong or contradicts itself, and is named; 8: revisions\nor files have not come yet."
          ),
          options: Options(),
          parameters: { parameters in
            parameters.option(
              "from", \.source, .string, placeholder: "DIR|file:///…|s3://…",
              Text(zh: "各电脑交到的文件夹或存储桶", en: "the folder or bucket that laptops deliver to"))
            parameters.bucket(\.bucket)
            parameters.option(
              "into", \.database, .string, placeholder: "postgresql://…",
              Text(zh: "公司的数据库", en: "the company's database"))
            parameters.flag(
              "prepare", \.prepares,
              Text(zh: "先建好或更新表和权限（要用库的所有者）", en: "make or update tables and rights first, as the owner"))
            parameters.flag(
              "skip-agreements", \.skipsAgreements,
              Text(zh: "不检查协议的签章", en: "do not check the seals of agreements"))
            parameters.trustedRoots(\.roots)
          }, run: load)
      ]
    }
  }

  static func load(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    guard let database = options.database else { throw UsageError.missing(option: "into") }
    guard options.source != nil || options.prepares else { throw UsageError.missing(option: "from") }
    var document = Document()
    let objects = try options.source.map { try workplace.deliveredObjects(at: $0, options.bucket) }
    let roots = try TrustedRoots(options.roots, workplace)
    if options.prepares {
      document.prepared = try CompanySchema.prepare(database, isCancelled: workplace.interruption) {
        (name) throws(CompanyError) in try workplace.companySchema(name)
      }
    }
    guard let objects, let source = options.source else {
      try workplace.console.answer(document) {
        CompanyTexts.put(document, trustsRoots: false, to: workplace.console)
      }
      return ExitCode.done.rawValue
    }
    let start = ContinuousClock.now
    let now: @Sendable () -> Duration = { ContinuousClock.now - start }
    let store = try CompanyDatabase(
      database, source: source, now: now, isCancelled: workplace.interruption)
    let judges = workplace.companyJudges(roots, judgesAgreements: !options.skipsAgreements)
    let display = ProgressDisplay(for: workplace.console, now: now)
    let loading = CompanyLoad(
      from: objects, into: store, judges: judges, isCancelled: workplace.interruption
    ) { event in
      switch event {
      case .listed(let folder, let keys, let new):
        // The note is written by the display, because the progress may hold the line of the terminal.
        guard workplace.console.isVerbose else { return }
        display.note(
          Text(zh: "\(folder)：\(keys) 个对象，新的 \(new)", en: "\(folder): \(keys) objects, \(new) new"))
      case .done(let objects): display.advance(to: objects)
      }
    }
    // The number of objects is known only when all of them are listed.
    display.begin(
      Text(zh: "核对交来的东西", en: "checking what was delivered"),
      unit: .items(Text(zh: "个对象", en: "objects")))
    // A place is a folder or a bucket. Only the client of a bucket throws errors of delivery, so those are
    // named after a bucket.
    let report: CompanyLoad.Report
    do {
      report = try DestinationFailed.naming(.bucket) { try loading.run() }
      guard report.objects > 0 || workplace.isDeliveryFolder(source) else {
        throw CompanyError.empty(place: source)
      }
    } catch {
      display.fail()
      throw error
    }
    display.finish()
    document.take(report, workplace.console.language)
    try workplace.console.answer(document) {
      CompanyTexts.put(document, trustsRoots: !roots.seals.isEmpty, to: workplace.console)
    }
    return report.exitCode.rawValue
  }
}

extension CompanyLoad.Report {
  /// The exit code: `failed` where something is wrong, `pending` where something has only not arrived yet, else
  /// `done`.
  fileprivate var exitCode: ExitCode {
    let total = concerns.totals
    if refusedCount + doubtCount + (total[.conflict] ?? 0) > 0 { return .failed }
    return fileMissingCount + (total[.waiting] ?? 0) > 0 ? .pending : .done
  }
}

extension CompanyCommand.Document {
  fileprivate mutating func take(_ report: CompanyLoad.Report, _ language: Language) {
    added = Added(
      files: report.added.files, timestamps: report.added.timestamps, keys: report.added.keys,
      revisions: report.added.revisions)
    known = report.known
    agreements = Dictionary(
      uniqueKeysWithValues: report.agreements.map { ($0.key.rawValue, $0.value) })
    findings = report.findings.map { FindingRow($0, isLoaded: false, language) }
    var told: Set<Finding> = []
    for finding in report.doubts {
      told.insert(finding)
      findings.append(FindingRow(finding, isLoaded: true, language))
    }
    for concern in report.concerns.rows {
      switch concern.area {
      case .conflict: Self.add(concern, to: &conflicts, language)
      case .waiting: Self.add(concern, to: &waiting, language)
      case .finding:
        guard told.count < CompanyLoad.maxReported else { continue }
        let kind = Finding.Kind(rawValue: concern.kind)
        // The findings of this run are in the list already.
        if let kind, !told.insert(Finding(key: concern.subject, kind: kind, detail: concern.detail)).inserted {
          continue
        }
        findings.append(
          FindingRow(
            key: concern.subject, kind: concern.kind, detail: concern.detail.isEmpty ? nil : concern.detail,
            message: kind.map { CompanyTexts.message(of: $0)[language] } ?? concern.kind, loaded: true))
      }
    }
    let total = report.concerns.totals
    totals = Totals(
      notLoaded: report.refusedCount + report.fileMissingCount, doubted: report.doubtCount,
      conflicts: total[.conflict] ?? 0, waiting: total[.waiting] ?? 0)
    if report.strangerCount > 0 { (strangers, strangerNames) = (report.strangerCount, report.strangers) }
  }

  /// Adds a row to the concern that is about the same code, module or record.
  private static func add(_ concern: CompanyConcern, to concerns: inout [Concern], _ language: Language) {
    let reference = Reference(
      id: concern.id, revision: concern.revision == 0 ? nil : concern.revision,
      sha256: concern.sha256.isEmpty ? nil : concern.sha256,
      source: concern.source.isEmpty ? nil : concern.source)
    if let last = concerns.last, last.kind == concern.kind, last.subject == concern.subject {
      concerns[concerns.count - 1].records.append(reference)
    } else {
      concerns.append(
        Concern(
          kind: concern.kind, subject: concern.subject,
          message: CompanyTexts.message(of: concern)[language], records: [reference],
          recordCount: concern.recordCount))
    }
  }
}

extension CompanyCommand.Document.FindingRow {
  fileprivate init(_ finding: Finding, isLoaded: Bool, _ language: Language) {
    self.init(
      key: finding.key, kind: finding.kind.rawValue, detail: finding.detail.isEmpty ? nil : finding.detail,
      message: CompanyTexts.message(of: finding.kind)[language], loaded: isLoaded)
  }
}
