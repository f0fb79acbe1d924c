public import Terminal

/// A section of commands that belong together in the help.
public struct CommandSection<Context> {
  public let title: Text
  public let commands: [Command<Context>]

  public init(_ title: Text, _ commands: [Command<Context>]) {
    self.title = title
    self.commands = commands
  }
}

/// The whole command line: its name, its global options, its commands.
public struct Program<Globals, Context> {
  public let name: String
  public let version: String
  public let summary: Text
  public let sections: [CommandSection<Context>]
  let globals: Parameters<Globals>

  /// Makes a program. `globals` holds the defaults of the options that may stand anywhere on the line; `--help`
  /// and `--version` are always among them.
  public init(
    name: String, version: String, summary: Text, globals: Globals,
    globalParameters: (inout Parameters<Globals>) -> Void, sections: [CommandSection<Context>]
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.sections = sections
    var parameters = Parameters(defaults: globals)
    globalParameters(&parameters)
    self.globals = parameters
  }

  /// The options that every command takes.
  public var globalParameters: [Parameter] { globals.bindings.map(\.facts) }
  public var commands: [Command<Context>] { sections.flatMap(\.commands) }

  /// The command at `path` (canonical names); nil where there is none or the path is empty.
  public func command(at path: [String]) -> Command<Context>? {
    guard let first = path.first, var command = commands.first(where: { $0.name == first }) else { return nil }
    for word in path.dropFirst() {
      guard let next = command.subcommands.first(where: { $0.name == word }) else { return nil }
      command = next
    }
    return command
  }
}
