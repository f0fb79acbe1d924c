internal import Glibc
internal import Synchronization
internal import Threads

/// A simulated module on a pty, which `bench module` runs and the tests plug into.
///
/// `start` gives the port's path; `run` serves it on the calling thread, `runInBackground` on one of its own. The
/// module survives programs that open and close the port. After `pull`, or a fault that pulls, the path is gone; the
/// module stays as it is and `start` plugs it in again.
public final class ModuleBench: Sendable {
  public struct Configuration: Sendable {
    /// Speed by which bytes take their time, both ways, bits a second; nil for as fast as the pty is.
    public var wireBaudRate: Int?
    public var fault: ModuleBenchFault?
    public var timings: FlashTimings
    /// The chip's flash with what is in it: blank, or a firmware and maybe a pairing.
    public var flash: FlashArray
    /// The chip's unique id, 12 bytes, of which the module's serial number is made too.
    public var uniqueID: [UInt8]
    /// The world that its sensors see, which may be changed while it runs.
    public var surroundings: Surroundings
    /// Time that bytes are under way within laptop and adapter, each way.
    public var adapterLatency = Duration.zero
    /// Bits a second above which the adapter drops bytes; nil for none. The core engine does not use it.
    public var maxAdapterBaudRate: Int?
    /// Error of the chip's oscillator, parts per million, at most 50,000 each way. The core engine does not use it.
    public var oscillatorError = 0

    public init(
      wireBaudRate: Int? = nil, fault: ModuleBenchFault? = nil, timings: FlashTimings = .typical,
      flash: FlashArray = .stm32f405(), uniqueID: [UInt8] = Array("WELDTECHSIM1".utf8),
      surroundings: Surroundings = Surroundings()
    ) {
      self.wireBaudRate = wireBaudRate
      self.fault = fault
      self.timings = timings
      self.flash = flash
      self.uniqueID = uniqueID
      self.surroundings = surroundings
    }
  }

  /// The reason for which `run` returned.
  public enum End: Hashable, Sendable {
    /// `stop` was called, or `until` said so.
    case stopped
    case pulled
  }

  /// A request from any thread to the one that serves; `none` once it is done.
  enum Request: UInt8, AtomicRepresentable { case none, stop, pull }

  public let configuration: Configuration
  /// The service, which the serving thread holds as long as it serves.
  private let service: Mutex<ModuleBenchService>
  private let published: PublishedBenchTruth
  private let request = Atomic(Request.none)
  private let isServing = Atomic(false)

  /// - Parameters:
  ///   - random: gives so many unpredictable bytes, or nil, for the module's challenges.
  ///   - now: the clock that wire, flash and firmware go by.
  public convenience init(
    _ configuration: Configuration = Configuration(), random: @escaping @Sendable (Int) -> [UInt8]?,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.init(configuration, now: now) {
      ModuleBenchChip(configuration: configuration, random: random, now: now)
    }
  }

  /// - Parameters:
  ///   - now: the clock that the wire goes by.
  ///   - makeChip: the microcontroller behind the wire; called once, and used by one thread at a time.
  public init(
    _ configuration: Configuration, now: @escaping @Sendable () -> ContinuousClock.Instant,
    makeChip: () -> sending any BenchChip
  ) {
    self.configuration = configuration
    let published = PublishedBenchTruth()
    self.published = published
    service = Mutex(
      ModuleBenchService(configuration: configuration, chip: makeChip(), published: published, now: now))
  }

  /// The truth at this moment, never older than the last answer that the laptop has got.
  public var truth: ModuleBenchTruth { published.latest }

  /// The longest time by which the bench was late with what was to happen at a moment, because the machine had other
  /// programs to run. It is asked for when the bench does not serve. A measurement is worth nothing where this is
  /// much.
  public var maxDelay: Duration { service.withLock { $0.maxDelay } }

  // MARK: - Serving

  /// Plugs the module in.
  /// - Returns: the path of the port for the laptop.
  /// - Throws: `alreadyStarted`, or `terminal` where the system gives no pty.
  public func start() throws(ModuleBenchError) -> String {
    let outcome: Result<String, ModuleBenchError>? = service.withLockIfAvailable { service in
      request.store(.none, ordering: .releasing)
      return Result { () throws(ModuleBenchError) in try service.plugIn() }
    }
    guard let outcome else { throw .alreadyStarted }
    return try outcome.get()
  }

  /// Serves the port until it is stopped or pulled.
  /// - Parameter until: asked every 20 ms.
  public func run(until: () -> Bool = { false }) -> End {
    service.withLock { service in
      while true {
        switch request.exchange(.none, ordering: .acquiringAndReleasing) {
        case .stop: return .stopped
        case .pull: service.unplug()
        case .none: break
        }
        guard service.isPluggedIn else { return .pulled }
        if until() { return .stopped }
        service.serve()
      }
    }
  }

  /// `start`, and `run` on a thread of its own until `stop` or a pull.
  /// - Returns: the path of the port for the laptop.
  public func runInBackground() throws(ModuleBenchError) -> String {
    let path = try start()
    isServing.store(true, ordering: .releasing)
    do throws(SystemThread.Failure) {
      try SystemThread {
        _ = self.run()
        self.isServing.store(false, ordering: .releasing)
      }.detach()
    } catch {
      isServing.store(false, ordering: .releasing)
      throw .terminal(errno: error.errno)
    }
    return path
  }

  /// Ends `run` within 20 ms, on whichever thread it is, and returns when a background one has ended.
  public func stop() { ask(.stop) }

  /// Pulls the cable, so that the laptop's end hangs up. Returns when a background thread has done that.
  public func pull() {
    ask(.pull)
    service.withLockIfAvailable { $0.unplug() }
  }

  private func ask(_ next: Request) {
    request.store(next, ordering: .releasing)
    while isServing.load(ordering: .acquiring) { usleep(1000) }
  }
}
