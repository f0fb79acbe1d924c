import Bench

/// The devices on the board that talk to the chip. They have power as long as the chip has power, and run
/// through the chip's resets.
struct BoardDevices {
  private let uniqueID: [UInt8]
  private var receiver: SatelliteReceiver
  private var modem: MobileModem

  /// - Parameters:
  ///   - now: the moment at which power came, nanoseconds.
  ///   - uniqueID: the chip's unique id, from which IMEI and ICCID are derived.
  init(now: UInt64, uniqueID: [UInt8]) {
    self.uniqueID = uniqueID
    receiver = SatelliteReceiver(now: now)
    modem = MobileModem(now: now, uniqueID: uniqueID)
  }

  /// Restarts the devices, because the power was off.
  mutating func powerUp(now: UInt64) { self = BoardDevices(now: now, uniqueID: uniqueID) }

  /// The moment at which a device next sends something by itself.
  var nextEvent: UInt64 { min(receiver.nextSentenceAt, modem.nextAnswerAt) }

  /// Passes the bytes that the chip has sent to the modem, and puts the sentences and answers that are due on
  /// the lines to the chip.
  mutating func processDue(now: UInt64, world: Surroundings, position: inout UART, mobile: inout UART) {
    if mobile.hasSent(by: now) { modem.hear(mobile.takeSent(until: now), now: now) }
    guard now >= nextEvent else { return }
    let world = world.world
    for sentence in receiver.speak(now: now, world: world) { position.arrive(sentence, now: now) }
    for answer in modem.speak(now: now, world: world) { mobile.arrive(answer, now: now) }
  }
}

/// A receiver of satellite positions, which sends its sentences every second, with a fix or without.
struct SatelliteReceiver {
  private static let second: UInt64 = 1_000_000_000

  private(set) var nextSentenceAt: UInt64
  /// The moment that counts as midnight for the receiver; the board has no time but the chip's.
  private let midnight: UInt64

  init(now: UInt64) {
    midnight = now
    nextSentenceAt = now + Self.second
  }

  mutating func speak(now: UInt64, world: World) -> [[UInt8]] {
    guard now >= nextSentenceAt else { return [] }
    let seconds = (now - midnight) / Self.second
    nextSentenceAt = midnight + (seconds + 1) * Self.second
    let time =
      [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { Self.digits($0, 2) }.joined() + ".00"
    guard world.hasFix else {
      return [
        Self.sentence("GNRMC,\(time),V,,,,,,,010126,,,N"), Self.sentence("GNVTG,,,,,,,,,N"),
        Self.sentence("GNGGA,\(time),,,,,0,00,99.99,,,,,,"), Self.sentence("GPGSV,1,1,00"),
      ]
    }
    let place =
      Self.angle(world.latitude, digits: 2, "N", "S") + "," + Self.angle(world.longitude, digits: 3, "E", "W")
    let satellites = Self.digits(UInt64(clamping: world.satellites), 2)
    return [
      Self.sentence("GNRMC,\(time),A,\(place),0.02,,010126,,,A"), Self.sentence("GNVTG,,T,,M,0.02,N,0.04,K,A"),
      Self.sentence("GNGGA,\(time),\(place),1,\(satellites),1.01,1012.3,M,-28.1,M,,"),
      Self.sentence("GPGSV,1,1,04,02,41,066,38,05,64,301,41,13,27,177,35,15,19,228,33"),
    ]
  }

  /// An angle as `ddmm.mmmmm,N` or `dddmm.mmmmm,E`.
  private static func angle(_ degrees: Double, digits: Int, _ positive: String, _ negative: String) -> String {
    let steps = UInt64((min(180, abs(degrees)) * 6_000_000).rounded())
    let (whole, minutes) = (steps / 6_000_000, steps % 6_000_000)
    return Self.digits(whole, digits) + Self.digits(minutes / 100_000, 2) + "."
      + Self.digits(minutes % 100_000, 5) + "," + (degrees < 0 ? negative : positive)
  }

  private static func sentence(_ body: String) -> [UInt8] {
    let sum = body.utf8.reduce(0, ^)
    let digits = String(sum, radix: 16, uppercase: true)
    return Array("$\(body)*\(digits.count < 2 ? "0" : "")\(digits)\r\n".utf8)
  }

  private static func digits(_ number: UInt64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}

/// A mobile modem that answers AT commands (3GPP TS 27.007) as real modems do: after a delay, with an echo
/// until the echo is switched off, and with unsolicited lines.
struct MobileModem {
  private static let millisecond: UInt64 = 1_000_000

  private let imei: String
  private let iccid: String
  private let bootedAt: UInt64
  private var hasGreeted = false
  private var echoes = true
  private var command: [UInt8] = []
  /// Commands that were received and not answered, with the moment of their answer.
  private var heard: [(at: UInt64, command: String)] = []

  init(now: UInt64, uniqueID: [UInt8]) {
    imei = BoardNumbers.imei(of: uniqueID)
    iccid = BoardNumbers.iccid(of: uniqueID)
    bootedAt = now + 1_200 * Self.millisecond
  }

  var nextAnswerAt: UInt64 { hasGreeted ? heard.first?.at ?? .max : bootedAt }

  mutating func hear(_ bytes: [UInt8], now: UInt64) {
    // A modem that has not started yet receives nothing.
    guard !bytes.isEmpty, now >= bootedAt else { return }
    for byte in bytes {
      guard byte == 0x0d else {
        if command.count < 256 { command.append(byte) }
        continue
      }
      let text = String(decoding: command, as: UTF8.self)
      command = []
      let delay: UInt64 =
        switch text {
        case "AT+CCID", "AT+ICCID": 60
        case "AT+CPIN?", "AT+CSQ": 25
        default: 8
        }
      heard.append((max(now, heard.last?.at ?? 0) + delay * Self.millisecond, text))
    }
  }

  mutating func speak(now: UInt64, world: World) -> [[UInt8]] {
    guard now >= nextAnswerAt else { return [] }
    guard world.hasModem else {
      (hasGreeted, heard) = (true, [])
      return []
    }
    var lines: [[UInt8]] = []
    if !hasGreeted {
      hasGreeted = true
      lines.append(
        Array("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: \(world.hasSIM ? "READY" : "NOT INSERTED")\r\n".utf8))
    }
    while let next = heard.first, now >= next.at {
      heard.removeFirst()
      if echoes { lines.append(Array("\(next.command)\r".utf8)) }
      lines.append(Array(answer(to: next.command, world).utf8))
    }
    return lines
  }

  private mutating func answer(to command: String, _ world: World) -> String {
    let isRegistered = world.hasSIM && world.isRegistered
    switch command {
    case "AT": return Self.done()
    case "ATE0", "ATE1":
      echoes = command == "ATE1"
      return Self.done()
    case "AT+CGSN": return Self.done(imei)
    case "AT+CPIN?": return world.hasSIM ? Self.done("+CPIN: READY") : "\r\n+CME ERROR: 10\r\n"
    case "AT+CCID": return world.hasSIM ? Self.done("+CCID: \(iccid)") : "\r\n+CME ERROR: 10\r\n"
    case "AT+CEREG?": return Self.done("+CEREG: 0,\(isRegistered ? 1 : 2)")
    case "AT+CREG?": return Self.done("+CREG: 0,\(isRegistered ? 1 : 2)")
    case "AT+CSQ":
      let steps = min(31, max(0, (world.signalDBm + 113) / 2))
      return Self.done("+CSQ: \(world.hasSIM ? steps : 99),99")
    default: return "\r\nERROR\r\n"
    }
  }

  private static func done(_ line: String? = nil) -> String {
    (line.map { "\r\n\($0)\r\n" } ?? "") + "\r\nOK\r\n"
  }
}
