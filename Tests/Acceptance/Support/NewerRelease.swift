import Cryptography
import Foundation
import TestSupport
import Testing

/// The shipped release under another version, signed by a key that its own folder of data trusts. The code is the same,
/// so that an executed chip runs it as well.
struct NewerRelease {
  let manifest: String
  private let share: FirmwareShare
  private let scratch = TemporaryFolder()
  /// The variables by which the program trusts the key.
  var environment: [String: String] { share.environment }

  /// - Parameter version: three numbers of one byte each.
  init(_ version: (UInt8, UInt8, UInt8)) throws {
    share = try FirmwareShare(in: scratch)
    let text = "\(version.0).\(version.1).\(version.2)"
    let bytes = try Data(contentsOf: URL(filePath: share.file("bin")))
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: share.manifest)))
    var stated = try #require(json as? [String: Any])
    let segments = try #require(stated["segments"] as? [[String: Int]])
    let place = try #require(segments.first { $0["address"] == 0x0801_0000 })
    let (offset, length) = (try #require(place["offset"]), try #require(place["length"]))

    // The image's header states version and digest (`ImageHeader`).
    var application = [UInt8](bytes[offset..<offset + length])
    application.replaceSubrange(0x210..<0x216, with: [version.0, 0, version.1, 0, version.2, 0])
    application.replaceSubrange(0x230..<0x250, with: [UInt8](repeating: 0, count: 32))
    let digest = SHA256Digest(of: application)
    application.replaceSubrange(0x230..<0x250, with: digest.bytes)
    var image = [UInt8](bytes)
    image.replaceSubrange(offset..<offset + length, with: application)

    // The update's file is MCUboot's container: a header of 32 bytes, the image, a digest of both.
    let shipped = try #require(stated["update"] as? [String: Any])
    let folder = "\(FirmwareShare.checkout)/firmware/releases"
    let name = try #require(shipped["file"] as? String)
    var update = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    update.replaceSubrange(20..<24, with: [version.0, version.1, version.2, 0])
    update.replaceSubrange(32..<32 + length, with: application)
    update.replaceSubrange((update.count - 32)..., with: SHA256Digest(of: Array(update.dropLast(40))).bytes)

    stated["version"] = text
    stated["name"] = "newer-\(text)"
    stated["file"] = "newer-\(text).bin"
    stated["sha256"] = SHA256Digest(of: image).hex
    stated["appSha256"] = digest.hex
    stated["update"] = [
      "file": "newer-\(text).update", "bytes": update.count, "sha256": SHA256Digest(of: update).hex,
    ]
    try scratch.write("newer-\(text).bin", Data(image))
    try scratch.write("newer-\(text).update", Data(update))
    manifest = try scratch.write("newer-\(text).json", JSONSerialization.data(withJSONObject: stated))
    let key = try SigningKey(seed: SplitMix64.bytes(32, seed: 4))
    try share.trust(key, as: "company")
    let pem = try scratch.write("company.pem", key.pem())
    let signed = try Weldtech.run(
      ["firmware", "sign", manifest, "--key", pem], environment: share.environment)
    try #require(signed.status == 0, "\(signed)")
  }
}
