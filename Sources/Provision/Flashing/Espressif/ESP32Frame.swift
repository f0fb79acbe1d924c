/// One packet of Espressif's ROM loader on its way to the chip.
///
/// ```
/// C0                  and again at its end; within, C0 is DB DC and DB is DB DD
/// 0   00              01 in an answer
/// 1   command
/// 2   size LE16       of the data
/// 4   checksum LE32   of a data block, else 0; in an answer a register's value
/// 8   data            an answer's ends with status, error and two bytes of no meaning
/// ```
struct ESP32Frame: Hashable {
  let command: UInt8
  let data: [UInt8]
  var checksum: UInt8 = 0

  var encoded: [UInt8] {
    let size = UInt16(clamping: data.count)
    var bytes: [UInt8] = [0xc0]
    for byte in [0, command, UInt8(size & 0xff), UInt8(size >> 8), checksum, 0, 0, 0] + data {
      switch byte {
      case 0xc0: bytes += [0xdb, 0xdc]
      case 0xdb: bytes += [0xdb, 0xdd]
      default: bytes.append(byte)
      }
    }
    return bytes + [0xc0]
  }
}

/// A complete answer of the chip, whose status is not evaluated yet.
struct ESP32Reply: Hashable {
  let command: UInt8
  let value: UInt32
  private let data: [UInt8]

  /// Reads an answer; nil where the packet goes in the other direction or its length is wrong.
  init?(_ packet: [UInt8]) {
    guard packet.count >= 8, packet[0] == 1, packet.count == 8 + Int(packet[2]) + Int(packet[3]) << 8 else {
      return nil
    }
    command = packet[1]
    value = packet[4..<8].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    data = Array(packet[8...])
  }

  enum Verdict: Hashable {
    case done([UInt8])
    case refused(ESP32Status)
  }

  /// Reads the status. The ROM adds four bytes after the data, of which the first two are the status; an
  /// emulator may add two only. A refusal may come without data before its status.
  /// - Parameter count: bytes that a good answer has before the status.
  /// - Returns: nil for an answer that is too short.
  func verdict(expecting count: Int) -> Verdict? {
    if data.count >= count + 2, data[count] == 0 { return .done(Array(data.prefix(count))) }
    let offset = data.count >= count + 2 ? count : 0
    guard data.count >= offset + 2, data[offset] != 0 else { return nil }
    return .refused(ESP32Status(data[offset + 1]))
  }
}

/// The reason why the ROM loader did not carry out a command.
public enum ESP32Status: Hashable, Sendable {
  /// The command is unknown, or its parameters are wrong.
  case invalid
  case failed
  /// A data block's checksum is wrong.
  case checksum
  /// The flash does not hold the bytes that were written, because it was not erased or is worn or protected.
  case flashWrite
  case flashRead
  case readLength
  case deflate
  case other(UInt8)

  init(_ code: UInt8) {
    switch code {
    case 0x05: self = .invalid
    case 0x06: self = .failed
    case 0x07: self = .checksum
    case 0x08: self = .flashWrite
    case 0x09: self = .flashRead
    case 0x0a: self = .readLength
    case 0x0b: self = .deflate
    default: self = .other(code)
    }
  }

  /// Whether damage on the wire can cause this status.
  var isOfTheWire: Bool {
    switch self {
    case .invalid, .checksum, .deflate: true
    default: false
    }
  }
}

/// Finds packets among received bytes, and skips text and noise between them.
struct ESP32FrameDecoder {
  /// Maximum length of a packet, bytes: the longest answer has 64 bytes of flash, and anything longer is no
  /// answer.
  static let packetLimit = 512

  /// Bytes of the frame that is being received; nil outside a frame.
  private var held: [UInt8]?
  private var isEscaped = false

  mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    for byte in bytes {
      if byte == 0xc0 {
        // This byte ends one frame or begins the next, so two of them in a row are no packet.
        if let held, !held.isEmpty, !isEscaped { packets.append(held) }
        (held, isEscaped) = ([], false)
      } else if isEscaped {
        isEscaped = false
        switch byte {
        case 0xdc: append(0xc0)
        case 0xdd: append(0xdb)
        default: held = nil
        }
      } else if byte == 0xdb {
        isEscaped = held != nil
      } else {
        append(byte)
      }
    }
    return packets
  }

  private mutating func append(_ byte: UInt8) {
    guard let count = held?.count else { return }
    if count < Self.packetLimit { held?.append(byte) } else { held = nil }
  }
}
