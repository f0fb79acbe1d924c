internal import Glibc

/// A thread of the system, for work that waits in the kernel or keeps a core busy for long, which the threads of
/// Swift's own pool must not.
public struct SystemThread: Sendable {
  /// The error that the system gave no thread.
  public struct Failure: Error, Hashable, Sendable {
    /// The system's error number: `EAGAIN` where it gives no more threads.
    public let errno: Int32
  }

  private let thread: pthread_t

  /// Runs `body` on a thread of its own, at once. Somebody has to `join` it or to `detach` it.
  /// - Throws: where the system gives no thread; `body` is then released without being run.
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

  /// Waits until the thread has ended. It is called once a thread, and not on the thread itself.
  public func join() { pthread_join(thread, nil) }

  /// Lets the thread end by itself. It is called once a thread, instead of `join`.
  public func detach() { pthread_detach(thread) }
}
