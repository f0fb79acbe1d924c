/// The reason why a command line cannot be run.
public enum UsageError: Error, Sendable, Equatable {
  /// The command line names no command; `within` is the group, empty for the program itself.
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
  /// An option was given an empty or blank value; `parameter` is the option with its hyphens.
  case emptyValue(parameter: String)
  case missingArgument(String)
  case unexpectedArgument(String)
  case repeatedOption(String)
  /// Required values are missing in a place where the program may not ask for them: one or several options or
  /// arguments.
  case missingOptions([String])
  /// Two options exclude each other.
  case conflictingOptions(String, String)

  /// The error of a command that finds a value missing where it cannot ask: `option` with or without its hyphens.
  public static func missing(option: String) -> UsageError { missing(options: [option]) }

  public static func missing(options: [String]) -> UsageError { .missingOptions(options.map(spelling)) }

  /// Makes the error of a command that finds nothing in a value that was given; `option` is written with or
  /// without its hyphens.
  public static func empty(option: String) -> UsageError { .emptyValue(parameter: spelling(option)) }

  private static func spelling(_ option: String) -> String {
    option.hasPrefix("-") || option.first?.isUppercase == true ? option : "--" + option
  }
}
