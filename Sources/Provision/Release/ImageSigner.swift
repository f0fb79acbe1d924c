/// The signer of an image.
public struct ImageSigner: Hashable, Sendable {
  /// The file name of the trusted key without `.pem`.
  public let name: String
  /// The key's id, as `VerifyingKey.keyID` has it.
  public let keyID: String
}
