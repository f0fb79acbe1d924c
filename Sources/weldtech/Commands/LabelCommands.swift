import Arguments
import FoundationEssentials
import Labels
import Records
import Terminal

/// `label`: makes the label of an installation, or confirms the one from stock.
enum LabelCommand {
  struct Options {
    var id = ""
    var code: String?
    var template = Walk.LabelOrder.usualTemplate
    var dpi = LabelMaker.usualDotsPerInch
    var output: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var code: LabelCode?
    var payload: String
    var file: String?
  }

  static var command: Command<Workplace> {
    Command(
      "label", Text(zh: "制作二维码标牌，或确认贴上的库存标牌", en: "make the label, or confirm the one from stock"),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "code", \.code, .string, placeholder: "CODE",
          Text(zh: "贴上的库存标牌的编码", en: "the code of the label that was stuck on"))
        parameters.option(
          "template", \.template, .string, placeholder: "T", Text(zh: "模板", en: "template"),
          completion: .dynamic("templates"))
        parameters.option(
          "dpi", \.dpi, .int(LabelMaker.resolutions), placeholder: "N", Text(zh: "分辨率", en: "dots per inch"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.png", Text(zh: "PNG 写到哪里", en: "where to write the PNG"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.fieldbook().installation(matching: options.id)
    var order = Walk.LabelOrder()
    order.stockCode = try options.code.map(labelCode)
    order.template = options.template
    order.dotsPerInch = options.dpi
    order.output = options.output
    let outcome = try Walk(workplace: workplace).label(installation, order)
    let console = workplace.console
    let document = Document(
      id: installation.id, code: installation.code, payload: outcome.payload, file: outcome.file)
    try console.answer(document) {
      if let file = outcome.file {
        console.put(Text(zh: "标牌已做好并读回：\(file)", en: "label made and read back: \(file)"))
      } else {
        console.put(Text(zh: "库存标牌已确认", en: "the label from stock is confirmed"))
      }
      console.put(outcome.payload)
    }
    return ExitCode.done.rawValue
  }
}

/// `labels`: the label shop.
enum LabelsCommand {
  struct CodesOptions {
    var count: Int?
    var output: String?
  }

  struct Codes: Encodable {
    var codes: [LabelCode]
  }

  struct Templates: Encodable {
    struct Row: Encodable {
      var name: String
      var title: String
      var widthMillimetres: Double
      var heightMillimetres: Double
    }

    var templates: [Row]
  }

  static var command: Command<Workplace> {
    Command("labels", Text(zh: "标牌车间", en: "the label shop")) {
      [
        Command(
          "codes", Text(zh: "从本机号段取编码", en: "draw codes from this laptop's block"), options: CodesOptions(),
          parameters: { parameters in
            parameters.option(
              "count", \.count, .int(1...CodeBlock.largestCount), placeholder: "N",
              Text(zh: "多少个", en: "how many"))
            parameters.option(
              "output", \.output, .file, placeholder: "F.csv",
              Text(zh: "CSV 写到哪里", en: "where to write the CSV"))
          }, run: codes),
        Command("templates", Text(zh: "列出标牌模板", en: "list the label templates"), run: templates),
      ]
    }
  }

  static func codes(_ options: CodesOptions, _ workplace: Workplace) throws -> Int32 {
    guard let count = options.count else { throw UsageError.missing(option: "count") }
    let codes = try workplace.fieldbook().drawCodes(count: count)
    let csv = (["code"] + codes.map(\.description)).joined(separator: "\n") + "\n"
    if let output = options.output { try workplace.write(Data(csv.utf8), to: output) }
    try workplace.console.answer(Codes(codes: codes)) {
      if options.output == nil { for code in codes { workplace.console.put(code.description) } }
    }
    return ExitCode.done.rawValue
  }

  static func templates(_ workplace: Workplace) throws -> Int32 {
    let catalogue = try workplace.labelTemplates()
    let console = workplace.console
    let rows = try catalogue.names().map { name in
      let template = try catalogue.template(named: name)
      return Templates.Row(
        name: name, title: Text(zh: template.titleChinese, en: template.titleEnglish)[console.language],
        widthMillimetres: template.widthMillimetres, heightMillimetres: template.heightMillimetres)
    }
    try console.answer(Templates(templates: rows)) {
      console.table(
        [Text(zh: "名称", en: "name"), Text(zh: "说明", en: "title"), Text(zh: "毫米", en: "mm")],
        rows.map { [$0.name, $0.title, "\(plain($0.widthMillimetres)) × \(plain($0.heightMillimetres))"] })
    }
    return ExitCode.done.rawValue
  }
}
