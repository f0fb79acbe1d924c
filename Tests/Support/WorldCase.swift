public import Bench
import FoundationEssentials

/// The surroundings of a module with one fault at most, from `Tests/Fixtures/Worlds/worlds.json`.
public struct WorldCase: Decodable, Sendable, CustomStringConvertible {
  public let name: String
  public let world: World
  /// The only step of the functional test that fails; nil where none fails.
  public let fails: String?
  /// The range of the value that the failing step measures, both ends inclusive; nil where no step fails.
  public let measured: [Double]?
  /// Words of the Chinese advice on the screen.
  public let remedyZh: String?
  public let remedyEn: String?

  public var description: String { name }

  public static let all: [WorldCase] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let bytes = try? Data(contentsOf: URL(filePath: root + "/Fixtures/Worlds/worlds.json"))
    return bytes.flatMap { try? JSONDecoder().decode([WorldCase].self, from: $0) } ?? []
  }()
}
