/// An ESP32 or ESP32-C3 behind the bench's wire: its ROM loader, or the program in its flash. The program sends
/// nothing, since the bench cannot execute it.
///
/// After a reset the chip takes the baud rate of the first Sync, as the real ROM measures it. From then on
/// bytes at another baud rate are garbled in both directions.
public struct ESP32Chip: BenchChip {
  private let model: ESP32Model
  private let configuration: ModuleBench.Configuration
  private let timings: SerialFlashTimings
  /// Whether IO0 (IO9 of a C3) is low, so that a reset leads to the ROM loader.
  public var isStrapped = true
  /// The ROM loader; nil where the program runs or the chip is held in reset.
  private var rom: ESP32ROM?
  /// Whether the program in the flash was started.
  public private(set) var programRuns = false
  private var isHeld = false
  /// Baud rate of the chip, bits a second; nil before the first Sync.
  private var agreedBaudRate: Int?
  private var laptopBaudRate = 115_200
  private var overdriven = 0
  private var greeting: [UInt8] = []

  /// - Parameter configuration: the bench's configuration with a flash of `FlashArray.serial`. Its timings
  ///   belong to another chip and are not used.
  public init(
    _ model: ESP32Model, configuration: ModuleBench.Configuration, timings: SerialFlashTimings = .typical
  ) {
    self.model = model
    self.configuration = configuration
    self.timings = timings
    rom = makeROM()
  }

  // MARK: - Reset

  public mutating func restart() {
    (agreedBaudRate, programRuns, rom) = (nil, false, nil)
    guard !isHeld else { return }
    if isStrapped {
      rom = makeROM()
      greeting = Array(model.banner.utf8)
    } else {
      programRuns = configuration.flash.read(UInt32(model.bootloaderOffset), count: 1) == [0xe9]
    }
  }

  /// Drives EN and IO0 by the adapter's lines through the two transistors of Espressif's boards: RTS alone pulls EN
  /// low, DTR alone IO0.
  public mutating func drive(dtr: Bool, rts: Bool) {
    isStrapped = dtr && !rts
    let wasHeld = isHeld
    isHeld = rts && !dtr
    if isHeld != wasHeld { restart() }
  }

  private func makeROM() -> ESP32ROM {
    ESP32ROM(
      model: model, flash: configuration.flash, timings: timings,
      // A set lowest bit in the first byte would make this a group address.
      mac: configuration.uniqueID.prefix(6).enumerated().map { $0 == 0 ? $1 & 0xfe : $1 },
      oscillatorError: configuration.oscillatorError)
  }

  // MARK: - BenchChip

  public var bitsAByte: Int { 10 }
  public var baudRate: Int? { laptopBaudRate }
  public var relayIsClosed: Bool { false }

  public mutating func follow(baudRate: Int) { laptopBaudRate = baudRate }

  public func snapshot(into truth: inout ModuleBenchTruth) {
    truth.look(firmwareRuns: programRuns, relayIsClosed: false)
  }

  public mutating func tick() -> [BenchChipOutput] {
    guard !greeting.isEmpty else { return [] }
    defer { greeting = [] }
    // After a reset the chip speaks at its own baud rate.
    return laptopBaudRate == 115_200 ? [.send(greeting)] : []
  }

  public mutating func receive(_ byte: UInt8) -> [BenchChipOutput] {
    let greeted = tick()
    guard rom != nil, passes() else { return greeted }
    let arrived = isInTune ? byte : Self.garbled(byte)
    let outputs = rom?.receive(arrived) ?? []
    return greeted + outputs.flatMap { perform($0) }
  }

  private mutating func perform(_ output: ESP32ROM.Output) -> [BenchChipOutput] {
    switch output {
    case .send(let bytes):
      if agreedBaudRate == nil {
        agreedBaudRate = laptopBaudRate
        rom?.follow(baudRate: laptopBaudRate)
      }
      let sent = isInTune ? bytes : bytes.map(Self.garbled)
      return [.send(sent.filter { _ in passes() })]
    case .busy(let work, let time): return [.pause(time)] + (work.map { [.did($0)] } ?? [])
    case .baudRate(let new):
      agreedBaudRate = new
      rom?.follow(baudRate: new)
      return []
    case .restart:
      restart()
      return []
    }
  }

  // MARK: - The line

  /// Whether the two baud rates are close enough for a UART to read a byte correctly: within 2.5 %, which is
  /// less than half a bit at the end of ten bits.
  private var isInTune: Bool {
    guard let agreedBaudRate else { return true }
    return abs(agreedBaudRate - laptopBaudRate) * 40 < laptopBaudRate
  }

  /// The byte that a UART at another baud rate reads: an arbitrary byte, but never 0xC0, the end of a frame.
  private static func garbled(_ byte: UInt8) -> UInt8 { byte & 0x15 | 0x80 }

  /// Whether a byte gets through: an adapter that is driven faster than it can work drops one now and then.
  private mutating func passes() -> Bool {
    guard let limit = configuration.maxAdapterBaudRate, laptopBaudRate > limit else { return true }
    overdriven += 1
    return overdriven % 53 != 0
  }
}

extension ModuleBench {
  /// Makes a bench with one of Espressif's chips.
  /// - Parameter now: the clock of the wire.
  public convenience init(
    _ model: ESP32Model, _ configuration: Configuration, timings: SerialFlashTimings = .typical,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.init(
      configuration, now: now,
      makeChip: { ESP32Chip(model, configuration: configuration, timings: timings) })
  }
}
