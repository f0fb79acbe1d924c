import Arguments
import Cryptography
import Fieldbook
import FoundationEssentials
import Labels
import Records
import Terminal

/// `labels reprint`: makes a label again that is faded, broken or lost, for a reason that stays on record.
enum LabelReprintCommand {
  struct Options {
    var code = ""
    var reason: String?
    var template = Walk.LabelOrder.usualTemplate
    var dpi: Int?
    var fields: [String] = []
    var output: String?
    var printing = PrintingOptions()
  }

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
      "reprint", Text(zh: "补印褪色、破损或丢失的标牌，原因留档", en: "make a label again, for a reason that stays on record"),
      options: Options(),
      parameters: { parameters in
        parameters.argument("CODE", \.code, .string, Text(zh: "标牌的编码", en: "the label's code"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", Text(zh: "为什么补印", en: "why it is made again"))
        parameters.template(\.template, resolution: \.dpi)
        parameters.options(
          "field", \.fields, .string, placeholder: "NAME=VALUE",
          Text(zh: "模板上的文字；不写用安装记录的", en: "a text on it; unless told, the installation's"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.png", Text(zh: "PNG 写到哪里", en: "where to write the PNG"))
        parameters.printing(\.printing)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let code = try labelCode(options.code)
    let reason = try console.need(options.reason, option: "reason") {
      try workplace.ask(Text(zh: "补印原因", en: "why it is made again"), as: .note)
    }
    let kept = try workplace.written(reason, as: .note, option: "reason")
    let fieldbook = try workplace.fieldbook()
    let destination = try options.printing.destination()
    let id = try fieldbook.installation(boundTo: code)
    let made = try make(code, of: id, options, workplace)
    let file = options.output ?? "\(workplace.home)/documents/\(code)/label.png"
    let digest = SHA256Digest(of: made.bytes).hex
    try workplace.printing(
      Fieldbook.LabelOrder(codes: [code], sha256: digest, output: absolutePath(file), reason: kept.text)
    ) { run in
      try workplace.writeSynced(made.bytes, to: file)
      // Cut off after the label was counted: it is with the printer already.
      if run.job.made[code] != nil { return }
      try destination?.take([made.bytes], title: code.description, draft: workplace.printerDraft)
      try run.count([.init(code: code, payload: made.payload.text, sha256: digest)])
    }
    let document = Document(
      code: code, id: id, payload: made.payload.text, file: file, reason: kept.text,
      printer: options.printing.printerName)
    try console.answer(document) {
      console.put(Text(zh: "标牌已补印并读回：\(file)", en: "label made again and read back: \(file)"))
    }
    return ExitCode.done.rawValue
  }

  private static func make(
    _ code: LabelCode, of id: InstallationID?, _ options: Options, _ workplace: Workplace
  )
    throws -> MadeLabel
  {
    var fields: [String: String] = [:]
    if let owner = try id.map({ try workplace.fieldbook().installation($0).owner }) {
      fields = ["unitName": owner.unitName.text, "street": owner.street.text]
    }
    for field in options.fields {
      let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw UsageError.badValue(
          parameter: "--field", expected: .described(Text(zh: "名称=值", en: "NAME=VALUE")))
      }
      fields[parts[0]] = parts[1]
    }
    let template = try workplace.labelTemplates().template(named: options.template)
    return try LabelMaker(template: template, settings: .init(dotsPerInch: options.dpi)).make(
      fields: fields, payload: try workplace.labelPayload(of: code))
  }
}
