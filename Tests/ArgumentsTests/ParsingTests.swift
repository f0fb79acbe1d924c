import Arguments
import Terminal
import TestSupport
import Testing

/// Parses a line, runs its command, and describes the result in a word.
func run(_ line: [String], log: Log = Log()) -> (
  word: String, path: [String], globals: Globals, error: UsageError?
) {
  let invocation = workshop().parse(line)
  var word = ""
  var error: UsageError?
  switch invocation.outcome {
  case .run(let action): word = "exit \((try? action(log)) ?? -1)"
  case .help: word = "help"
  case .version: word = "version"
  case .failed(let usage):
    word = "failed"
    error = usage
  }
  return (word, invocation.path, invocation.globals, error)
}

@Suite struct ParsingTests {
  @Test(arguments: [
    (["flash", "0A3F"], FlashOptions(id: "0A3F")),
    (["flash", "0A3F", "--port", "/dev/ttyUSB0"], FlashOptions(id: "0A3F", port: "/dev/ttyUSB0")),
    (["flash", "--port=/dev/ttyUSB0", "0A3F"], FlashOptions(id: "0A3F", port: "/dev/ttyUSB0")),
    (["flash", "--read-back", "0A3F"], FlashOptions(id: "0A3F", readBack: true)),
    (["flash", "0A3F", "--read-back", "--read-back"], FlashOptions(id: "0A3F", readBack: true)),
    (["flash", "0A3F", "--port=-5"], FlashOptions(id: "0A3F", port: "-5")),
    (["flash", "0A3F", "--port=a=b"], FlashOptions(id: "0A3F", port: "a=b")),
    (["flash", "0A3F", "--port="], FlashOptions(id: "0A3F", port: "")),
    (["flash", "--", "--port"], FlashOptions(id: "--port")),
    (["flash", "-"], FlashOptions(id: "-")),
    (["flash", "0A3F", "－－port", "COM1"], FlashOptions(id: "0A3F", port: "COM1")),
    (["flash", "0A3F", "——ｐｏｒｔ＝COM1"], FlashOptions(id: "0A3F", port: "COM1")),
    (["flash", "0A3F", "—read-back"], FlashOptions(id: "0A3F", readBack: true)),
    (["flash", "0A3F", "--baud", "９６００"], FlashOptions(id: "0A3F", baud: 9600)),
    (["ｆｌａｓｈ", "0A3F"], FlashOptions(id: "0A3F")),
    (["flash", "0A3F", "--port", "——无"], FlashOptions(id: "0A3F", port: "——无")),
  ])
  func `options are filled from every way of writing them`(line: [String], expected: FlashOptions) {
    let log = Log()
    let result = run(line, log: log)
    #expect(result.word == "exit 0", "\(String(describing: result.error))")
    #expect(log.flash == expected)
  }

  @Test func `lists, choices, ranges and numbers are read where a command has them`() {
    let log = Log()
    let line = [
      "labels", "batch", "a.csv", "--format", "svg", "--dpi", "1,200", "--scale=0.5", "--sheet", "a4",
      "--rule", "x", "b.csv", "--rule=y",
    ]
    #expect(run(line, log: log).word == "exit 0")
    let expected = BatchOptions(
      format: .svg, dpi: 1200, scale: 0.5, sheet: "a4", rules: ["x", "y"], files: ["a.csv", "b.csv"])
    #expect(log.batch == expected)
  }

  @Test(arguments: [
    (["--json", "next"], "exit 8"), (["next", "--json"], "exit 8"),
    (["labels", "--json", "templates"], "exit 0"), (["label-shop", "templates", "--json"], "exit 0"),
    (["--", "next"], "exit 8"), (["--json", "help", "next"], "help"), (["next", "-h", "--json"], "help"),
    (["--version", "--json"], "version"), (["--json", "-V"], "version"),
  ])
  func `global options stand anywhere`(line: [String], expected: String) {
    let result = run(line)
    #expect(result.word == expected)
    #expect(result.globals.json == !line.contains("--"))
  }

  @Test func `global options are known where the rest of the line is wrong`() {
    let result = run(["--lang", "en", "flsh", "--home=/tmp/x", "--json"])
    #expect(result.error == .unknownCommand("flsh", within: [], suggestions: ["flash"]))
    #expect(result.globals == Globals(home: "/tmp/x", language: .en, json: true))
  }

  @Test(arguments: [
    (["repair", "1506-X", "--port", "P"], [String]()),
    (["repair", "open", "1506-X", "--fault", "F"], ["open"]),
    (["repair", "--port", "P", "open"], []), (["repair", "--", "open"], []),
  ])
  func `a command with subcommands runs itself when the next word is none of them`(
    line: [String], entries: [String]
  ) {
    let log = Log()
    #expect(run(line, log: log).word == "exit 0")
    #expect(log.entries == entries)
    #expect(log.repair?.code == (entries.isEmpty && line.contains("open") ? "open" : "1506-X"))
  }

  @Test(arguments: [
    ([], UsageError.missingCommand(within: [])),
    (["labels"], .missingCommand(within: ["labels"])),
    (["--"], .missingCommand(within: [])),
    (["falsh"], .unknownCommand("falsh", within: [], suggestions: ["flash"])),
    (["batch"], .unknownCommand("batch", within: [], suggestions: ["labels batch"])),
    (["labels", "bacth"], .unknownCommand("bacth", within: ["labels"], suggestions: ["labels batch"])),
    (["labels", "全部"], .unknownCommand("全部", within: ["labels"], suggestions: [])),
    (["help", "falsh"], .unknownCommand("falsh", within: [], suggestions: ["flash"])),
    (["hlep"], .unknownCommand("hlep", within: [], suggestions: ["help"])),
    (["hlep", "flash"], .unknownCommand("hlep", within: [], suggestions: ["help"])),
    (["labels", "hepl"], .unknownCommand("hepl", within: ["labels"], suggestions: ["labels help"])),
    (["-h", "falsh"], .unknownCommand("falsh", within: [], suggestions: ["flash"])),
    (["falsh", "--help"], .unknownCommand("falsh", within: [], suggestions: ["flash"])),
    (["help", "batch"], .unknownCommand("batch", within: [], suggestions: ["labels batch"])),
    (["help", "labels", "bacth"], .unknownCommand("bacth", within: ["labels"], suggestions: ["labels batch"])),
    (["flash", "X", "--prot", "P"], .unknownOption("--prot", suggestions: ["--port"])),
    (["flash", "X", "-port", "P"], .unknownOption("-port", suggestions: ["--port"])),
    (["flash", "X", "--Read-Back"], .unknownOption("--Read-Back", suggestions: ["--read-back"])),
    (["flash", "X", "--jsno"], .unknownOption("--jsno", suggestions: ["--json"])),
    (["flash", "X", "-5"], .unknownOption("-5", suggestions: [])),
    (["flash", "X", "--version"], .unknownOption("--version", suggestions: [])),
    (["--port", "P", "flash", "X"], .unknownOption("--port", suggestions: [])),
    (["flash", "X", "--port"], .missingValue(option: "--port", expected: .text)),
    (["flash", "X", "--port", "--read-back"], .missingValue(option: "--port", expected: .text)),
    (["flash", "X", "--port", "--json", "P"], .missingValue(option: "--port", expected: .text)),
    (["flash", "X", "--port", "--", "P"], .missingValue(option: "--port", expected: .text)),
    (["flash", "X", "--read-back=yes"], .unexpectedValue(option: "--read-back")),
    (["flash", "X", "--baud", "fast"], .badValue(parameter: "--baud", expected: .integer(1200...921_600))),
    // A word with a comma or a blank inside is no number. It is not read as another number either.
    (["flash", "X", "--baud", "1152,00"], .badValue(parameter: "--baud", expected: .integer(1200...921_600))),
    (["flash", "X", "--baud", "1152 00"], .badValue(parameter: "--baud", expected: .integer(1200...921_600))),
    (["labels", "batch", "a", "--scale", "0,5"], .badValue(parameter: "--scale", expected: .number(0.1...10))),
    (["flash", "X", "--baud", "1199"], .badValue(parameter: "--baud", expected: .integer(1200...921_600))),
    (
      ["flash", "X", "--baud", "99999999999999999999"],
      .badValue(parameter: "--baud", expected: .integer(1200...921_600))
    ),
    (
      ["labels", "batch", "a", "--format", "gif"],
      .badValue(parameter: "--format", expected: .choice(["png", "pdf", "svg"]))
    ),
    (["labels", "batch", "a", "--scale", "nan"], .badValue(parameter: "--scale", expected: .number(0.1...10))),
    (["flash"], .missingArgument("ID")),
    (["labels", "batch"], .missingArgument("FILE")),
    (["flash", "X", "Y"], .unexpectedArgument("Y")),
    (["next", "X"], .unexpectedArgument("X")),
    (["flash", "X", "--port", "P", "--port=Q"], .repeatedOption("--port")),
    (["--home", "a", "next", "--home", "b"], .repeatedOption("--home")),
    (["--lang", "fr", "next"], .badValue(parameter: "--lang", expected: .choice(["zh", "en"]))),
  ])
  func `a line that cannot be run says why`(line: [String], expected: UsageError) {
    #expect(run(line).error == expected)
  }

  @Test(arguments: [
    (["--help"], [String]()), (["help"], []),
    (["flash", "--help", "--wrong"], ["flash"]),
    (["help", "labels", "batch"], ["labels", "batch"]), (["labels", "help", "batch"], ["labels", "batch"]),
    (["repair", "open", "-h"], ["repair", "open"]), (["--lang", "xx", "--help"], []),
  ])
  func `help wins over whatever else is on the line`(line: [String], path: [String]) {
    let result = run(line)
    #expect(result.word == "help")
    #expect(result.path == path)
  }

  @Test func `a command that may not ask names what it misses`() {
    #expect(UsageError.missing(option: "port") == .missingOptions(["--port"]))
    #expect(UsageError.missing(options: ["--seal", "ID"]) == .missingOptions(["--seal", "ID"]))
  }

  @Test func `parsing never traps on any argument`() {
    let alphabet: [Character] = Array("-－—–=＝ah V vjson焊\u{301}👨‍👩‍👧\u{0}")
    for seed in 0..<UInt64(2000) {
      var random = SplitMix64(seed: seed)
      let line = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        String(
          (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet[random.next(below: alphabet.count)] })
      }
      _ = run(line)
    }
  }
}
