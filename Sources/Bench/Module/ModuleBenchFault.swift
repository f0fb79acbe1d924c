internal import ModuleCore

/// A fault of a simulated module's cable, as `bench module --fault` takes it. These faults happen once:
///
///     silence-after=N    after N bytes from the laptop the module answers no more
///     pull-after=N       after N bytes from the laptop the cable is pulled
///     brownout-after=N   after N bytes from the laptop the supply dips: the chip resets
///     silence-during=W   the module does W and does not report it; W is erase, write, verify, pair or test
///     pull-during=W      the cable is pulled at that moment
///     brownout-during=W  the chip resets at that moment
///
/// The faults of `WireNoise` last as long as the bench runs. Several faults are joined by commas.
///
/// `erase` and `write` are the bootloader's first command of this kind, and `verify` is its first read after a
/// write. `pair` is the commit of a key or its replacement, and `test` is a start. Silence ends when the laptop
/// closes the port, as if somebody had cycled the power.
public struct ModuleBenchFault: Hashable, Sendable {
  public enum Effect: String, Hashable, Sendable, CaseIterable { case silence, pull, brownout }

  public enum Work: String, Hashable, Sendable, CaseIterable { case erase, write, verify, pair, test }

  public enum Moment: Hashable, Sendable {
    /// The moment after this number of bytes from the laptop.
    case after(bytes: Int)
    case during(Work)
  }

  /// A fault that happens once.
  public struct TimedEffect: Hashable, Sendable {
    public let effect: Effect
    public let moment: Moment

    public init(_ effect: Effect, _ moment: Moment) {
      self.effect = effect
      self.moment = moment
    }
  }

  public let timedEffects: [TimedEffect]
  public let noises: [WireNoise]

  public init(timedEffects: [TimedEffect] = [], noises: [WireNoise] = []) {
    self.timedEffects = timedEffects
    self.noises = noises
  }

  /// The fault in the form that `init` reads.
  public var spelling: String {
    (timedEffects.map(\.spelling) + noises.map(\.spelling)).joined(separator: ",")
  }

  /// Reads faults that are joined by commas, in the forms above: N from 0 to 2³¹ − 1, SEED from 0 to 2³² − 1,
  /// PPM from 1 to 1,000,000; nil for any other text.
  public init?(_ text: String) {
    var timedEffects: [TimedEffect] = []
    var noises: [WireNoise] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let event = TimedEffect(part) {
        timedEffects.append(event)
      } else if let noise = WireNoise(part) {
        noises.append(noise)
      } else {
        return nil
      }
    }
    self.init(timedEffects: timedEffects, noises: noises)
  }
}

extension ModuleBenchFault.TimedEffect {
  fileprivate var spelling: String {
    switch moment {
    case .after(let bytes): "\(effect.rawValue)-after=\(bytes)"
    case .during(let work): "\(effect.rawValue)-during=\(work.rawValue)"
    }
  }

  fileprivate init?(_ text: Substring) {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    for effect in ModuleBenchFault.Effect.allCases {
      if sides[0] == "\(effect.rawValue)-after", let bytes = Int32(sides[1]), bytes >= 0 {
        self.init(effect, .after(bytes: Int(bytes)))
        return
      }
      if sides[0] == "\(effect.rawValue)-during", let work = ModuleBenchFault.Work(rawValue: String(sides[1])) {
        self.init(effect, .during(work))
        return
      }
    }
    return nil
  }
}

extension ModuleBenchFault.Work {
  /// The work of the firmware that a request asks for; nil for work that no fault falls on. The request is
  /// given without its framing.
  public init?(request bytes: [UInt8]) {
    guard let request = SMPMessage(bytes), request.group == SMPGroup.module else { return nil }
    switch ModuleCommand(rawValue: request.command) {
    case .pairCommit, .pairReplace, .pairService: self = .pair
    case .start: self = .test
    default: return nil
    }
  }
}
