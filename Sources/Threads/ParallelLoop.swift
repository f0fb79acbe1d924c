/// A loop whose numbers several threads take one after the other.
public enum ParallelLoop {
  private struct State<Failure: Error> {
    var next = 0
    var failure: Failure?
  }

  /// Runs `body` once for each number below `count`. After a failure no further number is begun.
  /// - Parameter threads: the maximum number of threads, 1 or more, the calling thread included.
  /// - Throws: the first failure, once all threads have ended.
  public static func run<Failure: Error>(
    below count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let state = Monitor(State<Failure>())
    let work: @Sendable () -> Void = {
      while true {
        let number: Int? = state.withLock { state in
          guard state.failure == nil, state.next < count else { return nil }
          state.next += 1
          return state.next - 1
        }
        guard let number else { return }
        do throws(Failure) {
          try body(number)
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    var helpers: [SystemThread] = []
    // Where the system refuses a thread, the existing threads do the work.
    while helpers.count < min(threads, count) - 1, let helper = try? SystemThread(work) {
      helpers.append(helper)
    }
    work()
    for helper in helpers { helper.join() }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
