/// A source of lines that answer questions.
public protocol LineSource: Sendable {
  /// Whether a person can type into the source.
  var isTerminal: Bool { get }

  /// Reads the next line, without its end. `prompt` stands before the line, and both are drawn on `sink`.
  func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String
}
