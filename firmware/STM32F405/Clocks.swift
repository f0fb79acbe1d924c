/// The clock tree: 84 MHz from an 8 MHz crystal, or else from the internal oscillator, or 16 MHz where even the
/// PLL does not start. Only the PLL gives the 48 MHz for the random number generator.
struct Clocks {
  /// Frequency of the core and of USART1's bus, Hz.
  let frequency: UInt32

  private static var looks: UInt32 { 200_000 }

  init() {
    let control = Register(Peripheral.rcc)
    let dividers = Register(Peripheral.rcc &+ 0x04)
    let configuration = Register(Peripheral.rcc &+ 0x08)

    // The bits enable GPIO A and B, then ADC1, USART1 and the random number generator.
    Register(Peripheral.rcc &+ 0x30).set(0b11)
    Register(Peripheral.rcc &+ 0x34).set(1 << 6)
    Register(Peripheral.rcc &+ 0x44).set(1 << 8 | 1 << 4)

    control.set(1 << 16)
    let hasCrystal = control.wait(for: 1 << 17, looks: Self.looks)
    // 1 MHz × 336 is 336 MHz, divided by 4 for the core and by 7 for the 48 MHz domain.
    let source: UInt32 = hasCrystal ? 1 << 22 | 8 : 16
    dividers.value = source | 336 << 6 | 1 << 16 | 7 << 24
    control.set(1 << 24)
    guard control.wait(for: 1 << 25, looks: Self.looks) else {
      control.clear(1 << 24)
      frequency = 16_000_000
      return
    }
    // Two wait states and the caches are set first, then APB1 runs at half speed, and then the core is switched
    // to the PLL.
    Register(Peripheral.flash).value = 2 | 0b111 << 8
    configuration.put(0b100, at: 10, width: 3)
    configuration.put(0b10, at: 0, width: 2)
    frequency = configuration.wait(for: 0b1000, looks: Self.looks) ? 84_000_000 : 16_000_000
  }

  /// Starts the tick, one interrupt a millisecond.
  func startTick() {
    Register(Peripheral.sysTick &+ 4).value = frequency / 1000 &- 1
    Register(Peripheral.sysTick &+ 8).value = 0
    Register(Peripheral.sysTick).value = 0b111
  }
}
