import Foundation
import ModuleCore
import Testing

@testable import Chip

extension ChipRig {
  /// The file of an update by upload that goes with the shipped image.
  static func shippedUpdate() throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../firmware/releases").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    let name = try #require(files.last { $0.hasSuffix(".update") })
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// Uploads a file to its end, which has to be found whole.
  func upload(_ file: [UInt8]) throws {
    var offset = 0
    while offset < file.count {
      var fields = CBORMapWriter()
      fields.put(ModuleField.offset, unsigned: UInt64(offset))
      if offset == 0 {
        fields.put(ModuleField.length, unsigned: UInt64(file.count))
        fields.put(ModuleField.imageDigest, bytes: SHA256.digest(file))
      }
      fields.put(ModuleField.data, bytes: Array(file[offset..<min(offset + 900, file.count)]))
      let reply = try #require(try exchange(.write, SMPGroup.image, ImageCommand.upload.rawValue, fields))
      let next = Int(try #require(reply[ModuleField.offset]?.unsigned))
      try #require(next > offset)
      if next == file.count { #expect(reply[ModuleField.match]?.boolean == true) }
      offset = next
    }
  }
}
