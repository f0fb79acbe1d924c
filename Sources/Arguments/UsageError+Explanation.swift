public import Terminal

extension UsageError {
  /// The stable dotted code.
  public var code: String {
    switch self {
    case .missingCommand: "usage.command.missing"
    case .unknownCommand: "usage.command.unknown"
    case .unknownOption: "usage.option.unknown"
    case .missingValue: "usage.option.value"
    case .unexpectedValue: "usage.option.flag"
    case .badValue, .emptyValue: "usage.value"
    case .missingArgument: "usage.argument.missing"
    case .unexpectedArgument: "usage.argument.unexpected"
    case .repeatedOption: "usage.option.repeated"
    case .missingOptions: "usage.option.missing"
    case .conflictingOptions: "usage.option.conflict"
    }
  }

  /// The problem in words.
  public var problem: Text {
    switch self {
    case .missingCommand(within: let path) where path.isEmpty:
      Text(zh: "没有说明要执行哪个命令", en: "no command given")
    case .missingCommand(within: let path):
      Text(
        zh: "“\(path.joined(separator: " "))”后面缺少子命令",
        en: "'\(path.joined(separator: " "))' needs one of its commands")
    case .unknownCommand(let word, within: let path, suggestions: _):
      Text(
        zh: "没有“\((path + [Self.shown(word)]).joined(separator: " "))”这个命令",
        en: "there is no command '\((path + [Self.shown(word)]).joined(separator: " "))'")
    case .unknownOption(let name, suggestions: _):
      Text(zh: "没有选项 \(Self.shown(name))", en: "there is no option \(Self.shown(name))")
    case .missingValue(let option, let expected):
      Text(
        zh: "选项 \(option) 后面缺少值，应为\(Self.joined(expected.text.zh))",
        en: "option \(option) stands without its value, expected: \(expected.text.en)")
    case .unexpectedValue(let option):
      Text(zh: "选项 \(option) 不带值", en: "option \(option) takes no value")
    case .badValue(let parameter, let expected):
      Text(
        zh: "\(parameter) 的值不对，应为\(Self.joined(expected.text.zh))",
        en: "the value of \(parameter) does not fit, expected: \(expected.text.en)")
    case .emptyValue(let parameter):
      Text(zh: "\(parameter) 的值是空的", en: "the value of \(parameter) is empty")
    case .missingArgument(let name):
      Text(zh: "缺少参数 \(name)", en: "argument \(name) is missing")
    case .unexpectedArgument(let word):
      Text(zh: "多出参数“\(Self.shown(word))”", en: "argument '\(Self.shown(word))' is one too many")
    case .repeatedOption(let option):
      Text(zh: "选项 \(option) 只能给一次", en: "option \(option) may be given only once")
    case .missingOptions(let options):
      Text(
        zh: "缺少 \(options.joined(separator: "、"))",
        en: "missing: \(options.joined(separator: ", "))")
    case .conflictingOptions(let first, let second):
      Text(zh: "\(first) 与 \(second) 不能同时使用", en: "\(first) and \(second) exclude each other")
    }
  }

  /// The remedy in words; `command` is the command line so far, for example `weldtech labels`.
  public func hint(command: String) -> Text {
    switch self {
    case .unknownCommand(_, within: _, suggestions: let near) where !near.isEmpty,
      .unknownOption(_, suggestions: let near) where !near.isEmpty:
      Text(
        zh: "是不是想输入 \(near.joined(separator: "、"))？",
        en: "did you mean \(near.joined(separator: " or "))?")
    case .missingValue(let option, _) where option.hasPrefix("-"),
      .badValue(let option, _) where option.hasPrefix("-"):
      Text(
        zh: "写作 \(option) 值 或 \(option)=值；以 - 开头的值只能用等号",
        en: "write \(option) VALUE or \(option)=VALUE; a value that begins with - needs the equals sign")
    case .emptyValue(let parameter):
      Text(zh: "在 \(parameter) 后面写上内容", en: "write something behind \(parameter)")
    case .missingOptions:
      Text(
        zh: "这些内容不会提问，请在命令行上给出",
        en: "this is not asked for here: give it on the command line"
      )
    case .unexpectedArgument:
      Text(
        zh: "含空格的值要加引号；用法见 \(command) --help",
        en: "a value with spaces needs quotes; \(command) --help shows the usage")
    default:
      Text(zh: "用法见 \(command) --help", en: "\(command) --help shows the usage")
    }
  }

  /// Gives the text that follows a Chinese word, with a blank before it where it begins with a Latin letter or
  /// a figure.
  private static func joined(_ text: String) -> String { text.first?.isASCII == true ? " " + text : text }

  /// The word as it may be shown: cut to a bounded length and without control characters.
  private static func shown(_ word: String) -> String {
    DisplayWidth.truncate(DisplayWidth.printable(word), to: 40)
  }
}
