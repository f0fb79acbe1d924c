public import Terminal

/// What is known of an argument, an option or a flag; enough for help, completions and the manual page.
public struct Parameter {
  public enum Kind: Sendable {
    case argument, option, flag
  }

  public let kind: Kind
  /// Of an option or flag without its hyphens; of an argument as the usage line shows it.
  public let name: String
  public let short: Character?
  public let placeholder: String
  public let help: Text
  public let isRequired: Bool
  public let isRepeating: Bool
  public let expectation: Expectation
  public let completion: Completion
  /// As it would be typed; nil where there is none to speak of.
  public let defaultValue: String?

  /// As a person would type it: `--port`, `ID`.
  public var spelling: String { kind == .argument ? name : "--" + name }
}
