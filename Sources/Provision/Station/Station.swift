internal import Glibc
internal import Synchronization
internal import Threads

/// The slots of a station, which work at once, each on a thread of its own. Their reports are collected for the
/// one thread that shows and stores them. A slot that fails does not stop the others.
public final class Station: Sendable {
  public struct Report: Sendable {
    /// Index of the slot.
    public let slot: Int
    public let event: StationSlot.Event
  }

  private let shared: Shared
  private let slotCount: Int

  private final class Shared: Sendable {
    let reports = Mutex<[Report]>([])
    let isStopping = Atomic(false)
    let working = Atomic(0)
  }

  /// - Parameters:
  ///   - slotCount: number of slots.
  ///   - makeSlot: called on the slot's own thread, with the slot's index and a function that waits and that a
  ///     stop cuts short.
  /// - Throws: `io` where the system refuses a thread; no slot runs then.
  public init(
    slotCount: Int,
    makeSlot: @escaping @Sendable (Int, _ sleep: @escaping @Sendable (Duration) -> Void) -> StationSlot
  ) throws(LinkError) {
    let shared = Shared()
    self.shared = shared
    self.slotCount = slotCount
    for index in 0..<slotCount {
      shared.working.add(1, ordering: .relaxed)
      do throws(SystemThread.Failure) {
        try SystemThread {
          let slot = makeSlot(index) { Self.sleep($0, unless: { shared.isStopping.load(ordering: .relaxed) }) }
          slot.serve(
            onEvent: { event in shared.reports.withLock { $0.append(Report(slot: index, event: event)) } },
            isCancelled: { shared.isStopping.load(ordering: .relaxed) })
          shared.working.subtract(1, ordering: .releasing)
        }.detach()
      } catch {
        shared.working.subtract(1, ordering: .relaxed)
        stop()
        throw .io(errno: error.errno)
      }
    }
  }

  /// Takes the reports since the last call, each slot's in order.
  public func takeReports() -> [Report] {
    shared.reports.withLock { reports in
      defer { reports = [] }
      return reports
    }
  }

  /// Tells every slot to end after its present block.
  public func stop() { shared.isStopping.store(true, ordering: .relaxed) }

  /// Whether any slot is still working.
  public var isWorking: Bool { shared.working.load(ordering: .acquiring) > 0 }

  private static func sleep(_ duration: Duration, unless isStopping: () -> Bool) {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end, !isStopping() { usleep(20_000) }
  }
}
