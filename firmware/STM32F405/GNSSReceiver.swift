/// The satellite receiver on USART2, which sends its position once a second.
struct GNSSReceiver {
  private let line: DeviceLine
  private var decoder = NMEADecoder()

  init(clocks: Clocks) { line = .usart2(clocks) }

  /// Takes the received bytes. At 9,600 baud the ring is full after a quarter of a second.
  mutating func listen(now: UInt64) {
    while let byte = line.receive() { decoder.take(byte, now: now) }
  }

  func fix(now: UInt64) -> NMEADecoder.Fix? { decoder.fix(now: now) }
}
