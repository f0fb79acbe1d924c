import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks the small files that store the addresses of uploads.
@Suite final class UploadAddressesTests {
  private let temporary = TemporaryFolder()
  private var folder: String { temporary.path }
  private var addresses: UploadAddresses { UploadAddresses(home: folder) }

  @Test func `an address is kept for its owner only, replaced and forgotten`() throws {
    let digest = try #require(FileDigest(String(repeating: "a", count: 64)))
    #expect(try addresses.uploadAddress(of: digest) == nil)
    try addresses.remember(uploadAddress: nil, of: digest)
    try addresses.remember(uploadAddress: "https://example.cn/v1/files/1", of: digest)
    try addresses.remember(uploadAddress: "https://example.cn/v1/files/22", of: digest)
    #expect(try addresses.uploadAddress(of: digest) == "https://example.cn/v1/files/22")
    let path = "\(folder)/uploads/\(digest)"
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try addresses.remember(uploadAddress: nil, of: digest)
    #expect(try addresses.uploadAddress(of: digest) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/uploads") == [])
  }

  @Test func `a folder or a link in its place is neither emptied nor followed`() throws {
    let digest = try #require(FileDigest(String(repeating: "b", count: 64)))
    let path = "\(folder)/uploads/\(digest)"
    try FileManager.default.createDirectory(atPath: path + "/inside", withIntermediateDirectories: true)
    try addresses.remember(uploadAddress: nil, of: digest)
    #expect(FileManager.default.fileExists(atPath: path + "/inside"))
    try FileManager.default.removeItem(atPath: path)

    let outside = folder + "/outside"
    try Data("kept".utf8).write(to: URL(filePath: outside))
    for name in [path, path + ".new"] {
      try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: outside)
    }
    #expect(try addresses.uploadAddress(of: digest) == nil)
    try addresses.remember(uploadAddress: "https://example.cn/v1/files/3", of: digest)
    try addresses.remember(uploadAddress: nil, of: digest)
    #expect(try String(contentsOfFile: outside, encoding: .utf8) == "kept")
  }

  @Test(arguments: [
    "", "../fieldbook.sqlite", String(repeating: "A", count: 64), String(repeating: "a", count: 63),
    String(repeating: "a", count: 65), String(repeating: "a", count: 63) + "\u{301}",
    "../../Documents" + String(repeating: "0", count: 49),
    String(repeating: "a", count: 61) + "é",
  ])
  func `nothing but 64 digits of lower-case hex is a digest`(text: String) {
    #expect(FileDigest(text) == nil)
  }
}
