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

  /// The version in the header of an update's container, as text.
  static func version(of file: [UInt8]) -> String {
    "\(file[20]).\(file[21]).\(UInt16(file[22]) | UInt16(file[23]) << 8)"
  }

  /// The fields of the authority for an update, proven with `key` for the challenge.
  func authority(for file: [UInt8], key: [UInt8], challenge: [UInt8]) -> CBORMapWriter {
    let (digest, version) = (SHA256.digest(file), Self.version(of: file))
    var fields = CBORMapWriter()
    fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.update.rawValue))
    fields.put(ModuleField.imageDigest, bytes: digest)
    fields.put(ModuleField.offeredVersion, string: version)
    fields.put(
      ModuleField.proof,
      bytes: Authenticator.update(
        key: key, challenge: challenge, uniqueID: uniqueID, digest: digest, version: version))
    return fields
  }

  /// The fields of the authority for the ROM bootloader, proven with `key` for the challenge.
  func bootloaderAuthority(key: [UInt8], challenge: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.bootloader.rawValue))
    fields.put(
      ModuleField.proof, bytes: Authenticator.bootloader(key: key, challenge: challenge, uniqueID: uniqueID))
    return fields
  }

  /// Gives a paired module the authority for the update by a file.
  func authorize(_ file: [UInt8], key: [UInt8]) throws {
    let challenge = try #require(try ask(.challenge)[ModuleField.challenge]?.byteString)
    #expect(
      try ask(.authorize, authority(for: file, key: key, challenge: challenge))[ModuleField.error] == nil)
  }

  /// Uploads a file and has it started at the next reset.
  /// - Parameter key: the key of a paired module, which takes the file only with an authority.
  func install(_ file: [UInt8], key: [UInt8]) throws {
    try authorize(file, key: key)
    try upload(file)
    #expect(try mark(file)[ModuleField.images] != nil)
  }

  /// Marks an uploaded file for the next start.
  func mark(_ file: [UInt8]) throws -> CBORItem {
    var fields = CBORMapWriter()
    fields.put(ModuleField.hash, bytes: Array(file.suffix(32)))
    return try #require(try exchange(.write, SMPGroup.image, ImageCommand.state.rawValue, fields))
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
