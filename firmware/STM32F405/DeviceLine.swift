import Chip

/// A serial line to a device on the board, 8N1, on USART2 or UART4. Bytes are received by interrupt
/// (`receivers.c`), and nothing here waits.
struct DeviceLine {
  /// The line's number in `wt_received`.
  private let index: UInt32
  private let port: UInt32

  /// The line to the satellite receiver on PA2 and PA3.
  static func usart2(_ clocks: Clocks) -> DeviceLine {
    DeviceLine(
      index: 0, port: Peripheral.usart2, clock: 17, pin: 2, function: 7, interrupt: 38, baud: 9_600, clocks)
  }

  /// The line to the modem on PA0 and PA1. UART4's other pins, PC10 and PC11, are among those that the ROM
  /// bootloader listens on.
  static func uart4(_ clocks: Clocks) -> DeviceLine {
    DeviceLine(
      index: 1, port: Peripheral.uart4, clock: 19, pin: 0, function: 8, interrupt: 52, baud: 115_200, clocks)
  }

  /// - Parameters:
  ///   - clock: the port's bit in RCC_APB1ENR.
  ///   - pin: the transmitter's pin of port A; the receiver has the next pin.
  private init(
    index: UInt32, port: UInt32, clock: UInt32, pin: UInt32, function: UInt32, interrupt: UInt32,
    baud: UInt32, _ clocks: Clocks
  ) {
    self.index = index
    self.port = port
    Register(Peripheral.rcc &+ 0x40).set(1 << clock)
    Register(Peripheral.gpioA).put(0b1010, at: 2 &* pin, width: 4)
    // The receiver's pin is pulled high, for a missing device.
    Register(Peripheral.gpioA &+ 0x0C).put(0b01, at: 2 &* pin &+ 2, width: 2)
    Register(Peripheral.gpioA &+ 0x20).put(function &* 0x11, at: 4 &* pin, width: 8)
    // APB1 runs at half the core's frequency where the PLL drives the core.
    let isHalved = Register(Peripheral.rcc &+ 0x08).value & 1 << 12 != 0
    let bus = isHalved ? clocks.frequency / 2 : clocks.frequency
    Register(port &+ 0x08).value = (bus &+ baud / 2) / baud
    // The port is enabled with transmitter, receiver, and an interrupt for each byte.
    Register(port &+ 0x0C).value = 1 << 13 | 1 << 5 | 1 << 3 | 1 << 2
    Register(Peripheral.interrupts &+ interrupt / 32 &* 4).value = 1 << (interrupt % 32)
  }

  /// The next received byte; nil where there is none.
  func receive() -> UInt8? {
    let byte = wt_received(index)
    return byte < 0 ? nil : UInt8(truncatingIfNeeded: byte)
  }

  /// Sends a byte; false where the transmitter has no room for it yet.
  func send(_ byte: UInt8) -> Bool {
    guard Register(port).value & 1 << 7 != 0 else { return false }
    Register(port &+ 0x04).value = UInt32(byte)
    return true
  }
}
