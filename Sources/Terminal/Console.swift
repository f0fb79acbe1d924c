/// What a command talks to: data on stdout, everything else on stderr, answers from a person.
public final class Console: Sendable {
  public let output: Sink
  public let diagnostics: Sink
  public let source: any LineSource
  public let language: Language
  /// stdout carries one JSON document and nothing else.
  public let isJSON: Bool
  public let isVerbose: Bool
  /// For text on stdout and on stderr.
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

  /// The only gate to a question: a person can type and see, and stdout is not for a program.
  public var canPrompt: Bool { source.isTerminal && diagnostics.isTerminal && !isJSON }

  /// The width for tables on stdout; nil where stdout is no terminal, so that nothing is cut off.
  public var tableWidth: Int? { output.isTerminal ? output.columns : nil }

  /// A line of data, on stdout.
  public func put(_ line: String) {
    output.write(ScreenText(line) + "\n")
  }

  /// A line of data with styles in it, on stdout.
  public func put(styled line: ScreenText) {
    output.write(line + "\n")
  }

  /// A line for the person, on stderr.
  public func say(_ text: Text, _ styles: Style...) {
    diagnostics.write(diagnosticsStyling.apply(styles, to: ScreenText(text[language])) + "\n")
  }

  /// A line for the person who asked for more, on stderr.
  public func sayMore(_ text: @autoclosure () -> Text) {
    if isVerbose { diagnostics.write(diagnosticsStyling(text()[language], .dim) + "\n") }
  }

  /// Nil, or why stdout did not take everything.
  public var failure: Sink.Failure? { output.failure }
}
