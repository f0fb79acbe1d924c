/// The signer of an image.
public struct ImageSigner: Hashable, Sendable {
  /// The trusted key's file name without `.pem`.
  public let name: String
  /// The key's id, as `VerifyingKey.keyID` has it.
  public let keyID: String
}
