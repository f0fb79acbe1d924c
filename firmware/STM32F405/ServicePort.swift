import Chip

/// USART1 on PA9 and PA10, 115,200 baud 8N1. Bytes are received by interrupt (`receivers.c`), and are sent
/// while the program waits.
struct ServicePort {
  private static var status: Register { Register(Peripheral.usart1) }
  private static var data: Register { Register(Peripheral.usart1 &+ 0x04) }
  /// Number of polls that take more than ten bit times at any of the core's frequencies.
  private static var looks: UInt32 { 20_000 }

  init(clocks: Clocks) {
    let mode = Register(Peripheral.gpioA)
    mode.put(0b10, at: 18, width: 2)
    mode.put(0b10, at: 20, width: 2)
    // The receiver's pin is pulled high, for an empty port.
    Register(Peripheral.gpioA &+ 0x0C).put(0b01, at: 20, width: 2)
    let functions = Register(Peripheral.gpioA &+ 0x24)
    functions.put(7, at: 4, width: 4)
    functions.put(7, at: 8, width: 4)
    Register(Peripheral.usart1 &+ 0x08).value = (clocks.frequency &+ 57_600) / 115_200
    // The port is enabled with transmitter, receiver, and an interrupt for each byte, number 37.
    Register(Peripheral.usart1 &+ 0x0C).value = 1 << 13 | 1 << 5 | 1 << 3 | 1 << 2
    Register(Peripheral.interrupts &+ 4).value = 1 << (37 - 32)
  }

  /// The next received byte; nil where there is none. The frame's CRC detects damaged and lost bytes.
  func receive() -> UInt8? {
    let byte = wt_received(2)
    return byte < 0 ? nil : UInt8(truncatingIfNeeded: byte)
  }

  /// Sends a byte; drops the byte where the transmitter does not work.
  func send(_ byte: UInt8) {
    guard Self.status.wait(for: 1 << 7, looks: Self.looks) else { return }
    Self.data.value = UInt32(byte)
  }

  /// Waits until the last bit is sent.
  func drain() { _ = Self.status.wait(for: 1 << 6, looks: Self.looks) }
}
