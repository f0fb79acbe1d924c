/// The reason for which a command of group 64 was refused.
public enum ModuleRefusal: Error, Equatable, Sendable {
  /// The reason has no code of its own.
  case unknown
  /// A field is missing, or has the wrong type, length or range.
  case malformed
  /// There is no committed key (for prove: no key at all).
  case notPaired
  /// The module has a committed key, and the request names another one.
  case bound
  /// The authentication code is wrong.
  case notAuthentic
  /// The counter is below the lowest that is accepted.
  case replayed
  /// No challenge was asked for, it was used, or it is too old.
  case noChallenge
  /// The random number generator failed.
  case noRandom
  /// The pairing record could not be written.
  case storage
  /// The case was not open for long enough, or the relay is closed.
  case sealed
  /// The code is none that this version knows.
  case other(UInt8)

  public init(code: UInt8) {
    switch code {
    case 1: self = .unknown
    case 2: self = .malformed
    case 3: self = .notPaired
    case 4: self = .bound
    case 5: self = .notAuthentic
    case 6: self = .replayed
    case 7: self = .noChallenge
    case 8: self = .noRandom
    case 9: self = .storage
    case 10: self = .sealed
    default: self = .other(code)
    }
  }

  public var code: UInt8 {
    switch self {
    case .unknown: 1
    case .malformed: 2
    case .notPaired: 3
    case .bound: 4
    case .notAuthentic: 5
    case .replayed: 6
    case .noChallenge: 7
    case .noRandom: 8
    case .storage: 9
    case .sealed: 10
    case .other(let code): code
    }
  }

  // This is written by hand, since the derived one would compare case by case in the microcontroller's image.
  public static func == (left: ModuleRefusal, right: ModuleRefusal) -> Bool { left.code == right.code }
}
