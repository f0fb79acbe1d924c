/// A source of lines that answer questions.
public protocol LineSource: Sendable {
  /// Whether a person can type into the source.
  var isTerminal: Bool { get }

  /// Reads the next line, without its end. `prompt` stands before the line, and both are drawn on `sink`.
  func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String

  /// Reads the next line as `readLine(prompt:drawingOn:)` does; a key of the source completes what is typed.
  func readLine(prompt: String, completing completer: @escaping LineCompleter, drawingOn sink: Sink)
    throws(PromptError) -> String

  /// Takes a line that was typed while nothing was asked, without waiting.
  /// - Returns: nil where none was; an empty line for Ctrl-D.
  func takeTypedLine() -> String?

  /// Throws away what was typed while nothing was asked, so that it answers no question that nobody has seen yet.
  func discardTyped()
}

extension LineSource {
  /// Takes nothing, for a source of which nobody types without being asked.
  public func takeTypedLine() -> String? { nil }

  /// Has nothing to throw away.
  public func discardTyped() {}

  /// Reads the next line without completing anything, for a source without keys.
  public func readLine(prompt: String, completing _: @escaping LineCompleter, drawingOn sink: Sink)
    throws(PromptError) -> String
  {
    try readLine(prompt: prompt, drawingOn: sink)
  }
}

/// Completes the text before the cursor, as Tab does.
public typealias LineCompleter = (String) -> LineCompletion

/// The completion of a text.
public struct LineCompletion: Sendable, Hashable {
  /// The text as far as it is certain, in place of what was typed.
  public var text: String
  /// The possible endings, where there are several.
  public var candidates: [String]

  public init(text: String, candidates: [String] = []) {
    self.text = text
    self.candidates = candidates
  }
}
