import Bench
import Cryptography
import Foundation
import ModuleCore
import TestSupport
import Testing

/// A local platform whose folder outlives it, so that a test can start it again.
final class PlatformHarness {
  private static let identity = try? PlatformIdentity.generate(commonName: "bench test")

  private let temporary = TemporaryFolder(isInMemory: true)
  var folder: String { temporary.path }
  private(set) var platform: LocalPlatform
  private(set) var http: RawHTTP
  private let token: String?
  let seeded = SeededBytes(seed: 1)

  init(token: String? = nil, authority: TestAuthority? = nil) throws {
    self.token = token
    let identity = try #require(Self.identity)
    try temporary.write("platform-key.pem", identity.privateKeyPEM)
    try temporary.write("platform-certificate.pem", identity.certificate.pem)
    platform = try LocalPlatform(
      .init(dataFolder: temporary.path, token: token, authority: authority, random: seeded.bytes))
    http = try RawHTTP(url: platform.start())
  }

  deinit { platform.stop() }

  /// Stops the platform and starts it again on the same folder.
  func restart() throws {
    platform.stop()
    // The lock on the folder is released with the old platform.
    let placeholder = folder + "/restart"
    platform = try LocalPlatform(.init(dataFolder: placeholder, random: seeded.bytes))
    platform = try LocalPlatform(.init(dataFolder: folder, token: token, random: seeded.bytes))
    http = try RawHTTP(url: platform.start())
  }

  func bytes(_ count: Int) -> [UInt8] { seeded.bytes(count) }

  // MARK: - Asking it

  func json(_ method: String, _ path: String, _ headers: [String: String] = [:], _ body: Any) throws
    -> RawHTTP.Answer?
  {
    try http.send(method, path, headers, body: [UInt8](JSONSerialization.data(withJSONObject: body)))
  }

  /// Delivers a key to the platform.
  /// - Returns: the key's id, and the platform's answer.
  func deliverKey(_ secret: [UInt8], serial: String = "WM-1", keyID: String? = nil) throws -> (
    keyID: String, answer: RawHTTP.Answer?
  ) {
    let keyID = keyID ?? Hex.encode(Authenticator.keyID(of: secret))
    let envelope = try Envelope.seal(secret, to: platform.certificate)
    let answer = try json(
      "PUT", "/v1/keys/\(keyID)", [:],
      [
        "envelope": Data(envelope).base64EncodedString(), "moduleSerial": serial,
        "installation": UUID().uuidString.lowercased(),
      ])
    return (keyID, answer)
  }

  // MARK: - tus

  static let tus = ["Tus-Resumable": "1.0.0"]

  /// Begins an upload of these bytes.
  /// - Returns: the upload's path.
  func createUpload(_ contents: [UInt8], sha256: String? = nil) throws -> String {
    let digest = sha256 ?? SHA256Digest(of: contents).hex
    let metadata =
      "filename \(Data("a.jpg".utf8).base64EncodedString()),sha256 \(Data(digest.utf8).base64EncodedString())"
    let answer = try http.send(
      "POST", "/v1/files",
      Self.tus.merging(["Upload-Length": "\(contents.count)", "Upload-Metadata": metadata]) { $1 })
    #expect(answer?.status == 201)
    return try #require(answer?.headers["location"])
  }

  func append(
    _ piece: [UInt8], at offset: Int, to upload: String, _ headers: [String: String] = [:], length: Int? = nil
  ) throws -> RawHTTP.Answer? {
    try http.send(
      "PATCH", upload,
      Self.tus.merging([
        "Upload-Offset": "\(offset)", "Content-Type": "application/offset+octet-stream",
      ]) { $1 }.merging(headers) { $1 }, body: piece, length: length)
  }

  func offset(of upload: String) throws -> Int? {
    try http.send("HEAD", upload, Self.tus)?.headers["upload-offset"].flatMap { Int($0) }
  }
}

/// A platform on a copy of another platform's folder as the folder is at this moment, as after a kill.
final class PlatformCopy {
  private let temporary = TemporaryFolder(isInMemory: true)
  let platform: LocalPlatform
  let http: RawHTTP

  /// - Parameter change: changes the copy before the platform starts.
  init(of harness: PlatformHarness, change: (_ folder: String) throws -> Void = { _ in }) throws {
    let folder = temporary.path + "/copy"
    try FileManager.default.copyItem(atPath: harness.folder, toPath: folder)
    try change(folder)
    platform = try LocalPlatform(.init(dataFolder: folder, random: harness.seeded.bytes))
    http = try RawHTTP(url: platform.start())
  }

  deinit { platform.stop() }
}
