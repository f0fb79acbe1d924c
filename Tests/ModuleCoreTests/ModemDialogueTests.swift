import TestSupport
import Testing

@testable import ModuleCore

/// Checks the dialogue with a modem that answers from a table.
@Suite struct ModemDialogueTests {
  static let sound = [
    "AT": "OK\r\n", "ATE0": "OK\r\n", "AT+CGSN": "860000000000017\r\n\r\nOK\r\n",
    "AT+CPIN?": "+CPIN: READY\r\n\r\nOK\r\n", "AT+CCID": "+CCID: 89860000000000000017\r\n\r\nOK\r\n",
    "AT+ICCID": "ERROR\r\n", "AT+CEREG?": "+CEREG: 0,1\r\n\r\nOK\r\n",
    "AT+CREG?": "+CREG: 0,1\r\n\r\nOK\r\n", "AT+CSQ": "+CSQ: 21,99\r\n\r\nOK\r\n",
  ]

  /// The time, a modem, and the commands that the modem received.
  final class Line {
    var dialogue = ModemDialogue()
    var answers: [String: String]
    var asked: [String] = []
    var now: UInt64 = 0

    init(_ answers: [String: String]) { self.answers = answers }

    /// Advances the time; the modem answers each command 10 ms later.
    func pass(milliseconds: UInt64) {
      let end = now + milliseconds
      while now < end {
        now += 10
        guard let command = dialogue.tick(now: now) else { continue }
        asked.append(command.description)
        now += 10
        say(answers[command.description] ?? "")
      }
    }

    func say(_ text: String) { for byte in text.utf8 { dialogue.take(byte, now: now) } }
  }

  private static func line(_ changes: [String: String] = [:], for time: UInt64 = 4_000) -> Line {
    let line = Line(sound.merging(changes) { $1 })
    line.pass(milliseconds: time)
    return line
  }

  @Test func `a modem is asked who it is once, and for card, network and signal in every round`() {
    let line = Self.line(for: 12_000)
    let round = ["AT+CPIN?", "AT+CEREG?", "AT+CREG?", "AT+CSQ"]
    #expect(
      line.asked
        == ["AT", "ATE0", "AT+CGSN", "AT+CPIN?", "AT+CCID", "AT+CEREG?", "AT+CREG?", "AT+CSQ"] + round + round)
    #expect(line.dialogue.imei?.text == "860000000000017")
    #expect(line.dialogue.iccid?.text == "89860000000000000017")
    #expect(line.dialogue.hasCard && line.dialogue.isRegistered && line.dialogue.signalStrength == -71)
  }

  struct Case: Sendable {
    var command: String
    var answer: String
    var hasCard = true
    var iccid: String? = "89860000000000000017"
    var imei: String? = "860000000000017"
    var isRegistered = true
    var signal: Int16 = -71
  }

  @Test(arguments: [
    // The lines are an IMEI with a name before it, quoted and echoed, and texts that are no IMEI.
    Case(command: "AT+CGSN", answer: "AT+CGSN\r\r\n+CGSN: \"860000000000017\"\r\nOK\r\n"),
    Case(command: "AT+CGSN", answer: "86000000000001\r\nOK\r\n", imei: nil),
    Case(command: "AT+CGSN", answer: "8600000000000170\r\nOK\r\n", imei: nil),
    Case(command: "AT+CGSN", answer: "+CME ERROR: 3\r\n", imei: nil),
    Case(command: "AT+CGSN", answer: "OK\r\n", imei: nil),
    // The lines are states of cards.
    Case(command: "AT+CPIN?", answer: "+CPIN: SIM PIN\r\nOK\r\n"),
    Case(command: "AT+CPIN?", answer: "+CPIN: NOT INSERTED\r\nOK\r\n", hasCard: false, iccid: nil),
    Case(command: "AT+CPIN?", answer: "+CME ERROR: 10\r\n", hasCard: false, iccid: nil),
    Case(command: "AT+CPIN?", answer: "ERROR\r\n", hasCard: false, iccid: nil),
    Case(command: "AT+CPIN?", answer: "OK\r\n", hasCard: false, iccid: nil),
    Case(command: "AT+CPIN?", answer: "+CPIN\r\nOK\r\n", hasCard: false, iccid: nil),
    // The lines are 19 digits with a filler, another name, too few digits, too many digits, and an error.
    Case(
      command: "AT+CCID", answer: "8986000000000000001F\r\nOK\r\n", iccid: "8986000000000000001"),
    Case(command: "AT+CCID", answer: "+ICCID: 89860000000000000017\r\nOK\r\n"),
    Case(command: "AT+CCID", answer: "+CCID: 898600000000000000\r\nOK\r\n", iccid: nil),
    Case(command: "AT+CCID", answer: "+CCID: 898600000000000000170\r\nOK\r\n", iccid: nil),
    Case(command: "AT+CCID", answer: "ERROR\r\n", iccid: nil),
    // Roaming counts as registered, searching and denied do not; an unsolicited report is no answer.
    Case(command: "AT+CEREG?", answer: "+CEREG: 0,5\r\nOK\r\n"),
    Case(command: "AT+CEREG?", answer: "+CEREG: 0,2\r\nOK\r\n"),
    Case(command: "AT+CEREG?", answer: "+CEREG: 2,1,\"1A2B\",\"00C0FFEE\",7\r\nOK\r\n"),
    Case(command: "AT+CEREG?", answer: "ERROR\r\n"),
    // The lines are the ends of the scale, an unknown signal, and nonsense.
    Case(command: "AT+CSQ", answer: "+CSQ: 0,99\r\nOK\r\n", signal: -113),
    Case(command: "AT+CSQ", answer: "+CSQ: 31,0\r\nOK\r\n", signal: -51),
    Case(command: "AT+CSQ", answer: "+CSQ: 99,99\r\nOK\r\n", signal: 0),
    Case(command: "AT+CSQ", answer: "+CSQ: 155,99\r\nOK\r\n", signal: 0),
    Case(command: "AT+CSQ", answer: "+CSQ: ,\r\nOK\r\n", signal: 0),
    Case(command: "AT+CSQ", answer: "+CSQ: 99999999999\r\nOK\r\n", signal: 0),
    Case(command: "AT+CSQ", answer: "ERROR\r\n", signal: 0),
    // The lines are one without an end, and unsolicited ones.
    Case(command: "AT+CSQ", answer: String(repeating: "x", count: 200) + "\r\n+CSQ: 21,99\r\nOK\r\n"),
    Case(command: "AT+CSQ", answer: "RDY\r\n+CREG: 1\r\n+CSQ: 21,99\r\nSMS Ready\r\nOK\r\n"),
  ])
  func `answers are taken for what they say`(expected: Case) {
    let dialogue = Self.line([expected.command: expected.answer]).dialogue
    #expect(dialogue.hasCard == expected.hasCard)
    #expect(dialogue.iccid?.text == expected.iccid)
    #expect(dialogue.imei?.text == expected.imei)
    #expect(dialogue.isRegistered == expected.isRegistered)
    #expect(dialogue.signalStrength == expected.signal)
  }

  @Test func `a modem in neither network is not registered`() {
    for answer in ["0,0", "0,2", "0,3", "0,4", "1", "", "0", ","] {
      let line = Self.line([
        "AT+CEREG?": "+CEREG: \(answer)\r\nOK\r\n", "AT+CREG?": "+CREG: \(answer)\r\nOK\r\n",
      ])
      #expect(!line.dialogue.isRegistered, "\(answer)")
    }
  }

  @Test func `a card is asked for its number the other way where the first is unknown`() {
    let line = Self.line(["AT+CCID": "ERROR\r\n", "AT+ICCID": "+ICCID: 89860000000000000017\r\nOK\r\n"])
    #expect(line.dialogue.iccid?.text == "89860000000000000017")
  }

  @Test func `a card that is pulled, and another, are noticed in the next round`() {
    let line = Self.line()
    line.answers["AT+CPIN?"] = "+CME ERROR: 10\r\n"
    line.answers["AT+CEREG?"] = "+CEREG: 0,0\r\nOK\r\n"
    line.answers["AT+CREG?"] = "+CREG: 0,0\r\nOK\r\n"
    line.pass(milliseconds: 6_000)
    #expect(!line.dialogue.hasCard && line.dialogue.iccid == nil && !line.dialogue.isRegistered)
    line.answers = Self.sound
    line.answers["AT+CCID"] = "+CCID: 89860000000000000025\r\nOK\r\n"
    line.pass(milliseconds: 6_000)
    #expect(line.dialogue.hasCard && line.dialogue.iccid?.text == "89860000000000000025")
  }

  @Test func `no modem: it is called for ever, and nothing is known`() {
    let line = Line([:])
    line.pass(milliseconds: 60_000)
    #expect(Set(line.asked) == ["AT"] && line.asked.count >= 25)
    #expect(line.dialogue.imei == nil && !line.dialogue.hasCard && line.dialogue.signalStrength == 0)
  }

  @Test func `a modem that is switched on late is found, and one that falls silent is forgotten`() {
    let line = Line([:])
    line.pass(milliseconds: 9_000)
    line.answers = Self.sound
    line.say("\r\nRDY\r\n\r\n+CFUN: 1\r\n")
    line.pass(milliseconds: 4_000)
    #expect(line.dialogue.imei != nil && line.dialogue.isRegistered)
    line.answers = [:]
    line.pass(milliseconds: 25_000)
    #expect(line.dialogue.imei == nil && line.dialogue.iccid == nil && !line.dialogue.hasCard)
    #expect(!line.dialogue.isRegistered && line.dialogue.signalStrength == 0)
  }

  /// The answer comes too late, and no later answer is taken for that of another question.
  @Test func `an answer that comes too late is passed over`() {
    let line = Line(Self.sound)
    line.answers["AT+CSQ"] = ""
    line.pass(milliseconds: 5_400)
    line.say("+CSQ: 3,99\r\nOK\r\n")
    line.answers = Self.sound
    line.pass(milliseconds: 8_000)
    #expect(line.dialogue.imei != nil && line.dialogue.hasCard && line.dialogue.isRegistered)
    #expect(line.dialogue.signalStrength == -71)
  }

  @Test func `no bytes make it trap, and a sound modem is understood afterwards`() {
    var generator = SplitMix64(seed: 6)
    let line = Line([:])
    let alphabet = Array("+:,? \r\nOKERRORCPINCSQCREG0123456789".utf8)
    for _ in 0..<100_000 {
      line.now += 1
      _ = line.dialogue.tick(now: line.now)
      line.dialogue.take(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], now: line.now)
    }
    line.say("\r\n")
    line.answers = Self.sound
    line.pass(milliseconds: 30_000)
    #expect(line.dialogue.imei?.text == "860000000000017" && line.dialogue.signalStrength == -71)
  }
}

extension Octets {
  fileprivate var text: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}
