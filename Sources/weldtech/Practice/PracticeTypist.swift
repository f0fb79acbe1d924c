import Terminal

/// Runs commands in a practice's folder, and shows each as it would be typed.
struct PracticeTypist {
  let workplace: Workplace
  let folder: PracticeFolder

  private var console: Console { workplace.console }

  /// Shows a command in the form in which it would be typed, and runs it.
  /// - Parameter expected: the status with which it ends; another one stops the practice.
  func type(_ title: Text, _ words: [String], expecting expected: ExitCode = .done) throws {
    console.say(Text(verbatim: ""))
    console.say(title, .bold)
    console.say(Text(verbatim: "$ " + commandLine(words)), .cyan)
    // Under --json stdout is reserved for the one document at the end.
    var globals = ["--home", folder.home, "--lang", console.language.rawValue]
    if console.isVerbose { globals.append("--verbose") }
    let runner = CommandRunner(environment: workplace.environment, clock: workplace.clock)
    let status = runner.run(
      globals + words, output: console.isJSON ? console.diagnostics : console.output, source: EmptyKeyboard())
    guard status == expected.rawValue else { throw PracticeFailed(command: words[0]) }
  }

  /// The command line for a shell in this folder. It has the program's path as it was run and the practice's
  /// home, so that a repeated command does not change real records.
  func commandLine(_ words: [String]) -> String {
    ([workplace.environment.typedProgram, "--home", folder.typedHome] + words).map(ShellWord.quoted)
      .joined(separator: " ")
  }

  /// The workplace of whoever practises, with the practice's home.
  func practiceWorkplace() -> Workplace {
    Workplace(
      environment: workplace.environment, console: console, clock: workplace.clock, home: folder.home,
      interruption: workplace.interruption)
  }
}

/// A keyboard at which nobody sits: a practice has all its answers in its commands, and waits for nobody.
private struct EmptyKeyboard: LineSource {
  var isTerminal: Bool { false }

  func readLine(prompt _: String, drawingOn _: Sink) throws(PromptError) -> String { throw .notATerminal }
}
