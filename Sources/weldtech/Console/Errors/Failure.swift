import Terminal

/// An error as a person reads it: the work under way and its object, the event, the remedy, and a stable dotted
/// code that is a heading in `docs/troubleshooting.md`.
struct Failure: Error {
  /// One finding of several, such as a wrong field.
  struct Detail {
    /// The JSON path or the option of the finding.
    var path: String
    var code: String
    var message: Text
    /// Whether `message` already names the place, so that people are not shown `path`.
    var isPlaceInMessage = false

    /// The path in brackets, as it follows the sentence.
    var place: Text { Text(zh: "（\(path)）", en: " (\(path))") }
  }

  var code: String
  var message: Text
  var hint: Text
  var details: [Detail] = []
  var exit: ExitCode = .failed

  /// The failure with the place before its message.
  func within(_ place: Text) -> Failure {
    var failure = self
    failure.message = Text(zh: place.zh + message.zh, en: place.en + message.en)
    return failure
  }
}

/// The exit codes of the contract.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  case cancelled = 2
  /// Some items of the queue are not delivered.
  case pending = 8
  case usage = 64
  case badData = 65
}
