/// The reason why a command line cannot be run.
public enum UsageError: Error, Sendable, Equatable {
  /// No command was named; `within` is the group, empty at the top.
  case missingCommand(within: [String])
  case unknownCommand(String, within: [String], suggestions: [String])
  case unknownOption(String, suggestions: [String])
  /// An option stands without its value.
  case missingValue(option: String, expected: Expectation)
  /// A flag was given a value.
  case unexpectedValue(option: String)
  /// A value does not have the form that is expected; `parameter` is an option with its hyphens or an argument's
  /// name.
  case badValue(parameter: String, expected: Expectation)
  /// A value is there and says nothing; `parameter` is an option with its hyphens.
  case emptyValue(parameter: String)
  case missingArgument(String)
  case unexpectedArgument(String)
  case repeatedOption(String)
  /// Values are missing that the command cannot do without and may not ask for here: one or several options or
  /// arguments.
  case missingOptions([String])
  /// Two options exclude each other.
  case conflictingOptions(String, String)

  /// The error of a command that finds a value missing where it cannot ask: `option` with or without its hyphens.
  public static func missing(option: String) -> UsageError { missing(options: [option]) }

  public static func missing(options: [String]) -> UsageError { .missingOptions(options.map(spelling)) }

  /// For a command that finds nothing in a value that was given: `option` with or without its hyphens.
  public static func empty(option: String) -> UsageError { .emptyValue(parameter: spelling(option)) }

  private static func spelling(_ option: String) -> String {
    option.hasPrefix("-") || option.first?.isUppercase == true ? option : "--" + option
  }
}
