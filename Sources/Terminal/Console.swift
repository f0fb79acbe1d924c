/// The console of a command: data on stdout, everything else on stderr, and answers from a person.
public final class Console: Sendable {
  public let output: Sink
  public let diagnostics: Sink
  public let source: any LineSource
  public let language: Language
  /// Whether stdout carries one JSON document and nothing else.
  public let isJSON: Bool
  public let isVerbose: Bool
  /// The styles of text on stdout; `diagnosticsStyling` has the styles on stderr.
  public let outputStyling: Styling
  public let diagnosticsStyling: Styling

  public init(
    output: Sink = .standardOutput, diagnostics: Sink = .standardError, source: any LineSource = LineEditor(),
    language: Language, isJSON: Bool = false, isVerbose: Bool = false, noColor: Bool = false,
    environment: [String: String] = [:]
  ) {
    self.output = output
    self.diagnostics = diagnostics
    self.source = source
    self.language = language
    self.isJSON = isJSON
    self.isVerbose = isVerbose
    outputStyling = Styling(isTerminal: output.isTerminal, noColor: noColor, environment: environment)
    diagnosticsStyling = Styling(isTerminal: diagnostics.isTerminal, noColor: noColor, environment: environment)
  }

  /// Whether a question may be asked: a person can type and see, and stdout is not for a program. No question
  /// is asked without this check.
  public var canPrompt: Bool { source.isTerminal && diagnostics.isTerminal && !isJSON }

  /// The maximum width of tables on stdout, columns; nil where stdout is no terminal, so that nothing is cut
  /// off.
  public var tableWidth: Int? { output.isTerminal ? output.columns : nil }

  /// Writes a line of data to stdout.
  public func put(_ line: String) {
    output.write(ScreenText(line) + "\n")
  }

  /// Writes a line of data with styles in it to stdout.
  public func put(styled line: ScreenText) {
    output.write(line + "\n")
  }

  /// Writes a line for the user to stderr.
  public func say(_ text: Text, _ styles: Style...) {
    diagnostics.write(diagnosticsStyling.apply(styles, to: ScreenText(text[language])) + "\n")
  }

  /// Writes a line to stderr for a user who asked for details.
  public func sayMore(_ text: @autoclosure () -> Text) {
    if isVerbose { diagnostics.write(diagnosticsStyling(text()[language], .dim) + "\n") }
  }

  /// The reason why stdout could not take everything; nil where it could.
  public var failure: Sink.Failure? { output.failure }
}
