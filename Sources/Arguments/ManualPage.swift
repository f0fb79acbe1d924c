public import Terminal

extension Program {
  /// Writes the manual page in man(7) macros. `date` is of the form `2026-01-31`; `chapters` follow the commands:
  /// exit status, files, environment.
  public func manualPage(
    in language: Language, date: String, chapters: [(title: Text, body: Text)] = []
  ) -> String {
    var page = Roff()
    // The date is data and not text, so its hyphens stay as they are.
    page.line(".TH \"\(Roff.escaped(name.uppercased()))\" 1 \(date) \"\(Roff.escaped("\(name) \(version)"))\"")
    page.line(".ad l")
    page.macro("SH", ManualWords.name[language])
    page.line("\(Roff.escaped(name)) \\- \(Roff.escaped(summary[language]))")
    page.macro("SH", ManualWords.synopsis[language])
    page.line(
      "\(Roff.bold(name)) \(Roff.escaped(Words.optionsPlaceholder(language)))"
        + " \(Roff.italic(Words.commandPlaceholder(language))) \\&.\\|.\\|.")
    page.macro("SH", ManualWords.globalOptions[language])
    for parameter in globals.bindings.map(\.facts) { page.entry(parameter, language) }
    for (term, text) in [
      ("\\-h\\fR, \\fB\\-\\-help", Words.help), ("\\-V\\fR, \\fB\\-\\-version", Words.version),
    ] {
      page.term("\\fB\(term)\\fR", text[language])
    }
    for section in sections {
      page.macro("SH", Self.withoutColon(section.title[language]))
      for command in section.commands { describe(command, path: [], on: &page, language) }
    }
    for chapter in chapters {
      page.macro("SH", chapter.title[language])
      page.paragraphs(chapter.body[language])
    }
    return page.text
  }

  private func describe(
    _ command: Command<Context>, path: [String], on page: inout Roff, _ language: Language
  ) {
    guard !command.isHidden else { return }
    let path = path + [command.name]
    let parameters = command.parameters
    if command.isRunnable {
      let options = parameters.contains { $0.kind != .argument } ? [Words.optionsPlaceholder(language)] : []
      let arguments = parameters.filter { $0.kind == .argument }.map(\.usage)
      page.macro("SS", (path + options + arguments).joined(separator: " "))
      page.paragraphs(command.summary[language])
      if let discussion = command.discussion {
        page.line(".PP")
        page.paragraphs(discussion[language])
      }
      for parameter in parameters { page.entry(parameter, language) }
    }
    for subcommand in command.subcommands { describe(subcommand, path: path, on: &page, language) }
  }

  private static func withoutColon(_ title: String) -> String {
    title.hasSuffix(":") || title.hasSuffix("：") ? String(title.dropLast()) : title
  }
}

private enum ManualWords {
  static let name = Text(zh: "名称", en: "NAME")
  static let synopsis = Text(zh: "用法", en: "SYNOPSIS")
  static let globalOptions = Text(zh: "全局选项", en: "GLOBAL OPTIONS")
}

/// A page in roff's man macros.
private struct Roff {
  private(set) var text = ""

  mutating func macro(_ name: String, _ arguments: String...) {
    let quoted = arguments.map { argument in
      "\""
        + Self.escaped(argument).split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\\(dq") + "\""
    }
    text += ([".\(name)"] + quoted).joined(separator: " ") + "\n"
  }

  /// Adds a line that is already in roff.
  mutating func line(_ roff: String) { text += roff + "\n" }

  /// Adds text and keeps its line breaks.
  mutating func paragraphs(_ plain: String) {
    for (index, part) in plain.split(separator: "\n").enumerated() {
      if index > 0 { text += ".br\n" }
      line(Self.escaped(String(part)))
    }
  }

  mutating func entry(_ parameter: Parameter, _ language: Language) {
    let term =
      switch parameter.kind {
      case .argument: Self.italic(parameter.usage)
      case .flag: (parameter.short.map { "\\fB\\-\($0)\\fR, " } ?? "") + Self.bold(parameter.spelling)
      case .option: "\(Self.bold(parameter.spelling)) \(Self.italic(parameter.placeholder))"
      }
    self.term(term, parameter.helpText(in: language))
  }

  mutating func term(_ roff: String, _ plain: String) {
    text += ".TP\n\(roff)\n\(Self.escaped(plain))\n"
  }

  static func bold(_ plain: String) -> String { "\\fB\(escaped(plain))\\fR" }
  static func italic(_ plain: String) -> String { "\\fI\(escaped(plain))\\fR" }

  /// The text escaped for roff: it contains no escape and no request, and its hyphens can be copied from the
  /// page.
  static func escaped(_ plain: String) -> String {
    var result = ""
    var previous: Character?
    for character in plain {
      // Roff does not break a line within Chinese text, so every place where a line may break is marked.
      if let previous, DisplayWidth.mayBreak(between: previous, and: character) { result += "\\:" }
      previous = character
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(character)
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }
}
