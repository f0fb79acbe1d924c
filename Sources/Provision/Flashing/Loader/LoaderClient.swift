internal import FoundationEssentials

/// The laptop's side of the loader's protocol: it sends one request after another and sets the baud rate of the
/// line.
struct LoaderClient {
  enum Failure: Error {
    case link(LinkError)
    /// The loader does not answer at this baud rate.
    case silent
    /// The loader refused a request, with this status.
    case refused(LoaderReply.Status)
  }

  /// Baud rates in ascending order, bits a second; the line starts from the one at which the ROM was reached.
  static let ladder = [115_200, 230_400, 460_800, 921_600, 2_000_000]
  /// Time allowed for an answer that costs the chip no time: the adapter's latency (16 ms on an FTDI) and a
  /// slow laptop.
  private static let answerTime = Duration.milliseconds(120)
  private static let tries = 4
  /// Time that the laptop waits at a baud rate that the chip may return to. The chip leaves a baud rate after
  /// 400 ms without a frame, first for the last that worked, then for the first one.
  private static let fallingBack = Duration.milliseconds(250)

  let link: any Link
  let now: () -> ContinuousClock.Instant
  /// Present baud rate of the wire, bits a second.
  private(set) var baudRate: Int
  private let base: Int
  private var number: UInt8 = 0
  private var decoder = LoaderFrameDecoder()

  /// - Parameter baudRate: the baud rate at which the ROM bootloader was reached and the loader starts.
  init(link: any Link, baudRate: Int, now: @escaping () -> ContinuousClock.Instant) {
    (self.link, self.baudRate, base, self.now) = (link, baudRate, baudRate, now)
  }

  // MARK: - Requests

  /// Sends a request up to four times until it is answered; every request may be repeated.
  /// - Throws: `silent`, `refused` for any status but `done`, or `link`.
  mutating func request(
    _ kind: LoaderFrame.Kind, _ body: [UInt8] = [], answerBytes: Int = 64
  ) throws(Failure) -> LoaderReply {
    let reply = try ask(kind, body, answerBytes: answerBytes)
    guard reply.status == .done else { throw .refused(reply.status) }
    return reply
  }

  /// Sends a request and returns the answer to any of the tries, whatever its status, since a late answer says
  /// the same.
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
      // The number of answers is bounded, because a chip may send other answers without end.
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

  /// The next answer, first from those already received, then from the link; nil where no complete one arrives
  /// in time.
  mutating func nextAnswer(by deadline: ContinuousClock.Instant) throws(Failure) -> (
    frame: LoaderFrame, reply: LoaderReply
  )? {
    var isLate = false
    while answers.isEmpty {
      // A chip that sends without end does not count as answering; what had arrived by then is examined once.
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

  /// Whether the loader has started and answers at the baud rate that it was given.
  mutating func meet() throws(Failure) -> Bool {
    try setBaudRate(base)
    return try isHeard(tries: 5, within: .milliseconds(60))
  }

  /// Asks the loader to reset the chip. A missing answer is no error.
  mutating func dismiss() throws(Failure) {
    try setBaudRate(base)
    do throws(Failure) { _ = try ask(.reset) } catch .silent {}
  }

  /// Raises the baud rate step by step to the highest that works, at most to `ceiling`.
  mutating func climb(to ceiling: Int) throws(Failure) {
    for newBaudRate in Self.ladder where newBaudRate > baudRate && newBaudRate <= ceiling {
      let before = baudRate
      if try move(to: newBaudRate) { continue }
      if baudRate < before { _ = try move(to: before) }
      return
    }
  }

  /// Changes to a baud rate, or back to the previous one where the new one does not work.
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
      // The adapter does not support this baud rate; the chip notices the silence and returns by itself.
    }
    try setBaudRate(before)
    try regain()
    return false
  }

  /// Changes to the next lower baud rate because of errors; at the lowest one, searches for the loader again.
  mutating func stepDown() throws(Failure) {
    let lower = Self.ladder.last { $0 < baudRate && $0 > base }
    try regain()
    guard let lower else {
      if baudRate > base { _ = try move(to: base) }
      return
    }
    if baudRate > lower { _ = try move(to: lower) } else { try climb(to: lower) }
  }

  /// Whether a pattern of varied bytes returns undamaged several times.
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

  /// Finds the loader again after errors or silence, at the present baud rate or at one that it returns to.
  mutating func regain() throws(Failure) {
    if try isHeard(tries: 6) { return }
    try pause(Self.fallingBack)
    try setBaudRate(base)
    // The search lasts three seconds, since the chip returns later than computed where the laptop was delayed.
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

  /// Waits, and drops the bytes that arrive meanwhile.
  mutating func pause(_ time: Duration) throws(Failure) {
    let end = now() + time
    while now() < end, try nextAnswer(by: end) != nil {}
    decoder.reset()
  }

  /// Time allowed for bytes on the wire: four times what 8N1 needs at this baud rate, because of the buffers of
  /// the adapter.
  func wireTime(_ bytes: Int) -> Duration { .microseconds(4 * 10_000_000 * bytes / max(1, baudRate)) }
}
