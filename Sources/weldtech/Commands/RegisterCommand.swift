import Arguments
import FoundationEssentials
import Records
import Terminal

/// `register`: opens an installation.
enum RegisterCommand {
  struct Options {
    var from: String?
    var code: String?
    var photos: [String] = []
    var photoReason: String?
    var reason: String?
    var fields: [RegistrationField: String] = [:]
  }

  struct Document: Encodable {
    var id: InstallationID
    /// The code of the label; null for a retired welder.
    var code: Nullable<LabelCode>
    var status: Installation.Status
    /// What was noticed on the photos; left out where nothing was.
    var remarks: [PhotoRemark]?
  }

  static var command: Command<Workplace> {
    Command(
      "register", Text(zh: "登记责任人和电焊机，新建一条安装记录", en: "register owner and welder, open an installation"),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "from", \.from, .file, placeholder: "FILE.json",
          Text(zh: "从 JSON 文件读入（- 为标准输入）", en: "read the fields from a JSON file (- is standard input)"))
        parameters.option(
          "code", \.code, .string, placeholder: "CODE",
          Text(zh: "库存标牌上的标牌码", en: "the code of a label from stock"))
        parameters.options(
          "photo", \.photos, .file, Text(zh: "照片（淘汰的焊机必须有）", en: "photo (a retired welder needs one)"))
        parameters.photoReason(\.photoReason)
        parameters.duplicateReason(\.reason)
        for field in RegistrationField.allCases {
          parameters.option(
            field.optionName, \.fields[field], field.valueType, placeholder: field.placeholder, field.title)
        }
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    // A laptop that may not register is refused before anybody answers twenty questions.
    _ = try workplace.technician()
    let registration = try RegistrationForm(workplace: workplace).fill(
      from: options.from, fields: options.fields)
    let walk = Walk(workplace: workplace)
    let opened = try walk.register(
      registration, code: try options.code.map(labelCode), photos: options.photos,
      reason: try workplace.written(options.photoReason, as: .note, option: "photo-reason"),
      duplicateReason: try workplace.written(options.reason, as: .note, option: "reason"))
    try report(opened, to: workplace.console)
    return ExitCode.done.rawValue
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
