/// The conversation with one chip. It keeps both sides in step and the baud rate as high as the line allows:
/// higher while all is well, lower after errors.
struct ESP32Session {
  /// Resets a chip into its ROM loader by the adapter's lines.
  typealias Reset = () throws(LinkError) -> Void

  private static let ladder = ESP32Client.ladder
  /// Number of errors at one baud rate before a lower one is tried, and number at the lowest before the session
  /// fails.
  private static let (patience, lastPatience) = (2, 8)
  private static let descents = 5

  let identity: ESP32Identity
  /// Size of the flash chip, bytes.
  let flashBytes: Int
  private(set) var client: ESP32Client
  private let baudRates: any BaudRateMemory
  private let onSlower: (Int) -> Void
  private let reset: Reset?
  private var ceiling: Int
  private var faults = 0

  /// - Parameters:
  ///   - client: a client in sync with the chip.
  ///   - reset: resets the chip into its ROM loader; nil where no line is wired to the chip.
  ///   - onSlower: gets each lower baud rate that the line has changed to, bits a second.
  init(
    _ client: ESP32Client, chips: [ChipModel], baudRates: any BaudRateMemory, reset: Reset?,
    onSlower: @escaping (Int) -> Void
  ) throws(FlashError) {
    let identity = try ESP32Identity(client, among: chips)
    flashBytes = try Provision.during(.identifying) { () throws(ESP32Client.Failure) in
      let bytes = try identity.attachFlash(client)
      try identity.describeFlash(client, bytes: bytes)
      return bytes
    }
    (self.identity, self.client, self.baudRates, self.reset) = (identity, client, baudRates, reset)
    self.onSlower = onSlower
    ceiling = min(baudRates.ceiling ?? .max, Self.ladder.last ?? client.baudRate)
  }

  // MARK: - Speed

  /// Raises the baud rate step by step to the highest that works.
  mutating func climb() throws(ESP32Client.Failure) {
    for baudRate in Self.ladder where baudRate > client.baudRate && baudRate <= ceiling {
      guard try !change(to: baudRate) else { continue }
      ceiling = Self.lower(baudRate) ?? baudRate
      return try descend()
    }
  }

  /// Records that the line worked at its present baud rate to the end.
  func remember() { baudRates.note(held: client.baudRate) }

  private mutating func change(to baudRate: Int) throws(ESP32Client.Failure) -> Bool {
    let (reckoned, real) = identity.crystalError
    do throws(ESP32Client.Failure) {
      return try client.change(to: baudRate, asked: baudRate * reckoned / real)
    } catch .link(let error) where error != .timeout {
      throw .link(error)
    } catch {
      return false
    }
  }

  /// Lowers the baud rate to `ceiling`. The line is unreliable by then, so that both the command and its answer
  /// may get lost.
  private mutating func descend() throws(ESP32Client.Failure) {
    let baudRate = client.baudRate
    for _ in 0..<Self.descents {
      if try change(to: ceiling) { return onSlower(ceiling) }
      try client.listen(at: ceiling)
      if try client.sync() { return onSlower(ceiling) }
      try client.listen(at: baudRate)
    }
    guard try find(), client.baudRate <= ceiling else { throw .link(.timeout) }
    onSlower(client.baudRate)
  }

  private static func lower(_ baudRate: Int) -> Int? { ladder.last { $0 < baudRate } }

  // MARK: - After an error

  /// Clears the count of errors, because an operation has succeeded.
  mutating func forgive() { faults = 0 }

  /// Brings both sides back in step after a failure, at a lower baud rate where this one fails repeatedly.
  /// - Throws: `failure` where this does not succeed.
  mutating func mend(after failure: ESP32Client.Failure) throws(ESP32Client.Failure) {
    if case .link(let error) = failure, error != .timeout { throw failure }
    faults += 1
    let baudRate = client.baudRate
    guard faults < Self.lastPatience else { throw failure }
    if try !find() {
      // A chip whose answers are lost may still receive a command.
      guard let lower = Self.lower(baudRate) else { throw failure }
      ceiling = lower
      try mending(failure) { session throws(ESP32Client.Failure) in
        try session.client.listen(at: baudRate)
        try session.descend()
      }
    }
    try mending(failure) { session throws(ESP32Client.Failure) in
      try session.identity.describeFlash(session.client, bytes: session.flashBytes)
      if session.faults >= Self.patience, let lower = Self.lower(baudRate) {
        (session.ceiling, session.faults) = (lower, 0)
        session.client.baudRate > lower ? try session.descend() : session.onSlower(lower)
      }
      try session.climb()
    }
  }

  /// Runs a step of the recovery. Where the step fails too, the first failure is thrown, because it is the
  /// cause.
  private mutating func mending(
    _ failure: ESP32Client.Failure, _ work: (inout ESP32Session) throws(ESP32Client.Failure) -> Void
  ) throws(ESP32Client.Failure) {
    do throws(ESP32Client.Failure) {
      try work(&self)
    } catch .link(let error) where error != .timeout {
      throw .link(error)
    } catch {
      throw failure
    }
  }

  /// Gets in sync with the chip again, at this baud rate, at another of the list or after a reset, and attaches
  /// its flash.
  private mutating func find() throws(ESP32Client.Failure) -> Bool {
    for baudRate in [client.baudRate] + Self.ladder.filter({ $0 != client.baudRate }) {
      if baudRate != client.baudRate { try client.listen(at: baudRate) }
      if try client.sync(tries: 3), try attaches() { return true }
    }
    guard let reset else { return false }
    do throws(LinkError) { try reset() } catch { throw .link(error) }
    try client.listen(at: Self.ladder[0])
    guard try client.sync(tries: 3) else { return false }
    return try attaches()
  }

  private func attaches() throws(ESP32Client.Failure) -> Bool {
    for _ in 0..<3 {
      do throws(ESP32Client.Failure) {
        try client.request(.attach, ESP32Client.words(0, 0))
        return true
      } catch .link(let error) where error != .timeout {
        throw .link(error)
      } catch {
        continue
      }
    }
    return false
  }

  /// Runs an operation that may be repeated until it succeeds.
  mutating func persist<Value>(
    _ work: (ESP32Client) throws(ESP32Client.Failure) -> Value
  ) throws(ESP32Client.Failure) -> Value {
    for _ in 0..<4 {
      do throws(ESP32Client.Failure) { return try work(client) } catch { try mend(after: error) }
    }
    return try work(client)
  }
}
