/// The maximum number of attempts at a request within one run, and the pauses between them.
public struct RetryPolicy: Hashable, Sendable {
  /// The maximum number of attempts at a request, 1 or more.
  public var attempts: Int
  /// The pause before the second attempt, which doubles with each further attempt.
  public var firstPause: Duration
  public var maxPause: Duration
  /// The maximum `Retry-After` that a run waits for; after a longer one the next run tries again.
  public var maxRetryAfter: Duration
  /// The maximum sum of all pauses of one run.
  public var maxPauses: Duration

  public init(
    attempts: Int = 3, firstPause: Duration = .seconds(1), maxPause: Duration = .seconds(30),
    maxRetryAfter: Duration = .seconds(60), maxPauses: Duration = .seconds(600)
  ) {
    self.attempts = attempts
    self.firstPause = firstPause
    self.maxPause = maxPause
    self.maxRetryAfter = maxRetryAfter
    self.maxPauses = maxPauses
  }

  /// The pause after a failed attempt.
  /// - Parameter attempt: the number of the failed attempt, from 1.
  func pause(after attempt: Int) -> Duration {
    min(maxPause, firstPause * (1 << min(max(0, attempt - 1), 16)))
  }

  /// The pause after a failed attempt; nil where waiting in this run does not help.
  func pause(after attempt: Int, _ error: SyncError) -> Duration? {
    guard error.isTransient, attempt < attempts else { return nil }
    let pause = pause(after: attempt)
    guard case .platformFailed(_, let retryAfter?) = error else { return pause }
    return retryAfter <= maxRetryAfter ? max(pause, retryAfter) : nil
  }
}

extension SyncError {
  /// Whether the same request may succeed a moment later.
  var isTransient: Bool {
    switch self {
    case .unreachable, .timedOut, .interrupted, .platformFailed: true
    default: false
    }
  }
}
