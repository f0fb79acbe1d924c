internal import Cryptography
public import Records

/// One place of a station. A slot flashes the module on its port, waits until that module is taken off, and
/// continues with the next module until it is told to stop. A paired module is left as it is.
public struct StationSlot {
  public enum Event: Sendable {
    /// The adapter is not plugged in.
    case waitingForPort
    /// The port cannot be used for this reason, and is tried again later.
    case portRefused(LinkError)
    /// The port is open, but no module answers.
    case waitingForModule
    case step(FlashStep)
    /// The module answers and runs the required firmware.
    case passed(StockedModule, wasThere: Bool, duration: Duration)
    /// The module is paired, so that it belongs to an installation and was left as it is.
    case leftAlone(serialNumber: String, keyID: String)
    /// The module is not good, or was taken off too early.
    case failed(StationFailure)
  }

  private static let portPause = Duration.milliseconds(300)
  private static let presencePause = Duration.milliseconds(700)
  /// Number of missing answers in a row after which a module counts as taken off, since a single frame may be
  /// lost.
  private static let silencesOfAbsence = 2

  private let open: () throws(LinkError) -> any Link
  private let notes: () -> any FlashNotes
  private let source: Flasher.Source
  private let options: Flasher.Options
  private let now: () -> ContinuousClock.Instant
  private let sleep: (Duration) -> Void

  /// - Parameters:
  ///   - open: opens the slot's port.
  ///   - notes: the laptop's memory of the opened adapter and of unfinished chips, so that a module that was
  ///     taken off half-way continues in any slot.
  ///   - sleep: waits at most this time, and may return earlier.
  public init(
    open: @escaping () throws(LinkError) -> any Link,
    notes: @escaping () -> any FlashNotes = { MemoryFlashNotes() }, source: Flasher.Source,
    options: Flasher.Options = Flasher.Options(), now: @escaping () -> ContinuousClock.Instant,
    sleep: @escaping (Duration) -> Void
  ) {
    self.open = open
    self.notes = notes
    self.source = source
    var options = options
    options.leavesPaired = true
    self.options = options
    self.now = now
    self.sleep = sleep
  }

  /// Serves modules until `isCancelled` returns true, which is checked between two blocks at the latest.
  /// - Parameter onEvent: gets one `passed`, `leftAlone` or `failed` for each module, and one event for each
  ///   wait.
  public func serve(onEvent: (Event) -> Void, isCancelled: () -> Bool) {
    var refused: LinkError?
    var isWaiting = false
    while !isCancelled() {
      do throws(LinkError) {
        let link = try open()
        defer { link.close() }
        (refused, isWaiting) = (nil, false)
        serve(link, notes: notes(), onEvent: onEvent, isCancelled: isCancelled)
      } catch .notThere {
        if !isWaiting { onEvent(.waitingForPort) }
        (refused, isWaiting) = (nil, true)
      } catch {
        if error != refused { onEvent(.portRefused(error)) }
        (refused, isWaiting) = (error, false)
      }
      if !isCancelled() { sleep(Self.portPause) }
    }
  }

  // MARK: - One module after another

  /// Serves modules until the port is gone.
  private func serve(
    _ link: any Link, notes: any FlashNotes, onEvent: (Event) -> Void, isCancelled: () -> Bool
  ) {
    onEvent(.waitingForModule)
    while !isCancelled() {
      let isThere: Bool
      do throws(FlashError) {
        guard
          let serialNumber = try flash(
            over: link, notes: notes, onEvent: onEvent, isCancelled: isCancelled)
        else {
          // No module answers yet.
          sleep(Self.portPause)
          continue
        }
        isThere = awaitChange(on: link, from: serialNumber, isCancelled: isCancelled)
      } catch .paired(let serialNumber, let keyID) {
        onEvent(.leftAlone(serialNumber: serialNumber, keyID: keyID))
        isThere = awaitChange(on: link, from: serialNumber, isCancelled: isCancelled)
      } catch {
        if case .cancelled = error { return }
        onEvent(.failed(StationFailure(error)))
        if case .link(.closed, _) = error { return }
        isThere = awaitChange(on: link, from: nil, isCancelled: isCancelled)
      }
      guard isThere else { return }
      if !isCancelled() { onEvent(.waitingForModule) }
    }
  }

  /// - Returns: the serial number of the module that has passed; nil where none answers.
  private func flash(
    over link: any Link, notes: any FlashNotes, onEvent: (Event) -> Void, isCancelled: () -> Bool
  ) throws(FlashError) -> String? {
    let flasher = Flasher(link: link, notes: notes, now: now)
    let result: FlashResult
    do throws(FlashError) {
      result = try withoutActuallyEscaping(onEvent) { (onEvent) throws(FlashError) in
        try withoutActuallyEscaping(isCancelled) { (isCancelled) throws(FlashError) in
          try flasher.flash(
            source, options: options,
            // The search for a module runs all the time and is not a step of any module.
            onEvent: { (step: FlashStep) in if step != FlashStep.connecting { onEvent(.step(step)) } },
            isCancelled: isCancelled)
        }
      }
    } catch .noAnswer {
      return nil
    }
    let identity: ModuleIdentity
    do throws(ProvisionError) {
      identity = try SMPClient(link: link, now: now).identity()
    } catch {
      if case .link(let failure, _) = error { throw .link(failure, during: .starting) }
      throw .firmware(error)
    }
    let module = StockedModule(
      serialNumber: identity.serialNumber, chip: result.chip, chipID: result.chipID,
      firmwareVersion: result.firmwareVersion, firmwareSha256: result.firmwareSha256)
    onEvent(.passed(module, wasThere: result.skipped != nil, duration: result.duration))
    return identity.serialNumber
  }

  // MARK: - Between two modules

  /// Waits until the module is taken off, or another one answers in its place.
  /// - Parameter serialNumber: serial number of the present module; nil for one that has failed.
  /// - Returns: whether the port still exists.
  private func awaitChange(on link: any Link, from serialNumber: String?, isCancelled: () -> Bool) -> Bool {
    var silences = 0
    while !isCancelled(), silences < Self.silencesOfAbsence {
      sleep(Self.presencePause)
      do throws(LinkError) {
        guard let found = try presence(on: link) else {
          silences += 1
          continue
        }
        silences = 0
        if let serialNumber, let other = found.serialNumber, other != serialNumber { return true }
      } catch {
        return false
      }
    }
    return true
  }

  private struct Presence {
    /// The serial number of the answering firmware; nil where the bootloader answers.
    var serialNumber: String?
  }

  private func presence(on link: any Link) throws(LinkError) -> Presence? {
    try link.setFraming(.firmware)
    do throws(ProvisionError) {
      return Presence(serialNumber: try SMPClient(link: link, now: now).identity().serialNumber)
    } catch {
      if case .link(let failure, _) = error, failure != .timeout { throw failure }
    }
    try link.setFraming(.bootloader)
    let rom = ROMClient(link: link, baudRate: LinkFraming.bootloader.baudRate, now: now)
    do throws(ROMClient.Failure) {
      return try rom.probe(within: .milliseconds(150)) ? Presence() : nil
    } catch {
      if case .link(let failure) = error { throw failure }
      return nil
    }
  }
}

/// The reason why a module did not pass.
public struct StationFailure: Error, Hashable, Sendable {
  public let error: FlashError

  public init(_ error: FlashError) { self.error = error }
}
