/// The maximum number of attempts at a request within one run, and the pauses between them.
public struct RetryPolicy: Sendable {
  /// The maximum number of attempts at a request, 1 or more.
  public var attempts: Int
  /// The longest pause before the second attempt, which doubles with each further attempt.
  public var firstPause: Duration
  public var maxPause: Duration
  /// The maximum `Retry-After` that a run waits for; after a longer one the next run tries again.
  public var maxRetryAfter: Duration
  /// The maximum sum of all pauses of one run.
  public var maxPauses: Duration
  /// Returns the pause to wait, given the longest one that is allowed. By default it is a random part of the
  /// longest pause, so that a hundred laptops that lost the platform at the same moment do not all come back at
  /// the same moment.
  public var jitter: @Sendable (Duration) -> Duration

  public init(
    attempts: Int = 3, firstPause: Duration = .seconds(1), maxPause: Duration = .seconds(30),
    maxRetryAfter: Duration = .seconds(60), maxPauses: Duration = .seconds(600),
    jitter: @escaping @Sendable (Duration) -> Duration = Self.anyPart
  ) {
    self.attempts = attempts
    self.firstPause = firstPause
    self.maxPause = maxPause
    self.maxRetryAfter = maxRetryAfter
    self.maxPauses = maxPauses
    self.jitter = jitter
  }

  /// Returns a random part of a duration, uniformly distributed.
  @Sendable public static func anyPart(of duration: Duration) -> Duration {
    duration * Double.random(in: 0...1)
  }

  /// The longest pause after a failed attempt.
  /// - Parameter attempt: the number of the failed attempt, from 1.
  public func maxPause(after attempt: Int) -> Duration {
    min(maxPause, firstPause * (1 << min(max(0, attempt - 1), 16)))
  }

  /// The pause after a failed attempt; nil where waiting in this run does not help.
  func pause(after attempt: Int, _ error: SyncError) -> Duration? {
    guard error.isTransient, attempt < attempts else { return nil }
    let pause = jitter(maxPause(after: attempt))
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
