import Chip

@main
struct Firmware {
  /// The word that the boot block looks for after a reset, and where.
  private static var wish: Register { Register(0x2001_FFF8) }
  private static var wishForROM: UInt32 { 0x5754_4252 }

  static func main() {
    let clocks = Clocks()
    clocks.startTick()
    FlashController.setOptions()
    Watchdog.start()
    let port = ServicePort(clocks: clocks)
    var module = Module(board: WelderBoard())
    var lastTick: UInt64 = 0
    while true {
      Watchdog.feed()
      if let byte = port.receive() {
        module.receive(byte) { port.send($0) }
      }
      let now = wt_milliseconds()
      if now != lastTick {
        lastTick = now
        module.tick()
      }
      if let reset = module.resetRequest {
        port.drain()
        if reset == .bootloader { wish.value = wishForROM }
        // AIRCR: system reset.
        Register(Peripheral.systemControl &+ 0x0C).value = 0x05FA_0004
      }
    }
  }
}
