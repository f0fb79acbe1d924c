/// Asks a mobile modem with AT commands (3GPP TS 27.007) again and again for its identity, its card, its
/// network and its signal. An answer counts only as long as the modem goes on answering.
///
/// ```
/// hello ─OK→ quiet → imei → ┌→ card ─there→ iccid (→ iccid another way) ┐
///   ↑                       │    └─none──────────────────────────────┐  ↓
///   └── no answer in time   └── a pause ← signal ← network ← LTE network
/// ```
///
/// The calling program passes in the received bytes, and sends the commands that `tick` returns with a carriage
/// return. Lines that answer no question (`RDY`, `+CREG: 1`, an echo) are ignored.
public struct ModemDialogue: Sendable {
  private enum Question: UInt8 {
    case hello, quiet, imei, card, iccid, iccidOtherwise, lteNetwork, network, signal
  }

  /// Time between two rounds, milliseconds.
  static var roundPause: UInt64 { 5_000 }
  /// Time before a silent modem is asked again, milliseconds.
  static var silencePause: UInt64 { 1_000 }
  /// Time that an answer may take, milliseconds.
  static var patience: UInt64 { 5_000 }
  /// Number of unanswered questions after which the modem counts as missing.
  static var silencesAllowed: UInt8 { 3 }

  /// The modem's IMEI, 15 digits.
  public private(set) var imei: Octets?
  /// The card's ICCID, 19 or 20 digits.
  public private(set) var iccid: Octets?
  /// Whether there is a card, locked or not.
  public private(set) var hasCard = false
  public var isRegistered: Bool { isInLTENetwork || isInNetwork }
  /// Signal strength, dBm; 0 where the modem reports none.
  public private(set) var signalStrength: Int16 = 0

  private var line = TextLine()
  private var question = Question.hello
  private var isWaiting = false
  /// Whether the information has arrived and only the final `OK` is missing.
  private var isAnswered = false
  /// The deadline of the answer while one is expected, or otherwise the moment from which the next question may
  /// be asked.
  private var due: UInt64 = 0
  private var silences: UInt8 = 0
  private var isInLTENetwork = false
  private var isInNetwork = false

  public init() {}

  /// The command to send now, without its carriage return; nil where there is none.
  /// - Parameter now: milliseconds; never goes back.
  public mutating func tick(now: UInt64) -> StaticString? {
    guard now >= due else { return nil }
    if isWaiting {
      fallSilent(now)
      return nil
    }
    isWaiting = true
    isAnswered = false
    line.clear()
    due = now &+ (question == .hello ? Self.silencePause : Self.patience)
    return switch question {
    case .hello: "AT"
    case .quiet: "ATE0"
    case .imei: "AT+CGSN"
    case .card: "AT+CPIN?"
    case .iccid: "AT+CCID"
    case .iccidOtherwise: "AT+ICCID"
    case .lteNetwork: "AT+CEREG?"
    case .network: "AT+CREG?"
    case .signal: "AT+CSQ"
    }
  }

  /// Takes one byte that arrived at `now`.
  public mutating func take(_ byte: UInt8, now: UInt64) {
    guard byte == 0x0d || byte == 0x0a else {
      line.append(byte)
      return
    }
    if isWaiting, line.count > 0, !line.isTooLong { read(now) }
    line.clear()
  }

  // MARK: - Answers

  private mutating func read(_ now: UInt64) {
    if line.is("OK") {
      finish(now, succeeded: true)
    } else if line.is("ERROR") || line.has("+CME ERROR") || line.has("+CMS ERROR") {
      finish(now, succeeded: false)
    } else {
      note()
    }
  }

  /// Takes a line that may be the expected answer.
  private mutating func note() {
    switch question {
    case .hello, .quiet: break
    case .imei: if let digits = digits(15...15) { imei = digits } else { return }
    case .iccid, .iccidOtherwise: if let digits = digits(19...20) { iccid = digits } else { return }
    case .card:
      guard line.has("+CPIN: ") else { return }
      // The answer is NOT INSERTED or NOT READY without a card; otherwise it is READY or the code that the card
      // needs.
      hasCard = !line.has("NOT", at: 7)
    case .lteNetwork:
      guard line.has("+CEREG: ") else { return }
      isInLTENetwork = saysRegistered
    case .network:
      guard line.has("+CREG: ") else { return }
      isInNetwork = saysRegistered
    case .signal:
      guard line.has("+CSQ: "), let steps = line.number(at: 6) else { return }
      // The answer counts steps of 2 dBm from -113 dBm; 99 means unknown.
      signalStrength = steps <= 31 ? Int16(truncatingIfNeeded: steps) &* 2 &- 113 : 0
    }
    isAnswered = true
  }

  /// Whether the line says that the modem is registered. `n,stat` is the answer, and `stat` alone is
  /// unsolicited; 1 is the home network, 5 is roaming.
  private var saysRegistered: Bool {
    for index in 0..<line.count where line[index] == 0x2c {
      return line[index &+ 1] == 0x31 || line[index &+ 1] == 0x35
    }
    return false
  }

  /// The first run of digits whose length is in `lengths`; nil where there is none.
  @inline(never)
  private func digits(_ lengths: ClosedRange<Int>) -> Octets? {
    var text = Octets()
    for index in 0...line.count {
      if line.digit(at: index) != nil {
        text.append(line[index])
      } else if lengths.contains(text.count) {
        return text
      } else {
        text = Octets()
      }
    }
    return nil
  }

  // MARK: - Going on

  private mutating func finish(_ now: UInt64, succeeded: Bool) {
    let isKnown = succeeded && isAnswered
    isWaiting = false
    silences = 0
    due = now
    switch question {
    case .hello: question = .quiet
    case .quiet: question = imei == nil ? .imei : .card
    case .imei: question = .card
    case .card:
      if !isKnown { hasCard = false }
      if !hasCard { iccid = nil }
      question = hasCard && iccid == nil ? .iccid : .lteNetwork
    case .iccid: question = isKnown ? .lteNetwork : .iccidOtherwise
    case .iccidOtherwise: question = .lteNetwork
    case .lteNetwork:
      if !isKnown { isInLTENetwork = false }
      question = .network
    case .network:
      if !isKnown { isInNetwork = false }
      question = .signal
    case .signal:
      if !isKnown { signalStrength = 0 }
      question = imei == nil ? .imei : .card
      due = now &+ Self.roundPause
    }
  }

  /// Abandons a question. A pause and a greeting follow, so that a late answer is not taken for the answer to
  /// the next question.
  private mutating func fallSilent(_ now: UInt64) {
    silences = silences &+ 1
    if silences >= Self.silencesAllowed {
      self = ModemDialogue()
    }
    question = .hello
    isWaiting = false
    due = now &+ Self.silencePause
  }
}
