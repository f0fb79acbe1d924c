import Synchronization
import Threads

/// Threads that take numbered pieces of work until there are none left.
final class WorkerThreads: Sendable {
  private final class Piecework: Sendable {
    let body: @Sendable (_ worker: Int, _ piece: Int) -> Bool
    let next = Atomic<Int>(0)
    let pieces: Int
    let workers = Atomic<Int>(0)

    init(pieces: Int, body: @escaping @Sendable (Int, Int) -> Bool) {
      self.pieces = pieces
      self.body = body
    }

    func run() {
      let worker = workers.add(1, ordering: .relaxed).oldValue
      while true {
        let piece = next.add(1, ordering: .relaxed).oldValue
        guard piece < pieces, body(worker, piece) else { return }
      }
    }
  }

  private let threads: [SystemThread]
  private let work: Piecework

  /// Starts at once. Pieces are taken in order, each by one thread.
  /// - Parameters:
  ///   - count: of threads, 1 or more. Where the system gives fewer, those do it all.
  ///   - body: which thread (from 0) and which piece (from 0); false ends that thread.
  init(count: Int, pieces: Int, body: @escaping @Sendable (_ worker: Int, _ piece: Int) -> Bool) {
    let work = Piecework(pieces: pieces, body: body)
    self.work = work
    threads = (0..<min(count, pieces)).compactMap { _ in
      try? SystemThread { work.run() }
    }
  }

  /// Returns when all are done.
  func wait() {
    for thread in threads { thread.join() }
    if threads.isEmpty { work.run() }
  }
}
