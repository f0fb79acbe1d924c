/// The mobile modem on UART4.
struct Modem {
  private let line: DeviceLine
  private(set) var dialogue = ModemDialogue()
  /// The command that is being sent; nil where there is none. A carriage return follows it.
  private var command: StaticString?
  /// Number of bytes of the command that were sent.
  private var sent = 0

  init(clocks: Clocks) { line = .uart4(clocks) }

  /// Takes the received bytes, and sends a byte of the next question.
  mutating func listen(now: UInt64) {
    while let byte = line.receive() { dialogue.take(byte, now: now) }
    if let question = dialogue.tick(now: now) { (command, sent) = (question, 0) }
    guard let command else { return }
    let isAtEnd = sent >= command.utf8CodeUnitCount
    guard line.send(isAtEnd ? 0x0d : command.utf8Start[sent]) else { return }
    sent &+= 1
    if isAtEnd { self.command = nil }
  }
}
