import Arguments
import Cryptography
import Drawing
import Fieldbook
import Files
import FoundationEssentials
import Glibc
import Labels
import Records
import Terminal

extension LabelBatchCommand {
  /// What came of an order of labels.
  struct Outcome {
    /// Labels that are there now.
    var made: Int
    /// Of `made`, those that a run before this one had made.
    var resumed: Int
    /// When an earlier run had finished all of them; nil where this one made some.
    var finishedAt: Timestamp?
    /// Files that were compared with what the earlier run left.
    var files = 0

    func words(finished at: Timestamp, _ output: String) -> Text {
      guard files > 0 else {
        return Text(
          zh: "这批标牌已在 \(at.screenText) 做好：\(output)（当时没有记下文件，无法核对；要重做用 --reprint 原因）",
          en:
            "these labels were finished at \(at.screenText): \(output) (its files were not noted then and cannot be checked; --reprint REASON makes them again)"
        )
      }
      return Text(
        zh: "这批标牌已在 \(at.screenText) 做好，\(made) 块，\(files) 个文件都在且未改动：\(output)",
        en:
          "these \(made) labels were finished at \(at.screenText), and their \(files) files are there unchanged: \(output)"
      )
    }
  }

  /// Holds the options against each other before anything is read.
  /// - Throws: `UsageError`, `LabelError.printerUnknown`.
  static func prepare(_ options: Options) throws -> (LabelMaker.Settings, LabelDestination?) {
    if options.pages.isMirrored, options.pages.isLaser {
      throw UsageError.conflictingOptions("--mirror", "--laser")
    }
    let settings = LabelMaker.Settings(
      dotsPerInch: options.dpi, correction: options.correction.flatMap(QRSymbol.Correction.init(rawValue:)),
      printGainMillimetres: options.printGain, format: LabelFormat(rawValue: options.format) ?? .png,
      inks: options.pages.inks)
    let isPDF = options.format == "pdf"
    if isPDF, let option = options.printing.given {
      throw UsageError.conflictingOptions("--\(option)", "--format pdf")
    }
    if !isPDF, !options.isPreview, let option = options.pages.unfit(for: settings.format) {
      throw UsageError.conflictingOptions("--\(option)", "--format \(options.format)")
    }
    return (settings, options.isPreview ? nil : try options.printing.destination(format: settings.format))
  }

  /// Makes an order, goes on with one that was cut off, or finds that it is done.
  /// - Throws: `BatchFilesChanged` where it was done and its files are not as they were left; `LabelsBusy`,
  ///   `FieldbookError`, `LabelError`, `FileTrouble`, `Cancelled`.
  static func make(
    _ orders: LabelOrders, _ options: Options, template: LabelTemplate, settings: LabelMaker.Settings,
    destination: LabelDestination?, output: String, includesNew: Bool = false, began: ContinuousClock.Instant,
    _ workplace: Workplace
  ) throws -> Outcome {
    let isPDF = options.format == "pdf"
    let jobs = options.jobs ?? processorCount
    let file = isPDF ? try sharedFile(output) : absolutePath(output)
    let digest = digest(of: orders, options)
    if options.reason == nil,
      let finished = try workplace.fieldbook().finishedLabels(output: file, sha256: digest)
    {
      return try check(finished, count: orders.count, output: file, isPDF: isPDF, workplace)
    }
    let display = ProgressDisplay(for: workplace.console, now: { ContinuousClock.now - began })
    display.begin(
      Text(zh: "制作标牌", en: "making labels"), total: orders.count, unit: .items(Text(zh: "块", en: "labels")))
    let folder = try workplace.makeFolder(isPDF ? URL(filePath: file).deletingLastPathComponent().path : output)
    let job = LabelBatchJob(
      orders: orders, digest: digest, output: file, folder: absolutePath(folder), format: settings.format,
      destination: destination, reason: options.reason, includesNew: includesNew)
    var (made, resumed) = (0, 0)
    do {
      try job.run(on: workplace) { run in
        if isPDF {
          let delivery = try makePages(
            orders, options, template: template, settings: settings, output: file, jobs: jobs, workplace,
            progress: { display.advance(to: $0) })
          made = delivery.labels
          if made == orders.count { try run.countPages(files: delivery.files) }
        } else {
          let missing = try run.missing { workplace.isInterrupted }
          resumed = orders.count - missing.count
          made = resumed
          display.advance(to: made)
          let batch = try LabelBatch(template: template, settings: settings, folder: folder, jobs: jobs)
          try batch.run(
            missing, shouldStop: { workplace.isInterrupted },
            report: { labels in
              try run.take(labels)
              made += labels.count
              resumed += labels.count(where: \.wasThere)
              display.advance(to: made)
            })
          if made == orders.count { try run.countFiles { workplace.isInterrupted } }
        }
        if workplace.isInterrupted, made < orders.count { throw Cancelled() }
      }
    } catch {
      display.fail()
      throw error
    }
    display.finish()
    return Outcome(made: made, resumed: resumed)
  }

  /// The file that pages go to, behind its links; a pipe or a device is none, since what was delivered is read back.
  private static func sharedFile(_ output: String) throws -> String {
    let kind = try? FilePath(output).status().kind
    guard kind == nil || kind == .regular, let target = FilePath(absolutePath(output)).endOfLinks else {
      throw UsageError.badValue(
        parameter: "--output", expected: .described(Text(zh: "普通文件", en: "a regular file")))
    }
    return String(validating: target.bytes, as: UTF8.self) ?? absolutePath(output)
  }

  // MARK: - What is done already

  private static func check(
    _ finished: Fieldbook.FinishedLabels, count: Int, output: String, isPDF: Bool, _ workplace: Workplace
  ) throws -> Outcome {
    let folder = isPDF ? URL(filePath: output).deletingLastPathComponent().path : output
    var (missing, changed): ([String], [String]) = ([], [])
    for (name, sha256) in finished.files.sorted(by: { $0.key < $1.key }) {
      if workplace.isInterrupted { throw Cancelled() }
      let found = try? LabelBatchJob.digest(ofFile: "\(folder)/\(name)")
      if found == nil { missing.append(name) } else if found != sha256 { changed.append(name) }
    }
    guard missing.isEmpty, changed.isEmpty else {
      throw BatchFilesChanged(folder: folder, missing: missing, changed: changed)
    }
    return Outcome(made: count, resumed: count, finishedAt: finished.endedAt, files: finished.files.count)
  }

  /// Over all that the labels show and how they are drawn.
  private static func digest(of orders: LabelOrders, _ options: Options) -> String {
    let design = [
      options.template, options.format, "\(options.dpi ?? 0)", options.correction ?? "",
      "\(options.printGain ?? -1)", "\(options.pages)",
    ]
    var hasher = SHA256Hasher()
    // No text has a zero in it.
    for text in design { hasher.update(Array(text.utf8) + [0]) }
    for order in orders {
      hasher.update(Array(order.payload.text.utf8) + [0])
      for (name, value) in order.fields.sorted(by: { $0.key < $1.key }) {
        hasher.update(Array(name.utf8) + [0] + Array(value.utf8) + [0])
      }
    }
    return hasher.finish().hex
  }

  private static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// A batch was finished once, and its files are no longer as they were left.
struct BatchFilesChanged: Error {
  let folder: String
  let missing: [String]
  let changed: [String]
}

extension BatchFilesChanged: Explained {
  var failure: Failure {
    func detail(_ name: String, _ words: Text) -> Failure.Detail {
      Failure.Detail(
        path: name, code: "labels.batch.file",
        message: Text(zh: "\(name) \(words.zh)", en: "\(name) \(words.en)"))
    }
    return Failure(
      code: "labels.batch.files",
      message: Text(
        zh: "这批标牌已经做过，但 \(folder) 里的文件缺 \(missing.count) 个、改动 \(changed.count) 个",
        en:
          "these labels were made, but of their files in \(folder) \(missing.count) are missing and \(changed.count) changed"
      ),
      hint: Text(
        zh: "把文件找回来，或重做整张表：同一命令加 --reprint 原因",
        en: "bring the files back, or make the whole list again: the same command with --reprint REASON"),
      details: missing.prefix(10).map { detail($0, Text(zh: "不见了", en: "is missing")) }
        + changed.prefix(10).map { detail($0, Text(zh: "改动过", en: "has changed")) })
  }
}
