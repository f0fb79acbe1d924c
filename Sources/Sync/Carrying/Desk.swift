import Synchronization
import Threads

/// Lets the caller's thread keep the record while other threads carry what is delivered. They bring their
/// errands to the desk and wait; the caller's thread runs all that have come meanwhile together, so that one
/// transaction makes them durable.
final class Desk<Office: AnyObject>: Sendable {
  /// The maximum number of errands that are run together.
  private static var maxTogether: Int { 64 }

  private struct State {
    var errands: [Errand] = []
    /// The number of threads that have not ended.
    var carriers = 0
  }

  /// A piece of work for the caller's thread. Its result is handed over only once it is durable.
  private struct Errand: Sendable {
    /// Whether the errand reads or changes the record.
    let needsRecord: Bool
    let run: @Sendable (Office) -> Void
    /// Hands the result to the thread that waits, or the error that kept the result from becoming durable.
    let finish: @Sendable ((any Error)?) -> Void
  }

  private let state = Monitor(State())

  /// Runs `body` on the caller's thread and waits until what it changed is durable.
  /// - Throws: the error of `body`, or that of the transaction.
  func ask<Answer: Sendable>(_ body: @escaping @Sendable (Office) throws -> Answer) throws -> Answer {
    let answer = Monitor<(made: Result<Answer, any Error>?, isGiven: Bool)>((nil, false))
    state.change {
      $0.errands.append(
        Errand(
          needsRecord: true,
          run: { office in
            let made = Result { try body(office) }
            answer.withLock { $0.made = made }
          },
          finish: { error in
            answer.change {
              if let error { $0.made = .failure(error) }
              $0.isGiven = true
            }
          }))
    }
    // Without a limit the wait ends only once the answer is given.
    let given = answer.wait(milliseconds: nil) { $0.isGiven ? $0.made : nil }
    return try (given ?? .failure(SyncError.library)).get()
  }

  /// Runs `body` on the caller's thread at some time, in the order of the errands; it may not touch the record.
  func post(_ body: @escaping @Sendable (Office) -> Void) {
    state.change { $0.errands.append(Errand(needsRecord: false, run: body, finish: { _ in })) }
  }

  /// Starts threads and serves their errands until all have ended.
  /// - Parameters:
  ///   - count: the number of threads; fewer are started where the system has no more.
  ///   - least: the number of threads without which nothing is begun, 1 or more.
  ///   - together: runs errands so that their changes are durable together when it returns.
  ///   - prepare: called with the number of threads that were started, before any of them does anything.
  ///   - body: what each thread does; it gets its number, from 0.
  /// - Throws: `SyncError.library` where too few threads could be started, and the first error of a thread,
  ///   after the others have ended.
  func serve(
    _ office: Office, carriers count: Int, atLeast least: Int, together: (() -> Void) throws -> Void,
    prepare: (Int) -> Void = { _ in }, body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let failure = Failure()
    // The threads wait until their number is known. The value is nil until then, and false where they are too
    // few.
    let gate = Monitor<Bool?>(nil)
    var threads: [SystemThread] = []
    while threads.count < count {
      let number = threads.count
      state.change { $0.carriers += 1 }
      let thread = try? SystemThread { [self] in
        if gate.wait(milliseconds: nil, for: { $0 }) == true {
          do { try body(number) } catch { failure.first.withLock { $0 = $0 ?? error } }
        }
        state.change { $0.carriers -= 1 }
      }
      guard let thread else {
        state.change { $0.carriers -= 1 }
        break
      }
      threads.append(thread)
    }
    let isEnough = threads.count >= least
    if isEnough { prepare(threads.count) }
    gate.change { $0 = isEnough }
    while let errands = next() { run(errands, office, together) }
    for thread in threads { thread.join() }
    if !isEnough { throw SyncError.library }
    if let error = failure.first.withLock({ $0 }) { throw error }
  }

  /// Takes the oldest errands; nil where there are none and none can come.
  private func next() -> [Errand]? {
    state.wait(milliseconds: nil) { state -> [Errand]?? in
      if state.errands.isEmpty { return state.carriers == 0 ? .some(nil) : nil }
      let taken = Array(state.errands.prefix(Self.maxTogether))
      state.errands.removeFirst(taken.count)
      return .some(taken)
    } ?? nil
  }

  private func run(
    _ errands: [Errand], _ office: Office, _ together: (() -> Void) throws -> Void
  ) {
    var error: (any Error)?
    let runAll = { for errand in errands { errand.run(office) } }
    if errands.contains(where: \.needsRecord) {
      do { try together(runAll) } catch let fault { error = fault }
    } else {
      runAll()
    }
    for errand in errands { errand.finish(error) }
  }

  private final class Failure: Sendable {
    let first = Mutex<(any Error)?>(nil)
  }
}
