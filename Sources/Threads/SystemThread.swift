internal import Glibc

/// A thread of the system, for work that waits in the kernel or occupies a core for long, which must not run on
/// the threads of Swift's own pool.
public struct SystemThread: Sendable {
  /// The error that the system refused a thread.
  public struct Failure: Error, Hashable, Sendable {
    /// The system's error number: `EAGAIN` where there are too many threads.
    public let errno: Int32
  }

  private let thread: pthread_t

  /// Runs `body` on a thread of its own, at once. The caller has to call `join` or `detach`.
  /// - Throws: `Failure` where the system refuses a thread; `body` is then released without being run.
  public init(_ body: @escaping @Sendable () -> Void) throws(Failure) {
    final class Work {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      throw Failure(errno: status)
    }
    self.thread = thread
  }

  /// Waits until the thread has ended. It may be called only once, and not on the thread itself.
  public func join() { pthread_join(thread, nil) }

  /// Lets the thread end by itself. It may be called only once, and instead of `join`.
  public func detach() { pthread_detach(thread) }
}
