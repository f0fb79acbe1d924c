public import Terminal

/// A command of the program: something to run, a group of commands, or both (`repair CODE`, `repair open`).
/// Its parameters and subcommands are made only when they are needed.
public struct Command<Context> {
  public let name: String
  /// The other words that name the command.
  public let aliases: [String]
  /// The command in one line, without a full stop.
  public let summary: Text
  /// The text of the help page below the usage line, its line breaks kept.
  public let discussion: Text?
  /// Whether help and completions leave the command out.
  public let isHidden: Bool
  let action: Action<Context>?
  private let makeSubcommands: (() -> [Command])?

  /// Makes a command that runs. A command with `subcommands` runs only where the next word names none of them.
  /// `run` returns the exit status.
  public init<Options>(
    _ name: String, aliases: [String] = [], _ summary: Text, discussion: Text? = nil, isHidden: Bool = false,
    options: @autoclosure @escaping () -> Options,
    parameters: @escaping (inout Parameters<Options>) -> Void,
    run: @escaping (Options, Context) throws -> Int32,
    subcommands: (() -> [Command])? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.discussion = discussion
    self.isHidden = isHidden
    action = Action(options: options, parameters: parameters, run: run)
    makeSubcommands = subcommands
  }

  /// Makes a command that runs and has no parameters.
  public init(
    _ name: String, aliases: [String] = [], _ summary: Text, discussion: Text? = nil, isHidden: Bool = false,
    run: @escaping (Context) throws -> Int32
  ) {
    self.init(
      name, aliases: aliases, summary, discussion: discussion, isHidden: isHidden,
      options: (),
      parameters: { _ in }, run: { _, context in try run(context) })
  }

  /// Makes a group of commands.
  public init(
    _ name: String, aliases: [String] = [], _ summary: Text, discussion: Text? = nil, isHidden: Bool = false,
    subcommands: @escaping () -> [Command]
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.discussion = discussion
    self.isHidden = isHidden
    action = nil
    makeSubcommands = subcommands
  }

  public var subcommands: [Command] { makeSubcommands?() ?? [] }
  public var parameters: [Parameter] { action?.parameters() ?? [] }
  /// Whether the command does something when no subcommand is named.
  public var isRunnable: Bool { action != nil }
  /// Whether the command has subcommands.
  public var isGroup: Bool { makeSubcommands != nil }

  func answers(to word: String) -> Bool { name == word || aliases.contains(word) }
}

/// The work of a command, whose options type is hidden.
struct Action<Context> {
  let parameters: () -> [Parameter]
  let bind: (inout Reader) throws(UsageError) -> (Context) throws -> Int32

  init<Options>(
    options: @escaping () -> Options, parameters fill: @escaping (inout Parameters<Options>) -> Void,
    run: @escaping (Options, Context) throws -> Int32
  ) {
    func gather() -> Parameters<Options> {
      var parameters = Parameters(defaults: options())
      fill(&parameters)
      return parameters
    }
    parameters = { gather().bindings.map(\.facts) }
    bind = { (reader: inout Reader) throws(UsageError) -> (Context) throws -> Int32 in
      let parameters = gather()
      var options = parameters.defaults
      try reader.fill(&options, parameters.bindings)
      return { try run(options, $0) }
    }
  }
}
