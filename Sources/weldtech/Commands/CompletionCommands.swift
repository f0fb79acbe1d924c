import Arguments
import Provision
import Records
import Terminal

/// `completions SHELL`: prints the script that a shell loads.
enum CompletionsCommand {
  struct Options { var shell: Shell? }

  static var command: Command<Workplace> {
    Command(
      "completions", Text(zh: "输出命令补全脚本", en: "print the completion script of a shell"), options: Options(),
      parameters: { parameters in
        parameters.argument("SHELL", \.shell, .choice, Text(verbatim: "bash, zsh, fish"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    guard let shell = options.shell else { throw UsageError.missingArgument("SHELL") }
    workplace.console.output.write(
      ScreenText(CommandTree.program().completionScript(for: shell, in: workplace.console.language)))
    return ExitCode.done.rawValue
  }
}

/// `completion-values NAME`: prints the values for a completion script while a word is typed, one on each line.
enum CompletionValuesCommand {
  struct Options { var name = "" }

  static var command: Command<Workplace> {
    Command(
      "completion-values", Text(zh: "供补全脚本使用", en: "for completion scripts"), isHidden: true,
      options: Options(),
      parameters: { $0.argument("NAME", \.name, .string, Text(verbatim: "NAME")) }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    switch options.name {
    case "installations":
      for row in try workplace.fieldbook().list() {
        console.put("\(row.id.text.prefix(8))\t\(row.code?.description ?? "–") \(row.unitName)")
      }
      for row in try workplace.fieldbook().visited() {
        console.put("\(row.code?.description ?? String(row.id.text.prefix(8)))\t\(row.unitName)")
      }
    case "ports":
      for port in PortInfo.all() { console.put("\(port.path)\t\(port.adapterName ?? "")") }
    case "schemes":
      for scheme in try workplace.catalogue().schemes {
        console.put("\(scheme.name)\t\(Text(zh: scheme.title.zh, en: scheme.title.en)[console.language])")
      }
    case "templates":
      for name in try workplace.labelTemplates().names() { console.put(name) }
    default: break
    }
    return ExitCode.done.rawValue
  }
}

/// `man`: prints the manual page's source.
enum ManCommand {
  private static let chapters = [
    (
      title: Text(zh: "退出状态", en: "EXIT STATUS"),
      body: Text(
        zh: "0 完成；1 失败；2 取消；8 还有没上传的；64 用法错误；65 输入数据有误。",
        en:
          "0 done; 1 failed; 2 cancelled; 8 some of the queue is not delivered; 64 usage; 65 bad input data."
      )
    ),
    (
      title: Text(zh: "文件", en: "FILES"),
      body: Text(
        zh: "数据目录默认为 ~/.local/share/weldtech：fieldbook.sqlite 是记录，files 是照片和文件，documents 是便于查看的副本。",
        en:
          "The home, ~/.local/share/weldtech unless told: fieldbook.sqlite holds the records, files the photos and documents by content, documents readable copies."
      )
    ),
    (
      title: Text(zh: "环境变量", en: "ENVIRONMENT"),
      body: Text(
        zh: "WELDTECH_HOME 数据目录；WELDTECH_SHARE 模板、方案和固件的目录；NO_COLOR 不用颜色；LC_ALL、LC_MESSAGES、LANG 决定语言。",
        en:
          "WELDTECH_HOME is the home; WELDTECH_SHARE the folder of templates, schemes and firmware; NO_COLOR turns colours off; LC_ALL, LC_MESSAGES and LANG choose the language."
      )
    ),
  ]

  static var command: Command<Workplace> {
    Command(
      "man", Text(zh: "输出手册页源文件", en: "print the manual page's source"), isHidden: true
    ) { workplace in
      workplace.console.output.write(
        ScreenText(
          CommandTree.program().manualPage(
            in: workplace.console.language, date: workplace.clock.now().day.description,
            chapters: InputFileTexts.chapters + chapters)))
      return ExitCode.done.rawValue
    }
  }
}
