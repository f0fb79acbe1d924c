/// The laptop's side of AN3155. The client sends single commands; the path decides which. The bytes are
/// described at `ROMBootloader` in Bench and in AN3155.
struct ROMClient {
  /// The failure of a command; `Flasher` adds the step during which it occurred.
  enum Failure: Error {
    case link(LinkError)
    /// The chip refused the command itself, because it is unknown, was damaged on the wire, or is forbidden on
    /// a protected chip.
    case denied(UInt8)
    /// The chip refused the bytes after a command, because of a wrong checksum or a forbidden address.
    case refused
    case unexpected(UInt8)

    /// Whether the failure is a refusal by the bootloader.
    var isRefusal: Bool {
      switch self {
      case .denied, .refused: true
      case .link, .unexpected: false
      }
    }
  }

  /// The faults of the wire that were corrected, counted for the choice of the baud rate.
  final class Faults {
    private(set) var count = 0
    /// Whether a command failed repeatedly although both sides were in step each time, or too many of the
    /// latest tries failed.
    var gaveUp = false
    /// Whether the last answer did not arrive in time. The next one is then given more time, in case the laptop
    /// is slow.
    var isPatient = false
    /// The latest 32 tries, one bit for each, set where the try failed.
    private var latest: UInt32 = 0

    func note(failed: Bool) {
      latest = latest << 1 | (failed ? 1 : 0)
      if failed { count += 1 }
    }

    /// Whether half of the latest tries failed, so that the wire is too bad for this baud rate.
    var isHopeless: Bool { latest.nonzeroBitCount >= 16 }
  }

  static let blockBytes = 256

  private static let ack: UInt8 = 0x79
  private static let nack: UInt8 = 0x1f
  private static let syncByte: UInt8 = 0x7f
  /// Maximum number of tries of a command. The repeated writing of a block, which is read first, has six pieces
  /// sent and seven received. On a line that damages 2 in 100 of the first and 1 in 100 of the second it fails in
  /// 17 of 100 cases, and twelve times in a row once in a thousand million.
  static let maxTries = 12
  private static let syncTries = 3

  let link: any Link
  /// Baud rate of the wire, bits a second, from which deadlines are computed.
  let baudRate: Int
  let now: () -> ContinuousClock.Instant
  let faults = Faults()

  /// Time allowed for an answer that costs the chip no time: the adapter's latency (16 ms on an FTDI) and a
  /// slow laptop.
  private var answerTime: Duration { faults.isPatient ? .seconds(1) : .milliseconds(300) }

  // MARK: - Getting in step

  /// Tests whether a bootloader listens, by up to three 0x7F. A chip that was just reset acknowledges the
  /// first; a bootloader already in sync takes two for a command with a wrong complement and refuses it.
  /// - Parameter wait: time for the answer to each byte.
  func probe(within wait: Duration) throws(Failure) -> Bool {
    try guarded { () throws(LinkError) in try link.discardInput() }
    for _ in 0..<Self.syncTries {
      try send([Self.syncByte])
      if let answer = try next(within: wait), answer == Self.ack || answer == Self.nack {
        return true
      }
    }
    return false
  }

  /// Frees a bootloader that a killed program or noise has left in the middle of a command: it sends bytes of
  /// 0xFF until the bootloader answers. These bytes complete nothing harmful: as a command, an address, a count
  /// or an erase list they have a wrong checksum, and as data they are ones, which programming leaves
  /// unchanged. Returns whether the bootloader is in sync afterwards.
  /// - Parameter isThorough: whether to free also a bootloader that a damaged byte has told to erase 65,536
  ///   sectors, which takes up to 12 s.
  func recover(thoroughly isThorough: Bool = false) throws(Failure) -> Bool {
    // A Write waits for up to 258 bytes; the bytes after its NACK are pairs with wrong complements. An odd number
    // of bytes leaves half a command where whole pairs were expected, and the first byte of the probe completes
    // it and is answered at once.
    var sent = 0
    for size in [65, 256, 64, 64, 64] + Array(repeating: 4096, count: isThorough ? 33 : 0) {
      try send(Array(repeating: 0xff, count: size))
      sent += size
      // The chip has processed a long row by the time its last byte is sent; a late answer arrives with the
      // next row.
      guard let answer = try next(within: .milliseconds(size > 256 ? 20 : 100)) else { continue }
      guard answer == Self.ack || answer == Self.nack else { continue }
      // Bytes under way are received first; the next probe then completes a half command that may be left. A
      // buffer may hold all that was sent, and each pair of it is refused: an answer to a later command would be
      // taken for the answer to an earlier one.
      try letIn(silence: .milliseconds(100), within: .seconds(2) + wireTime(sent))
      if try probe(within: .milliseconds(100)) { return true }
    }
    return false
  }

  /// Receives bytes that are under way, until nothing has arrived for the time of `silence`, and for at most
  /// `time`.
  private func letIn(silence: Duration, within time: Duration) throws(Failure) {
    let end = now() + time
    while now() < end, try next(within: silence) != nil {}
  }

  /// Repeats an operation that may be repeated, up to `tries` times in all, and brings both sides back in step in
  /// between. A refusal can be caused by a damaged byte, so it counts as the chip's own only where it came
  /// twice in a row at the end of all tries.
  /// - Throws: the last failure, or the first one where the bootloader could not be recovered or the port is
  ///   gone.
  func persist<Value>(
    thoroughly isThorough: Bool = false, tries: Int = Self.maxTries, _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var previous: Failure?
    // After a refusal the bootloader is in step, except where a count was damaged, which the next try shows.
    var wasRefused = false
    for attempt in 1...max(1, tries) {
      do throws(Failure) {
        let value = try work()
        faults.note(failed: false)
        faults.isPatient = false
        return value
      } catch {
        if case .link(let failure) = error, failure != .timeout { throw error }
        faults.note(failed: true)
        faults.isPatient = if case .link = error { true } else { false }
        if attempt >= tries || faults.isHopeless {
          faults.gaveUp = true
          if let previous, error.isRefusal, !previous.isRefusal { throw previous }
          throw error
        }
        previous = error
        if error.isRefusal, !wasRefused {
          wasRefused = true
          continue
        }
        wasRefused = false
        guard try recover(thoroughly: isThorough) else {
          // A wrong answer is not the silence of a chip that is gone.
          if case .link = error {} else { faults.gaveUp = true }
          throw error
        }
      }
    }
    // This line is not reached, because the last try returns or throws.
    throw previous ?? .link(.timeout)
  }

  /// Reads until two readings in a row are equal, because answers carry no checksum.
  func agreed<Value: Equatable>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
    var last = try persist(work)
    for _ in 1..<Self.maxTries {
      let again = try persist(work)
      if again == last { return again }
      last = again
    }
    faults.gaveUp = true
    throw .unexpected(0)
  }

  // MARK: - Commands

  /// Asks for the bootloader's version (0x31 is 3.1) and the codes of the commands that it knows, the first of
  /// which is this command's own.
  /// - Throws: `unexpected` also for bytes that are the answer to another command.
  func get() throws(Failure) -> (version: UInt8, commands: [UInt8]) {
    try command(Command.get)
    let count = Int(try receive(1, within: answerTime)[0])
    let bytes = try receive(count + 1, within: answerTime + wireTime(count))
    try expectAck(within: answerTime)
    let commands = Array(bytes.dropFirst())
    guard commands.first == Command.get else { throw .unexpected(commands.first ?? bytes[0]) }
    return (bytes[0], commands)
  }

  /// Asks for the product id, which has two bytes.
  /// - Throws: `unexpected` also for bytes that are the answer to another command.
  func productID() throws(Failure) -> UInt16 {
    try command(0x02)
    let last = try receive(1, within: answerTime)[0]
    guard last == 1 else { throw .unexpected(last) }
    let bytes = try receive(2, within: answerTime + wireTime(2))
    try expectAck(within: answerTime)
    return bytes.reduce(0) { $0 << 8 | UInt16($1) }
  }

  /// The chip that answers, and the commands that its bootloader knows.
  struct Description: Equatable {
    let productID: UInt16
    let commands: [UInt8]
  }

  func description() throws(Failure) -> Description {
    Description(productID: try productID(), commands: try get().commands)
  }

  /// - Parameter count: number of bytes to read, 1 to 256.
  func read(_ address: UInt32, count: Int) throws(Failure) -> [UInt8] {
    let length = UInt8(clamping: count - 1)
    try command(Command.read)
    try send(checked(address))
    try expectAck(within: answerTime)
    try send([length, ~length])
    try expectAck(within: answerTime)
    return try receive(Int(length) + 1, within: answerTime + wireTime(count))
  }

  /// - Parameter block: 1 to 256 bytes, a multiple of four.
  func write(_ address: UInt32, _ block: [UInt8]) throws(Failure) {
    let length = UInt8(clamping: block.count - 1)
    try command(0x31)
    try send(checked(address))
    try expectAck(within: answerTime)
    try send(checked([length] + block))
    // Programming takes at most 100 µs for a word (DS8626), 7 ms for a block.
    try expectAck(within: answerTime)
  }

  /// - Parameter longest: maximum time that the chip takes to erase this sector.
  func erase(sector: Int, within longest: Duration) throws(Failure) {
    let number = UInt16(clamping: sector)
    try command(0x44)
    try send(checked([0, 0, UInt8(number >> 8), UInt8(number & 0xff)]))
    // The answer gets twice the time after one that did not arrive in time.
    try expectAck(within: faults.isPatient ? longest * 2 : longest)
  }

  /// Starts the program whose vector table is at `address`, by which the chip leaves the bootloader.
  func go(_ address: UInt32) throws(Failure) {
    try command(0x21)
    try send(checked(address))
    try expectAck(within: answerTime)
  }

  /// Tells the chip to start the program at `address`. The command is repeated after a refusal, which a damaged
  /// byte can cause, and after a lost acknowledgement where the bootloader still answers.
  /// - Returns: whether the chip has acknowledged the command; without an answer the chip may have started the
  ///   program or not.
  func leave(for address: UInt32) throws(Failure) -> Bool {
    do throws(Failure) {
      try persist { () throws(Failure) in try go(address) }
      return true
    } catch .link(.timeout) {
      return false
    }
  }

  /// Whether the chip refuses this number of times in a row, with nothing else in between.
  func refuses(times: Int, _ work: () throws(Failure) -> Void) throws(Failure) -> Bool {
    for _ in 0..<times {
      do throws(Failure) {
        try work()
        return false
      } catch {
        if case .link(let failure) = error, failure != .timeout { throw error }
        guard error.isRefusal else { return false }
      }
    }
    return true
  }

  // MARK: - Protection

  /// Protects the flash from reading and from this bootloader, after which the chip resets.
  func protectFromReading() throws(Failure) {
    try command(Command.readoutProtect)
    try expectAck(within: .seconds(2))
  }

  /// Lifts read protection, for which the chip erases all of its flash and then resets.
  /// - Parameter longest: maximum time that the chip takes to erase all of its flash.
  func unprotectFromReading(within longest: Duration) throws(Failure) {
    try command(Command.readoutUnprotect)
    try expectAck(within: longest)
  }

  /// Lifts the protection of all sectors from writing, which erases nothing; the chip resets.
  func unprotectFromWriting() throws(Failure) {
    try command(Command.writeUnprotect)
    try expectAck(within: .seconds(2))
  }

  enum Command {
    static let get: UInt8 = 0x00
    static let read: UInt8 = 0x11
    static let writeUnprotect: UInt8 = 0x73
    static let readoutProtect: UInt8 = 0x82
    static let readoutUnprotect: UInt8 = 0x92
  }

  // MARK: - Bytes

  private func command(_ code: UInt8) throws(Failure) {
    try send([code, ~code])
    do throws(Failure) { try expectAck(within: answerTime) } catch .refused { throw .denied(code) }
  }

  private func checked(_ address: UInt32) -> [UInt8] {
    checked((0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) })
  }

  private func checked(_ bytes: [UInt8]) -> [UInt8] { bytes + [bytes.reduce(0, ^)] }

  private func expectAck(within time: Duration) throws(Failure) {
    let answer = try receive(1, within: time)[0]
    if answer == Self.nack { throw .refused }
    guard answer == Self.ack else { throw .unexpected(answer) }
  }

  /// Receives exactly `count` bytes, at least 1.
  private func receive(_ count: Int, within time: Duration) throws(Failure) -> [UInt8] {
    let deadline = now() + time
    var bytes: [UInt8] = []
    while bytes.count < count {
      do throws(LinkError) {
        bytes += try link.read(upTo: count - bytes.count, deadline: deadline)
      } catch {
        throw .link(error)
      }
    }
    return bytes
  }

  /// The next byte; nil where none arrives in time.
  private func next(within time: Duration) throws(Failure) -> UInt8? {
    do throws(LinkError) {
      return try link.read(upTo: 1, deadline: now() + time).first
    } catch .timeout {
      return nil
    } catch {
      throw .link(error)
    }
  }

  private func send(_ bytes: [UInt8]) throws(Failure) {
    do throws(LinkError) {
      try link.write(bytes, deadline: now() + answerTime + wireTime(bytes.count))
    } catch {
      throw .link(error)
    }
  }

  private func guarded(_ work: () throws(LinkError) -> Void) throws(Failure) {
    do throws(LinkError) { try work() } catch { throw .link(error) }
  }

  /// Time allowed for bytes on the wire: four times what 8E1 needs at this baud rate, because of the buffers of
  /// the adapter.
  private func wireTime(_ bytes: Int) -> Duration { .microseconds(4 * 11_000_000 * bytes / max(1, baudRate)) }
}
