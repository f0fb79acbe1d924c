import Cryptography
import Foundation
import TestSupport
import Testing

/// A folder of data like a company's: templates, schemes, and the shipped release without its signature and
/// without any trusted key.
struct FirmwareShare {
  let path: String
  /// The name of the release's files without an extension.
  let name: String
  var manifest: String { file("json") }
  var signature: String { file("sig") }
  var environment: [String: String] { ["WELDTECH_SHARE": path] }

  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path()

  init(in scratch: TemporaryFolder) throws {
    path = scratch.file("share")
    let files = FileManager.default
    for folder in ["firmware/releases", "firmware/trust"] {
      try files.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
    }
    for folder in ["label-templates", "schemes"] {
      try files.copyItem(atPath: "\(Self.checkout)/\(folder)", toPath: "\(path)/\(folder)")
    }
    let shipped = try files.contentsOfDirectory(atPath: "\(Self.checkout)/firmware/releases").sorted()
    name = String(try #require(shipped.last { $0.hasSuffix(".json") }).dropLast(5))
    for file in ["\(name).bin", "\(name).json"] {
      try files.copyItem(
        atPath: "\(Self.checkout)/firmware/releases/\(file)", toPath: "\(path)/firmware/releases/\(file)")
    }
  }

  /// The path of a file of the release, by its extension `bin`, `json` or `sig`.
  func file(_ ending: String) -> String { "\(path)/firmware/releases/\(name).\(ending)" }

  func trust(_ key: SigningKey, as name: String) throws {
    try Data(key.verifyingKey.pem.utf8).write(to: URL(filePath: "\(path)/firmware/trust/\(name).pem"))
  }
}
