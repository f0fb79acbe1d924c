import Foundation
import Records
import TestSupport
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

  /// A shipped template in which one member of an element, or of the template itself, is changed. A nil value
  /// removes the member.
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

/// The decoder of zbar, which shares no code with zxing-cpp.
enum ZBar {
  /// The text that zbar reads in a picture, empty where it reads none; nil where zbar is not installed.
  static func read(_ png: Data) throws -> String? {
    let program = InstalledProgram("zbarimg")
    guard program.isInstalled else { return nil }
    let folder = TemporaryFolder()
    let output = try program.run(["-q", "--raw", "--nodbus", folder.write("label.png", png)]).output
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }
}
