internal import Cryptography

/// Espressif's ROM loader on a UART, as esptool's "Serial Protocol" describes it. It takes bytes, and returns
/// bytes and delays.
///
/// ```
/// frame    C0, bytes with C0 as DB DC and DB as DB DD, C0
/// command  > 00, code, size LE16, checksum LE32, data
/// answer   < 01, code, size LE16, value LE32, data, status (0 done, 1 not), error, 00, 00
/// ```
///
/// The loader understands no command before the first Sync, which it answers eight times. `_DATA` commands
/// carry length, number, two words of zeros and the data. The exclusive or of 0xEF and the data's bytes is the
/// checksum. Programs for RAM are refused, since nothing here could execute one. Whether the real ROM checks a
/// block's number is not documented; here the number must be the next one.
struct ESP32ROM {
  enum Output: Hashable {
    case send([UInt8])
    /// The chip is busy for this duration and takes no bytes meanwhile. The first value names the work that a
    /// fault may fall on; nil for work that no fault falls on.
    case busy(ModuleBenchFault.Work?, Duration)
    /// Both sides use this baud rate from here on, bits a second.
    case baudRate(Int)
    case restart
  }

  /// The errors that are documented, by their values.
  private enum Fault: UInt8, Error {
    case invalid = 0x05
    case failed = 0x06
    case checksum = 0x07
    case flashWrite = 0x08
    case readLength = 0x0a
    case deflate = 0x0b
  }

  private enum Command: UInt8 {
    case flashBegin = 0x02
    case flashData = 0x03
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
    case deflateEnd = 0x12
    case digest = 0x13
    case securityInfo = 0x14
  }

  /// The download that a Begin has announced.
  private struct Download {
    /// The decompressor of the blocks; nil where the blocks are not compressed.
    let inflater: Inflater?
    let blocks: UInt32
    let blockBytes: UInt32
    var next: UInt32 = 0
    var address: Int
  }

  private static let frameLimit = 32 << 10
  /// The "value" field in the answers to Sync, whose meaning is not documented.
  private static let syncValue: UInt32 = 0x5520_1207
  private static let syncData: [UInt8] = [0x07, 0x07, 0x12, 0x20] + Array(repeating: 0x55, count: 32)
  private static let readBytes = 64

  private let model: ESP32Model
  private let flash: FlashArray
  private let timings: SerialFlashTimings
  private var registers: ESP32Registers
  private var frame: [UInt8]?
  private var isEscaped = false
  private var isSynced = false
  private var isAttached = false
  private var hasWritten = false
  private var download: Download?

  init(
    model: ESP32Model, flash: FlashArray, timings: SerialFlashTimings, mac: [UInt8], oscillatorError: Int = 0
  ) {
    self.model = model
    self.flash = flash
    self.timings = timings
    registers = ESP32Registers(
      model: model, mac: mac, flashBytes: flash.byteCount, oscillatorError: oscillatorError)
  }

  mutating func follow(baudRate: Int) { registers.follow(baudRate: baudRate) }

  // MARK: - Frames

  /// Takes one byte from the wire.
  mutating func receive(_ byte: UInt8) -> [Output] {
    switch byte {
    case 0xc0:
      defer { (frame, isEscaped) = ([], false) }
      guard let whole = frame, !whole.isEmpty else { return [] }
      return answer(whole)
    case 0xdb where !isEscaped:
      isEscaped = true
    default:
      guard var bytes = frame, bytes.count < Self.frameLimit else {
        frame = nil
        return []
      }
      frame = nil
      bytes.append(isEscaped ? byte == 0xdc ? 0xc0 : byte == 0xdd ? 0xdb : byte : byte)
      frame = bytes
      isEscaped = false
    }
    return []
  }

  private mutating func answer(_ frame: [UInt8]) -> [Output] {
    guard frame.count >= 8, frame[0] == 0 else { return [] }
    let code = frame[1]
    guard isSynced || code == Command.sync.rawValue else { return [] }
    let data = Array(frame[8...])
    do throws(Fault) {
      guard data.count == Int(frame[2]) | Int(frame[3]) << 8, let command = Command(rawValue: code) else {
        throw .invalid
      }
      return try perform(command, data, checksum: frame[4])
    } catch {
      return [.send(Self.reply(code, status: [1, error.rawValue]))]
    }
  }

  private static func reply(
    _ code: UInt8, value: UInt32 = 0, data: [UInt8] = [], status: [UInt8] = [0, 0]
  ) -> [UInt8] {
    let body = data + status + [0, 0]
    let size = UInt16(clamping: body.count)
    let packet = [1, code, UInt8(size & 0xff), UInt8(size >> 8)] + bytes(of: value) + body
    return [0xc0]
      + packet.flatMap { (byte: UInt8) -> [UInt8] in
        byte == 0xc0 ? [0xdb, 0xdc] : byte == 0xdb ? [0xdb, 0xdd] : [byte]
      } + [0xc0]
  }

  // MARK: - Commands

  private mutating func perform(
    _ command: Command, _ data: [UInt8], checksum: UInt8
  ) throws(Fault) -> [Output] {
    switch command {
    case .sync:
      guard data == Self.syncData else { throw .invalid }
      isSynced = true
      let reply = Self.reply(command.rawValue, value: Self.syncValue)
      return [.send(Array(repeating: reply, count: 8).flatMap(\.self))]
    case .readRegister:
      return [done(command, value: registers.read(try words(data, 1)[0]))]
    case .writeRegister:
      guard data.count % 16 == 0, !data.isEmpty else { throw .invalid }
      for start in stride(from: 0, to: data.count, by: 16) {
        let words = try words(Array(data[start..<start + 16]), 4)
        registers.write(words[0], words[1], mask: words[2])
      }
      return [done(command)]
    case .attach:
      _ = try words(data, 2)
      isAttached = true
      return [done(command)]
    case .setParameters:
      let size = try words(data, 6)[1]
      guard isAttached, size <= flash.byteCount else { throw .failed }
      return [done(command)]
    case .changeBaudRate:
      let baudRate = try words(data, 2)[0]
      guard baudRate > 0 else { throw .invalid }
      return [done(command), .baudRate(registers.realBaudRate(asked: Int(baudRate)))]
    case .flashBegin: return try begin(command, data, inflater: nil)
    case .deflateBegin:
      guard let inflater = Inflater() else { throw .failed }
      return try begin(command, data, inflater: inflater)
    case .flashData, .deflateData: return try write(command, data, checksum: checksum)
    case .flashEnd, .deflateEnd:
      _ = try words(data, 1)
      download = nil
      return [done(command), .restart]
    case .digest: return try digest(data)
    case .readFlash: return try read(data)
    case .securityInfo:
      guard model.isNewer, data.isEmpty else { throw .invalid }
      // The answer holds flags, bits of encryption, seven purposes of keys, the chip's id and the interface's
      // version.
      let front = Self.bytes(of: registers.securityFlags) + [registers.encryptionCount]
      let info = front + Array(repeating: 0, count: 7) + Self.bytes(of: model.chipID) + Self.bytes(of: 0)
      return [done(command, data: info)]
    }
  }

  private mutating func begin(
    _ command: Command, _ data: [UInt8], inflater: Inflater?
  ) throws(Fault) -> [Output] {
    let words = try words(data, model.isNewer ? 5 : 4)
    guard isAttached else { throw .failed }
    let (size, address) = (Int(words[0]), Int(words[3]))
    guard size <= flash.byteCount, address <= flash.byteCount - size,
      address % FlashArray.serialSectorBytes == 0
    else { throw .failed }
    download = Download(inflater: inflater, blocks: words[1], blockBytes: words[2], address: address)
    guard size > 0 else { return [done(command)] }
    guard let time = flash.eraseSerial(address..<address + size, timings) else { throw .failed }
    return [.busy(.erase, time), done(command)]
  }

  private mutating func write(
    _ command: Command, _ data: [UInt8], checksum: UInt8
  ) throws(Fault) -> [Output] {
    guard var download, (download.inflater != nil) == (command == .deflateData), data.count >= 16,
      download.next < download.blocks
    else { throw .invalid }
    let words = try words(Array(data[..<16]), 4)
    let packed = Array(data[16...])
    guard words[0] == packed.count, words[0] <= download.blockBytes, words[1] == download.next else {
      throw .invalid
    }
    guard packed.reduce(0xef, ^) == checksum else { throw .checksum }
    download.next += 1
    let bytes: [UInt8]
    if let inflater = download.inflater {
      do throws(Inflater.Defect) { bytes = try inflater.take(packed) } catch { throw .deflate }
      // A stream that continues after the last block is refused.
      guard inflater.isFinished || download.next < download.blocks else { throw .deflate }
    } else {
      bytes = packed
    }
    guard bytes.count <= flash.byteCount - download.address else { throw .failed }
    guard let time = flash.programSerial(download.address, bytes, timings) else { throw .flashWrite }
    download.address += bytes.count
    self.download = download
    hasWritten = true
    return [.busy(.write, time), done(command)]
  }

  private mutating func digest(_ data: [UInt8]) throws(Fault) -> [Output] {
    let words = try words(data, 4)
    guard isAttached, let bytes = flash.read(words[0], count: Int(words[1])) else { throw .failed }
    let hex = Array(Hex.encode(MD5.digest(of: bytes)).utf8)
    return [looked(timings.hashByte * bytes.count), done(.digest, data: hex)]
  }

  private mutating func read(_ data: [UInt8]) throws(Fault) -> [Output] {
    let words = try words(data, 2)
    guard words[1] <= Self.readBytes else { throw .readLength }
    guard isAttached, let bytes = flash.read(words[0], count: Int(words[1])) else { throw .failed }
    let padding = Array(repeating: UInt8(0), count: Self.readBytes - bytes.count)
    return [looked(.zero), done(.readFlash, data: bytes + padding)]
  }

  /// Returns the output for a read of the flash that takes this time. The first read after a write counts as
  /// the verification.
  private mutating func looked(_ time: Duration) -> Output {
    defer { hasWritten = false }
    return .busy(hasWritten ? .verify : nil, time)
  }

  // MARK: - Words

  private func done(_ command: Command, value: UInt32 = 0, data: [UInt8] = []) -> Output {
    .send(Self.reply(command.rawValue, value: value, data: data))
  }

  private func words(_ data: [UInt8], _ count: Int) throws(Fault) -> [UInt32] {
    guard data.count == 4 * count else { throw .invalid }
    return (0..<count).map { index in
      data[4 * index..<4 * index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  private static func bytes(of word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
}
