/// The chip's random number generator, which needs 48 MHz of the PLL.
struct RandomGenerator {
  private static var control: Register { Register(Peripheral.rng) }
  private static var status: Register { Register(Peripheral.rng &+ 0x04) }
  private static var data: Register { Register(Peripheral.rng &+ 0x08) }
  /// Number of polls within which a random word has to be ready. A word takes forty periods of 48 MHz, far less
  /// than these polls.
  private static var looks: UInt32 { 2_000 }

  private var last: UInt32?

  init() {
    Self.control.value = 1 << 2
  }

  /// Random bytes; nil where the generator reports a seed or clock error, stops, or repeats itself. By FIPS
  /// 140-2, section 4.9.2, two equal words in a row are a failure, and the first word is only compared.
  mutating func bytes(_ count: Int) -> Octets? {
    var bytes = Octets()
    if last == nil {
      guard let first = Self.word() else { return nil }
      last = first
    }
    while bytes.count < min(count, Octets.capacity) {
      guard let word = Self.word(), word != last else {
        last = nil
        return nil
      }
      last = word
      bytes.append(littleEndian: word)
    }
    return bytes.prefix(count)
  }

  private static func word() -> UInt32? {
    guard status.value & 0b110_0110 == 0, status.wait(for: 1, looks: looks) else { return nil }
    let word = data.value
    return word != 0 ? word : nil
  }
}
