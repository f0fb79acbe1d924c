/// The satellite receiver on USART2, which says once a second where it is.
struct GNSSReceiver {
  private let line: DeviceLine
  private var decoder = NMEADecoder()

  init(clocks: Clocks) { line = .usart2(clocks) }

  /// Takes what has come. At 9,600 baud the ring is full after a quarter of a second.
  mutating func listen(now: UInt64) {
    while let byte = line.receive() { decoder.take(byte, now: now) }
  }

  func fix(now: UInt64) -> NMEADecoder.Fix? { decoder.fix(now: now) }
}
