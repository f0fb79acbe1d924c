import Arguments
import Terminal

/// The global options of a sample command line, which has an option of every kind.
struct Globals: Equatable {
  var home: String?
  var language: Language = .zh
  var json = false
  var verbose = false
}

enum Format: String, CaseIterable {
  case png, pdf, svg
}

struct FlashOptions: Equatable {
  var id = ""
  var port: String?
  var image: String?
  var readBack = false
  var baud = 115_200
}

struct BatchOptions: Equatable {
  var format = Format.png
  var dpi = 600
  var scale: Double?
  var sheet: String?
  var rules: [String] = []
  var files: [String] = []
}

struct RepairOptions: Equatable {
  var code: String?
  var port: String?
  var fault: String?
}

/// Keeps the options that a command was run with.
final class Log {
  var entries: [String] = []
  var flash: FlashOptions?
  var batch: BatchOptions?
  var repair: RepairOptions?
}

func workshop() -> Program<Globals, Log> {
  Program(
    name: "weldtech", version: "1.2.3",
    summary: Text(zh: "电焊机加芯赋码安装工具", en: "The installer's toolkit for welding machines"),
    globals: Globals(),
    globalParameters: {
      $0.option(
        "home", \.home, .directory, Text(zh: "数据文件夹", en: "the folder that holds all data"))
      $0.option("lang", \.language, .choice, placeholder: "L", Text(zh: "语言", en: "the language"))
      $0.flag("json", \.json, Text(zh: "输出一个 JSON 文档", en: "print one JSON document"))
      $0.flag("verbose", short: "v", \.verbose, Text(zh: "说得详细些", en: "say more"))
    },
    sections: [
      CommandSection(Text(zh: "安装：", en: "The walk:"), [flash, next]),
      CommandSection(Text(zh: "标签与维修：", en: "Labels and repairs:"), [labels, repair, values]),
    ])
}

private var flash: Command<Log> {
  Command(
    "flash", Text(zh: "把固件写入模块", en: "Write firmware onto the module"),
    discussion: Text(
      zh: "默认写入为所发现芯片随附的最新固件。写入后逐字节校验；同一版本已在模块上时不再写入，除非另有要求。",
      en: "Writes the newest firmware shipped for the chip found, verifies every byte, and skips what is there."
    ),
    options: FlashOptions()
  ) {
    $0.argument(
      "ID", \.id, .string, Text(zh: "安装编号", en: "the installation"), completion: .dynamic("installations"))
    $0.option(
      "port", \.port, .string, placeholder: "P",
      Text(zh: "模块所在的串口", en: "the serial port that the module is on"), completion: .dynamic("ports"))
    $0.option("image", \.image, .file, Text(zh: "固件文件", en: "the firmware image"))
    $0.option("baud", \.baud, .int(1200...921_600), Text(zh: "波特率", en: "the speed on the wire"))
    $0.flag("read-back", \.readBack, Text(zh: "写后读回全部内容", en: "read everything back afterwards"))
  } run: { options, log in
    log.flash = options
    return 0
  }
}

private var next: Command<Log> {
  Command("next", Text(zh: "接下来要做什么", en: "What comes next")) { log in
    log.entries.append("next")
    return 8
  }
}

private var labels: Command<Log> {
  Command(
    "labels", aliases: ["label-shop"], Text(zh: "标签作坊", en: "The label shop"),
    subcommands: {
      [
        Command(
          "batch", Text(zh: "批量打印", en: "Print many"), options: BatchOptions(),
          parameters: {
            $0.option("format", \.format, .choice, Text(zh: "文件格式", en: "the kind of file"))
            $0.option("dpi", \.dpi, .int, Text(zh: "分辨率", en: "the resolution"))
            $0.option("scale", \.scale, .double(0.1...10), Text(zh: "比例", en: "the scale"))
            $0.option(
              "sheet", \.sheet, .choice(of: ["a4", "a3"]), Text(zh: "纸张", en: "the sheet"))
            $0.options("rule", \.rules, .string, Text(zh: "规则", en: "a rule"))
            $0.arguments("FILE", \.files, .file, Text(zh: "编号表", en: "lists of codes"))
          },
          run: { options, log in
            log.batch = options
            return 0
          }),
        Command("templates", Text(zh: "列出模板", en: "List the templates")) { _ in 0 },
      ]
    })
}

private var repair: Command<Log> {
  Command(
    "repair", Text(zh: "更换模块或报修", en: "Swap a module"), options: RepairOptions(),
    parameters: {
      $0.argument(
        "CODE", \.code, .string, Text(zh: "标签编号", en: "the label code"), completion: .dynamic("codes"))
      $0.option("port", \.port, .string, placeholder: "P", Text(zh: "串口", en: "the port"))
    },
    run: { options, log in
      log.repair = options
      return 0
    },
    subcommands: {
      [
        Command(
          "open", Text(zh: "登记报修", en: "Record a fault"), options: RepairOptions(),
          parameters: {
            $0.argument("CODE", \.code, .string, Text(zh: "标签编号", en: "the label code"))
            $0.option("fault", \.fault, .string, Text(zh: "故障现象", en: "what is wrong"))
          },
          run: { options, log in
            log.repair = options
            log.entries.append("open")
            return 0
          })
      ]
    })
}

private var values: Command<Log> {
  Command(
    "completion-values", Text(zh: "补全", en: "Completions"), isHidden: true
  ) { _ in 0 }
}
