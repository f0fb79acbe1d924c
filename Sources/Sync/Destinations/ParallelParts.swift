import Threads

/// The parts of one object, which several threads send or fetch at once.
enum ParallelParts {
  private struct State {
    var next = 0
    var failure: SyncError?
  }

  /// Runs `body` once for each number below `count`. After a failure no further part is begun.
  /// - Parameter threads: the maximum number of threads, 1 or more, the calling one included.
  /// - Throws: the first failure, once all threads have ended.
  static func run(
    _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws(SyncError) -> Void
  ) throws(SyncError) {
    let state = Monitor(State())
    let work: @Sendable () -> Void = {
      while true {
        let index: Int? = state.withLock { state in
          guard state.failure == nil, state.next < count else { return nil }
          state.next += 1
          return state.next - 1
        }
        guard let index else { return }
        do throws(SyncError) {
          try body(index)
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    var helpers: [SystemThread] = []
    // Where the system refuses a thread, those that there are do the work.
    while helpers.count < min(threads, count) - 1, let helper = try? SystemThread(work) {
      helpers.append(helper)
    }
    work()
    for helper in helpers { helper.join() }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
