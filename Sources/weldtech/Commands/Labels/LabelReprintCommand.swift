import Arguments
import Files
import Labels
import Records
import Terminal

/// `labels reprint`: makes labels again that are faded, broken, lost or spoiled, for a reason that is kept on
/// record.
enum LabelReprintCommand {
  typealias Options = LabelBatchCommand.Options

  /// The JSON document for a label in a file of its own.
  struct Document: Encodable {
    var code: LabelCode
    var id: InstallationID?
    var payload: String
    var file: String
    var reason: String
    var printer: String?
  }

  static var command: Command<Workplace> {
    Command(
      "reprint", Text(zh: "补印褪色、破损、丢失或报废的标牌，原因留档", en: "make labels again, for a reason that stays on record"),
      discussion: Text(
        zh: "文字与第一次印的相同。补印一块时 --output 是文件，几块时是目录；PDF 总是文件。",
        en:
          "Labels show the texts that they had. --output is a file for one code, a folder for several, and a file for a PDF."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.arguments("CODE", \.codes, .string, LabelStockCommands.codesHelp)
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", Text(zh: "为什么补印", en: "why they are made again"))
        parameters.options(
          "field", \.fields, .string, placeholder: "NAME=VALUE",
          Text(zh: "模板上的文字；不写与第一次印的相同", en: "a text on it; unless told, as it was printed first"))
        LabelBatchCommand.making(&parameters)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    var options = options
    let codes = try LabelStockCommands.codes(options.codes)
    let given = try workplace.console.need(options.reason, option: "reason") {
      try workplace.ask(Text(zh: "补印原因", en: "why they are made again"), as: .note)
    }
    let reason = try workplace.written(given, as: .note, option: "reason").text
    options.reason = reason
    let (settings, destination) = try LabelBatchCommand.check(options)
    if options.output == nil, options.isPDF || codes.count > 1 { throw UsageError.missing(option: "output") }
    let began = ContinuousClock.now
    let template = try workplace.labelTemplates().template(named: options.template)
    let labels = try workplace.labelTexts().again(
      codes, changed: try texts(options.fields, workplace), for: template)
    if let label = labels.first, codes.count == 1, !options.isPDF {
      let file =
        options.output ?? "\(workplace.home)/documents/\(label.payload.code)/label.\(settings.format.rawValue)"
      _ = try workplace.labelShop().fulfil(
        LabelShop.SingleRequest(
          label: label, template: template, settings: settings, file: file, output: absolutePath(file),
          destination: destination, reason: reason))
      return try answer(label, file: file, reason: reason, options, workplace)
    }
    HeapMemory.keepFlat()
    let output = options.output ?? ""
    let request = try LabelBatchCommand.request(
      for: labels, options, template: template, settings: settings, destination: destination, output: output)
    let outcome = try LabelBatchCommand.fulfil(request, began: began, workplace)
    return try LabelBatchCommand.answer(
      outcome, output, seconds: (ContinuousClock.now - began) / .seconds(1), nil, nil, reason: reason, workplace
    )
  }

  // MARK: - Texts

  private static func texts(_ words: [String], _ workplace: Workplace) throws -> [String: String] {
    var texts: [String: String] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw UsageError.badValue(
          parameter: "--field", expected: .described(Text(zh: "名称=值", en: "NAME=VALUE")))
      }
      texts[parts[0]] = try workplace.written(parts[1], as: LabelList.textShape, option: "field").text
    }
    return texts
  }

  private static func answer(
    _ label: LabelRequest, file: String, reason: String, _ options: Options, _ workplace: Workplace
  ) throws -> Int32 {
    let code = label.payload.code
    let document = Document(
      code: code, id: try workplace.fieldbook().installation(boundTo: code), payload: label.payload.text,
      file: file, reason: reason, printer: options.printing.printerName)
    try workplace.console.answer(document) {
      workplace.console.put(Text(zh: "标牌已补印，回读无误：\(file)", en: "label made again and read back: \(file)"))
    }
    return ExitCode.done.rawValue
  }
}
