internal import Cryptography

/// The laptop's side of Espressif's ROM loader, as esptool's "Serial Protocol" describes it. The client sends
/// single commands; `ESP32Path` decides which.
struct ESP32Client {
  enum Failure: Error, Hashable {
    case link(LinkError)
    case refused(ESP32Status)
  }

  enum Command: UInt8 {
    case flashBegin = 0x02
    case flashEnd = 0x04
    case sync = 0x08
    case writeRegister = 0x09
    case readRegister = 0x0a
    case setParameters = 0x0b
    case attach = 0x0d
    case readFlash = 0x0e
    case changeBaudRate = 0x0f
    case deflateBegin = 0x10
    case deflateData = 0x11
    case digest = 0x13
    case securityInfo = 0x14
  }

  /// Baud rates in ascending order, bits a second. The conversation begins at the first, and a chip that was
  /// just reset adapts to any.
  static let ladder = [115_200, 230_400, 460_800, 921_600]

  /// Compressed bytes in one data block, as many as esptool sends to a ROM.
  static let blockBytes = 1024
  /// Bytes of flash in one answer of the ROM.
  static let readBytes = 64
  /// Time allowed for an answer that costs the chip no time: the adapter's latency and a slow laptop.
  static let answerTime = Duration.seconds(1)
  private static let syncData: [UInt8] = [0x07, 0x07, 0x12, 0x20] + Array(repeating: 0x55, count: 32)
  private static let syncReplies = 8

  let link: any Link
  let now: () -> ContinuousClock.Instant
  /// Present baud rate of the wire, bits a second.
  private(set) var baudRate: Int

  /// Sets the link to this baud rate without telling the chip.
  init(link: any Link, baudRate: Int, now: @escaping () -> ContinuousClock.Instant) throws(LinkError) {
    self.link = link
    self.now = now
    self.baudRate = baudRate
    try link.setFraming(LinkFraming(baudRate: baudRate, parity: .none))
  }

  // MARK: - One request

  /// - Parameters:
  ///   - count: number of bytes before the status in an answer without an error.
  ///   - time: time that the chip may need for its work, besides the time on the wire.
  @discardableResult
  func request(
    _ command: Command, _ data: [UInt8] = [], checksum: UInt8 = 0, expecting count: Int = 0,
    within time: Duration = answerTime
  ) throws(Failure) -> (value: UInt32, data: [UInt8]) {
    let frame = ESP32Frame(command: command.rawValue, data: data, checksum: checksum).encoded
    let deadline = now() + time + wireTime(frame.count + 2 * (count + 16))
    try send(frame, by: deadline)
    var decoder = ESP32FrameDecoder()
    while true {
      for reply in try answers(&decoder, by: deadline) where reply.command == command.rawValue {
        switch reply.verdict(expecting: count) {
        case .done(let data): return (reply.value, data)
        case .refused(let status): throw .refused(status)
        case nil: continue
        }
      }
    }
  }

  // MARK: - Commands

  /// Whether a ROM loader answers at this baud rate.
  func sync(tries: Int = 2) throws(Failure) -> Bool {
    for _ in 0..<tries {
      if try syncReplies() > 0 { return true }
    }
    return false
  }

  /// Sends Sync, which is answered eight times, and receives all answers.
  /// - Returns: number of answers that arrived undamaged.
  private func syncReplies() throws(Failure) -> Int {
    let frame = ESP32Frame(command: Command.sync.rawValue, data: Self.syncData).encoded
    try send(frame, by: now() + Self.answerTime)
    var decoder = ESP32FrameDecoder()
    var replies = 0
    var deadline = now() + .milliseconds(100) + wireTime(frame.count)
    do throws(Failure) {
      while replies < Self.syncReplies {
        for reply in try answers(&decoder, by: deadline)
        where reply.command == Command.sync.rawValue && reply.verdict(expecting: 0) == .done([]) {
          replies += 1
          deadline = now() + .milliseconds(50)
        }
      }
    } catch .link(.timeout) {
      return replies
    } catch {
      throw error
    }
    return replies
  }

  func register(_ address: UInt32) throws(Failure) -> UInt32 {
    try request(.readRegister, Self.words(address)).value
  }

  func setRegister(_ address: UInt32, _ value: UInt32) throws(Failure) {
    try request(.writeRegister, Self.words(address, value, .max, 0))
  }

  /// The MD5 that the chip computes over a range of its flash, 16 bytes.
  func digest(_ address: UInt32, count: Int) throws(Failure) -> [UInt8] {
    // esptool allows 8 s for each MiB.
    let time = Self.answerTime + .microseconds(8 * count)
    let data = Self.words(address, UInt32(clamping: count), 0, 0)
    let text = try request(.digest, data, expecting: 32, within: time).data
    guard let digest = Hex.decode(String(decoding: text, as: UTF8.self)) else { throw .link(.timeout) }
    return digest
  }

  /// - Parameter count: bytes to be read, 1 to 64.
  func read(_ address: UInt32, count: Int) throws(Failure) -> [UInt8] {
    let data = Self.words(address, UInt32(clamping: count))
    return Array(try request(.readFlash, data, expecting: Self.readBytes).data.prefix(count))
  }

  // MARK: - Speed

  /// Changes the baud rate on both sides and tests it.
  /// - Parameter asked: the baud rate that is requested from the chip, corrected for the error of its own
  ///   oscillator.
  /// - Returns: false where the chip does not answer at the new baud rate, at which the link stays.
  mutating func change(to newBaudRate: Int, asked: Int) throws(Failure) -> Bool {
    try request(.changeBaudRate, Self.words(UInt32(clamping: asked), 0), within: .milliseconds(300))
    try listen(at: newBaudRate)
    // Bytes received while the chip changes its baud rate mean nothing.
    try pause(.milliseconds(20))
    // Every answer has to be undamaged, twice: on a line that loses one byte in a hundred, a single try may
    // pass.
    for _ in 0..<2 where try syncReplies() < Self.syncReplies { return false }
    return true
  }

  mutating func listen(at newBaudRate: Int) throws(Failure) {
    do throws(LinkError) { try link.setFraming(LinkFraming(baudRate: newBaudRate, parity: .none)) } catch {
      throw .link(error)
    }
    baudRate = newBaudRate
  }

  /// Waits, and drops the bytes that arrive meanwhile.
  func pause(_ time: Duration) throws(Failure) {
    let deadline = now() + time
    do throws(LinkError) {
      while now() < deadline { _ = try link.read(upTo: 512, deadline: deadline) }
    } catch .timeout {
      return
    } catch {
      throw .link(error)
    }
  }

  // MARK: - Private helpers

  static func words(_ words: UInt32...) -> [UInt8] { bytes(of: words) }

  static func bytes(of words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  private func send(_ frame: [UInt8], by deadline: ContinuousClock.Instant) throws(Failure) {
    do throws(LinkError) {
      try link.discardInput()
      try link.write(frame, deadline: deadline)
    } catch {
      throw .link(error)
    }
  }

  /// The complete packets among the bytes received; there may be none.
  private func answers(
    _ decoder: inout ESP32FrameDecoder, by deadline: ContinuousClock.Instant
  ) throws(Failure) -> [ESP32Reply] {
    // A chip that sends without end does not count as answering.
    guard now() < deadline else { throw .link(.timeout) }
    do throws(LinkError) {
      return decoder.take(try link.read(upTo: 512, deadline: deadline)).compactMap(ESP32Reply.init)
    } catch {
      throw .link(error)
    }
  }

  /// Time allowed for bytes on the wire: four times what 8N1 needs at this baud rate, because of the buffers of
  /// the adapter.
  private func wireTime(_ bytes: Int) -> Duration { .microseconds(4 * 10_000_000 * bytes / max(1, baudRate)) }
}
