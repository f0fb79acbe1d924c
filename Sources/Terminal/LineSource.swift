/// Gives the lines that answer questions.
public protocol LineSource: Sendable {
  /// Whether a person can type there.
  var isTerminal: Bool { get }

  /// Reads the next line, without its end. `prompt` stands before it and is drawn on `sink`, as is what is typed.
  func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String
}
