import Arguments
import Fieldbook
import Files
import Ledger
import Records
import Terminal

/// `ledger export`: writes a form of the plan.
enum LedgerExportCommand {
  struct Options {
    var form: LedgerForm?
    var output: String?
    var format: FormExport.Format?
    var reporter: String?
    var day: CalendarDay?
    /// Whether a file that is there is replaced.
    var replaces = false
    var filter = LedgerFilterOptions()
  }

  struct Document: Encodable {
    var file: String
    var form: String
    var format: String
    /// The number of rows. The survey form has a row for each welder; the progress form has a row for each unit
    /// in each street where the unit has welders.
    var rows: Int
    /// The number of units in the progress form, each once; left out for the survey form.
    var units: Int?
    var bytes: Int
    /// The sums of the progress form by the names of the figures; left out for the survey form.
    var figures: [String: Int]?
  }

  static var command: Command<Workplace> {
    Command(
      "export", Text(zh: "导出附件1（调研表）或附件2（统计表）", en: "write form 1 (survey) or form 2 (progress)"),
      discussion: Text(
        zh:
          "A4 横向，表头、盖章、签字的位置都留好，打印出来就能报。附件1 一台焊机一行，附件2 一家单位一行，另有分苏木镇、街道汇总。\n格式看文件名的后缀：.xlsx、.csv、.json。每个数都能用 weldtech ledger rows 打开看是哪几台。",
        en:
          "A4 landscape with the places for stamp and signature. Form 1 has a welder a row, form 2 a unit a row\nand the sums by street. The format follows from the file's name: .xlsx, .csv or .json.\n`weldtech ledger rows` lists the welders behind each figure."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "form", \.form, .choice, placeholder: "survey|progress",
          Text(zh: "survey：附件1 调研信息表；progress：附件2 工作统计表", en: "form 1 or form 2 of the plan"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.xlsx", Text(zh: "写到这个文件", en: "the file to write"))
        parameters.option(
          "format", \.format, .choice, placeholder: "xlsx|csv|json",
          Text(zh: "格式（默认看文件名的后缀）", en: "the format, unless the file's name says it"))
        parameters.flag(
          "replace", \.replaces, Text(zh: "文件已经有了也覆盖", en: "replace a file that is there"))
        parameters.reporter(\.reporter)
        parameters.option(
          "date", \.day, .day, placeholder: "DAY",
          Text(zh: "填表时间（默认今天）", en: "the form's date, unless told today"))
        LedgerFilterOptions.add(to: &parameters, \.filter)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    var options = options
    guard let form = options.form else { throw UsageError.missing(option: "form") }
    guard let path = options.output else { throw UsageError.missing(option: "output") }
    let ending = path.utf8.split(separator: UInt8(ascii: ".")).last.map { String(Substring($0)).lowercased() }
    guard let format = options.format ?? ending.flatMap(FormExport.Format.init(rawValue:)) else {
      throw UsageError.badValue(
        parameter: "--output",
        expected: .described(
          Text(
            zh: "后缀是 .xlsx、.csv 或 .json 的文件名，别的名字加 --format",
            en: "a name with the ending .xlsx, .csv or .json, or --format besides any other")))
    }
    let fieldbook = try workplace.ledger(of: options.filter)
    try options.filter.resolvePlaces(in: fieldbook, workplace.console)
    let filter = try options.filter.filter()
    let target = FilePath(absolutePath(path))
    // All workbooks begin alike, so that an exported form cannot be told from a list that somebody sent.
    try workplace.checkMayReplace(path) { _, _ in
      if options.replaces { return true }
      throw FormThere(path: path)
    }
    let folder = (target.endOfLinks ?? target).folder
    let isFolderNew = folder.withoutLinks == nil
    let today = workplace.clock.now().day
    let export = try FormExport(
      form, as: format, at: target,
      head: FormHead(reporter: options.reporter, filledOn: options.day ?? today, scope: options.filter.scope),
      namesStreet: filter.street == nil, temporaryFolder: try temporaryFolder(workplace))
    switch form {
    case .survey: try fieldbook.forEachLedgerWelder(filter, isRecordedInPeriod: true, today: today, export.add)
    case .progress: try fieldbook.forEachLedgerUnit(filter, today: today, export.add)
    }
    if workplace.isInterrupted { throw Cancelled() }
    try export.finish()
    let bytes = (try? target.status().byteCount) ?? 0
    let document = Document(
      file: path, form: form.rawValue, format: format.rawValue, rows: export.count,
      units: form == .progress ? export.sums.all.units : nil, bytes: bytes,
      figures: form == .progress ? LedgerTexts.figures(export.sums.all.counts) : nil)
    try workplace.console.answer(document) { tell(document, export, workplace.console) }
    if isFolderNew {
      workplace.console.say(Text(zh: "文件夹 \(folder.text) 原来没有，新建了", en: "the folder \(folder.text) is new"))
    }
    return ExitCode.done.rawValue
  }

  /// A folder in the home for the parts of a workbook, which hold names and phones.
  private static func temporaryFolder(_ workplace: Workplace) throws -> String {
    let folder = FilePath(workplace.home + "/forms")
    do throws(FileError) { try Folder.make(folder, permissions: .exactly(0o700)) } catch {
      throw FileFailure.unwritable(path: folder.text, errno: error.errno)
    }
    return folder.text
  }

  private static func tell(_ document: Document, _ export: FormExport, _ console: Console) {
    let counts = export.sums.all.counts
    switch export.form {
    case .survey:
      console.put(
        Text(
          zh: "\(document.file)：附件1，\(document.rows) 台焊机，已从磁盘读回核对",
          en: "\(document.file): form 1, \(document.rows) welders, read back from the disk"))
    case .progress:
      console.put(
        Text(
          zh:
            "\(document.file)：附件2，\(export.sums.all.units) 个单位，电焊机 \(counts[.known]) 台，完成 \(counts[.done])，淘汰 \(counts[.retired])；已从磁盘读回核对",
          en:
            "\(document.file): form 2, \(export.sums.all.units) units, \(counts[.known]) welders, \(counts[.done]) done, \(counts[.retired]) retired; read back from the disk"
        ))
    }
  }
}

/// A file has the name that a form shall get.
struct FormThere: Error {
  let path: String
}

extension FormThere: Explained {
  var failure: Failure {
    Failure(
      code: "ledger.form.there",
      message: Text(zh: "\(path) 已经有了，没有覆盖", en: "\(path) is there already; it was not replaced"),
      hint: Text(
        zh: "换一个文件名，或者确定要覆盖时加上 --replace", en: "choose another name, or add --replace if it is to be replaced"),
      exit: .badData)
  }
}
