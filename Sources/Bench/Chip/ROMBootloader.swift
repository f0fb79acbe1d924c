/// ST's ROM bootloader on a UART as AN3155 specifies it, for a chip with one bank of flash. It takes bytes, and
/// returns bytes and delays.
///
/// ```
/// sync     > 7F                                  < ACK (79); once in sync, 7F is half a command like any byte
/// command  > code, ~code                         < ACK, or NACK (1F) for an unknown one or a wrong complement
/// 00 Get           < n, version, codes, ACK      01 Version   < version, 00, 00, ACK
/// 02 Get ID        < 01, product id BE, ACK
/// 11 Read          > address BE, xor < ACK > n, ~n < ACK, n + 1 bytes
/// 21 Go            > address BE, xor < ACK, and the chip jumps
/// 31 Write         > address BE, xor < ACK > n, n + 1 bytes, xor < ACK once programmed
/// 44 Ext. Erase    > n BE, n + 1 sector numbers BE, xor < ACK once erased; n = FFFF: mass erase
/// 63 Write Protect > n, n + 1 sector numbers, xor < ACK, reset      73 Write Unprotect   < ACK, ACK, reset
/// 82 Read Protect  < ACK, ACK, reset             92 Read Unprotect  < ACK, ACK once all is erased, reset
/// ```
///
/// Under read protection only Get, Version, Get ID and Read Unprotect are not refused. Write Protect lists all
/// sectors that are to be protected; protection applies after the reset. A protected sector is neither written
/// nor erased, although both commands are acknowledged; only reading shows this.
///
/// The real bootloader measures its baud rate at the first 0x7F, and receives nothing more after another first
/// byte. A pty has no baud rate, so here other bytes before the first 0x7F are ignored.
public struct ROMBootloader: Sendable {
  public enum Output: Hashable, Sendable {
    case send([UInt8])
    /// The chip is busy for this duration; bytes that the laptop sends meanwhile are taken afterwards.
    case busy(Work, Duration)
    /// The chip leaves the bootloader and starts the program whose vector table is at this address.
    case start(UInt32)
    /// The chip resets itself and starts as its boot pins say.
    case reset
  }

  public enum Work: Hashable, Sendable {
    case erasing(sector: Int)
    case programming(address: UInt32, bytes: Int)
    case reading(address: UInt32, bytes: Int)
  }

  public static let version: UInt8 = 0x31
  static let ack: UInt8 = 0x79
  static let nack: UInt8 = 0x1f
  private static let syncByte: UInt8 = 0x7f

  private enum Command: UInt8, CaseIterable {
    case get = 0x00
    case version = 0x01
    case identify = 0x02
    case read = 0x11
    case go = 0x21
    case write = 0x31
    case extendedErase = 0x44
    case writeProtect = 0x63
    case writeUnprotect = 0x73
    case readProtect = 0x82
    case readUnprotect = 0x92

    var worksProtected: Bool {
      switch self {
      case .get, .version, .identify, .readUnprotect: true
      default: false
      }
    }
  }

  /// The meaning of the bytes that come next.
  private enum Expecting {
    case sync
    case command
    case complement(of: UInt8)
    case address(Command)
    case readCount(UInt32)
    case writeData(UInt32)
    case sectors
    case protection
  }

  public private(set) var memory: ROMMemory
  private let timings: FlashTimings
  private var expecting = Expecting.sync
  private var received: [UInt8] = []

  public init(memory: ROMMemory, timings: FlashTimings) {
    self.memory = memory
    self.timings = timings
  }

  /// Returns to the state before the first 0x7F.
  public mutating func reset() {
    expecting = .sync
    received = []
  }

  /// Takes one byte from the wire.
  public mutating func receive(_ byte: UInt8) -> [Output] {
    switch expecting {
    case .sync:
      guard byte == Self.syncByte else { return [] }
      return finish(Self.ack)
    case .command:
      expecting = .complement(of: byte)
      return []
    case .complement(let code):
      guard byte == ~code, let command = Command(rawValue: code) else { return finish(Self.nack) }
      return begin(command)
    case .address(let command):
      received.append(byte)
      return received.count == 5 ? addressed(command) : []
    case .readCount(let address):
      received.append(byte)
      return received.count == 2 ? read(address) : []
    case .writeData(let address):
      received.append(byte)
      return received.count == Int(received[0]) + 3 ? write(address) : []
    case .sectors:
      received.append(byte)
      return received.count == sectorListBytes ? erase() : []
    case .protection:
      received.append(byte)
      return received.count == Int(received[0]) + 3 ? protect() : []
    }
  }

  // MARK: - Commands

  private mutating func begin(_ command: Command) -> [Output] {
    if memory.flash.isReadProtected, !command.worksProtected { return finish(Self.nack) }
    switch command {
    case .get:
      let codes = Command.allCases.map(\.rawValue)
      return finish([Self.ack, UInt8(codes.count), Self.version] + codes + [Self.ack])
    case .version:
      return finish([Self.ack, Self.version, 0, 0, Self.ack])
    case .identify:
      let id = memory.model.productID
      return finish([Self.ack, 1, UInt8(id >> 8), UInt8(id & 0xff), Self.ack])
    case .read, .go, .write: return expect(.address(command))
    case .extendedErase: return expect(.sectors)
    case .writeProtect: return expect(.protection)
    case .writeUnprotect:
      memory.flash.unprotectSectors()
      return acknowledgedReset
    case .readProtect:
      memory.flash.protectFromReading()
      return acknowledgedReset
    case .readUnprotect:
      let time = memory.flash.sectors.map { timings.erase(sectorBytes: $0.bytes) }.reduce(.zero, +)
      memory.flash.unprotectFromReading()
      reset()
      return [.send([Self.ack]), .busy(.erasing(sector: 0), time), .send([Self.ack]), .reset]
    }
  }

  private var acknowledgedReset: [Output] {
    mutating get {
      reset()
      return [.send([Self.ack]), .send([Self.ack]), .reset]
    }
  }

  private mutating func protect() -> [Output] {
    let numbers = received.dropFirst().dropLast().map(Int.init)
    guard isIntact, numbers.allSatisfy(memory.flash.sectors.indices.contains) else { return finish(Self.nack) }
    memory.flash.unprotectSectors()
    for number in numbers { memory.flash.protect(sector: number) }
    reset()
    return [.send([Self.ack]), .reset]
  }

  private mutating func addressed(_ command: Command) -> [Output] {
    let address = received.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard isIntact else { return finish(Self.nack) }
    switch command {
    case .read:
      return memory.read(address, count: 1) == nil ? finish(Self.nack) : expect(.readCount(address))
    case .write:
      return memory.isWritable(address) ? expect(.writeData(address)) : finish(Self.nack)
    case .go:
      guard memory.isWritable(address) else { return finish(Self.nack) }
      reset()
      return [.send([Self.ack]), .start(address)]
    default: return finish(Self.nack)
    }
  }

  private mutating func read(_ address: UInt32) -> [Output] {
    let count = Int(received[0]) + 1
    guard received[1] == ~received[0], let bytes = memory.read(address, count: count) else {
      return finish(Self.nack)
    }
    return [.busy(.reading(address: address, bytes: count), .zero)] + finish([Self.ack] + bytes)
  }

  private mutating func write(_ address: UInt32) -> [Output] {
    let bytes = Array(received[1..<(received.count - 1)])
    guard isIntact, bytes.count % 4 == 0 else { return finish(Self.nack) }
    let sector = memory.flash.sector(at: address)
    // AN3155 3.6: no error is returned for sectors that are protected from writing.
    if let sector, memory.flash.isProtected(sector: sector) { return finish(Self.ack) }
    guard memory.write(address, bytes) else { return finish(Self.nack) }
    let time = sector == nil ? .zero : timings.program(bytes: bytes.count)
    return [.busy(.programming(address: address, bytes: bytes.count), time)] + finish(Self.ack)
  }

  private mutating func erase() -> [Output] {
    let sectors = memory.flash.sectors
    var numbers = Array(sectors.indices)
    let isMass = received.count == 3
    if !isMass {
      numbers = stride(from: 2, to: received.count - 1, by: 2).map {
        Int(received[$0]) << 8 | Int(received[$0 + 1])
      }
    } else if received[1] != 0xff {
      // The other special counts erase single banks, but this chip has only one bank.
      return finish(Self.nack)
    }
    guard isIntact, numbers.allSatisfy(sectors.indices.contains) else { return finish(Self.nack) }
    // AN3155 3.8: no error is returned for sectors that are protected from writing. Where one sector of a mass
    // erase is protected, the flash controller erases none of them (RM0090 3.6.3).
    let erasable = numbers.filter { !memory.flash.isProtected(sector: $0) }
    if isMass, erasable != numbers { return finish(Self.ack) }
    let work = erasable.map { number in
      memory.flash.erase(sector: number)
      return Output.busy(.erasing(sector: number), timings.erase(sectorBytes: sectors[number].bytes))
    }
    return work + finish(Self.ack)
  }

  // MARK: - Bytes

  /// Number of bytes of a list of sectors with its count and checksum, or 3 for one of the special counts.
  private var sectorListBytes: Int {
    guard received.count >= 2 else { return 2 + 1 }
    let count = Int(received[0]) << 8 | Int(received[1])
    return count >= 0xfff0 ? 3 : 2 + 2 * (count + 1) + 1
  }

  /// Whether the last byte is the exclusive or of all bytes before it.
  private var isIntact: Bool { received.reduce(0, ^) == 0 }

  private mutating func expect(_ next: Expecting) -> [Output] {
    received = []
    expecting = next
    return [.send([Self.ack])]
  }

  private mutating func finish(_ answer: UInt8) -> [Output] { finish([answer]) }

  private mutating func finish(_ answer: [UInt8]) -> [Output] {
    received = []
    expecting = .command
    return [.send(answer)]
  }
}
