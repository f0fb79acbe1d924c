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
  /// - Returns: the line; nil where no line was typed, and an empty text for Ctrl-D.
  func takeTypedLine() -> String?

  /// Discards what was typed while nothing was asked, so that it does not answer a question that nobody has
  /// seen yet.
  func discardTyped()
}

extension LineSource {
  /// Returns nil, for a source into which nobody types without being asked.
  public func takeTypedLine() -> String? { nil }

  /// Does nothing, for a source into which nobody types without being asked.
  public func discardTyped() {}

  /// Reads the next line without completing anything, for a source without keys.
  public func readLine(prompt: String, completing _: @escaping LineCompleter, drawingOn sink: Sink)
    throws(PromptError) -> String
  {
    try readLine(prompt: prompt, drawingOn: sink)
  }
}

/// A function that completes the text before the cursor, as Tab does.
public typealias LineCompleter = (String) -> LineCompletion

/// The completion of a text.
public struct LineCompletion: Sendable, Hashable {
  /// The text that replaces what was typed, as far as only one completion is possible.
  public var text: String
  /// The possible completions where there are several; empty otherwise.
  public var candidates: [String]

  public init(text: String, candidates: [String] = []) {
    self.text = text
    self.candidates = candidates
  }
}
