import Arguments
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// `register`: opens an installation.
enum RegisterCommand {
  struct Options {
    var id: String?
    var from: String?
    var code: String?
    var codePhoto: String?
    var photos: [String] = []
    var photoReason: String?
    var reason: String?
    var draft: Int?
    var dropDraft: Int?
    var phone = PhoneOptions()
    var fields: [RegistrationField: String] = [:]
  }

  struct Document: Encodable {
    var id: InstallationID
    /// The code of the label; null for a retired welder.
    var code: Nullable<LabelCode>
    var status: Installation.Status
    /// The remarks about the photos; left out where there are none.
    var remarks: [PhotoRemark]?
  }

  static var command: Command<Workplace> {
    Command(
      "register", Text(zh: "登记责任人和电焊机，新建一条安装记录", en: "register owner and welder, open an installation"),
      discussion: Text(
        zh:
          "在终端上只问记录里查不到的：已有单位、已有型号和上次用过的，按编号选或按回车。每答一问就存盘，\n中途退出的用 --draft 接着填。每一问答 < 退回上一问，最后一屏按编号改任何一行。\n--phone 在手机上填同样的内容，填完在电脑上核对、回车登记。",
        en:
          "On a terminal only what the records cannot tell is asked for: known units, models and what was used last are taken\nby number or Enter. Each answer is kept at once; --draft goes on after a break. < goes back to the question before,\nand the last screen changes any line by its number. With --phone the same fields are filled in on a phone, and the laptop\nconfirms them."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "ID", \.id, .string,
          Text(zh: "调研过的焊机，只补调研表没有的内容", en: "a surveyed welder, of which only the rest is asked for"),
          completion: .dynamic("installations"))
        parameters.option(
          "from", \.from, .file, placeholder: "FILE.json",
          Text(zh: "从 JSON 文件读入（- 为标准输入）", en: "read the fields from a JSON file (- is standard input)"))
        parameters.option(
          "code", \.code, .string, placeholder: "CODE",
          Text(zh: "库存标牌上的标牌码", en: "the code of a label from stock"))
        parameters.codePhoto(\.codePhoto)
        parameters.options(
          "photo", \.photos, .file, Text(zh: "照片（淘汰的焊机必须有）", en: "photo (a retired welder needs one)"))
        parameters.photoReason(\.photoReason)
        parameters.duplicateReason(\.reason)
        parameters.drafts(\.draft, drop: \.dropDraft)
        parameters.phone(\.phone)
        for field in RegistrationField.allCases {
          parameters.option(
            field.optionName, \.fields[field], field.valueType, placeholder: field.placeholder, field.title)
        }
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    // A laptop that may not register is refused before anybody answers twenty questions.
    try workplace.technicianAtWork()
    try drop(options.dropDraft, workplace)
    try options.phone.check(against: options.from.map { _ in "from" })
    // What is filled in on a phone is confirmed on the laptop.
    if options.phone.isServed, !workplace.console.canPrompt { throw UsageError.missing(option: "from") }
    let plates = PlateReader(workplace: workplace)
    let code = try plates.code(typed: options.code, photo: options.codePhoto)
    let isAsking = options.from == nil && workplace.console.canPrompt
    if isAsking {
      let isRetired = options.fields[.condition] == Condition.retired.rawValue
      try WalkReadiness(workplace: workplace).checkRegistering(
        needsCode: try code == nil && !isRetired && !plates.isStock)
    }
    let survey = try options.id.map { try surveyed($0, workplace) }
    let request = RegistrationForm.Request(
      from: options.from, fields: options.fields, draft: options.draft, survey: survey, verb: "register",
      phone: options.phone.isServed ? options.phone : nil)
    let evidence = Evidence(
      code: code, photos: options.photos, reason: options.photoReason, duplicateReason: options.reason)
    if case .registered(let opened) = try begin(request, evidence, workplace) {
      try report(opened, to: workplace.console)
    }
    return ExitCode.done.rawValue
  }

  // MARK: - Opening a record

  /// The surveyed record that an argument names.
  /// - Throws: `FieldbookError.alreadyRegistered`, `StepRefused` for a record that is over.
  private static func surveyed(_ reference: String, _ workplace: Workplace) throws -> Installation {
    let installation = try workplace.fieldbook().installation(matching: reference)
    workplace.concerned = installation.id
    guard let refusal = installation.refusalOfPlanning else { return installation }
    if refusal == .registered { throw FieldbookError.alreadyRegistered }
    throw StepRefused(step: nil, refusal: refusal)
  }

  /// The number of the draft with which the registration of a surveyed record goes on; nil where there is none.
  private static func draft(of survey: Installation?, _ workplace: Workplace) throws -> Int? {
    guard let survey else { return nil }
    return try workplace.fieldbook().drafts().first { $0.answers.survey == survey.id }?.number
  }

  /// The evidence with which a record is opened, besides the registration.
  struct Evidence {
    /// The code of a plate from stock; nil where an option gave none.
    var code: LabelCode?
    var photos: [String] = []
    /// The reason why a photo is right although it resembles one of another installation; nil where none was
    /// given.
    var reason: String?
    /// The reason why the welder is registered although another record has it; nil where none was given.
    var duplicateReason: String?
  }

  enum Begun {
    case registered(Walk.Registered)
    /// The user goes on with an open installation instead.
    case goOn(InstallationID)
  }

  /// Collects the registration and opens its record. Going back from the photo of a retired welder leads to the
  /// summary.
  static func begin(_ request: RegistrationForm.Request, _ evidence: Evidence, _ workplace: Workplace) throws
    -> Begun
  {
    var request = request
    let plates = PlateReader(workplace: workplace)
    request.asksForPlate = try evidence.code == nil && plates.isStock
    let reason = try workplace.written(evidence.reason, as: .note, option: "photo-reason")
    let duplicateReason = try workplace.written(evidence.duplicateReason, as: .note, option: "reason")
    if let code = evidence.code { try plates.refuseTaken(code) }
    request.draft = try request.draft ?? draft(of: request.survey, workplace)
    while true {
      switch try RegistrationForm(workplace: workplace).fill(request) {
      case .goOn(let id): return .goOn(id)
      case .registered(let registration, let draft, let answered):
        let survey =
          try request.survey?.id ?? draft.flatMap { try workplace.fieldbook().draft($0).answers.survey }
        let again = draft.map { workplace.commandLine([request.verb, "--draft", "\($0)"]) }
        do {
          let opened = try WalkStopped.naming(again) {
            let code = try evidence.code ?? answered ?? plate(for: registration, workplace)
            return try photographing(registration, evidence.photos, workplace) {
              try Walk(workplace: workplace).register(
                registration, code: code, photos: $0, reason: reason, duplicateReason: duplicateReason,
                draft: draft, surveyed: survey)
            }
          }
          return .registered(opened)
        } catch PromptError.back {
          // The draft contains the values of the options, with later changes.
          if draft != nil { (request.draft, request.fields) = (draft, [:]) }
        }
      }
    }
  }

  /// Runs `open` with the photos; asks for a photo of a retired welder where there is none.
  private static func photographing(
    _ registration: Registration, _ photos: [String], _ workplace: Workplace,
    _ open: ([String]) throws -> Walk.Registered
  ) throws -> Walk.Registered {
    guard registration.welder.condition == .retired, photos.isEmpty, workplace.console.canPrompt else {
      return try open(photos)
    }
    return try FileQuestion(workplace: workplace, kind: .photo).take(
      Text(zh: "淘汰焊机的照片文件", en: "file with a photo of the retired welder"), goesBack: true
    ) { try open([$0]) }
  }

  /// The code of the plate for a registration that a document gave; nil where the label is made on site.
  /// - Throws: `UsageError.missing` where nobody can be asked.
  private static func plate(for registration: Registration, _ workplace: Workplace) throws -> LabelCode? {
    let plates = PlateReader(workplace: workplace)
    guard registration.welder.condition == .fit, try plates.isStock else { return nil }
    guard workplace.console.canPrompt else { throw UsageError.missing(option: "code") }
    return try workplace.console.asking { try plates.ask() }
  }

  /// Drops the draft that an option names.
  static func drop(_ number: Int?, _ workplace: Workplace) throws {
    guard let number else { return }
    try workplace.fieldbook().dropDraft(number)
    PhoneFolders(workplace: workplace).removeOver()
    workplace.console.say(Text(zh: "已删除草稿 \(number)", en: "draft \(number) is deleted"))
  }

  static func report(_ opened: Walk.Registered, to console: Console) throws {
    let installation = opened.installation
    try console.answer(
      Document(
        id: installation.id, code: Nullable(installation.code), status: installation.status,
        remarks: opened.remarks.isEmpty ? nil : opened.remarks)
    ) {
      console.put(Text(zh: "记录 \(installation.id)", en: "installation \(installation.id)"))
      if let code = installation.code { console.put(Text(zh: "标牌码 \(code)", en: "code \(code)")) }
      if installation.status == .retired {
        console.put(Text(zh: "已登记为淘汰，不安装", en: "registered as retired; nothing will be installed"))
      }
    }
    if let scheme = opened.scheme { SchemesCommand.tell(scheme, chosenFor: installation.welder, to: console) }
  }
}

/// Reads a code that was typed, or the address that a scanner reads from a label.
/// - Throws: `CodeMistyped`.
func labelCode(_ text: String) throws -> LabelCode {
  guard let code = LabelCode(written: text) else { throw CodeMistyped(text: text) }
  return code
}

/// The error that a word is no label code: it has a wrong length or a wrong check character.
struct CodeMistyped: Error {
  let text: String
  /// The text behind the code where a series of codes was meant, such as `+5`.
  var row: String?
}

extension Parameters {
  /// Adds the option for a photo of a plate from stock, of which the code is read.
  mutating func codePhoto(_ path: WritableKeyPath<Options, String?>) {
    option(
      "code-photo", path, .file, placeholder: "F",
      Text(zh: "库存标牌的照片，从中读标牌码，代替 --code", en: "a photo of the label from stock, in place of --code"))
  }

  /// Adds the options for registrations that were left unfinished.
  mutating func drafts(_ path: WritableKeyPath<Options, Int?>, drop: WritableKeyPath<Options, Int?>) {
    option(
      "draft", path, .int(1...Int(Int32.max)), placeholder: "N",
      Text(zh: "接着填没登记完的草稿", en: "go on with the draft of a registration"))
    option(
      "drop-draft", drop, .int(1...Int(Int32.max)), placeholder: "N",
      Text(zh: "先删除这个草稿", en: "delete this draft first"))
  }
}

extension RegistrationField {
  /// The type of the field's option.
  var valueType: ValueType<String> {
    if case .choice(let choices) = kind { .string(suggesting: choices.map(\.code)) } else { .string }
  }

  /// The word that stands for the field's value in the help.
  var placeholder: String {
    switch kind {
    case .amount(_, let unit): unit.rawValue
    case .count: "N"
    case .day: "YYYY-MM-DD"
    case .phone: "PHONE"
    case .choice: "WORD"
    case .text, .name: "TEXT"
    }
  }
}
