internal import CLibDeflate
internal import Cryptography
internal import Glibc

/// Flashing through Espressif's ROM loader: bytes are compressed by zlib's deflate and verified by the MD5 that
/// the chip computes over its flash.
///
/// The beginning of a download erases, so the image is cut into pieces of at most 64 KiB, each a download of
/// its own, and a pulled cable costs one piece. The ROM does not report the progress of a download; a piece
/// whose answer is lost is begun again. No journal is needed, because the chip's own digests show what it
/// holds.
struct ESP32Path: FlashPath {
  /// Bytes that a serial flash erases as one block, four times as fast as sector by sector.
  private static let pieceBytes = 64 << 10
  private static let sectorBytes = 4096
  /// Number of tries of a piece, of a piece that the cells do not take, and of a block that the chip refuses as
  /// damaged.
  private static let (tries, flashTries, blockTries) = (10, 3, 6)
  private static let smallestBlock = 128

  private var session: ESP32Session
  private let restart: ESP32Session.Reset?
  /// Whether the chip's digests of the whole plan were right and nothing was written since.
  private var isProved = false
  /// Whether an empty download has begun, whose end tells the ROM to reboot.
  private var isReadyToReboot = false

  /// - Parameter restart: starts the program in flash by the adapter's lines; nil to let the ROM do it.
  init(_ session: ESP32Session, restart: ESP32Session.Reset?) {
    (self.session, self.restart) = (session, restart)
  }

  // MARK: - FlashPath

  mutating func unchanged(in plan: FlashPlan) throws(FlashError) -> Set<Int> {
    var right: Set<Int> = []
    try readyToReboot(during: .comparing)
    isProved = true
    for piece in plan.pieces(upTo: .max) {
      if try holds(piece, during: .comparing) {
        right.formUnion(piece.sectors)
        continue
      }
      isProved = false
      guard piece.bytes.count > Self.pieceBytes else { continue }
      for part in plan.pieces(upTo: Self.pieceBytes) where piece.sectors.isSuperset(of: part.sectors) {
        if try holds(part, during: .comparing) { right.formUnion(part.sectors) }
      }
    }
    return right
  }

  mutating func write(_ plan: FlashPlan, journal: any FlashJournal, watch: FlashWatch) throws(FlashError) {
    guard !plan.parts.isEmpty else { return }
    (isProved, isReadyToReboot) = (false, false)
    try watch.begin(.erasing(sector: 1, of: plan.sectors.count))
    try perform(.writing(bytes: 0, of: plan.byteCount)) { session throws(ESP32Client.Failure) in
      try session.climb()
    }
    var (done, erased) = (0, 0)
    for piece in plan.pieces(upTo: Self.pieceBytes) {
      try write(
        piece, done: done, of: plan.byteCount,
        erasing: .erasing(sector: erased + 1, of: plan.sectors.count), watch: watch)
      done += piece.bytes.count
      erased += piece.sectors.count
    }
    session.remember()
  }

  mutating func prove(_ plan: FlashPlan, watch: FlashWatch) throws(FlashError) -> FlashProof {
    let step = FlashStep.verifying(bytes: 0, of: plan.byteCount)
    try watch.begin(step)
    try readyToReboot(during: step)
    for piece in plan.pieces(upTo: .max) where !isProved {
      // The answer carries no checksum, so a wrong digest is requested again.
      if try !holds(piece, during: step), try !holds(piece, during: step) {
        throw .verification(address: try firstDifference(in: piece, during: step))
      }
    }
    try watch.begin(.verifying(bytes: plan.byteCount, of: plan.byteCount))
    return .digest
  }

  mutating func read(_ address: UInt32, count: Int, during step: FlashStep) throws(FlashError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let (place, rest) = (address &+ UInt32(bytes.count), min(ESP32Client.readBytes, count - bytes.count))
      bytes += try perform(step) { session throws(ESP32Client.Failure) in
        try session.persist { client throws(ESP32Client.Failure) in try client.read(place, count: rest) }
      }
    }
    return bytes
  }

  mutating func start(_ address: UInt32) throws(FlashError) {
    if let restart {
      do throws(LinkError) { return try restart() } catch { throw .link(error, during: .starting) }
    }
    do throws(ESP32Client.Failure) {
      try session.client.request(.flashEnd, ESP32Client.words(0))
    } catch .link(.timeout) {
      // The answer may be lost, but the flash is verified, and a reset by hand has the same effect.
    } catch {
      throw error.flashError(during: .starting)
    }
  }

  /// Begins an empty download, before the digests are requested and never after them, because no checksum
  /// guards the beginning of a download and a damaged one erases.
  private mutating func readyToReboot(during step: FlashStep) throws(FlashError) {
    guard restart == nil, !isReadyToReboot else { return }
    let empty = beginning(0, 0, 0, 0)
    try perform(step) { session throws(ESP32Client.Failure) in
      _ = try session.persist { client throws(ESP32Client.Failure) in try client.request(.flashBegin, empty) }
    }
    (isProved, isReadyToReboot) = (false, true)
  }

  // MARK: - Writing

  /// The body of the command that begins a download: bytes to erase, number of blocks, bytes in a block,
  /// address.
  private func beginning(_ words: UInt32...) -> [UInt8] {
    ESP32Client.bytes(of: words) + (session.identity.espressif.isNewer ? [0, 0, 0, 0] : [])
  }

  private mutating func write(
    _ piece: FlashPlan.Piece, done: Int, of total: Int, erasing: FlashStep, watch: FlashWatch
  ) throws(FlashError) {
    // Compression fails only without memory, which the system reports by this number.
    guard let packed = Self.packed(piece.bytes) else { throw .link(.io(errno: ENOMEM), during: erasing) }
    var blockBytes = ESP32Client.blockBytes
    for attempt in 1...Self.tries {
      var step = erasing
      do throws(ESP32Client.Failure) {
        try begin(piece, blocks: (packed.count + blockBytes - 1) / blockBytes, blockBytes: blockBytes)
        for (number, start) in stride(from: 0, to: packed.count, by: blockBytes).enumerated() {
          step = .writing(bytes: done + piece.bytes.count * start / packed.count, of: total)
          if watch.isCancelled() { break }
          watch.onEvent(step)
          try send(Array(packed[start..<min(start + blockBytes, packed.count)]), number: number)
        }
      } catch {
        // Cells that do not take the bytes are no fault of the wire.
        guard attempt < (error == .refused(.flashWrite) ? Self.flashTries : Self.tries) else {
          throw error.flashError(during: step)
        }
        do throws(ESP32Client.Failure) { try session.mend(after: error) } catch {
          throw error.flashError(during: step)
        }
        // On a wire that damages bytes, smaller blocks have a better chance.
        blockBytes = max(Self.smallestBlock, blockBytes / 2)
        continue
      }
      session.forgive()
      return try watch.begin(.writing(bytes: done + piece.bytes.count, of: total))
    }
  }

  /// - Throws: `.refused` where the chip refuses, `.link` where no answer comes.
  private func begin(
    _ piece: FlashPlan.Piece, blocks: Int, blockBytes: Int
  ) throws(ESP32Client.Failure) {
    let data = beginning(
      UInt32(piece.sectors.count * Self.sectorBytes), UInt32(blocks), UInt32(blockBytes), piece.address)
    // Erasing a sector takes up to 400 ms (W25Q32JV).
    try session.client.request(
      .deflateBegin, data, within: .seconds(2) + .milliseconds(400 * piece.sectors.count))
  }

  /// A block that the chip refuses as damaged has changed nothing and is sent again. A block without an answer
  /// may have been unpacked, so the piece has to be begun again.
  private func send(_ block: [UInt8], number: Int) throws(ESP32Client.Failure) {
    let data = ESP32Client.words(UInt32(block.count), UInt32(number), 0, 0) + block
    let checksum = block.reduce(0xef, ^)
    for _ in 1..<Self.blockTries {
      do throws(ESP32Client.Failure) {
        // The block may unpack to the whole piece: 256 pages of up to 3 ms.
        try session.client.request(.deflateData, data, checksum: checksum, within: .seconds(3))
        return
      } catch .refused(let status) where status == .checksum || status == .invalid {
        continue
      } catch {
        throw error
      }
    }
    try session.client.request(.deflateData, data, checksum: checksum, within: .seconds(3))
  }

  /// Compresses bytes in zlib's format; nil where memory ran out.
  private static func packed(_ bytes: [UInt8]) -> [UInt8]? {
    guard let deflater = libdeflate_alloc_compressor(9) else { return nil }
    defer { libdeflate_free_compressor(deflater) }
    let bound = libdeflate_zlib_compress_bound(deflater, bytes.count)
    let packed = [UInt8](unsafeUninitializedCapacity: bound) { room, count in
      count = libdeflate_zlib_compress(deflater, bytes, bytes.count, room.baseAddress, bound)
    }
    return packed.isEmpty ? nil : packed
  }

  // MARK: - Comparing

  private mutating func holds(_ piece: FlashPlan.Piece, during step: FlashStep) throws(FlashError) -> Bool {
    try holds(piece.address, piece.bytes, during: step)
  }

  private mutating func holds(
    _ address: UInt32, _ bytes: [UInt8], during step: FlashStep
  ) throws(FlashError) -> Bool {
    let digest = try perform(step) { session throws(ESP32Client.Failure) in
      try session.persist { client throws(ESP32Client.Failure) in
        try client.digest(address, count: bytes.count)
      }
    }
    return digest == MD5.digest(of: bytes)
  }

  /// The first address at which the chip differs from the piece; the address of the piece where a closer search
  /// finds none.
  private mutating func firstDifference(
    in piece: FlashPlan.Piece, during step: FlashStep
  ) throws(FlashError) -> UInt32 {
    for start in stride(from: 0, to: piece.bytes.count, by: Self.sectorBytes) {
      let wanted = Array(piece.bytes[start..<min(start + Self.sectorBytes, piece.bytes.count)])
      let address = piece.address + UInt32(start)
      guard try !holds(address, wanted, during: step) else { continue }
      let found = try read(address, count: wanted.count, during: step)
      return address + UInt32(wanted.firstDifference(from: found) ?? 0)
    }
    return piece.address
  }

  private mutating func perform<Value>(
    _ step: FlashStep, _ work: (inout ESP32Session) throws(ESP32Client.Failure) -> Value
  ) throws(FlashError) -> Value {
    do throws(ESP32Client.Failure) { return try work(&session) } catch { throw error.flashError(during: step) }
  }
}

extension FlashPlan {
  /// Adjacent bytes of a plan.
  struct Piece: Hashable {
    let address: UInt32
    var bytes: [UInt8]
    var sectors: Set<Int>
  }

  /// All parts in the order of their addresses, joined where they touch and cut at multiples of `limit`.
  func pieces(upTo limit: Int) -> [Piece] {
    var pieces: [Piece] = []
    for part in parts.sorted(by: { $0.address < $1.address }) {
      if let last = pieces.last, last.address + UInt32(last.bytes.count) == part.address,
        Int(part.address) % limit != 0
      {
        pieces[pieces.count - 1].bytes += part.bytes
        pieces[pieces.count - 1].sectors.insert(part.sector)
      } else {
        pieces.append(Piece(address: part.address, bytes: part.bytes, sectors: [part.sector]))
      }
    }
    return pieces
  }
}
