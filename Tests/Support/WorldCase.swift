public import Bench
import FoundationEssentials

/// Surroundings with exactly one fault, from `Tests/Fixtures/Worlds/worlds.json`.
public struct WorldCase: Decodable, Sendable, CustomStringConvertible {
  public let name: String
  public let world: World
  /// The one step of the functional test that fails; nil for none.
  public let fails: String?
  /// The range of the value that the step measures, both ends inclusive.
  public let measured: [Double]?
  /// Words of the advice that is shown on the screen.
  public let remedyZh: String?
  public let remedyEn: String?

  public var description: String { name }

  public static let all: [WorldCase] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let bytes = try? Data(contentsOf: URL(filePath: root + "/Fixtures/Worlds/worlds.json"))
    return bytes.flatMap { try? JSONDecoder().decode([WorldCase].self, from: $0) } ?? []
  }()
}
