/// The module at the end of its wire: takes bytes, answers the requests in them, and lets its program see time pass.
///
/// The program that drives it calls `receive` with what came in and `tick` at least every 50 ms, sends what it is
/// given, and then looks at `resetRequest`.
public struct Module<Hardware: Board> {
  public typealias Reset = ModuleReset

  // The decoder stands apart, so that the program can read it while it writes its own buffer.
  private var decoder = ConsoleFrameDecoder()
  private var reply = MessageBuffer()
  var program: Program<Hardware>

  /// Starts up: opens the relay, finds the pairing and counts the boot.
  public init(board: Hardware) { program = Program(board: board) }

  public var board: Hardware {
    get { program.board }
    _modify { yield &program.board }
  }

  /// Set once the module has agreed to reset: send what is still to be sent, then do it.
  public var resetRequest: Reset? { program.resetRequest }

  public var relayIsClosed: Bool { program.relayIsClosed }

  /// Takes one byte; where it ended a request, `send` gets the reply, framed, a byte at a time.
  public mutating func receive(_ byte: UInt8, send: (UInt8) -> Void) {
    program.lastByteAt = program.board.milliseconds
    guard decoder.completes(with: byte), program.answer(decoder.message, &reply) else { return }
    program.hasAnswered = true
    ConsoleFraming.encode(reply.bytes, to: send)
  }

  /// Lets time pass: opens the relay when its time is over, watches the seal, prepares the flash.
  public mutating func tick() { program.tick() }
}
