import Glibc
import Synchronization
import Threads

/// Threads that work ahead of the caller, who takes the results in the order in which the items were submitted.
/// One thread makes all items of one submission; after a failure nothing that was submitted later is begun.
final class OrderedWorkerPool<Item: Sendable, Value: Sendable>: Sendable {
  /// The result of one submission: the values up to the first failure.
  struct Outcome: Sendable {
    var values: [Value] = []
    var error: LabelError?
  }

  private struct Queue {
    /// Submissions that are not begun yet; the first one has the number `begun`.
    var waiting: ArraySlice<[Item]> = []
    var begun = 0
    var isOver = false
    var outcomes: [Int: Outcome] = [:]
    /// Number of the next result to be taken.
    var delivered = 0

    /// Number and items of the next submission to be made; nil where there is nothing to begin.
    mutating func begin() -> (number: Int, items: [Item])? {
      guard !isOver, let items = waiting.popFirst() else { return nil }
      begun += 1
      return (begun - 1, items)
    }

    mutating func end(_ number: Int, _ outcome: Outcome) {
      outcomes[number] = outcome
      if outcome.error != nil { isOver = true }
    }
  }

  private final class Work: Sendable {
    let queue = Mutex(Queue())
    let submitted = Signal()
    let made = Signal()
    let make: @Sendable (_ worker: Int, _ item: Item) throws(LabelError) -> Value

    init(_ make: @escaping @Sendable (Int, Item) throws(LabelError) -> Value) { self.make = make }

    /// Makes the next submission.
    /// - Returns: false where no submission is waiting.
    func makeNext(as worker: Int) -> Bool {
      guard let (number, items) = queue.withLock({ $0.begin() }) else { return false }
      var outcome = Outcome()
      for item in items {
        do throws(LabelError) {
          outcome.values.append(try make(worker, item))
        } catch {
          outcome.error = error
          break
        }
      }
      queue.withLock { $0.end(number, outcome) }
      made.send()
      return true
    }
  }

  private let work: Work
  private let threads: [SystemThread]

  /// - Parameters:
  ///   - workers: number of threads, 1 or more. Where the system starts fewer threads, these do all the work.
  ///   - make: makes an item; the first value is the number of the thread, from 0.
  init(workers: Int, make: @escaping @Sendable (_ worker: Int, _ item: Item) throws(LabelError) -> Value) {
    let work = Work(make)
    self.work = work
    threads = (0..<workers).compactMap { worker in
      try? SystemThread {
        repeat { work.submitted.wait() } while work.makeNext(as: worker)
      }
    }
  }

  // MARK: - Giving and taking

  /// Number of submissions whose results were not taken yet.
  var pendingCount: Int { work.queue.withLock { $0.begun + $0.waiting.count - $0.delivered } }

  func submit(_ items: [Item]) {
    work.queue.withLock { $0.waiting.append(items) }
    work.submitted.send()
  }

  /// Waits for the next result.
  /// - Returns: nil where no more results will come.
  func next() -> Outcome? {
    while true {
      let (outcome, isAllDelivered) = work.queue.withLock { queue in
        let outcome = queue.outcomes.removeValue(forKey: queue.delivered)
        if outcome != nil { queue.delivered += 1 }
        return (outcome, queue.delivered == queue.begun && (queue.isOver || queue.waiting.isEmpty))
      }
      if let outcome { return outcome }
      if isAllDelivered { return nil }
      if !threads.isEmpty { work.made.wait() } else if !work.makeNext(as: 0) { return nil }
    }
  }

  /// Stops the pool: no further submission is begun. Submissions that were begun are finished, and their
  /// results can be taken.
  func stop() { work.queue.withLock { $0.isOver = true } }

  /// Stops the pool, waits until its threads have ended, and returns the results that were not taken, in order.
  /// It may be called only once.
  func end() -> [Outcome] {
    stop()
    for _ in threads { work.submitted.send() }
    for thread in threads { thread.join() }
    return work.queue.withLock { queue in
      let rest = queue.outcomes.sorted { $0.key < $1.key }.map(\.value)
      queue.outcomes = [:]
      return rest
    }
  }
}

/// Counts the signals until somebody waits for one.
private final class Signal: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func send() { sem_post(semaphore) }

  func wait() { while sem_wait(semaphore) != 0 && errno == EINTR {} }
}
