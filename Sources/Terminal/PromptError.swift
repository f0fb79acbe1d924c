/// The reason why a question was not answered.
public enum PromptError: Error, Sendable, Equatable {
  /// Nobody can be asked: stdin or stderr is no terminal, or `--json` was given.
  case notATerminal
  /// The person pressed Ctrl-C, or a signal came.
  case cancelled
  /// The person pressed Ctrl-D, or the terminal went away.
  case endOfInput
  /// The person wants the question before this one again. Only a prompter that was made with `goesBack` throws
  /// it.
  case back
}
