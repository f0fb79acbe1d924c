internal import ModuleCore

/// One frame of the loader's protocol, either way.
///
/// ```
/// 0   57 4C          "WL"
/// 2   kind           the chip's answer to it has bit 7 set
/// 3   number         an answer has its request's
/// 4   length LE      of the body
/// 6   ~length LE
/// 8   body
/// +n  CRC-32 LE      over all before it
/// ```
struct LoaderFrame: Hashable {
  enum Kind: UInt8 {
    case ping = 1
    case status = 2
    case rate = 3
    case digest = 4
    case plan = 5
    case block = 6
    case prove = 7
    case reset = 8
    case read = 9
  }

  /// Maximum length of a frame's body in either direction, bytes.
  static let bodyLimit = 2060

  let kind: UInt8
  let number: UInt8
  let body: [UInt8]

  init(_ kind: Kind, number: UInt8, body: [UInt8] = []) {
    (self.kind, self.number, self.body) = (kind.rawValue, number, body)
  }

  fileprivate init(kind: UInt8, number: UInt8, body: [UInt8]) {
    (self.kind, self.number, self.body) = (kind, number, body)
  }

  func answers(_ request: LoaderFrame) -> Bool { kind == request.kind | 0x80 && number == request.number }

  var encoded: [UInt8] {
    let length = UInt16(clamping: body.count)
    let front = [0x57, 0x4c, kind, number] + Self.half(length) + Self.half(~length)
    let bytes = front + body
    return bytes + Self.word(CRC32.checksum(bytes))
  }

  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  static func half(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xff), UInt8(value >> 8)] }

  /// The word at `offset`; nil past the end.
  static func word(_ bytes: [UInt8], at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= bytes.count - 4 else { return nil }
    return bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// Finds frames among received bytes, and finds the next frame after noise.
struct LoaderFrameDecoder {
  private var held: [UInt8] = []

  mutating func reset() { held = [] }

  mutating func take(_ bytes: [UInt8]) -> [LoaderFrame] {
    held += bytes
    var frames: [LoaderFrame] = []
    var start = 0
    while start < held.count {
      switch frame(at: start) {
      case .none: start += 1
      case .partial:
        held.removeFirst(start)
        return frames
      case .whole(let frame, let count):
        frames.append(frame)
        start += count
      }
    }
    held = []
    return frames
  }

  private enum Finding {
    case none
    /// The bytes may be the beginning of a frame.
    case partial
    case whole(LoaderFrame, count: Int)
  }

  private func frame(at start: Int) -> Finding {
    guard held[start] == 0x57 else { return .none }
    guard held.count - start >= 8 else { return .partial }
    let length = Int(held[start + 4]) | Int(held[start + 5]) << 8
    let inverse = Int(held[start + 6]) | Int(held[start + 7]) << 8
    guard held[start + 1] == 0x4c, length ^ 0xffff == inverse, length <= LoaderFrame.bodyLimit else {
      return .none
    }
    let end = start + 8 + length
    guard held.count >= end + 4 else { return .partial }
    guard LoaderFrame.word(held, at: end) == CRC32.checksum(Array(held[start..<end])) else { return .none }
    return .whole(
      LoaderFrame(kind: held[start + 2], number: held[start + 3], body: Array(held[start + 8..<end])),
      count: 12 + length)
  }
}

/// The status that begins every answer of the loader.
///
/// ```
/// 0 status · 1 next block · 2 free places for blocks · 3 failure
/// 4 free bytes of the ring · 8 bytes of the image in flash for good · 12 sectors yet to be erased
/// ```
struct LoaderReply: Hashable {
  enum Status: Hashable {
    case done, unknown, malformed, refused, outOfOrder, noRoom, notYet
    case other(UInt8)

    init(_ code: UInt8) {
      let known: [Status] = [.done, .unknown, .malformed, .refused, .outOfOrder, .noRoom, .notYet]
      self = Int(code) < known.count ? known[Int(code)] : .other(code)
    }
  }

  let status: Status
  let nextBlock: UInt8
  let places: Int
  /// Failure since the latest plan: 0 none, 1 the flash controller reported an error, 2 a block could not be
  /// unpacked.
  let failure: UInt8
  let room: Int
  let through: Int
  /// Sectors that are still to be erased, one bit for each.
  let waiting: UInt32
  let rest: [UInt8]

  init?(_ body: [UInt8]) {
    guard body.count >= 16, let room = LoaderFrame.word(body, at: 4),
      let through = LoaderFrame.word(body, at: 8),
      let waiting = LoaderFrame.word(body, at: 12)
    else { return nil }
    status = Status(body[0])
    (nextBlock, places, failure) = (body[1], Int(body[2]), body[3])
    (self.room, self.through, self.waiting) = (Int(room), Int(through), waiting)
    rest = Array(body.dropFirst(16))
  }
}
