import Arguments
import Cryptography
import Drawing
import FoundationEssentials
import Glibc
import Labels
import Records
import Tables
import Terminal

/// `labels batch`: makes the labels of a list, each read back.
enum LabelBatchCommand {
  struct Options {
    var input: String?
    var output: String?
    var format = "png"
    var template = Walk.LabelOrder.usualTemplate
    var dpi: Int?
    var correction: String?
    var printGain: Double?
    var jobs: Int?
    var pages = PageOptions()
  }

  struct Document: Encodable {
    var labels: Int
    var verified: Int
    /// Of `labels`, those that a run before this one had made.
    var resumed: Int
    var output: String
    var seconds: Double
  }

  static var command: Command<Workplace> {
    Command(
      "batch", Text(zh: "按表批量制作标牌，逐个读回", en: "make the labels of a list, each read back"), options: Options(),
      parameters: { parameters in
        parameters.option(
          "input", \.input, .file, placeholder: "F.csv",
          Text(zh: "标牌表：第一行是表头，要有 code（编码）列", en: "the list: a header, and in it a column `code`"))
        parameters.option(
          "output", \.output, .file, placeholder: "DIR|F",
          Text(zh: "PNG、SVG 写到的目录，或 PDF 文件", en: "the folder for PNG or SVG, or the PDF file"))
        parameters.option(
          "format", \.format, .choice(of: ["png", "pdf", "svg"]), placeholder: "png|pdf|svg",
          Text(zh: "文件格式", en: "kind of file"))
        parameters.template(\.template, resolution: \.dpi)
        parameters.ink(correction: \.correction, gain: \.printGain)
        parameters.option(
          "jobs", \.jobs, .int(LabelBatch.jobs), placeholder: "N",
          Text(zh: "同时用几个处理器核；不写全用", en: "processor cores to use; unless told, all"))
        pageParameters(&parameters)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    guard let input = options.input else { throw UsageError.missing(option: "input") }
    guard let output = options.output else { throw UsageError.missing(option: "output") }
    if options.pages.isMirrored, options.pages.isLaser {
      throw UsageError.conflictingOptions("--mirror", "--laser")
    }
    let began = ContinuousClock.now
    let template = try workplace.labelTemplates().template(named: options.template)
    let settings = LabelMaker.Settings(
      dotsPerInch: options.dpi, correction: options.correction.flatMap(QRSymbol.Correction.init(rawValue:)),
      printGainMillimetres: options.printGain, format: LabelFormat(rawValue: options.format) ?? .png,
      inks: options.pages.inks)
    let list = try readList(input, for: template, workplace)
    let platform = try workplace.platformAddress()
    let orders = try list.rows.map {
      LabelBatch.Order(
        line: $0.line, payload: try LabelPayload(platform: platform, code: $0.code), fields: $0.fields)
    }
    let jobs = options.jobs ?? processorCount
    let display = ProgressDisplay(for: workplace.console, now: { ContinuousClock.now - began })
    display.begin(
      Text(zh: "制作标牌", en: "making labels"), total: orders.count, unit: .items(Text(zh: "张", en: "labels")))
    let file = absolutePath(output)
    let isPDF = options.format == "pdf"
    if !isPDF, let option = options.pages.unfit(for: settings.format) {
      throw UsageError.conflictingOptions("--\(option)", "--format \(options.format)")
    }
    let folder = try workplace.makeFolder(isPDF ? URL(filePath: file).deletingLastPathComponent().path : output)
    let job = LabelBatchJob(
      orders: orders, digest: digest(of: orders, options), output: file, folder: absolutePath(folder),
      format: settings.format)
    var (made, resumed) = (0, 0)
    do {
      try job.run(on: workplace) { run in
        if isPDF {
          // Nothing of it is a label before all of it is whole.
          var pages: [LabelBatch.Made] = []
          try makePages(
            orders, options, template: template, settings: settings, output: file, jobs: jobs, workplace,
            progress: { display.advance(to: $0) }, report: { pages += $0 })
          made = pages.count
          if made == orders.count { try run.take(pages) }
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
              display.advance(to: made)
            })
        }
        if workplace.isInterrupted, made < orders.count { throw Cancelled() }
      }
    } catch {
      display.fail()
      throw error
    }
    display.finish()
    return try answer(
      made, resumed: resumed, output, seconds: (ContinuousClock.now - began) / .seconds(1), workplace)
  }

  private static func answer(
    _ made: Int, resumed: Int, _ output: String, seconds: Double, _ workplace: Workplace
  ) throws -> Int32 {
    let console = workplace.console
    let document = Document(
      labels: made, verified: made, resumed: resumed, output: output, seconds: (seconds * 1000).rounded() / 1000
    )
    try console.answer(document) {
      console.put(
        Text(zh: "\(made) 张标牌已做好并逐张读回：\(output)", en: "\(made) labels made, each read back: \(output)"))
    }
    return ExitCode.done.rawValue
  }

  /// A list in which something is wrong is refused whole.
  private static func readList(_ path: String, for template: LabelTemplate, _ workplace: Workplace) throws
    -> LabelList
  {
    let bytes = try workplace.read(path, atMost: CSVTable.Limits().bytes)
    let list: LabelList
    do {
      list = LabelList(try CSVTable([UInt8](bytes)), for: template)
    } catch {
      throw ListRefused(file: path, reason: .noTable(error))
    }
    guard list.problems.isEmpty else { throw ListRefused(file: path, reason: .rows(list.problems)) }
    return list
  }

  /// Over all that the labels show and how they are drawn.
  private static func digest(of orders: [LabelBatch.Order], _ options: Options) -> String {
    let design = [
      options.template, options.format, "\(options.dpi ?? 0)", options.correction ?? "",
      "\(options.printGain ?? -1)", "\(options.pages)",
    ]
    let labels = orders.map { order in
      [order.payload.text] + order.fields.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }
    // A list of lists of strings always encodes.
    return SHA256Digest(of: (try? RecordCoding.encode([design] + labels)) ?? Data()).hex
  }

  private static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// A list of labels that cannot be used as it is.
struct ListRefused: Error {
  enum Reason {
    case noTable(CSVError)
    case rows([LabelList.Problem])
  }

  let file: String
  let reason: Reason
}
