import Arguments
import Companion
import Drawing
import FoundationEssentials
import Labels
import Records
import Terminal

/// `label`: makes the label of an installation, or confirms a label from stock.
enum LabelCommand {
  struct Options {
    var id = ""
    var code: String?
    var photo: String?
    var photoReason: String?
    var phone = PhoneOptions()
    var template = Walk.LabelRequest.defaultTemplate
    var dpi: Int?
    var correction: String?
    var printGain: Double?
    var format = LabelFormat.png
    var output: String?
    var printing = PrintingOptions()
  }

  struct Document: Encodable {
    var id: InstallationID
    var code: LabelCode?
    var payload: String
    var file: String?
    /// The remarks about the photo; left out where there are none.
    var remarks: [PhotoRemark]?
  }

  static var command: Command<Workplace> {
    Command(
      "label", Text(zh: "制作二维码标牌，或确认贴上的库存标牌", en: "make the label, or confirm the one from stock"),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "code", \.code, .string, placeholder: "CODE",
          Text(zh: "贴上的库存标牌的标牌码", en: "the code of the label that was stuck on"))
        parameters.option(
          "photo", \.photo, .file, placeholder: "F",
          Text(
            zh: "库存标牌贴在焊机上的照片：从中读标牌码核对，并作为安装后的照片",
            en:
              "a photo of the plate from stock on the welder: its code is compared, and it is one from after the work"
          ))
        parameters.photoReason(\.photoReason)
        parameters.phone(\.phone)
        parameters.template(\.template, resolution: \.dpi)
        parameters.ink(correction: \.correction, gain: \.printGain)
        parameters.option(
          "format", \.format, .choice, placeholder: "png|svg", Text(zh: "文件格式", en: "kind of file"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.png|F.svg", Text(zh: "写到哪里", en: "where to write it"))
        parameters.printing(\.printing)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.installation(forStepOn: options.id)
    var request = Walk.LabelRequest()
    request.stockCode = try options.code.map(labelCode)
    request.platePhoto = options.photo
    request.photoReason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    request.template = options.template
    request.settings = LabelMaker.Settings(
      dotsPerInch: options.dpi, correction: options.correction.flatMap(QRSymbol.Correction.init(rawValue:)),
      printGainMillimetres: options.printGain, format: options.format)
    request.output = options.output
    request.destination = try options.printing.destination(format: options.format)
    let walk = Walk(workplace: workplace)
    let console = workplace.console
    try options.phone.check(against: options.photo.map { _ in "photo" })
    let outcome =
      options.phone.isServed
      ? try serve(request, installation, options.phone, walk)
      : try walk.alone(with: installation.id) { try walk.label($0, request) }
    let document = Document(
      id: installation.id, code: installation.code, payload: outcome.payload, file: outcome.file,
      remarks: outcome.remarks.isEmpty ? nil : outcome.remarks)
    try console.answer(document) {
      if let file = outcome.file {
        console.put(Text(zh: "标牌已做好，回读无误：\(file)", en: "label made and read back: \(file)"))
      } else {
        console.put(Text(zh: "库存标牌已确认", en: "the label from stock is confirmed"))
      }
      console.put(outcome.payload)
    }
    return ExitCode.done.rawValue
  }
}

extension LabelCommand {
  /// Confirms the plate by a photo that a phone takes of it on the welder.
  private static func serve(
    _ request: Walk.LabelRequest, _ installation: Installation, _ phone: PhoneOptions, _ walk: Walk
  ) throws -> Walk.LabelOutcome {
    let workplace = walk.workplace
    let words = ["label", String(installation.id.text.prefix(8))] + phone.words
    return try WalkStopped.naming(workplace.commandLine(words)) {
      try walk.alone(with: installation.id) { locked in
        let name = PhoneFolders.label(locked.id)
        let task = try PhoneTask(
          workplace, phone, name: name, title: Step.label.title, subject: locked.record.phoneSubject,
          view: .photos(CompanionView.Photos(shots: [])))
        defer { task.stop() }
        let outcome = try PhonePlate.serve(locked, request, walk, on: task, taskName: name)
        task.finish(.done(CompanionView.Done(text: Text.photosKept[workplace.console.language])))
        return outcome
      }
    }
  }
}

/// `labels`: runs the label shop.
enum LabelsCommand {
  struct CodesOptions {
    var count: Int?
    var output: String?
    var tagKey: String?
  }

  struct Codes: Encodable {
    var codes: [LabelCode]
    /// Tags by code; nil without a key.
    var tags: [String: String]?
    /// Path of the written list; nil where none was written.
    var file: String?
  }

  struct TemplatesOptions {
    var output: String?
  }

  struct Templates: Encodable {
    struct Row: Encodable {
      var name: String
      var title: String
      var shape: String
      var widthMillimetres: Double
      var heightMillimetres: Double
      var dotsPerInch: Int
      /// Names of the fields that a label needs besides its code.
      var requiredFields: [String]
    }

    var templates: [Row]
    var file: String?
  }

  static var command: Command<Workplace> {
    Command("labels", Text(zh: "标牌制作与管理", en: "the label shop")) {
      [
        Command(
          "codes", Text(zh: "从本机号段领取标牌码", en: "draw codes from this laptop's block"), options: CodesOptions(),
          parameters: { parameters in
            parameters.option(
              "count", \.count, .int(1...CodeBlock.maxCount), placeholder: "N",
              Text(zh: "多少个", en: "how many"))
            parameters.option(
              "output", \.output, .file, placeholder: "F.csv",
              Text(zh: "CSV 写到哪里", en: "where to write the CSV"))
            parameters.tagKey(
              \.tagKey, Text(zh: "公司防伪密钥文件：每个标牌码加防伪标记", en: "the company's key: a tag for each code"))
          }, run: codes),
        LabelBatchCommand.command,
        Command(
          "templates", Text(zh: "列出标牌模板", en: "list the label templates"), options: TemplatesOptions(),
          parameters: { parameters in
            parameters.option(
              "output", \.output, .file, placeholder: "F.png|F.pdf",
              Text(zh: "把全部模板按实际尺寸画到一张图上", en: "draw all of them true to size on one sheet"))
          }, run: templates),
      ] + [LabelReprintCommand.command, LabelVerifyCommand.command] + LabelStockCommands.commands
    }
  }

  static func codes(_ options: CodesOptions, _ workplace: Workplace) throws -> Int32 {
    guard let count = options.count else { throw UsageError.missing(option: "count") }
    let key = try options.tagKey.map(workplace.tagStore.key)
    let fieldbook = try workplace.fieldbook()
    // No code is taken where the output cannot be written, and no code is used up that was not written.
    let file = try options.output.map(workplace.openOutput)
    let codes = try fieldbook.drawCodes(count: count)
    do {
      let rows = codes.map { code in key.map { "\(code),\($0.tag(of: code))" } ?? code.description }
      let csv = ([key == nil ? "code" : "code,tag"] + rows).joined(separator: "\n") + "\n"
      try file?.write(Data(csv.utf8))
      let tags = key.map { key in
        Dictionary(codes.map { ($0.description, key.tag(of: $0).text) }, uniquingKeysWith: { $1 })
      }
      try workplace.console.answer(Codes(codes: codes, tags: tags, file: options.output)) {
        if options.output == nil { workplace.console.output.write(ScreenText(csv)) }
      }
      try workplace.console.confirmOutput()
      try file?.finish(isSynced: true)
      if let output = options.output {
        // The result is reported on stderr, because the output may be /dev/stdout.
        workplace.console.say(
          Text(zh: "已把 \(codes.count) 个标牌码写到 \(output)", en: "\(codes.count) codes written to \(output)"))
      }
    } catch {
      try fieldbook.returnCodes(codes)
      throw error
    }
    return ExitCode.done.rawValue
  }

  static func templates(_ options: TemplatesOptions, _ workplace: Workplace) throws -> Int32 {
    let catalogue = try workplace.labelTemplates()
    let console = workplace.console
    let templates = try catalogue.names().map { try catalogue.template(named: $0) }
    if let output = options.output {
      let preview = try LabelPreview(of: templates) { caption(of: $0)[console.language] }
      let isPDF = output.lowercased().hasSuffix(".pdf")
      let sheet =
        isPDF
        ? try preview.pdf(title: "weldtech labels templates", date: workplace.clock.now().description)
        : try preview.png()
      try workplace.writePaper(sheet, to: output)
    }
    let rows = templates.map { template in
      Templates.Row(
        name: template.name, title: title(of: template)[console.language], shape: template.shape.rawValue,
        widthMillimetres: template.widthMillimetres, heightMillimetres: template.heightMillimetres,
        dotsPerInch: template.defaultDotsPerInch,
        requiredFields: template.requiredFields.filter { $0 != "code" })
    }
    try console.answer(Templates(templates: rows, file: options.output)) {
      console.table(
        [
          Text(zh: "名称", en: "name"), Text(zh: "说明", en: "title"), Text(zh: "毫米", en: "mm"),
          Text(zh: "dpi", en: "dpi"),
        ],
        rows.map {
          [
            $0.name, $0.title, "\(plain($0.widthMillimetres)) × \(plain($0.heightMillimetres))",
            "\($0.dotsPerInch)",
          ]
        })
      if let output = options.output {
        console.put(Text(zh: "模板样张：\(output)", en: "sheet of templates: \(output)"))
      }
    }
    return ExitCode.done.rawValue
  }

  private static func title(of template: LabelTemplate) -> Text {
    Text(zh: template.titleChinese, en: template.titleEnglish)
  }

  private static func caption(of template: LabelTemplate) -> Text {
    Text(
      zh: "\(template.name)\n\(template.titleChinese)，\(template.defaultDotsPerInch) dpi",
      en: "\(template.name)\n\(template.titleEnglish), \(template.defaultDotsPerInch) dpi")
  }
}
