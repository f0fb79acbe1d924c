public import Terminal

/// An argument, an option or a flag, described well enough for help, completions and the manual page.
public struct Parameter {
  public enum Kind: Sendable {
    case argument, option, flag
  }

  public let kind: Kind
  /// The name of an option or flag without its hyphens, or of an argument as the usage line shows it.
  public let name: String
  public let short: Character?
  public let placeholder: String
  public let help: Text
  public let isRequired: Bool
  public let isRepeating: Bool
  public let expectation: Expectation
  public let completion: Completion
  /// The default as it would be typed; nil where the help shows none.
  public let defaultValue: String?

  /// The parameter as it is typed: `--port`, `ID`.
  public var spelling: String { kind == .argument ? name : "--" + name }
}
