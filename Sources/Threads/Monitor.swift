internal import Glibc

/// A monitor: a value that several threads change, and whose changes a thread can wait for.
public final class Monitor<Value>: @unchecked Sendable {
  // The value and the condition are used only with the mutex locked, or before another thread knows this
  // object.
  private var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  public init(_ value: consuming sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    // The condition uses the monotonic clock, because the wall clock may be set while a thread waits.
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

  /// Reads or changes the value, without waking any waiting thread.
  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Changes the value and wakes all waiting threads.
  public func change<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let result = body(&value)
    pthread_cond_broadcast(condition)
    return result
  }

  /// Waits until `body` returns a result. `body` is called at once and after each change.
  /// - Parameter milliseconds: the maximum wait, 0 or more; nil waits for ever.
  /// - Returns: the result of `body`; nil where `body` had none within the maximum wait.
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
