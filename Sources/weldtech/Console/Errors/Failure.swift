import Terminal

/// An error as a person reads it: what was being done and to what, what happened, what to try, and a
/// stable dotted code that is a heading in `docs/troubleshooting.md`.
struct Failure: Error {
  /// One finding of several, for example a wrong field.
  struct Detail {
    /// JSON path or option.
    var path: String
    var code: String
    var message: Text
    /// Whether `message` says already where it is, so that the path is for programs only.
    var isPlaceInMessage = false

    /// The path as it stands behind the sentence, in brackets.
    var place: Text { Text(zh: "（\(path)）", en: " (\(path))") }
  }

  var code: String
  var message: Text
  var hint: Text
  var details: [Detail] = []
  var exit: ExitCode = .failed

  /// The failure with the place that it happened to said first.
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
  /// Some of the queue is not delivered.
  case pending = 8
  case usage = 64
  case badData = 65
}
