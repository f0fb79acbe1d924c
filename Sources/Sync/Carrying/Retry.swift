import Synchronization

/// A sign for all threads of a run that nothing new is to be tried.
final class RunStop: Sendable {
  private let isRequestedFlag = Atomic(false)

  var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }
  func request() { isRequestedFlag.store(true, ordering: .relaxed) }
}

/// Repeats a request after a pause where its failure may be temporary, on any thread. All threads of a run
/// share one sum of pauses.
public struct Retry: Sendable {
  /// The sum of all pauses of a run.
  private final class Spent: Sendable {
    let duration = Mutex(Duration.zero)
  }

  private let spent = Spent()
  let policy: RetryPolicy
  let stop: RunStop
  let sleep: @Sendable (Duration) -> Void
  let onEvent: @Sendable (SyncEvent) -> Void

  /// Makes a retry without events.
  /// - Parameter sleep: waits between attempts; may return early where the run is cancelled.
  public init(policy: RetryPolicy = RetryPolicy(), sleep: @escaping @Sendable (Duration) -> Void) {
    self.init(policy: policy, stop: RunStop(), sleep: sleep, onEvent: { _ in })
  }

  init(
    policy: RetryPolicy, stop: RunStop = RunStop(), sleep: @escaping @Sendable (Duration) -> Void,
    onEvent: @escaping @Sendable (SyncEvent) -> Void
  ) {
    self.policy = policy
    self.stop = stop
    self.sleep = sleep
    self.onEvent = onEvent
  }

  func callAsFunction<Answer>(_ request: () throws(SyncError) -> Answer) throws(SyncError) -> Answer {
    var attempt = 1
    while true {
      do {
        return try request()
      } catch {
        guard pauses(after: attempt, error) else { throw error }
        attempt += 1
      }
    }
  }

  /// Waits before the next attempt.
  /// - Returns: false where there is to be no other attempt.
  func pauses(after attempt: Int, _ error: SyncError) -> Bool {
    guard !stop.isRequested, let pause = policy.pause(after: attempt, error) else { return false }
    let fits = spent.duration.withLock { sum in
      guard sum + pause <= policy.maxPauses else { return false }
      sum += pause
      return true
    }
    guard fits else { return false }
    onEvent(.retrying(after: pause, SyncReason(error)))
    sleep(pause)
    return true
  }
}
