/// Why a question was not answered.
public enum PromptError: Error, Sendable, Equatable {
  /// There is no one to ask: stdin or stderr is no terminal, or `--json` was given.
  case notATerminal
  /// Ctrl-C, or a signal.
  case cancelled
  /// Ctrl-D, or the terminal went away.
  case endOfInput
}
