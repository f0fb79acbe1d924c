import Foundation
import Records
import Testing

@testable import Labels

enum Sample {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let catalogue = LabelTemplateCatalogue(directory: root + "/label-templates")
  static let fields = ["unitName": "达拉特旗树林召镇老王电焊铺", "street": "树林召镇"]

  static func template() throws -> LabelTemplate { try catalogue.template(named: "acrylic-60x40") }

  static func code(_ number: Int = 466_560) -> LabelCode {
    LabelCode(region: "150621", serial: CodeSerial(number: number)!)!
  }

  static func payload(_ number: Int = 466_560, platform: String = "https://weld.example.cn") throws
    -> LabelPayload
  {
    try LabelPayload(platform: platform, code: code(number))
  }

  /// The shipped template with one member of one element, or of the template itself, changed.
  /// A nil value takes the member out.
  static func json(element: String? = nil, _ field: String, _ value: Any?) throws -> Data {
    let data = try Data(contentsOf: URL(fileURLWithPath: root + "/label-templates/acrylic-60x40.json"))
    var document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    if let element {
      var elements = try #require(document["elements"] as? [[String: Any]])
      let index = try #require(elements.firstIndex { $0["id"] as? String == element })
      elements[index][field] = value
      document["elements"] = elements
    } else {
      document[field] = value
    }
    return try JSONSerialization.data(withJSONObject: document)
  }
}

/// A program of Debian that the tests run against.
struct Program {
  let path: String

  init?(_ name: String) {
    let folders = ["/usr/bin", "/usr/local/bin", "/bin"]
    guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
    else { return nil }
    path = "\(folder)/\(name)"
  }

  static func isThere(_ name: String) -> Bool { Program(name) != nil }

  func output(_ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

/// Steele, Lea and Flood's generator: the same numbers on every run.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}
