/// How often a request is tried within one run.
public struct RetryPolicy: Hashable, Sendable {
  /// 1 or more.
  public var attempts: Int
  /// Before the second attempt; doubles from one to the next.
  public var firstPause: Duration
  public var longestPause: Duration

  public init(attempts: Int = 3, firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(30)) {
    self.attempts = attempts
    self.firstPause = firstPause
    self.longestPause = longestPause
  }

  /// - Parameter attempt: the one that failed, from 1.
  func pause(after attempt: Int) -> Duration {
    min(longestPause, firstPause * (1 << min(max(0, attempt - 1), 16)))
  }
}

extension SyncError {
  /// The same request may well succeed a moment later.
  var isTransient: Bool {
    switch self {
    case .unreachable, .interrupted, .platformFailed: true
    default: false
    }
  }
}
