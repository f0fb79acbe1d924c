import Arguments
import Terminal

/// `help day`: prints a help page that belongs to no single command. `help COMMAND` is handled by the parser of
/// the command line.
enum HelpCommand {
  struct Options { var output: String? }

  struct Document: Encodable {
    struct Section: Encodable {
      struct Row: Encodable {
        var command: String?
        var text: String
      }

      var title: String
      var rows: [Row]
    }

    var title: String
    var sections: [Section]
    /// The path of the PDF that was written; left out where none was.
    var output: String?
  }

  static var command: Command<Workplace> {
    Command("help", Text(zh: "帮助：help 命令；第一天怎么用：help day", en: "help COMMAND; for the first day: help day")) {
      [day]
    }
  }

  private static var day: Command<Workplace> {
    Command(
      "day", Text(zh: "第一天怎么用，一页写完", en: "one page for the first day"), options: Options(),
      parameters: { parameters in
        parameters.option(
          "output", \.output, .file, placeholder: "F.pdf",
          Text(zh: "写成一页 A4 的 PDF，可以打印贴在车间", en: "write it as a PDF of one page, to be printed"))
      }, run: run)
  }

  private static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let language = console.language
    if let output = options.output {
      try workplace.writePaper(
        try DaySheet(language: language, date: workplace.clock.now().description).render(), to: output)
    }
    let document = Document(
      title: DayPage.title[language],
      sections: DayPage.sections.map { section in
        Document.Section(
          title: section.title[language],
          rows: section.rows.map { .init(command: $0.command?[language], text: $0.text[language]) })
      }, output: options.output)
    try console.answer(document) {
      if let output = options.output {
        return console.put(Text(zh: "已写入 \(output)", en: "written to \(output)"))
      }
      put(to: console)
    }
    return ExitCode.done.rawValue
  }

  private static func put(to console: Console) {
    let language = console.language
    let columns = min(console.tableWidth ?? 80, 100)
    console.heading(DayPage.title)
    for section in DayPage.sections {
      console.heading(section.title)
      let commands = section.rows.compactMap { $0.command.map { DisplayWidth.columns(of: $0[language]) } }
      let indent = min((commands.max() ?? 0) + 4, columns / 2)
      for row in section.rows {
        guard let command = row.command?[language] else {
          for line in DisplayWidth.wrap(row.text[language], to: columns - 2) { console.put("  " + line) }
          continue
        }
        let lines = DisplayWidth.wrap(row.text[language], to: columns - indent)
        let isLong = DisplayWidth.columns(of: command) + 4 > indent
        if isLong { console.put("  " + command) }
        for (number, line) in lines.enumerated() {
          let start = number == 0 && !isLong ? "  " + command : ""
          console.put(DisplayWidth.pad(start, to: indent, .leading) + line)
        }
      }
    }
  }
}
