/// The module at the end of its wire. It takes bytes, answers the requests in them, and acts as time passes.
///
/// The calling program passes each received byte to `receive`, calls `tick` at least every 50 ms, sends the
/// bytes of the replies, and then checks `resetRequest`.
public struct Module<Hardware: Board> {
  public typealias Reset = ModuleReset

  // The decoder is not part of the program, so that the program can read a message in it while changing its own
  // state.
  private var decoder = ConsoleFrameDecoder()
  private var reply = MessageBuffer()
  var program: Program<Hardware>

  /// Starts up: opens the relay, finds the pairing and counts the boot.
  public init(board: Hardware) { program = Program(board: board) }

  public var board: Hardware {
    get { program.board }
    _modify { yield &program.board }
  }

  /// The reset that the module has agreed to; nil where there is none. The caller sends what is still to be
  /// sent before it resets.
  public var resetRequest: Reset? { program.resetRequest }

  public var relayIsClosed: Bool { program.relayIsClosed }

  /// Takes one byte. Where the byte ends a request, `send` gets the framed reply byte by byte.
  public mutating func receive(_ byte: UInt8, send: (UInt8) -> Void) {
    program.lastByteAt = program.board.milliseconds
    guard decoder.completes(with: byte), program.answer(decoder.message, &reply) else { return }
    program.hasAnswered = true
    ConsoleFraming.encode(reply.bytes, to: send)
  }

  /// Does what is due by now: opens the relay when its time is over, watches the seal, confirms an image on
  /// trial, saves counts and prepares the flash.
  public mutating func tick() { program.tick() }
}
