internal import Glibc
internal import Synchronization
internal import Threads

/// A simulated module on a pty, which `bench module` runs and the tests plug into.
///
/// `start` returns the port's path; `run` serves the port on the calling thread, `runInBackground` on a thread
/// of its own. The module survives programs that open and close the port. After `pull`, or a fault that pulls
/// the cable, the path is gone; the module keeps its state, and `start` plugs it in again.
public final class ModuleBench: Sendable {
  public struct Configuration: Sendable {
    /// The chip of the core engine; the other engines have a chip of their own.
    public let model: STM32Model
    /// Baud rate that times the bytes in both directions, bits a second; nil for no limit.
    public var wireBaudRate: Int?
    public var fault: ModuleBenchFault?
    public var timings: FlashTimings
    /// The chip's flash with its contents: blank, or with a firmware and perhaps a pairing.
    public var flash: FlashArray
    /// The chip's unique id, 12 bytes, from which the module's serial number is derived too.
    public var uniqueID: [UInt8]
    /// The surroundings that the module's sensors measure; they may be changed while the bench runs.
    public var surroundings: Surroundings
    /// Time that a byte spends within laptop and adapter in each direction.
    public var adapterLatency = Duration.zero
    /// Bits a second above which the adapter drops bytes; nil for none. Only an executed chip uses the limit.
    public var maxAdapterBaudRate: Int?
    /// Error of the chip's oscillator, parts per million, -50,000 to 50,000. Only an executed chip uses it.
    public var oscillatorError = 0

    /// - Parameter flash: the flash with the model's sectors; nil makes a blank one.
    public init(
      model: STM32Model = .stm32f405, wireBaudRate: Int? = nil, fault: ModuleBenchFault? = nil,
      timings: FlashTimings = .typical, flash: FlashArray? = nil,
      uniqueID: [UInt8] = Array("WELDTECHSIM1".utf8), surroundings: Surroundings = Surroundings()
    ) {
      self.model = model
      self.wireBaudRate = wireBaudRate
      self.fault = fault
      self.timings = timings
      self.flash = flash ?? FlashArray(model)
      self.uniqueID = uniqueID
      self.surroundings = surroundings
    }
  }

  /// The reason for which `run` returned.
  public enum End: Hashable, Sendable {
    /// The bench was stopped, by `stop` or by the closure `until`.
    case stopped
    case pulled
  }

  /// A request from any thread to the serving thread; `none` once it is done.
  enum Request: UInt8, AtomicRepresentable { case none, stop, pull }

  public let configuration: Configuration
  /// The service, which the serving thread owns while it serves.
  private let service: Mutex<ModuleBenchService>
  private let published: PublishedBenchTruth
  private let request = Atomic(Request.none)
  private let isServing = Atomic(false)

  /// - Parameters:
  ///   - random: gives this number of unpredictable bytes, or nil, for the module's challenges.
  ///   - now: the clock of wire, flash and firmware.
  public convenience init(
    _ configuration: Configuration = Configuration(), random: @escaping @Sendable (Int) -> [UInt8]?,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.init(configuration, now: now) {
      ModuleBenchChip(configuration: configuration, random: random, now: now)
    }
  }

  /// - Parameters:
  ///   - now: the clock of the wire.
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

  /// The module's present state, at least as recent as the last answer that the laptop has received.
  public var truth: ModuleBenchTruth { published.latest }

  /// The longest delay of anything that the bench had to do at a certain moment, because the machine was busy
  /// with other programs. It may be read while the bench does not serve. A large delay makes a measurement
  /// worthless.
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

  /// Serves the port until the bench is stopped or the cable is pulled.
  /// - Parameter until: a closure that is called about every 20 ms; the service ends when it returns true.
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

  /// Calls `start`, and runs `run` on a thread of its own until `stop` or a pull.
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

  /// Ends `run` within 20 ms on whichever thread it runs, and returns once a background thread has ended.
  public func stop() { ask(.stop) }

  /// Pulls the cable, so that the laptop's end hangs up, and returns once a background thread has done so.
  public func pull() {
    ask(.pull)
    service.withLockIfAvailable { $0.unplug() }
  }

  private func ask(_ next: Request) {
    request.store(next, ordering: .releasing)
    while isServing.load(ordering: .acquiring) { usleep(1000) }
  }
}
