public import Cryptography
internal import FoundationEssentials
internal import Glibc
internal import Records

/// The file beside a manifest: an Ed25519 signature over the manifest's exact bytes, and the id of its key. The
/// manifest contains the image's size and SHA-256, so that the signature covers the image too.
///
///     {"keyId": "<64 hex digits>", "schema": "weldtech.firmware-signature/1", "signature": "<base64 of 64 bytes>"}
public struct ImageSignature: Hashable, Sendable, Codable {
  static let schema = "weldtech.firmware-signature/1"

  let schema: String
  /// The key's id, as `VerifyingKey.keyID` has it.
  public let keyID: String
  let signature: Data

  private enum CodingKeys: String, CodingKey {
    case schema, signature
    case keyID = "keyId"
  }

  // MARK: - Signing

  /// Signs a manifest whose image lies where the manifest says.
  /// - Throws: `ImageFault` where manifest and image cannot be flashed; `CryptographyError.signing`.
  public init(manifestPath: String, key: SigningKey) throws {
    let json = try ImageFile.read(manifestPath, limit: ImageFile.manifestByteLimit)
    let manifest = try ImageManifest(json: json)
    _ = try Image(
      manifest: manifest,
      bytes: ImageFile.read(
        ImageFile.imagePath(of: manifest, at: manifestPath), limit: ImageFile.imageByteLimit),
      signer: ImageSigner(name: "", keyID: key.verifyingKey.keyID))
    try self.init(of: json, key: key)
  }

  init(of manifest: [UInt8], key: SigningKey) throws(CryptographyError) {
    schema = Self.schema
    keyID = key.verifyingKey.keyID
    signature = Data(try key.sign(manifest))
  }

  /// The bytes of the file, which are the same for the same manifest and key.
  public var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // The document has only two strings and some bytes, which can always be encoded.
    return Array((try? encoder.encode(self)) ?? Data()) + [0x0a]
  }

  /// The path of the signature that belongs to a manifest.
  public static func path(forManifest path: String) -> String { ImageFile.signaturePath(manifestPath: path) }

  // MARK: - Verifying

  /// - Throws: `unsigned` where there is no such file, `signatureFile` where the file is another document.
  init(beside manifestPath: String) throws(ImageFault) {
    let path = ImageFile.signaturePath(manifestPath: manifestPath)
    let bytes: [UInt8]
    do throws(ImageFault) {
      bytes = try ImageFile.read(path, limit: ImageFile.signatureByteLimit)
    } catch {
      switch error {
      case .unreadable(_, ENOENT): throw .unsigned(signaturePath: path)
      case .tooLarge: throw .signatureFile(path: path)
      default: throw error
      }
    }
    guard let signature = try? JSONReader.decode(ImageSignature.self, from: bytes),
      signature.schema == Self.schema
    else { throw .signatureFile(path: path) }
    self = signature
  }

  /// Finds the trusted key that signed these bytes.
  func signer(of manifest: [UInt8], among trusted: TrustedKeys) throws(ImageFault) -> ImageSigner {
    guard let (name, key) = trusted.key(withID: keyID) else { throw .unknownKey(keyID: keyID) }
    guard key.accepts(Array(signature), over: manifest) else { throw .wrongSignature(signer: name) }
    return ImageSigner(name: name, keyID: keyID)
  }
}
