internal import FoundationEssentials

/// The laptop's side of the loader's protocol: one request after another, and the speed of the line.
struct LoaderClient {
  enum Failure: Error {
    case link(LinkError)
    /// The loader does not answer, at this speed.
    case silent
    /// The loader answered that it will not.
    case refused(LoaderReply.Status)
  }

  /// Speeds of the line, bits a second; it climbs from the one that the ROM was reached at.
  static let ladder = [115_200, 230_400, 460_800, 921_600, 2_000_000]
  /// Time allowed for an answer that takes the chip none: the adapter's latency (16 ms on an FTDI) and a slow laptop.
  private static let answerTime = Duration.milliseconds(120)
  private static let tries = 4
  /// Time that the laptop waits at a speed that the chip may fall back to. The chip gives up a speed after 400 ms
  /// without a frame, first for the last good one, then for the first one.
  private static let fallingBack = Duration.milliseconds(250)

  let link: any Link
  let now: () -> ContinuousClock.Instant
  /// Speed of the wire at present, bits a second.
  private(set) var baudRate: Int
  private let base: Int
  private var number: UInt8 = 0
  private var decoder = LoaderFrameDecoder()

  /// - Parameter baud: the speed at which the ROM bootloader was reached, with which the loader begins.
  init(link: any Link, baudRate: Int, now: @escaping () -> ContinuousClock.Instant) {
    (self.link, self.baudRate, base, self.now) = (link, baudRate, baudRate, now)
  }

  // MARK: - Requests

  /// Sends a request until it is answered, at most four times: every request may be repeated.
  /// - Throws: `silent`, `refused` for any status but `done`, or `link`.
  mutating func request(
    _ kind: LoaderFrame.Kind, _ body: [UInt8] = [], answerBytes: Int = 64
  ) throws(Failure) -> LoaderReply {
    let reply = try ask(kind, body, answerBytes: answerBytes)
    guard reply.status == .done else { throw .refused(reply.status) }
    return reply
  }

  /// Sends a request, and gives the answer to any of the tries, whatever its status, since a late one says the same.
  mutating func ask(
    _ kind: LoaderFrame.Kind, _ body: [UInt8] = [], tries: Int = Self.tries, within: Duration = Self.answerTime,
    answerBytes: Int = 64
  ) throws(Failure) -> LoaderReply {
    var sent: [LoaderFrame] = []
    for _ in 0..<tries {
      let frame = nextFrame(kind, body)
      sent.append(frame)
      try send(frame.encoded)
      let deadline = now() + within + wireTime(frame.body.count + answerBytes)
      // Answers without end, of which none is to this request, are no answer either.
      for _ in 0..<256 {
        guard let answer = try nextAnswer(by: deadline) else { break }
        if sent.contains(where: answer.frame.answers) { return answer.reply }
      }
    }
    throw .silent
  }

  mutating func nextFrame(_ kind: LoaderFrame.Kind, _ body: [UInt8] = []) -> LoaderFrame {
    number &+= 1
    return LoaderFrame(kind, number: number, body: body)
  }

  func send(_ bytes: [UInt8]) throws(Failure) {
    do throws(LinkError) {
      try link.write(bytes, deadline: now() + .seconds(1) + wireTime(bytes.count))
    } catch { throw .link(error) }
  }

  /// The next answer, of those that are held first and then of those that come; nil where nothing whole comes in
  /// time.
  mutating func nextAnswer(by deadline: ContinuousClock.Instant) throws(Failure) -> (
    frame: LoaderFrame, reply: LoaderReply
  )? {
    var isLate = false
    while answers.isEmpty {
      // A side that chatters without end does not answer; what had come by then is looked at, once.
      if isLate { return nil }
      isLate = now() >= deadline
      do throws(LinkError) {
        for frame in decoder.take(try link.read(upTo: 4096, deadline: deadline)) where frame.kind & 0x80 != 0 {
          if let reply = LoaderReply(frame.body) { answers.append((frame, reply)) }
        }
      } catch .timeout {
        return nil
      } catch { throw .link(error) }
    }
    return answers.removeFirst()
  }

  private var answers: [(frame: LoaderFrame, reply: LoaderReply)] = []

  // MARK: - Speed

  /// Whether the loader has come up and answers at the speed that it was sent at.
  mutating func meet() throws(Failure) -> Bool {
    try setBaudRate(base)
    return try isHeard(tries: 5, within: .milliseconds(60))
  }

  /// Has the loader reset the chip, heard or not.
  mutating func dismiss() throws(Failure) {
    try setBaudRate(base)
    do throws(Failure) { _ = try ask(.reset) } catch .silent {}
  }

  /// Takes the line from the speed it has to the highest that holds, step by step, at most to `ceiling`.
  mutating func climb(to ceiling: Int) throws(Failure) {
    for newBaudRate in Self.ladder where newBaudRate > baudRate && newBaudRate <= ceiling {
      let before = baudRate
      if try move(to: newBaudRate) { continue }
      if baudRate < before { _ = try move(to: before) }
      return
    }
  }

  /// Goes to a speed, or back to the one before where it does not hold.
  mutating func move(to newBaudRate: Int) throws(Failure) -> Bool {
    let before = baudRate
    do throws(Failure) {
      _ = try request(.rate, LoaderFrame.word(UInt32(clamping: newBaudRate)))
    } catch .refused {
      return false
    }
    do throws(Failure) {
      try setBaudRate(newBaudRate)
      if try holds() { return true }
    } catch .link(.unsupportedBaudRate) {
      // The adapter cannot do this speed, and the chip finds that out by itself.
    }
    try setBaudRate(before)
    try regain()
    return false
  }

  /// Goes to the next lower speed, because this one has errors; where there is none lower, finds the loader again.
  mutating func stepDown() throws(Failure) {
    let lower = Self.ladder.last { $0 < baudRate && $0 > base }
    try regain()
    guard let lower else {
      if baudRate > base { _ = try move(to: base) }
      return
    }
    if baudRate > lower { _ = try move(to: lower) } else { try climb(to: lower) }
  }

  /// Whether a pattern of all sorts of bytes comes back whole several times.
  private mutating func holds() throws(Failure) -> Bool {
    for round in 0..<3 {
      var noise = UInt32(0x9e37_79b9) &+ UInt32(round)
      let pattern = (0..<256).map { _ -> UInt8 in
        noise = noise &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: noise >> 24)
      }
      do throws(Failure) {
        guard try ask(.ping, pattern, tries: 1, answerBytes: pattern.count + 64).rest == pattern else {
          return false
        }
      } catch .silent {
        return false
      }
    }
    return true
  }

  /// Finds the loader again after errors or silence, at the present speed or at one that it falls back to.
  mutating func regain() throws(Failure) {
    if try isHeard(tries: 6) { return }
    try pause(Self.fallingBack)
    try setBaudRate(base)
    // The loader is asked for three seconds, since a laptop that was held up has the chip fall back later than
    // reckoned.
    guard try isHeard(tries: 20) else { throw .silent }
  }

  private mutating func isHeard(tries: Int, within time: Duration = Self.answerTime) throws(Failure) -> Bool {
    do throws(Failure) {
      _ = try ask(.status, tries: tries, within: time)
      return true
    } catch .silent {
      return false
    }
  }

  private mutating func setBaudRate(_ newBaudRate: Int) throws(Failure) {
    do throws(LinkError) {
      try link.setFraming(LinkFraming(baudRate: newBaudRate, parity: .none))
      baudRate = newBaudRate
      try link.discardInput()
    } catch { throw .link(error) }
    decoder.reset()
    answers = []
  }

  /// Lets time pass, and forgets what comes meanwhile.
  mutating func pause(_ time: Duration) throws(Failure) {
    let end = now() + time
    while now() < end, try nextAnswer(by: end) != nil {}
    decoder.reset()
  }

  /// Time allowed for bytes on the wire: four times what 8N1 needs at this speed, since an adapter's buffers come on
  /// top.
  func wireTime(_ bytes: Int) -> Duration { .microseconds(4 * 10_000_000 * bytes / max(1, baudRate)) }
}
