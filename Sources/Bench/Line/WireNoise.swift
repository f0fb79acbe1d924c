/// A wire with random faults: each byte in either direction, each piece or each answer is damaged with a given
/// probability in parts per million. The same seed damages the same bytes in the same places.
///
///     lost=SEED:PPM      bytes do not arrive
///     flipped=SEED:PPM   one bit of a byte arrives as its opposite
///     doubled=SEED:PPM   bytes arrive twice
///     noise=SEED:PPM     any of these
///     half=SEED:PPM      only the beginning of an answer of the module's arrives
///     piece=SEED:PPM     one bit of a piece, which is what the laptop sends at once, arrives as its opposite
///     clipped=SEED:PPM   an answer of the module's arrives without its last byte
///     brownout=SEED:PPM  the chip resets as a byte reaches it
public struct WireNoise: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case lost, flipped, doubled, noise, half, piece, clipped, brownout

    /// Whether a fault of this kind may hit any byte that passes.
    var isOfBytes: Bool {
      switch self {
      case .lost, .flipped, .doubled, .noise: true
      case .half, .piece, .clipped, .brownout: false
      }
    }
  }

  public let kind: Kind
  public let seed: UInt32
  /// Probability of the fault, parts per million, 1 to 1,000,000.
  public let partsPerMillion: Int

  public init(_ kind: Kind, seed: UInt32, partsPerMillion: Int) {
    self.kind = kind
    self.seed = seed
    self.partsPerMillion = min(max(1, partsPerMillion), 1_000_000)
  }

  var spelling: String { "\(kind.rawValue)=\(seed):\(partsPerMillion)" }

  init?(_ text: Substring) {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let kind = Kind(rawValue: String(sides[0])) else { return nil }
    let figures = sides[1].split(separator: ":", omittingEmptySubsequences: false)
    guard figures.count == 2, let seed = UInt32(figures[0]), let parts = Int(figures[1]),
      (1...1_000_000).contains(parts)
    else { return nil }
    self.init(kind, seed: seed, partsPerMillion: parts)
  }
}

/// A wire with a fault that changes bytes in both directions.
public struct FaultyWire: Sendable {
  private var timedEffects: [ModuleBenchFault.TimedEffect]
  private var noises: [(noise: WireNoise, generator: SeededGenerator)]
  /// Number of bytes that came from the laptop.
  private var received = 0

  /// - Parameter fault: nil for a sound wire.
  public init(_ fault: ModuleBenchFault?) {
    timedEffects = fault?.timedEffects ?? []
    noises = (fault?.noises ?? []).map { noise in
      (noise, SeededGenerator(seed: UInt64(noise.seed)))
    }
  }

  /// Applies the faults of the kind `piece` to the bytes that the laptop sends at once. Called before `send`
  /// takes the bytes one by one.
  public mutating func piece(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for index in noises.indices where noises[index].noise.kind == .piece && !bytes.isEmpty {
      if appliesNow(index) { bytes[draw(index, below: bytes.count)] ^= 1 << UInt8(draw(index, below: 8)) }
    }
    return bytes
  }

  /// Takes a byte that the laptop sends.
  /// - Returns: the bytes that arrive, after the faults have been applied.
  public mutating func send(_ byte: UInt8) -> (arriving: [UInt8], effects: [ModuleBenchFault.Effect]) {
    received += 1
    let received = received
    var effects = take {
      if case .after(let count) = $0 { received > count } else { false }
    }
    for index in noises.indices where noises[index].noise.kind == .brownout {
      if appliesNow(index) { effects.append(.brownout) }
    }
    return (pass([byte]), effects)
  }

  /// Returns the effects of faults during work that the module has just completed and not reported yet.
  public mutating func did(_ work: ModuleBenchFault.Work) -> [ModuleBenchFault.Effect] {
    take { $0 == .during(work) }
  }

  /// Applies the faults to an answer of the module's.
  /// - Returns: the bytes that arrive.
  public mutating func answer(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = pass(bytes)
    for index in noises.indices where noises[index].noise.kind == .half {
      if appliesNow(index), !bytes.isEmpty { bytes = Array(bytes.prefix(draw(index, below: bytes.count))) }
    }
    for index in noises.indices where noises[index].noise.kind == .clipped {
      if appliesNow(index) { bytes = Array(bytes.dropLast()) }
    }
    return bytes
  }

  // MARK: -

  private mutating func take(_ isNow: (ModuleBenchFault.Moment) -> Bool) -> [ModuleBenchFault.Effect] {
    let due = timedEffects.filter { isNow($0.moment) }
    timedEffects.removeAll { isNow($0.moment) }
    return due.map(\.effect)
  }

  private mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for index in noises.indices {
      let kind = noises[index].noise.kind
      guard kind.isOfBytes else { continue }
      var passed: [UInt8] = []
      for byte in bytes {
        guard appliesNow(index) else {
          passed.append(byte)
          continue
        }
        switch kind == .noise ? [.lost, .flipped, .doubled][draw(index, below: 3)] : kind {
        case .flipped: passed.append(byte ^ 1 << UInt8(draw(index, below: 8)))
        case .doubled: passed += [byte, byte]
        default: break
        }
      }
      bytes = passed
    }
    return bytes
  }

  private mutating func appliesNow(_ index: Int) -> Bool {
    draw(index, below: 1_000_000) < noises[index].noise.partsPerMillion
  }

  private mutating func draw(_ index: Int, below count: Int) -> Int {
    noises[index].generator.next(below: count)
  }
}
