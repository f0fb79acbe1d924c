import Arguments
import Drawing
import Files
import FoundationEssentials
import Labels
import Records
import Tables
import Terminal

/// `labels batch`: makes the labels of a list and reads each one back.
enum LabelBatchCommand {
  struct Options {
    var input: String?
    var output: String?
    var format = "png"
    var template = Walk.LabelRequest.defaultTemplate
    var dpi: Int?
    var correction: String?
    var printGain: Double?
    var jobs: Int?
    var pages = PageOptions()
    var printing = PrintingOptions()
    var tagKey: String?
    var encoding: TextEncoding?
    var isPreview = false
    /// The reason for making existing labels again.
    var reason: String?
    /// The codes for `labels reprint`, which takes codes instead of a list.
    var codes: [String] = []
    /// The changed texts for `labels reprint`, each `NAME=VALUE`.
    var fields: [String] = []

    var isPDF: Bool { format == "pdf" }
  }

  struct Document: Encodable {
    var labels: Int
    var verified: Int
    /// Number of `labels` that an earlier run had made.
    var resumed: Int
    /// Whether an earlier run had made all of the labels, and their files were found unchanged.
    var alreadyDone = false
    /// The reason for making the labels again; null for new labels.
    var reason: String?
    var output: String
    var seconds: Double
    /// Effect of the tags on the symbols; nil where no label has a tag.
    var tagged: Tagged?
    /// The way in which the list was read; nil for `labels reprint`.
    var list: ListFacts?

    struct Tagged: Encodable {
      var labels: Int
      /// Modules along one side of a symbol with a tag.
      var modules: Int
      /// Modules along one side of the same symbol without a tag.
      var modulesWithoutTag: Int
    }
  }

  static var command: Command<Workplace> {
    Command(
      "batch", Text(zh: "按表批量制作标牌，逐块回读", en: "make the labels of a list, each read back"), options: Options(),
      parameters: { parameters in
        parameters.option(
          "input", \.input, .file, placeholder: "F.csv",
          Text(zh: "标牌表：第一行是表头，要有 code（标牌码）列", en: "the list: a header, and in it a column `code`"))
        parameters.option(
          "encoding", \.encoding, .textEncoding, placeholder: "utf-8|gb18030|utf-16",
          Text(zh: "表的文字编码；不写自动识别", en: "how the list was written down; unless told, that is found"))
        making(&parameters)
        parameters.option(
          "reprint", \.reason, .string, placeholder: "REASON",
          Text(
            zh: "整张表重新制作（文件丢了、换模板或格式），写明原因留档",
            en:
              "make the whole list again, where files, template or format were wrong; the reason stays on record"
          ))
        parameters.tagKey(
          \.tagKey,
          Text(
            zh: "公司防伪密钥文件：标牌码后面加防伪标记；表里有 tag 列也行",
            en: "the company's key: a tag behind each code; a column `tag` does as well"))
        parameters.flag(
          "preview", \.isPreview,
          Text(
            zh: "只画一张小样（PNG），不算印制", en: "only draw a contact sheet (PNG); nothing counts as printed"))
      }, run: run)
  }

  /// Adds the parameters for making labels and for their destination, for lists and for single codes.
  static func making(_ parameters: inout Parameters<Options>) {
    parameters.option(
      "output", \.output, .file, placeholder: "DIR|F",
      Text(zh: "PNG、SVG 写到的目录，或 PDF 文件", en: "the folder for PNG or SVG, or the PDF file"))
    parameters.option(
      "format", \.format, .choice(of: ["png", "pdf", "svg"]), placeholder: "png|pdf|svg",
      Text(zh: "文件格式", en: "kind of file"))
    parameters.template(\.template, resolution: \.dpi)
    parameters.ink(correction: \.correction, gain: \.printGain)
    parameters.option(
      "jobs", \.jobs, .int(LabelBatch.workers), placeholder: "N",
      Text(zh: "同时用几个处理器核；不写全用", en: "processor cores to use; unless told, all"))
    pageParameters(&parameters)
    parameters.printing(\.printing)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    // Memory that a growing list has used would stay in the heaps of several threads, some 40 MiB.
    HeapMemory.keepFlat()
    guard let input = options.input else { throw UsageError.missing(option: "input") }
    guard let output = options.output else { throw UsageError.missing(option: "output") }
    var options = options
    options.reason = try options.reason.map { try workplace.written($0, as: .note, option: "reprint").text }
    let (settings, destination) = try check(options)
    let began = ContinuousClock.now
    let template = try workplace.labelTemplates().template(named: options.template)
    let phone = try workplace.fieldbook().setup().companyPhone
    let list = try workplace.tables.labels(
      input, encoding: options.encoding, for: template, defaults: phone.map { ["companyPhone": $0] } ?? [:])
    announce(list, on: workplace.console)
    let platform = try workplace.platformAddress()
    let tags = try tags(of: list, options, workplace)
    let prefix = try LabelPayload.Prefix(platform: platform)
    let labels = LabelRequests(list.rows) { prefix.payload(code: $0.code, tag: tags[$0.code]) }
    let tagged = try tagged(
      labels, count: tags.count, platform, settings.correction ?? template.symbol.correction)
    if options.isPreview {
      let sheet = try LabelPreview(of: labels, template: template, settings: settings)
      let file = previewFile(output)
      try workplace.writePaper(try sheet.png(), to: file)
      return try answer(
        previewed: labels.count, file, seconds: (ContinuousClock.now - began) / .seconds(1), list, workplace)
    }
    var request = try request(
      for: labels, options, template: template, settings: settings, destination: destination, output: output)
    request.includesNew = options.reason != nil
    let outcome = try fulfil(request, began: began, workplace)
    return try answer(
      outcome, output, seconds: (ContinuousClock.now - began) / .seconds(1), tagged, list,
      reason: options.reason, workplace)
  }

  static func answer(
    _ outcome: LabelShop.Outcome, _ output: String, seconds: Double, _ tagged: Document.Tagged?,
    _ list: LabelList?,
    reason: String?, _ workplace: Workplace
  ) throws -> Int32 {
    let console = workplace.console
    let made = outcome.labels
    let document = Document(
      labels: made, verified: made, resumed: outcome.resumed, alreadyDone: outcome.finishedAt != nil,
      reason: reason, output: output,
      seconds: (seconds * 1000).rounded() / 1000,
      tagged: tagged, list: list.map(ListFacts.init))
    try console.answer(document) {
      if let at = outcome.finishedAt { return console.put(words(for: outcome, finished: at, output)) }
      console.put(
        Text(zh: "\(made) 块标牌已做好，逐块回读无误：\(output)", en: "\(made) labels made, each read back: \(output)"))
      if let tagged {
        let (more, less) = (tagged.modules, tagged.modulesWithoutTag)
        console.put(
          Text(
            zh: "带防伪标记 \(tagged.labels) 块，二维码 \(more) 格（不带为 \(less) 格）",
            en: "\(tagged.labels) with a tag: a symbol of \(more) modules a side, \(less) without"))
      }
    }
    return ExitCode.done.rawValue
  }

  private static func words(for outcome: LabelShop.Outcome, finished at: Timestamp, _ output: String) -> Text {
    let (labels, files) = (outcome.labels, outcome.comparedFiles)
    guard files > 0 else {
      return Text(
        zh: "这批标牌已在 \(at.screenText) 做好：\(output)（当时没有记下文件，无法核对；要重做用 --reprint 原因）",
        en:
          "these labels were finished at \(at.screenText): \(output) (its files were not noted then and cannot be checked; --reprint REASON makes them again)"
      )
    }
    return Text(
      zh: "这批标牌已在 \(at.screenText) 做好，\(labels) 块，\(files) 个文件都在且未改动：\(output)",
      en:
        "these \(labels) labels were finished at \(at.screenText), and their \(files) files are there unchanged: \(output)"
    )
  }

  private static func answer(
    previewed count: Int, _ output: String, seconds: Double, _ list: LabelList, _ workplace: Workplace
  )
    throws -> Int32
  {
    let console = workplace.console
    let document = Document(
      labels: count, verified: 0, resumed: 0, output: output, seconds: (seconds * 1000).rounded() / 1000,
      list: ListFacts(list))
    let shown = min(count, LabelPreview.maxLabels)
    try console.answer(document) {
      console.put(
        Text(
          zh: "小样：\(output)，画了 \(count) 块中的 \(shown) 块，\(count) 块都放得下；没有印制",
          en: "contact sheet: \(output), with \(shown) of \(count) labels, all of which fit; none was made"))
    }
    return ExitCode.done.rawValue
  }

  /// The path of a contact sheet where `output` names the batch itself. A PNG always has the extension `.png`,
  /// unless it goes into a pipe or a device.
  static func previewFile(_ output: String) -> String {
    if output.lowercased().hasSuffix(".png") { return output }
    let kind = (try? FilePath(output).status().kind) ?? .regular
    if output.hasSuffix("/") || kind == .folder {
      return output + (output.hasSuffix("/") ? "" : "/") + "preview.png"
    }
    if kind != .regular { return output }
    let isOther = [".pdf", ".svg"].contains { output.lowercased().hasSuffix($0) }
    return (isOther ? String(output.dropLast(4)) : output) + ".png"
  }

  // MARK: - Tags

  /// The tags of a list's labels: from the list, or made with the key, or otherwise those that came to this
  /// laptop with its block.
  private static func tags(of list: LabelList, _ options: Options, _ workplace: Workplace) throws
    -> [LabelCode: LabelTag]
  {
    let store = workplace.tagStore
    var tags = try store.tags()
    let key = try options.tagKey.map(store.key)
    var problems: [LabelList.Problem] = []
    var wanted: [LabelCode: LabelTag] = [:]
    for row in list.rows {
      if let key, let tag = row.tag, !key.made(tag, for: row.code) {
        problems.append(.init(line: row.line, fault: .otherTag))
      }
      wanted[row.code] = row.tag ?? key?.tag(of: row.code) ?? tags.removeValue(forKey: row.code)
    }
    guard problems.isEmpty else { throw ListRefused(file: options.input ?? "", reason: .rows(problems)) }
    return wanted
  }

  private static func tagged(
    _ labels: LabelRequests, count: Int, _ platform: String, _ correction: QRSymbol.Correction
  ) throws -> Document.Tagged? {
    // All codes and all tags have the same length, so that one label shows the effect for all.
    guard count > 0, let label = labels.first(where: { LabelPayload.tag(in: $0.payload.text) != nil }) else {
      return nil
    }
    let plain = try LabelPayload(platform: platform, code: label.payload.code)
    guard let with = try? QRSymbol(label.payload.text, atLeast: correction),
      let without = try? QRSymbol(plain.text, atLeast: correction)
    else { return nil }
    return Document.Tagged(labels: count, modules: with.moduleCount, modulesWithoutTag: without.moduleCount)
  }
}
