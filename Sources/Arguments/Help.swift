public import Terminal

/// Lays help pages out for a terminal.
struct Help {
  let language: Language
  let columns: Int
  let styling: Styling
  private(set) var lines: [ScreenText] = []

  init(language: Language, columns: Int, styling: Styling) {
    self.language = language
    self.columns = max(40, columns)
    self.styling = styling
  }

  var text: ScreenText { lines.joined(separator: "\n") + "\n" }

  // MARK: - Parts

  mutating func usage(_ forms: [String]) {
    let label = Words.usage[language]
    let indent = String(repeating: " ", count: DisplayWidth.columns(of: label))
    for (number, form) in forms.enumerated() {
      let wrapped = DisplayWidth.wrap(form, to: columns - indent.count - 4)
      for (part, line) in wrapped.enumerated() {
        let margin = number == 0 && part == 0 ? styling(label, .bold) : ScreenText(indent)
        lines.append("\(margin)\(part == 0 ? "" : "    ")\(line)")
      }
    }
  }

  mutating func paragraph(_ text: Text) {
    lines.append("")
    lines += DisplayWidth.wrap(text[language], to: columns).map { ScreenText($0) }
  }

  mutating func list(_ title: Text, _ rows: [(label: String, text: String)]) {
    guard !rows.isEmpty else { return }
    lines.append("")
    lines.append(styling(title[language], .bold))
    let widest = rows.map { DisplayWidth.columns(of: $0.label) }.filter { $0 <= 26 }.max() ?? 0
    let margin = String(repeating: " ", count: widest + 4)
    for row in rows {
      var texts = DisplayWidth.wrap(row.text, to: columns - margin.count)[...]
      if DisplayWidth.columns(of: row.label) <= widest, let first = texts.popFirst() {
        let line = "  " + DisplayWidth.pad(row.label, to: widest) + "  " + first
        lines.append(ScreenText(first.isEmpty ? "  " + row.label : line))
      } else {
        lines += DisplayWidth.wrap(row.label, to: columns - 2).map { ScreenText("  " + $0) }
      }
      lines += texts.map { ScreenText(margin + $0) }
    }
  }

  // MARK: - Rows

  func row(_ parameter: Parameter) -> (label: String, text: String) {
    let label =
      switch parameter.kind {
      case .argument: parameter.usage
      case .flag: (parameter.short.map { "-\($0), " } ?? "") + parameter.spelling
      case .option: "\(parameter.spelling) \(parameter.placeholder)"
      }
    return (label, parameter.helpText(in: language))
  }
}

extension Parameter {
  /// The argument as the usage line shows it.
  var usage: String {
    let name = isRepeating ? name + "…" : name
    return isRequired ? name : "[\(name)]"
  }

  /// The help text, and in brackets the choices, the default, and whether the option may be repeated.
  func helpText(in language: Language) -> String {
    var facts: [String] = []
    if case .choice(let values) = expectation {
      facts.append(Words.choices[language] + values.joined(separator: language == .zh ? "、" : ", "))
    }
    if let defaultValue { facts.append(Words.usually[language] + defaultValue) }
    if kind == .option && isRepeating { facts.append(Words.repeats[language]) }
    guard !facts.isEmpty else { return help[language] }
    return switch language {
    case .zh: help.zh + "（" + facts.joined(separator: "；") + "）"
    case .en: help.en + " (" + facts.joined(separator: "; ") + ")"
    }
  }
}

/// The words of a help page.
enum Words {
  static let usage = Text(zh: "用法：", en: "Usage: ")
  static let arguments = Text(zh: "参数：", en: "Arguments:")
  static let options = Text(zh: "选项：", en: "Options:")
  static let globalOptions = Text(zh: "全局选项：", en: "Global options:")
  static let commands = Text(zh: "命令：", en: "Commands:")
  static let aliases = Text(zh: "别名：", en: "Aliases: ")
  static let choices = Text(zh: "取值：", en: "one of: ")
  static let usually = Text(zh: "默认：", en: "default: ")
  static let repeats = Text(zh: "可重复", en: "may be repeated")
  static let help = Text(zh: "显示帮助", en: "show help")
  static let version = Text(zh: "显示版本", en: "show the version")

  static func optionsPlaceholder(_ language: Language) -> String { language == .zh ? "[选项]" : "[options]" }
  static func commandPlaceholder(_ language: Language) -> String { language == .zh ? "命令" : "COMMAND" }
}

extension Program {
  /// Writes the help page of the command at `path` (canonical names), or of the program where `path` is empty
  /// or names no command. No line is wider than `columns` (at least 40).
  public func help(
    for path: [String] = [], in language: Language, columns: Int = 80, styling: Styling = .plain
  ) -> ScreenText {
    var page = Help(language: language, columns: columns, styling: styling)
    if let command = command(at: path) {
      describe(command, at: path, on: &page)
    } else {
      describeProgram(on: &page)
    }
    return page.text
  }

  private func describeProgram(on page: inout Help) {
    let language = page.language
    page.usage([
      "\(name) \(Words.optionsPlaceholder(language)) \(Words.commandPlaceholder(language)) …"
    ])
    page.paragraph(summary)
    for section in sections {
      let visible = section.commands.filter { !$0.isHidden }
      page.list(section.title, visible.map { ($0.name, $0.summary[language]) })
    }
    let version = (label: "-V, --version", text: Words.version[language])
    page.list(Words.globalOptions, globals.bindings.map { page.row($0.facts) } + [helpRow(language), version])
    page.paragraph(
      Text(
        zh: "“\(name) help 命令”显示该命令的参数、选项和默认值。",
        en: "'\(name) help COMMAND' shows a command's arguments, options and defaults."))
  }

  private func describe(_ command: Command<Context>, at path: [String], on page: inout Help) {
    let language = page.language
    let line = ([name] + path).joined(separator: " ")
    let parameters = command.parameters
    let arguments = parameters.filter { $0.kind == .argument }
    let options = parameters.filter { $0.kind != .argument }
    var forms: [String] = []
    if command.isRunnable {
      let optional = options.isEmpty ? [] : [Words.optionsPlaceholder(language)]
      forms.append(([line] + optional + arguments.map(\.usage)).joined(separator: " "))
    }
    if command.isGroup { forms.append("\(line) \(Words.commandPlaceholder(language)) …") }
    page.usage(forms)
    page.paragraph(command.summary)
    if let discussion = command.discussion { page.paragraph(discussion) }
    if !command.aliases.isEmpty {
      page.paragraph(Text(verbatim: Words.aliases[language] + command.aliases.joined(separator: ", ")))
    }
    page.list(
      Words.commands, command.subcommands.filter { !$0.isHidden }.map { ($0.name, $0.summary[language]) })
    page.list(Words.arguments, arguments.map(page.row))
    page.list(Words.options, options.map(page.row))
    page.list(Words.globalOptions, globals.bindings.map { page.row($0.facts) } + [helpRow(language)])
  }

  private func helpRow(_ language: Language) -> (label: String, text: String) {
    ("-h, --help", Words.help[language])
  }
}
