/// Where the answers come from.
public protocol LineSource: Sendable {
  /// A person can type there.
  var isTerminal: Bool { get }

  /// The next line, without its end. `prompt` stands before it and is drawn on `sink`, as is what is typed.
  func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String
}
