import Chip

@main
struct Firmware {
  /// The place of the word that the boot block checks after a reset.
  private static var bootRequest: Register { Register(0x2001_FFF8) }
  private static var romBootRequest: UInt32 { 0x5754_4252 }

  static func main() {
    let clocks = Clocks()
    clocks.startTick()
    FlashController.setOptions()
    Watchdog.start()
    let port = ServicePort(clocks: clocks)
    var module = Module(board: WelderBoard(clocks: clocks))
    while true {
      Watchdog.feed()
      if let byte = port.receive() {
        module.receive(byte) { port.send($0) }
      }
      // COUNTFLAG says that a millisecond has passed since the last poll.
      if Register(Peripheral.sysTick).value & 1 << 16 != 0 {
        module.board.listen()
        module.tick()
      }
      if let reset = module.resetRequest {
        port.drain()
        if reset == .bootloader { bootRequest.value = romBootRequest }
        // This bit of AIRCR causes a system reset.
        Register(Peripheral.systemControl &+ 0x0C).value = 0x05FA_0004
      }
    }
  }
}
