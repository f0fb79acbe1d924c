import Arguments
import FoundationEssentials
import Records
import Terminal

/// Runs one command line: reads it, gives the command its workplace, and turns a thrown error into a text, a
/// code and an exit status.
struct CommandRunner {
  let environment: Environment
  var clock: any Clock = SystemClock()
  var names = PathNames.ofUser()

  /// Runs the command line of the process.
  /// - Parameter words: the words of the command line, whatever their bytes.
  func run(words: [[UInt8]]) -> Int32 {
    run(CommandWords(names: names, program: CommandTree.program()).texts(of: words))
  }

  /// Runs a command line.
  /// - Parameters:
  ///   - output: the destination of data.
  ///   - source: the source of the answers to questions.
  func run(_ arguments: [String], output: Sink = .standardOutput, source: any LineSource = LineEditor())
    -> Int32
  {
    let program = CommandTree.program()
    let invocation = program.parse(arguments)
    let console = console(for: invocation.globals, output: output, source: source)
    // A command is not begun where its output cannot be written.
    if let failure = output.probe() { return report(OutputFailed(cause: failure), on: console) }
    let status = run(invocation, of: program, console)
    guard let failure = console.failure else { return status }
    let failed = report(OutputFailed(cause: failure), on: console)
    return [ExitCode.done, .pending].map(\.rawValue).contains(status) ? failed : status
  }

  /// Reports on stderr that stdout did not take the document.
  private func report(_ error: OutputFailed, on console: Console) -> Int32 {
    show(error.failure, on: console)
    return error.failure.exit.rawValue
  }

  private func console(for globals: GlobalOptions, output: Sink, source: any LineSource) -> Console {
    Console(
      output: output, source: source,
      language: globals.language ?? Language(environment: environment.variables),
      isJSON: globals.isJSON,
      isVerbose: globals.isVerbose, noColor: globals.hasNoColor, environment: environment.variables)
  }

  private func run(
    _ invocation: Invocation<GlobalOptions, Workplace>, of program: Program<GlobalOptions, Workplace>,
    _ console: Console
  ) -> Int32 {
    switch invocation.outcome {
    case .version:
      console.put("weldtech \(Version.current)")
      return ExitCode.done.rawValue
    case .help:
      console.output.write(help(of: program, at: invocation.path, console))
      return ExitCode.done.rawValue
    case .failed(.missingCommand(within: [])):
      // The program's name alone shows the help.
      console.output.write(help(of: program, at: [], console))
      return ExitCode.done.rawValue
    case .failed(let error): return report(error, path: invocation.path, to: console)
    case .run(let command):
      let home = invocation.globals.home ?? environment.defaultHome
      // An unset variable in a script gives an empty path, which would make the current folder the home.
      guard !home.isEmpty else {
        return report(UsageError.empty(option: "home"), path: invocation.path, to: console)
      }
      names.makeFolder(behind: home)
      let workplace = Workplace(
        environment: environment, console: console, clock: clock, home: absolutePath(home),
        interruption: { Interruption.isRequested })
      workplace.typedHome = invocation.globals.home
      do {
        return try command(workplace)
      } catch is OutputFailed {
        // The runner reports the error, as it does for every command.
        return ExitCode.failed.rawValue
      } catch {
        return report(error, path: invocation.path, about: workplace.concerned, to: console)
      }
    }
  }

  private func help(
    of program: Program<GlobalOptions, Workplace>, at path: [String], _ console: Console
  ) -> ScreenText {
    program.help(
      for: path, in: console.language, columns: min(console.tableWidth ?? 80, 100),
      styling: console.outputStyling)
  }

  // MARK: - Errors

  private struct ErrorDocument: Encodable {
    struct Detail: Encodable {
      var path: String
      var code: String
      var message: String
    }

    struct Error: Encodable {
      var code: String
      var message: String
      var hint: String
      /// The installation of the error, so that another attempt continues with it.
      var id: InstallationID?
      var details: [Detail]
    }

    var error: Error
  }

  private func report(
    _ error: any Error, path: [String], about id: InstallationID? = nil, to console: Console
  ) -> Int32 {
    var failure = explain(error)
    if let usage = error as? UsageError {
      failure.hint = usage.hint(command: (["weldtech"] + path).joined(separator: " "))
    }
    let language = console.language
    failure.message = shown(failure.message)
    failure.hint = shown(failure.hint.naming(id))
    for index in failure.details.indices {
      failure.details[index].message = shown(failure.details[index].message)
    }
    if console.isJSON {
      let document = ErrorDocument(
        error: ErrorDocument.Error(
          code: failure.code, message: failure.message[language], hint: failure.hint[language], id: id,
          details: failure.details.map {
            ErrorDocument.Detail(path: $0.path, code: $0.code, message: $0.message[language])
          }))
      // A document of strings can always be encoded.
      let bytes = (try? RecordCoding.encode(document)) ?? Data()
      console.output.write(json: String(decoding: bytes, as: UTF8.self))
      // The text on stderr may still be readable where stdout failed.
      if console.failure != nil { show(failure, on: console) }
    } else {
      show(failure, on: console)
    }
    return failure.exit.rawValue
  }

  /// The text with paths in the form in which their owner knows them.
  private func shown(_ text: Text) -> Text { Text(zh: names.shown(text.zh), en: names.shown(text.en)) }

  /// Shows an error to a person on stderr.
  private func show(_ failure: Failure, on console: Console) {
    console.say(
      Text(zh: "错误：\(failure.message.zh)", en: "error: \(failure.message.en)"), .red)
    for detail in failure.details {
      // A system's text is omitted where the sentence already says the same.
      let place = detail.isPlaceInMessage ? Text(verbatim: "") : detail.place
      console.say(Text(zh: "  \(detail.message.zh)\(place.zh)", en: "  \(detail.message.en)\(place.en)"))
    }
    console.say(Text(zh: "  → \(failure.hint.zh)", en: "  → \(failure.hint.en)"))
    console.say(Text(verbatim: "  [\(failure.code)]"), .dim)
  }
}

extension UsageError: Explained {
  var failure: Failure {
    Failure(code: code, message: problem, hint: hint(command: "weldtech"), exit: .usage)
  }
}
