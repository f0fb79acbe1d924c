/// Whose signature an image carries.
public struct ImageSigner: Hashable, Sendable {
  /// The trusted key's file name without `.pem`.
  public let name: String
  /// As `VerifyingKey.keyId`.
  public let keyId: String
}
