/// The transfer of the blocks. As many blocks are under way as the chip has room for, and after a loss all from
/// the first lost one on are sent again.
struct LoaderTransfer {
  /// Maximum number of blocks under way, out of the chip's queue of 128. A block's number has eight bits, which
  /// distinguish twice as many.
  private static let window = 100
  /// Number of bytes by which an answer may lag without the chip's ring overflowing.
  private static let margin = 512
  /// Divisor that turns a baud rate in bits a second into the maximum number of bytes under way: a sixteenth of
  /// a second on the line, because bytes that wait in adapters are not answered.
  private static let underWayPart = 160
  private static let standstill = Duration.seconds(10)
  /// Maximum time of the whole transfer besides four times what the slowest line takes, whatever progress the
  /// chip reports.
  private static let longest = Duration.seconds(180)
  /// Interval of polls while the chip works and nothing is to be sent, well below the time after which the chip
  /// changes its baud rate.
  private static let look = Duration.milliseconds(25)
  /// Number of losses in a row that shows the baud rate to be too high.
  private static let lossesAllowed = 6

  private let stream: LoaderStream
  private let frames: [[UInt8]]
  private let erased: [Int]
  private let journal: any FlashJournal
  private let watch: FlashWatch

  /// Number of blocks that the chip has taken.
  private var taken = 0
  /// Index of the next block to be sent.
  private var next = 0
  /// Number of bytes that may have been sent in all, as the chip's ring allows.
  private var room = 0
  /// Number of bytes sent in all.
  private var sentBytes = 0
  /// Number of bytes, of those sent in all, that the chip has processed.
  private var seenBytes = 0
  private var underWay: Int { sentBytes - seenBytes }
  /// Number of bytes that had been sent in all after each block.
  private var ends: [Int]
  /// Number of bytes of the whole that are in flash by the latest answer; -1 before the first one.
  private var through = -1
  /// Sectors still to be erased by the latest answer, one bit for each; nil before the first one.
  private var waiting: UInt32?
  private var reported = 0
  private var losses = 0

  init(stream: LoaderStream, erased: [Int], journal: any FlashJournal, watch: FlashWatch) {
    self.stream = stream
    frames = stream.blocks.enumerated().map {
      LoaderFrame(.block, number: UInt8(truncatingIfNeeded: $0), body: $1.body).encoded
    }
    (self.erased, self.journal, self.watch) = (erased, journal, watch)
    ends = Array(repeating: 0, count: stream.blocks.count)
  }

  private var step: FlashStep {
    let left = waiting.map { mask in erased.count { mask >> UInt32($0) & 1 != 0 } } ?? erased.count
    if left > 0, through <= 0 { return .erasing(sector: erased.count - left + 1, of: erased.count) }
    return .writing(bytes: reported, of: stream.byteCount)
  }

  mutating func carry(over client: inout LoaderClient, now: () -> ContinuousClock.Instant) throws(FlashError) {
    do throws(LoaderClient.Failure) {
      try resynchronise(&client)
    } catch { throw error.error(during: step) }
    var progressAt = now()
    let end = now() + Self.longest + .microseconds(4 * 11_000_000 * frames.reduce(0) { $0 + $1.count } / 9_600)
    while through < stream.total || waiting != 0 {
      try watch.checkCancelled(step)
      let before = (taken, through, waiting)
      do throws(LoaderClient.Failure) {
        try turn(&client, now: now)
      } catch .silent where losses < 3 * Self.lossesAllowed {
        losses += 1
        do throws(LoaderClient.Failure) {
          try client.stepDown()
          try resynchronise(&client)
        } catch { throw error.error(during: step) }
      } catch { throw error.error(during: step) }
      if before != (taken, through, waiting) { progressAt = now() }
      guard now() < min(progressAt + Self.standstill, end) else { throw .link(.timeout, during: step) }
    }
    reported = stream.byteCount
    watch.onEvent(step)
  }

  /// Sends as much as is allowed, and receives the answers.
  private mutating func turn(
    _ client: inout LoaderClient, now: () -> ContinuousClock.Instant
  ) throws(LoaderClient.Failure) {
    while next < frames.count, next - taken < Self.window,
      sentBytes + frames[next].count + Self.margin <= room,
      next - taken < 2 || underWay + frames[next].count <= client.baudRate / Self.underWayPart
    {
      try client.send(frames[next])
      sentBytes += frames[next].count
      ends[next] = sentBytes
      next += 1
      // Answers are received as they come, so that neither side's buffers fill up.
      guard let (frame, reply) = try client.nextAnswer(by: now()) else { continue }
      guard try take(frame, reply, &client) else { return }
    }
    let wait = Self.look + client.wireTime(underWay)
    guard let (frame, reply) = try client.nextAnswer(by: now() + wait) else {
      return try resynchronise(&client)
    }
    _ = try take(frame, reply, &client)
  }

  /// - Returns: false where a block was lost.
  private mutating func take(
    _ frame: LoaderFrame, _ reply: LoaderReply, _ client: inout LoaderClient
  ) throws(LoaderClient.Failure) -> Bool {
    guard frame.kind == LoaderFrame.Kind.block.rawValue | 0x80 else { return true }
    if reply.status == .outOfOrder || reply.status == .noRoom {
      losses += 1
      if losses > Self.lossesAllowed {
        losses = 0
        try client.stepDown()
      }
      try resynchronise(&client)
      return false
    }
    guard reply.status == .done else { throw .refused(reply.status) }
    let before = taken
    try note(reply)
    if taken > before, taken <= next {
      seenBytes = ends[taken - 1]
      room = seenBytes + reply.room
    }
    losses = taken > before ? 0 : losses
    return true
  }

  /// Asks the chip for its state. By then the chip has processed everything sent before, so that blocks that it
  /// has not taken are lost.
  private mutating func resynchronise(_ client: inout LoaderClient) throws(LoaderClient.Failure) {
    let reply = try client.request(.status, answerBytes: underWay + 64)
    try note(reply)
    next = taken
    seenBytes = sentBytes
    room = sentBytes + reply.room
  }

  private mutating func note(_ reply: LoaderReply) throws(LoaderClient.Failure) {
    guard reply.failure == 0 else { throw .refused(.other(reply.failure)) }
    // The answer refers to the nearest block of that number, before or behind.
    let distance = Int(Int8(truncatingIfNeeded: Int(reply.nextBlock) - taken))
    taken = max(0, min(frames.count, taken + distance))
    waiting = reply.waiting
    guard reply.through != through else {
      watch.onEvent(step)
      return
    }
    through = reply.through
    for block in stream.blocks where block.through <= through {
      if (journal.acknowledged[block.sector] ?? 0) < block.partBytes {
        journal.acknowledge(sector: block.sector, bytes: block.partBytes)
      }
      reported = max(reported, block.done)
    }
    watch.onEvent(step)
  }
}
