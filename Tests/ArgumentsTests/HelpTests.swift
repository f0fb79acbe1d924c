import Arguments
import Terminal
import Testing

@Suite struct HelpTests {
  private static let paths: [[String]] = [
    [], ["flash"], ["next"], ["labels"], ["labels", "batch"], ["repair"], ["repair", "open"],
  ]

  @Test(arguments: paths, Language.allCases)
  func `no line of help is wider than 80 columns or than a narrow window`(path: [String], language: Language) {
    for columns in [80, 40, 120] {
      for line in workshop().help(for: path, in: language, columns: columns).description.split(separator: "\n")
      {
        #expect(DisplayWidth.columns(of: line) <= columns, "\(line)")
      }
    }
  }

  @Test func `the help of a command names arguments, options, defaults and choices`() {
    let help = workshop().help(for: ["flash"], in: .zh).description
    #expect(help.hasPrefix("用法：weldtech flash [选项] ID\n\n把固件写入模块\n\n默认写入"))
    #expect(help.contains("  ID  安装编号\n"))
    #expect(help.contains("  --port P     模块所在的串口\n"))
    #expect(help.contains("  --baud N     波特率（默认：115200）\n"))
    #expect(help.contains("  --read-back  写后读回全部内容\n"))
    let batch = workshop().help(for: ["labels", "batch"], in: .en).description
    #expect(batch.hasPrefix("Usage: weldtech labels batch [options] FILE…\n"))
    #expect(batch.contains("  --format TEXT  the kind of file (one of: png, pdf, svg; default: png)\n"))
    #expect(batch.contains("  --rule TEXT    a rule (may be repeated)\n"))
  }

  @Test func `a group that also runs shows both forms`() {
    let help = workshop().help(for: ["repair"], in: .en).description
    #expect(help.hasPrefix("Usage: weldtech repair [options] [CODE]\n       weldtech repair COMMAND …\n"))
    #expect(help.contains("Commands:\n  open  Record a fault\n"))
  }

  @Test func `the program's help lists its sections and hides what is hidden`() {
    let help = workshop().help(in: .en).description
    #expect(help.contains("The walk:\n  flash  Write firmware onto the module\n  next   What comes next\n"))
    #expect(help.contains("-V, --version"))
    #expect(!help.contains("completion-values"))
  }

  @Test(arguments: [
    UsageError.missingCommand(within: []), .missingCommand(within: ["labels"]),
    .unknownCommand("falsh", within: [], suggestions: ["flash"]),
    .unknownCommand("x", within: ["labels"], suggestions: []),
    .unknownOption("--prot", suggestions: ["--port", "--pot"]),
    .missingValue(option: "--port", expected: .text),
    .unexpectedValue(option: "--json"), .badValue(parameter: "--baud", expected: .integer(1...9)),
    .emptyValue(parameter: "--baud"),
    .badValue(parameter: "ID", expected: .described(Text(zh: "日期", en: "a date"))), .missingArgument("ID"),
    .unexpectedArgument("Y"), .repeatedOption("--port"), .missingOptions(["--port", "--seal"]),
    .conflictingOptions("--code", "--from"),
  ])
  func `every usage error says what is wrong and what to try in both languages`(error: UsageError) {
    #expect(error.code.hasPrefix("usage."))
    for text in [error.problem, error.hint(command: "weldtech")] {
      #expect(!text.zh.isEmpty && !text.en.isEmpty && text.zh != text.en)
      #expect(text.en.utf8.allSatisfy { $0 < 0x80 })
      #expect(DisplayWidth.columns(of: text.zh) > text.zh.count)
    }
  }

  @Test func `a word from the command line cannot command the terminal`() {
    let error = UsageError.unexpectedArgument("\u{1B}[2J" + String(repeating: "长", count: 100))
    #expect(!error.problem.zh.contains("\u{1B}"))
    #expect(DisplayWidth.columns(of: error.problem.zh) < 60)
  }
}
