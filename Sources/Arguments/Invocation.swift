import Characters

/// The meaning of a command line.
public struct Invocation<Globals, Context> {
  public enum Outcome {
    /// The command is to be run: the closure takes the context and returns the exit status.
    case run((Context) throws -> Int32)
    /// The help of the command at `path` is wanted.
    case help
    case version
    case failed(UsageError)
  }

  /// The global options as far as they could be read, even where the rest of the line is wrong.
  public let globals: Globals
  /// The canonical names of the command and its groups, as far as they were recognised.
  public let path: [String]
  public let outcome: Outcome
}

extension Program {
  /// Reads a command line, without the program's own name. Global options may stand anywhere before `--`;
  /// `help COMMAND` is the same as `COMMAND --help`.
  public func parse(_ arguments: [String]) -> Invocation<Globals, Context> {
    var reader = Reader(arguments)
    var values = globals.defaults
    let globalError = reader.fillGlobals(&values, globals.bindings)
    var wantsHelp = reader.takeOptions(named: ["--help", "-h"])
    var path: [String] = []
    var command: Command<Context>?
    var level = commands

    func answer(_ outcome: Invocation<Globals, Context>.Outcome) -> Invocation<Globals, Context> {
      Invocation(globals: values, path: path, outcome: outcome)
    }

    while let (index, token) = reader.next {
      // A word after `--` is an argument of a command that runs.
      if case .terminator = token, command?.isRunnable != true {
        reader.take(index)
        continue
      }
      guard case .word(let typed) = token else { break }
      let word = TextNormalization.halfWidth(typed)
      if word == "help", command == nil, let pages = level.first(where: { $0.answers(to: word) }) {
        // A help topic is a command of the group `help`; any other word names the command whose help is wanted.
        reader.take(index)
        if case .word(let topic)? = reader.next?.token,
          pages.subcommands.contains(where: { $0.answers(to: TextNormalization.halfWidth(topic)) })
        {
          path.append(pages.name)
          command = pages
          level = pages.subcommands
        } else {
          wantsHelp = true
        }
      } else if let next = level.first(where: { $0.answers(to: word) }) {
        reader.take(index)
        path.append(next.name)
        command = next
        level = next.isGroup ? next.subcommands : []
      } else if word == "help", !level.isEmpty || command == nil {
        reader.take(index)
        wantsHelp = true
      } else {
        break
      }
    }
    if wantsHelp {
      // The word stands where a command is expected and names none, so that the help of its group would be the
      // wrong page.
      if command?.isRunnable != true, case .word(let word) = reader.next?.token {
        return answer(
          .failed(
            .unknownCommand(word, within: path, suggestions: suggestions(for: word, level: level, path: path))))
      }
      return answer(.help)
    }
    if command == nil, reader.takeOptions(named: ["--version", "-V"]) { return answer(.version) }
    if let globalError { return answer(.failed(globalError)) }
    do throws(UsageError) {
      return answer(.run(try bind(command, level: level, path: path, &reader)))
    } catch {
      return answer(.failed(error))
    }
  }

  private func bind(
    _ command: Command<Context>?, level: [Command<Context>], path: [String], _ reader: inout Reader
  ) throws(UsageError) -> (Context) throws -> Int32 {
    guard let action = command?.action else {
      switch reader.next?.token {
      case .word(let word):
        throw .unknownCommand(word, within: path, suggestions: suggestions(for: word, level: level, path: path))
      case .option(let name, _):
        throw .unknownOption(
          name, suggestions: Reader.suggestions(for: name, among: globals.bindings.map(\.facts)))
      case .terminator, nil: throw .missingCommand(within: path)
      }
    }
    do {
      return try action.bind(&reader)
    } catch .unknownOption(let name, let suggestions) where suggestions.isEmpty {
      throw .unknownOption(
        name, suggestions: Reader.suggestions(for: name, among: globals.bindings.map(\.facts)))
    }
  }

  /// Finds commands of this level with a similar name. Where there is none, finds commands of any group with
  /// exactly this name, and returns `GROUP NAME`. Returns at most three.
  private func suggestions(for word: String, level: [Command<Context>], path: [String]) -> [String] {
    let word = TextNormalization.halfWidth(word).lowercased()
    // `help` is understood wherever a command is expected.
    let names = level.filter { !$0.isHidden }.map(\.name) + ["help"]
    let near = Suggestions.nearest(to: word, among: names)
    guard near.isEmpty else { return near.map { (path + [$0]).joined(separator: " ") } }
    return commands.lazy
      .flatMap { group in group.subcommands.map { (group, $0) } }
      .filter { $1.answers(to: word) && !$1.isHidden }
      .prefix(3).map { "\($0.name) \($1.name)" }
  }
}
