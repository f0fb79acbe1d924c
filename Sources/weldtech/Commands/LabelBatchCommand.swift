import Arguments
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
          Text(zh: "PNG 写到的目录，或 PDF 文件", en: "the folder for PNG, or the PDF file"))
        parameters.option(
          "format", \.format, .choice(of: ["png", "pdf"]), placeholder: "png|pdf",
          Text(zh: "文件格式", en: "kind of file"))
        parameters.option(
          "template", \.template, .string, placeholder: "T", Text(zh: "模板", en: "template"),
          completion: .dynamic("templates"))
        parameters.option(
          "dpi", \.dpi, .int(LabelMaker.resolutions), placeholder: "N",
          Text(zh: "分辨率；不写用模板的", en: "dots per inch; unless told, the template's"))
        parameters.option(
          "correction", \.correction, .choice(of: QRSymbol.Correction.allCases.map(\.rawValue)),
          placeholder: "L|M|Q|H",
          Text(
            zh: "二维码最低纠错级别；不写用模板的（一般为 Q）", en: "least error correction; unless told, the template's, usually Q")
        )
        parameters.option(
          "print-gain", \.printGain, .double(LabelMaker.printGains), placeholder: "MM",
          Text(
            zh: "油墨在每条边扩散多少毫米，制图时减去", en: "millimetres by which ink spreads at each edge, taken off beforehand")
        )
        parameters.option(
          "jobs", \.jobs, .int(LabelBatch.jobs), placeholder: "N",
          Text(zh: "同时用几个处理器核；不写全用", en: "processor cores to use; unless told, all"))
        pageParameters(&parameters)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    guard let input = options.input else { throw UsageError.missing(option: "input") }
    guard let output = options.output else { throw UsageError.missing(option: "output") }
    let began = ContinuousClock.now
    let template = try workplace.labelTemplates().template(named: options.template)
    let settings = LabelMaker.Settings(
      dotsPerInch: options.dpi, correction: options.correction.flatMap(QRSymbol.Correction.init(rawValue:)),
      printGainMillimetres: options.printGain)
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
    var made = 0
    do {
      if options.format == "pdf" {
        let file = absolutePath(output)
        _ = try workplace.makeFolder(URL(filePath: file).deletingLastPathComponent().path)
        try makePages(
          orders, options, template: template, settings: settings, output: file, jobs: jobs, workplace,
          progress: { display.advance(to: $0) }, report: { made += $0.count })
      } else {
        if let option = options.pages.given {
          throw UsageError.conflictingOptions("--\(option)", "--format png")
        }
        let batch = try LabelBatch(
          template: template, settings: settings, folder: try workplace.makeFolder(output), jobs: jobs)
        try batch.run(
          orders, shouldStop: { workplace.isInterrupted },
          report: { labels in
            made += labels.count
            display.advance(to: made)
          })
      }
    } catch {
      display.fail()
      throw error
    }
    if workplace.isInterrupted, made < orders.count {
      display.fail()
      throw Cancelled()
    }
    display.finish()
    return try answer(made, output, seconds: (ContinuousClock.now - began) / .seconds(1), workplace)
  }

  private static func answer(_ made: Int, _ output: String, seconds: Double, _ workplace: Workplace) throws
    -> Int32
  {
    let console = workplace.console
    let document = Document(
      labels: made, verified: made, output: output, seconds: (seconds * 1000).rounded() / 1000)
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
