/// The way between laptop and chip in both directions, with the time that the adapter holds bytes back and the
/// time of each bit. Each moment is computed from the byte before it and not from the latest poll, so that no
/// error adds up.
struct BenchLine {
  /// Maximum number of bytes that arrive together: about as many as pass in a millisecond at 115,200 baud. A
  /// USB adapter hands over its bytes about once a millisecond, so that more frequent polling gains nothing.
  private static let slice = 10

  /// Time that a byte spends within laptop and adapter in each direction.
  private let latency: Duration
  /// Time of one bit; zero where bytes take no time.
  private var bit: Duration
  private var toChipIsFreeAt: ContinuousClock.Instant?
  private var toLaptopIsFreeAt: ContinuousClock.Instant?
  private var toChip: [(byte: UInt8, at: ContinuousClock.Instant, seenAt: ContinuousClock.Instant)] = []
  private var toLaptop: [(bytes: [UInt8], at: ContinuousClock.Instant)] = []

  /// - Parameter baudRate: bits a second; nil for no limit.
  init(baudRate: Int?, latency: Duration) {
    self.latency = latency
    bit = baudRate.map { .nanoseconds(1_000_000_000 / max(1, $0)) } ?? .zero
  }

  /// Changes the baud rate of the bytes that are sent from here on, bits a second. Does nothing where bytes
  /// take no time.
  mutating func change(to baudRate: Int) {
    if bit > .zero { bit = .nanoseconds(1_000_000_000 / max(1, baudRate)) }
  }

  /// Drops all bytes that are under way.
  mutating func cut() { self = BenchLine(latency: latency, bit: bit) }

  private init(latency: Duration, bit: Duration) {
    (self.latency, self.bit) = (latency, bit)
  }

  /// The moment of the next arrival at either end.
  func next(chipIsFreeAt: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    let arrival = toChip.first.map { max($0.seenAt, chipIsFreeAt) }
    let delivery = toLaptop.first?.at
    guard let arrival, let delivery else { return arrival ?? delivery }
    return min(arrival, delivery)
  }

  // MARK: - From the laptop

  /// Sends bytes from the laptop to the chip.
  /// - Parameter bitsAByte: the number of bits that one byte takes on the wire; nil where the chip times line
  ///   and latency by itself.
  mutating func send(_ bytes: [UInt8], bitsAByte: Int?, now: ContinuousClock.Instant) {
    guard let bitsAByte else {
      let time = max(now, toChip.last?.seenAt ?? now)
      toChip += bytes.map { ($0, time, time) }
      return
    }
    var free = max(now + latency, toChipIsFreeAt ?? now)
    for start in stride(from: 0, to: bytes.count, by: Self.slice) {
      let part = bytes[start..<min(start + Self.slice, bytes.count)]
      let end = free + bit * bitsAByte * part.count
      for byte in part {
        free += bit * bitsAByte
        toChip.append((byte, free, end))
      }
    }
    toChipIsFreeAt = free
  }

  /// Takes the next byte that has arrived at the chip, with the moment at which its last bit arrived; nil for
  /// none.
  mutating func arrived(by now: ContinuousClock.Instant) -> (byte: UInt8, at: ContinuousClock.Instant)? {
    guard let first = toChip.first, first.seenAt <= now else { return nil }
    toChip.removeFirst()
    return (first.byte, first.at)
  }

  // MARK: - From the chip

  /// Sends bytes from the chip to the laptop.
  /// - Parameter bitsAByte: the number of bits that one byte takes on the wire; nil where the chip times line
  ///   and latency by itself.
  mutating func answer(_ bytes: [UInt8], bitsAByte: Int?, at time: ContinuousClock.Instant) {
    guard let bitsAByte else { return toLaptop.append((bytes, max(time, toLaptop.last?.at ?? time))) }
    var free = max(time, toLaptopIsFreeAt ?? time)
    for start in stride(from: 0, to: bytes.count, by: Self.slice) {
      let part = Array(bytes[start..<min(start + Self.slice, bytes.count)])
      free += bit * bitsAByte * part.count
      toLaptop.append((part, free + latency))
    }
    toLaptopIsFreeAt = free
  }

  mutating func delivered(by now: ContinuousClock.Instant) -> [UInt8] {
    let count = toLaptop.prefix { $0.at <= now }.count
    defer { toLaptop.removeFirst(count) }
    return toLaptop.prefix(count).flatMap(\.bytes)
  }
}
