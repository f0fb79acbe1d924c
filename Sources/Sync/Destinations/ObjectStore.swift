public import Records

/// A place that keeps objects by their keys, such as a bucket or a folder on a stick. Each method may be called on several
/// threads at once.
public protocol ObjectStore: DeliveredObjects, Sendable {
  /// Writes an object. Returns only when the store has acknowledged it and its contents were read back from the store with
  /// the digest that the key holds. An object that is there already with these contents stays; one with other contents,
  /// such as a broken-off upload, is replaced.
  /// - Throws: `contentsChanged`, before anything is written, where the bytes have another digest than the key;
  ///   `notAcknowledged` where the store gives back other bytes than it was given.
  func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError)

  /// Whether the store has the object with the contents that its key names. The contents are read back: a digest in the
  /// object's metadata is only the word of whoever wrote it.
  func has(_ object: DeliveredObject) throws(SyncError) -> Bool

  /// The size of the object as the store lists it, bytes, without reading it; nil where it is not there.
  func size(of object: DeliveredObject) throws(SyncError) -> Int?
}

/// Repeats a request after a pause where its failure may be temporary, on any thread. All threads of a run share one sum of
/// pauses.
public struct ObjectRetry: Sendable {
  let policy: RetryPolicy
  let sleep: @Sendable (Duration) -> Void
  let onRetry: @Sendable (Duration, SyncReason) -> Void
  private let spent = LockedValue(Duration.zero)

  /// - Parameters:
  ///   - sleep: waits between attempts; may return early where the run is cancelled.
  ///   - onRetry: called before each pause, with its length and the reason.
  public init(
    policy: RetryPolicy = RetryPolicy(), sleep: @escaping @Sendable (Duration) -> Void,
    onRetry: @escaping @Sendable (Duration, SyncReason) -> Void = { _, _ in }
  ) {
    self.policy = policy
    self.sleep = sleep
    self.onRetry = onRetry
  }

  func callAsFunction<Answer>(_ request: () throws(SyncError) -> Answer) throws(SyncError) -> Answer {
    var attempt = 1
    while true {
      do throws(SyncError) {
        return try request()
      } catch {
        guard let pause = policy.pause(after: attempt, error), spend(pause) else { throw error }
        onRetry(pause, SyncReason(error))
        sleep(pause)
        attempt += 1
      }
    }
  }

  /// Takes a pause from what is left of the run's; false where too little is left.
  private func spend(_ pause: Duration) -> Bool {
    spent.withLock { spent in
      guard spent + pause <= policy.maxPauses else { return false }
      spent += pause
      return true
    }
  }
}
