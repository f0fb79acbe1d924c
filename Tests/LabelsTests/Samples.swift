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

  /// A shipped template with one member of one element, or of the template itself, changed.
  /// A nil value takes the member out.
  static func json(
    of template: String = "acrylic-60x40", element: String? = nil, _ field: String, _ value: Any?
  ) throws -> Data {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(root)/label-templates/\(template).json"))
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

  /// A shipped template with elements added.
  static func json(of template: String = "acrylic-60x40", adding added: [[String: Any]]) throws -> Data {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(root)/label-templates/\(template).json"))
    var document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    document["elements"] = try #require(document["elements"] as? [[String: Any]]) + added
    return try JSONSerialization.data(withJSONObject: document)
  }
}

/// A program of Debian that the tests run against.
struct Program {
  let path: String

  init?(_ name: String) {
    // Where `scripts/setup peers` installs, then Debian's.
    let folders = ["\(Sample.root)/.build/peers/bin", "/usr/bin", "/usr/local/bin", "/bin"]
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

/// The decoder of zbar, which shares no code with zxing-cpp.
enum ZBar {
  /// What it reads in a picture, empty for nothing; nil where it is not installed.
  static func read(_ png: Data) throws -> String? {
    guard let program = Program("zbarimg") else { return nil }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: file) }
    try png.write(to: file)
    let output = try program.output(["-q", "--raw", "--nodbus", file.path])
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }
}
