internal import Glibc

/// A value that several threads change and that one can wait for: a monitor, as the field calls it.
public final class Monitor<Value>: @unchecked Sendable {
  // All three are touched with the mutex locked, or before another thread knows this object.
  private var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  public init(_ value: consuming sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    // The wall clock may be set while somebody waits.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Reads or changes the value. Nobody who waits is woken.
  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Changes the value and wakes those who wait.
  public func change<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let result = body(&value)
    pthread_cond_broadcast(condition)
    return result
  }

  /// Waits until `body`, which is asked at once and after each change, has a result.
  /// - Parameter milliseconds: the longest wait, 0 or more; nil waits for ever.
  /// - Returns: nil after that time.
  public func wait<Result>(milliseconds: Int?, for body: (inout Value) -> Result?) -> Result? {
    var limit = timespec()
    if let milliseconds {
      clock_gettime(CLOCK_MONOTONIC, &limit)
      let nanoseconds = limit.tv_nsec + milliseconds % 1000 * 1_000_000
      limit.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
      limit.tv_nsec = nanoseconds % 1_000_000_000
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      if milliseconds == nil {
        pthread_cond_wait(condition, mutex)
      } else if pthread_cond_timedwait(condition, mutex, &limit) != 0 {
        return body(&value)
      }
    }
  }
}
