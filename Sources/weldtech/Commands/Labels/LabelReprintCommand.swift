import Arguments
import CFiles
import Cryptography
import Fieldbook
import FoundationEssentials
import Labels
import Records
import Terminal

/// `labels reprint`: makes labels again that are faded, broken, lost or written off, for a reason that stays on record.
enum LabelReprintCommand {
  typealias Options = LabelBatchCommand.Options

  /// One label in a file of its own.
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
    let (settings, destination) = try LabelBatchCommand.prepare(options)
    let isPDF = options.format == "pdf"
    if options.output == nil, isPDF || codes.count > 1 { throw UsageError.missing(option: "output") }
    let began = ContinuousClock.now
    let template = try workplace.labelTemplates().template(named: options.template)
    let orders = try orders(codes, options, template: template, workplace)
    if let order = orders.first, codes.count == 1, !isPDF {
      let file =
        options.output ?? "\(workplace.home)/documents/\(order.payload.code)/label.\(settings.format.rawValue)"
      let made = try LabelMaker(template: template, settings: settings).make(
        fields: order.fields, payload: order.payload)
      try write(made, of: order, to: file, reason: reason, destination: destination, workplace)
      return try answer(order, file: file, reason: reason, options, workplace)
    }
    wt_keep_memory_flat()
    let output = options.output ?? ""
    let outcome = try LabelBatchCommand.make(
      orders, options, template: template, settings: settings, destination: destination, output: output,
      began: began, workplace)
    return try LabelBatchCommand.answer(
      outcome, output, seconds: (ContinuousClock.now - began) / .seconds(1), nil, nil, reason: reason, workplace
    )
  }

  // MARK: - Texts

  /// The labels as they were printed first; where that is not known, with what the installation says.
  private static func orders(
    _ codes: [LabelCode], _ options: Options, template: LabelTemplate, _ workplace: Workplace
  ) throws -> LabelOrders {
    let fieldbook = try workplace.fieldbook()
    let (platform, tags) = (try workplace.platformAddress(), try workplace.storedTags())
    let changed = try texts(options.fields, workplace)
    var payloads: [LabelCode: LabelPayload] = [:]
    var rows = LabelList.Rows(fields: template.fieldNames.subtracting(["code"]))
    for (place, code) in codes.enumerated() where payloads[code] == nil {
      let known = try fieldbook.label(of: code)
      let tag = tags[code] ?? known.payload.flatMap(LabelPayload.tag)
      payloads[code] = try LabelPayload(platform: platform, code: code, tag: tag)
      let texts = try known.texts ?? workplace.labelTexts(of: known.installation)
      rows.append(.init(line: place + 1, code: code, tag: tag, fields: texts.merging(changed) { $1 }))
    }
    return try LabelOrders(rows) { row in
      try payloads[row.code] ?? LabelPayload(platform: platform, code: row.code, tag: row.tag)
    }
  }

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

  // MARK: - One label

  private static func write(
    _ made: MadeLabel, of order: LabelBatch.Order, to file: String, reason: String,
    destination: LabelDestination?, _ workplace: Workplace
  ) throws {
    let code = order.payload.code
    let digest = SHA256Digest(of: made.bytes).hex
    try workplace.printing(
      Fieldbook.LabelOrder(codes: [code], sha256: digest, output: absolutePath(file), reason: reason)
    ) { run in
      try workplace.writeSynced(made.bytes, to: file)
      // Cut off after the label was counted: it is with the printer already.
      if run.job.made[code] != nil { return }
      try destination?.take([made.bytes], title: code.description, draft: workplace.printerDraft)
      try run.count([
        .init(code: code, payload: order.payload.text, sha256: digest, texts: order.fields)
      ])
    }
  }

  private static func answer(
    _ order: LabelBatch.Order, file: String, reason: String, _ options: Options, _ workplace: Workplace
  ) throws -> Int32 {
    let code = order.payload.code
    let document = Document(
      code: code, id: try workplace.fieldbook().installation(boundTo: code), payload: order.payload.text,
      file: file, reason: reason, printer: options.printing.printerName)
    try workplace.console.answer(document) {
      workplace.console.put(Text(zh: "标牌已补印，回读无误：\(file)", en: "label made again and read back: \(file)"))
    }
    return ExitCode.done.rawValue
  }
}

extension Workplace {
  /// What an installation's label shows besides its code; of none, only the company's phone.
  func labelTexts(of id: InstallationID?) throws -> [String: String] {
    var texts: [String: String] = [:]
    if let id {
      let owner = try fieldbook().installation(id).owner
      texts = ["unitName": owner.unitName.text, "street": owner.street.text]
    }
    texts["companyPhone"] = try fieldbook().setup().companyPhone
    return texts
  }
}
