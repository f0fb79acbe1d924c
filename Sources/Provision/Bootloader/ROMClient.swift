/// AN3155 spoken from the laptop's side. Knows the commands, not what they are for; see `ROMBootloader` in Bench
/// or AN3155 for the bytes.
struct ROMClient {
  /// What a command can meet; `Flasher` adds during which step.
  enum Failure: Error {
    case link(LinkError)
    /// NACK to this command itself: unknown, spoilt on the wire, or forbidden because the chip is protected.
    case denied(UInt8)
    /// NACK to what followed a command: a wrong checksum or a forbidden address.
    case refused
    case unexpected(UInt8)
  }

  /// What went wrong on the wire and was put right, counted for the choice of its speed.
  final class Faults {
    var count = 0
    /// A command failed over and over although both sides were in step each time.
    var gaveUp = false
  }

  static let blockBytes = 256

  private static let ack: UInt8 = 0x79
  private static let nack: UInt8 = 0x1f
  private static let syncByte: UInt8 = 0x7f
  /// For an answer that takes the chip no time: the adapter's latency (16 ms on an FTDI) and a slow laptop.
  private static let answerTime = Duration.seconds(1)

  let link: any Link
  /// Bits a second on the wire, for deadlines.
  let baud: Int
  let now: () -> ContinuousClock.Instant
  let faults = Faults()

  // MARK: - Getting in step

  /// Looks whether a bootloader listens, at the price of one or two 0x7F: the first is acknowledged by one that
  /// was just reset; one already in sync takes two for a command with a wrong complement and refuses it.
  func probe(within wait: Duration) throws(Failure) -> Bool {
    try guarded { () throws(LinkError) in try link.discardInput() }
    for _ in 0..<2 {
      try send([Self.syncByte])
      if let answer = try next(within: wait), answer == Self.ack || answer == Self.nack {
        return true
      }
    }
    return false
  }

  /// Frees a bootloader that a killed program or noise left in the middle of a command: as many 0xFF as it wants.
  /// These complete nothing that does harm: as a command, an address, a count or an erase list their checksum is
  /// wrong, and as data they are ones, which programming leaves as they are. True where it is in sync afterwards.
  ///
  /// - Parameter isThorough: also frees one that was told to erase 65,536 sectors by a spoilt byte, which takes up to 12 s.
  func recover(thoroughly isThorough: Bool = false) throws(Failure) -> Bool {
    // A Write wants up to 258 bytes; what comes after its NACK is pairs of wrong complements.
    for size in Array(repeating: 64, count: 5) + Array(repeating: 4096, count: isThorough ? 33 : 0) {
      try send(Array(repeating: 0xff, count: size))
      guard let answer = try next(within: .milliseconds(100)) else { continue }
      guard answer == Self.ack || answer == Self.nack else { continue }
      // What is on its way is let in; a half command that is left over is completed by the next probe.
      while try next(within: .milliseconds(100)) != nil {}
      return try probe(within: .milliseconds(200))
    }
    return false
  }

  /// Does what may be done again until it works, three times at most; in between both sides are brought back in step.
  /// - Throws: the last failure; where the bootloader could not be brought back, or the port is gone, the first.
  func persist<Value>(
    thoroughly isThorough: Bool = false, _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var tries = 3
    while true {
      do throws(Failure) {
        return try work()
      } catch {
        if case .link(let failure) = error, failure != .timeout { throw error }
        faults.count += 1
        tries -= 1
        guard try recover(thoroughly: isThorough) else {
          // A wrong answer was not the silence of a chip that is gone.
          if case .link = error {} else { faults.gaveUp = true }
          throw error
        }
        if tries == 0 {
          faults.gaveUp = true
          throw error
        }
      }
    }
  }

  // MARK: - Commands

  /// Version (0x31 is 3.1) and the codes of the commands it knows.
  func get() throws(Failure) -> (version: UInt8, commands: [UInt8]) {
    try command(0x00)
    let count = Int(try receive(1, within: Self.answerTime)[0])
    let bytes = try receive(count + 1, within: Self.answerTime + wireTime(count))
    try expectAck(within: Self.answerTime)
    return (bytes[0], Array(bytes.dropFirst()))
  }

  func productID() throws(Failure) -> UInt16 {
    try command(0x02)
    let count = Int(try receive(1, within: Self.answerTime)[0]) + 1
    let bytes = try receive(count, within: Self.answerTime + wireTime(count))
    try expectAck(within: Self.answerTime)
    return bytes.reduce(0) { $0 << 8 | UInt16($1) }
  }

  /// - Parameter count: 1 to 256.
  func read(_ address: UInt32, count: Int) throws(Failure) -> [UInt8] {
    let length = UInt8(clamping: count - 1)
    try command(Command.read)
    try send(checked(address))
    try expectAck(within: Self.answerTime)
    try send([length, ~length])
    try expectAck(within: Self.answerTime)
    return try receive(Int(length) + 1, within: Self.answerTime + wireTime(count))
  }

  /// - Parameter block: 1 to 256 bytes, a multiple of four.
  func write(_ address: UInt32, _ block: [UInt8]) throws(Failure) {
    let length = UInt8(clamping: block.count - 1)
    try command(0x31)
    try send(checked(address))
    try expectAck(within: Self.answerTime)
    try send(checked([length] + block))
    // At most 100 µs a word (DS8626), 7 ms a block.
    try expectAck(within: Self.answerTime)
  }

  /// - Parameter bytes: the sector's size, for the time it takes.
  func erase(sector: Int, bytes: Int) throws(Failure) {
    let number = UInt16(clamping: sector)
    try command(0x44)
    try send(checked([0, 0, UInt8(number >> 8), UInt8(number & 0xff)]))
    // At most 800 ms for 16 KiB, 2.4 s for 64 KiB and 4 s for 128 KiB byte by byte (DS8626): twice that.
    try expectAck(within: .seconds(2) + .microseconds(60 * bytes))
  }

  /// The chip leaves the bootloader for the program whose vector table is at `address`.
  func go(_ address: UInt32) throws(Failure) {
    try command(0x21)
    try send(checked(address))
    try expectAck(within: Self.answerTime)
  }

  // MARK: - Protection

  /// Protects the flash from reading and from this bootloader; the chip resets.
  func protectFromReading() throws(Failure) {
    try command(Command.readoutProtect)
    try expectAck(within: .seconds(2))
  }

  /// Lifts that again, for which the chip erases all of its flash; it resets.
  /// - Parameter bytes: of the whole flash, for the time it takes.
  func unprotectFromReading(bytes: Int) throws(Failure) {
    try command(Command.readoutUnprotect)
    try expectAck(within: .seconds(2) + .microseconds(60 * bytes))
  }

  enum Command {
    static let read: UInt8 = 0x11
    static let readoutProtect: UInt8 = 0x82
    static let readoutUnprotect: UInt8 = 0x92
  }

  // MARK: - Bytes

  private func command(_ code: UInt8) throws(Failure) {
    try send([code, ~code])
    do throws(Failure) { try expectAck(within: Self.answerTime) } catch .refused { throw .denied(code) }
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

  /// Exactly `count` bytes; never none, since `count` is at least 1.
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

  /// Nil where nothing comes in time.
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
      try link.write(bytes, deadline: now() + Self.answerTime + wireTime(bytes.count))
    } catch {
      throw .link(error)
    }
  }

  private func guarded(_ work: () throws(LinkError) -> Void) throws(Failure) {
    do throws(LinkError) { try work() } catch { throw .link(error) }
  }

  /// Four times what 8E1 needs at this speed: an adapter's buffers come on top of the wire.
  private func wireTime(_ bytes: Int) -> Duration { .microseconds(4 * 11_000_000 * bytes / max(1, baud)) }
}
