import Foundation
import ModuleCore
import Testing

@testable import Chip

extension ChipRig {
  /// The file for an update by upload that belongs to the shipped image.
  static func shippedUpdate() throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../firmware/releases").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    let name = try #require(files.last { $0.hasSuffix(".update") })
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// The file of the shipped update with another version, and with both digests corrected.
  static func shippedUpdate(version: (UInt8, UInt8, UInt8), change: (inout [UInt8]) -> Void = { _ in }) throws
    -> [UInt8]
  {
    var file = try shippedUpdate()
    let (header, trailer) = (32, 40)
    let numbers = [version.0, 0, version.1, 0, version.2, 0]
    file.replaceSubrange(20..<24, with: [version.0, version.1, version.2, 0])
    var image = Array(file[header..<file.count - trailer])
    image.replaceSubrange(0x210..<0x216, with: numbers)
    change(&image)
    image.replaceSubrange(0x230..<0x250, with: [UInt8](repeating: 0, count: 32))
    image.replaceSubrange(0x230..<0x250, with: SHA256.digest(image))
    file.replaceSubrange(header..<file.count - trailer, with: image)
    file.replaceSubrange((file.count - 32)..., with: SHA256.digest(Array(file.dropLast(trailer))))
    return file
  }

  /// Uploads a file and makes the module start it at the next reset.
  func install(_ file: [UInt8]) throws {
    try upload(file)
    var fields = CBORMapWriter()
    fields.put(ModuleField.hash, bytes: Array(file.suffix(32)))
    let reply = try #require(try exchange(.write, SMPGroup.image, ImageCommand.state.rawValue, fields))
    #expect(reply[ModuleField.error] == nil)
  }

  /// The version that the started module reports; nil where it reports none within ten seconds.
  func firmwareVersion() throws -> String? {
    for _ in 0..<20 where chip.state == .running && !chip.isCut {
      wait(milliseconds: 500)
      guard let reply = try exchange(.identity, CBORMapWriter()) else { continue }
      return reply[ModuleField.firmwareVersion]?.string
    }
    return nil
  }

  /// Uploads a file to its end, after which the module must find it complete.
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
