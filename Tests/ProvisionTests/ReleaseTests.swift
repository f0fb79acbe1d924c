import Cryptography
import FoundationEssentials
import Glibc
import Records
import TestSupport
import Testing

@testable import Provision

/// Checks releases as files: image, manifest and signature in a folder, and the trusted keys.
@Suite final class ReleaseTests {
  private let temporary = TemporaryFolder()
  private var folder: String { temporary.path }
  private let key: SigningKey
  private let stranger: SigningKey
  private static let halfAnObject = JSONFault(reason: .unfinished, offset: 1, line: 1, column: 2)
  private var trusted: TrustedKeys { TrustedKeys(["company": key.verifyingKey]) }

  init() throws {
    key = try SigningKey(seed: SplitMix64.bytes(32, seed: 1))
    stranger = try SigningKey(seed: SplitMix64.bytes(32, seed: 2))
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: URL(filePath: path(name)))
  }

  /// Writes `NAME.json`, `NAME.bin` and, with a key, `NAME.sig`.
  @discardableResult
  private func release(_ name: String, version: String = "1.2.3", signedBy key: SigningKey?) throws -> String {
    let (manifest, bytes) = BootloaderImages.parts(version: version)
    try write(JSONEncoder().encode(manifest), to: "\(name).json")
    try write(bytes, to: "\(name).bin")
    let manifestPath = path("\(name).json")
    if let key {
      try write(ImageSignature(manifestPath: manifestPath, key: key).json, to: "\(name).sig")
    }
    return manifestPath
  }

  private func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path(name))))
    change(&bytes)
    try write(bytes, to: name)
  }

  private func fault(_ manifestPath: String, _ trusted: TrustedKeys? = nil) -> ImageFault? {
    do throws(ImageFault) {
      _ = try Image(manifestPath: manifestPath, trusted: trusted ?? self.trusted)
      return nil
    } catch { return error }
  }

  // MARK: - Signatures

  @Test func `a release signed by a trusted key is taken, and it is known whose`() throws {
    let image = try Image(manifestPath: release("x", signedBy: key), trusted: trusted)
    #expect(image.signer == ImageSigner(name: "company", keyID: key.verifyingKey.keyID))
    #expect(image.bytes.count == 7024)
  }

  @Test func `an unsigned release is refused`() throws {
    #expect(fault(try release("x", signedBy: nil)) == .unsigned(signaturePath: path("x.sig")))
  }

  @Test func `a release signed by a key that is not trusted is refused`() throws {
    let manifest = try release("x", signedBy: stranger)
    #expect(fault(manifest) == .unknownKey(keyID: stranger.verifyingKey.keyID))
    #expect(fault(manifest, TrustedKeys([:])) == .unknownKey(keyID: stranger.verifyingKey.keyID))
  }

  @Test func `a signature by a stranger that claims a trusted key is refused`() throws {
    let manifest = try release("x", signedBy: stranger)
    let text = String(decoding: try Data(contentsOf: URL(filePath: path("x.sig"))), as: UTF8.self)
    try write(text.replacing(stranger.verifyingKey.keyID, with: key.verifyingKey.keyID).utf8, to: "x.sig")
    #expect(fault(manifest) == .wrongSignature(signer: "company"))
  }

  @Test func `another release's signature is refused`() throws {
    let manifest = try release("x", signedBy: key)
    try release("y", version: "1.2.4", signedBy: key)
    try write(Data(contentsOf: URL(filePath: path("y.sig"))), to: "x.sig")
    #expect(fault(manifest) == .wrongSignature(signer: "company"))
  }

  @Test func `no byte of a signed manifest may change, not even a space at its end`() throws {
    let manifest = try release("x", signedBy: key)
    let whole = [UInt8](try Data(contentsOf: URL(filePath: manifest)))
    for index in stride(from: 0, to: whole.count, by: 7) {
      try change("x.json") { $0[index] ^= 1 }
      #expect(fault(manifest) == .wrongSignature(signer: "company"))
      try write(whole, to: "x.json")
    }
    try write(whole + [0x20], to: "x.json")
    #expect(fault(manifest) == .wrongSignature(signer: "company"))
  }

  @Test func `the signature covers the image by its size and its digest`() throws {
    let manifest = try release("x", signedBy: key)
    try change("x.bin") { $0[2000] ^= 1 }
    if case .digest? = fault(manifest) {} else { Issue.record("a changed image was taken") }
    try change("x.bin") { $0.removeLast() }
    #expect(fault(manifest) == .size(stated: 7024, found: 7023))
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"schema": "weldtech.firmware-signature/1"}"#,
    #"{"schema": "weldtech.firmware-signature/2", "keyId": "00", "signature": ""}"#,
    #"{"schema": "weldtech.firmware-signature/1", "keyId": "00", "signature": "=?"}"#,
    String(repeating: "[", count: 4000), String(repeating: " ", count: 5000),
  ])
  func `what is no signature document is refused`(text: String) throws {
    let manifest = try release("x", signedBy: nil)
    try write(text.utf8, to: "x.sig")
    #expect(fault(manifest) == .signatureFile(path: path("x.sig")))
  }

  @Test(arguments: [0, 1, 63, 65, 128])
  func `a signature of any other length than 64 bytes is wrong`(count: Int) throws {
    let manifest = try release("x", signedBy: nil)
    let base64 = Data(repeating: 1, count: count).base64EncodedString()
    try write(
      #"{"schema": "weldtech.firmware-signature/1", "keyId": "\#(key.verifyingKey.keyID)", "signature": "\#(base64)"}"#
        .utf8, to: "x.sig")
    #expect(fault(manifest) == .wrongSignature(signer: "company"))
  }

  @Test func `a signature file that may not be opened is not taken for a missing one`() throws {
    let manifest = try release("x", signedBy: nil)
    try FileManager.default.createDirectory(atPath: path("x.sig"), withIntermediateDirectories: false)
    #expect(fault(manifest) == .unreadable(path: path("x.sig"), errno: EISDIR))
  }

  @Test func `the same manifest and key make the same file`() throws {
    let manifest = try release("x", signedBy: key)
    #expect(
      try ImageSignature(manifestPath: manifest, key: key).json
        == [UInt8](Data(contentsOf: URL(filePath: path("x.sig")))))
  }

  @Test func `what could not be flashed is not signed`() throws {
    let manifest = try release("x", signedBy: nil)
    try change("x.bin") { $0[2000] ^= 1 }
    #expect(throws: ImageFault.self) { _ = try ImageSignature(manifestPath: manifest, key: key) }
    try write("{".utf8, to: "x.json")
    #expect(throws: ImageFault.manifestNotJSON(Self.halfAnObject)) {
      _ = try ImageSignature(manifestPath: manifest, key: key)
    }
  }

  // MARK: - Trusted keys

  @Test func `several keys are trusted at once, so that they can be rotated`() throws {
    let keys = path("trust")
    try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: false)
    try write(key.verifyingKey.pem.utf8, to: "trust/2024.pem")
    try write(stranger.verifyingKey.pem.utf8, to: "trust/2025.pem")
    // None of these files holds a public key; a private key must not be trusted by mistake.
    try write(try SigningKey(seed: SplitMix64.bytes(32, seed: 3)).pem().utf8, to: "trust/private.pem")
    try write("hello".utf8, to: "trust/words.pem")
    try write([], to: "trust/README.md")
    let (old, new) = (try release("old", signedBy: key), try release("new", signedBy: stranger))

    let both = try TrustedKeys(directory: keys)
    #expect(both.keys.map(\.name) == ["2024", "2025"])
    #expect(both.flaws == ["private.pem", "words.pem"].map { path("trust/\($0)") })
    #expect(try Image(manifestPath: old, trusted: both).signer.name == "2024")
    #expect(try Image(manifestPath: new, trusted: both).signer.name == "2025")

    try FileManager.default.removeItem(atPath: path("trust/2024.pem"))
    let rotated = try TrustedKeys(directory: keys)
    #expect(fault(old, rotated) == .unknownKey(keyID: key.verifyingKey.keyID))
    #expect(fault(new, rotated) == nil)
  }

  // MARK: - Folder of releases

  @Test
  func `the newest release for a chip is by number, not by letter, and a broken manifest spoils no other`()
    throws
  {
    for version in ["1.9.0", "1.10.0", "1.2.0"] { try release("m-\(version)", version: version, signedBy: key) }
    try write("{".utf8, to: "broken.json")
    let catalogue = try ReleaseCatalogue(directory: folder, trusted: trusted)
    #expect(catalogue.releases.map(\.manifest.version) == ["1.10.0", "1.9.0", "1.2.0"])
    #expect(
      catalogue.flaws == [.init(manifestPath: path("broken.json"), fault: .manifestNotJSON(Self.halfAnObject))])
    let newest = try #require(catalogue.newest(for: .stm32f405))
    #expect(try catalogue.image(of: newest).manifest.version == "1.10.0")
  }

  @Test func `the list says whose each is, and an unsigned newest is refused instead of passed over`() throws {
    try release("a", version: "1.0.0", signedBy: key)
    try release("b", version: "2.0.0", signedBy: nil)
    let catalogue = try ReleaseCatalogue(directory: folder, trusted: trusted)
    let signer = ImageSigner(name: "company", keyID: key.verifyingKey.keyID)
    #expect(
      catalogue.releases.map(\.signature) == [
        .failure(.unsigned(signaturePath: path("b.sig"))), .success(signer),
      ])
    let newest = try #require(catalogue.newest(for: .stm32f405))
    #expect(throws: ImageFault.unsigned(signaturePath: path("b.sig"))) { _ = try catalogue.image(of: newest) }

    let link = BootloaderLink()
    #expect(throws: FlashError.image(.unsigned(signaturePath: path("b.sig")))) {
      _ = try Flasher(link: link, now: { .now }).flash(.newest(catalogue))
    }
    // AN3155's extended erase is 0x44 0xbb, its write 0x31 0xce.
    for command: [UInt8] in [[0x44, 0xbb], [0x31, 0xce]] { #expect(!link.sent.contains(command)) }
  }

  @Test func `a file that is not there or is no file is said so`() {
    #expect(fault("/nowhere/x.json") == .unreadable(path: "/nowhere/x.json", errno: ENOENT))
    #expect(fault("/tmp") == .unreadable(path: "/tmp", errno: EISDIR))
    #expect(throws: ImageFault.unreadable(path: "/nowhere", errno: ENOENT)) {
      _ = try ReleaseCatalogue(directory: "/nowhere", trusted: trusted)
    }
    #expect(throws: ImageFault.unreadable(path: "/nowhere", errno: ENOENT)) {
      _ = try TrustedKeys(directory: "/nowhere")
    }
  }

  // MARK: - What is shipped

  /// This test fails after an image was rebuilt, until `make firmware-sign` signs it again.
  @Test func `every shipped release verifies`() throws {
    let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "firmware").path()
    let trusted = try TrustedKeys(directory: "\(shipped)/trust")
      .adding(try TrustedKeys(directory: "\(shipped)/development"))
    #expect(trusted.flaws == [] && !trusted.keys.isEmpty)
    let catalogue = try ReleaseCatalogue(directory: "\(shipped)/releases", trusted: trusted)
    #expect(catalogue.flaws == [] && catalogue.newest(for: .stm32f405) != nil)
    for release in catalogue.releases {
      let image = try catalogue.image(of: release)
      #expect(image.manifest.appSha256 != nil && image.manifest.flashSectors != nil)
    }
  }

  @Test func `no private key lies in the folders of keys or of releases`() throws {
    let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "firmware").path()
    for name in ["trust", "development", "releases"] {
      for file in try FileManager.default.contentsOfDirectory(atPath: "\(shipped)/\(name)") {
        let text = String(
          decoding: try Data(contentsOf: URL(filePath: "\(shipped)/\(name)/\(file)")), as: UTF8.self)
        #expect(!text.contains("PRIVATE KEY"), "\(file)")
      }
    }
  }
}
