/// A chip that the bench simulates.
public enum BenchModel: Hashable, Sendable {
  case stm32(STM32Model)
  case espressif(ESP32Model)

  /// Every chip that the bench simulates.
  public static let known = STM32Model.known.map(BenchModel.stm32) + ESP32Model.known.map(BenchModel.espressif)

  public var name: String {
    switch self {
    case .stm32(let model): model.name
    case .espressif(let model): model.name
    }
  }

  /// The name as an option takes it, in small letters and digits only.
  public var shortName: String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

  /// The chip with this short name among the known ones; nil where there is none.
  public init?(shortName: String) {
    guard let model = Self.known.first(where: { $0.shortName == shortName }) else { return nil }
    self = model
  }
}
