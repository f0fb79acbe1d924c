import Chip

/// ADC1: welding current on PA6 and supply on PA7. Each is about half of 3.3 V where nothing is measured.
struct Sensors {
  /// Millivolts of 1,000 steps of the converter behind a divider of 400 to 1: 3.3 V / 4096 × 400 a step.
  private static var supplyMillivoltsPerThousandSteps: UInt32 { 322_266 }
  /// Milliamperes of 1,000 steps of the converter behind a transducer of 800 A for half of the range.
  private static var currentMilliamperesPerThousandSteps: UInt32 { 390_625 }
  private static var currentChannel: UInt32 { 6 }
  private static var supplyChannel: UInt32 { 7 }
  /// One period of the mains, milliseconds.
  private static var period: UInt64 { 20 }
  private static var middle: Int32 { 2048 }
  private static var looks: UInt32 { 10_000 }

  private static var status: Register { Register(Peripheral.adc1) }
  private static var control: Register { Register(Peripheral.adc1 &+ 0x08) }
  private static var sequence: Register { Register(Peripheral.adc1 &+ 0x34) }
  private static var data: Register { Register(Peripheral.adc1 &+ 0x4C) }

  init() {
    let mode = Register(Peripheral.gpioA)
    mode.put(0b1111, at: 12, width: 4)
    // The ADC clock is a quarter of the bus clock, and both channels have the longest sampling time.
    Register(Peripheral.adc1 &+ 0x304).put(0b01, at: 16, width: 2)
    Register(Peripheral.adc1 &+ 0x10).put(0b11_1111, at: 18, width: 6)
    Self.control.set(1)
  }

  /// Measures the supply in millivolts RMS and the current in milliamperes RMS with the sign of its mean, over
  /// one period of the mains: from one tick to the twentieth after it, because an incomplete period would be an
  /// error of 2 % of the voltage. Both are zero where the converter does not work.
  func measure() -> (millivolts: UInt32, milliamperes: Int32) {
    var supply = Sum()
    var current = Sum()
    let before = wt_milliseconds()
    while wt_milliseconds() == before {}
    let end = before &+ 1 &+ Self.period
    while wt_milliseconds() < end, supply.count < 2000 {
      guard let amps = Self.convert(channel: Self.currentChannel),
        let volts = Self.convert(channel: Self.supplyChannel)
      else { break }
      current.add(amps &- Self.middle)
      supply.add(volts &- Self.middle)
    }
    let volts = supply.rootMeanSquareInThousandths(aroundMean: true)
    let amps = current.rootMeanSquareInThousandths(aroundMean: false)
    let millivolts = UInt64(volts) &* UInt64(Self.supplyMillivoltsPerThousandSteps) / 1_000_000
    let scaled = UInt64(amps) &* UInt64(Self.currentMilliamperesPerThousandSteps) / 1_000_000
    let milliamperes = Int32(truncatingIfNeeded: scaled)
    return (
      UInt32(truncatingIfNeeded: millivolts), current.total < 0 ? 0 &- milliamperes : milliamperes
    )
  }

  private static func convert(channel: UInt32) -> Int32? {
    sequence.value = channel
    control.set(1 << 30)
    guard status.wait(for: 1 << 1, looks: looks) else { return nil }
    return Int32(truncatingIfNeeded: data.value & 0xFFF)
  }

  /// The sum has at most 2,000 samples of 12 bits, so that nothing here overflows.
  private struct Sum {
    var count: Int32 = 0
    var total: Int32 = 0
    var squares: UInt64 = 0

    mutating func add(_ sample: Int32) {
      count &+= 1
      total &+= sample
      squares &+= UInt64(UInt32(bitPattern: sample &* sample))
    }

    /// The root mean square, in thousandths of a step.
    func rootMeanSquareInThousandths(aroundMean: Bool) -> UInt32 {
      guard count > 0 else { return 0 }
      let number = UInt64(UInt32(bitPattern: count))
      var power = squares &* 1_000_000 / number
      if aroundMean {
        let mean = UInt64(total.magnitude) &* 1000 / number
        let meanPower = mean &* mean
        power = power > meanPower ? power &- meanPower : 0
      }
      return squareRoot(power)
    }

    private func squareRoot(_ value: UInt64) -> UInt32 {
      var root: UInt64 = 0
      var bit: UInt64 = 1 << 31
      while bit > 0 {
        let trial = root | bit
        if trial &* trial <= value { root = trial }
        bit >>= 1
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }
}
