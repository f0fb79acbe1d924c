/// The failures of cryptography, without the meaning that they have for a feature. No case carries key material
/// or libcrypto's own text.
public enum CryptographyError: Error, Hashable, Sendable {
  /// The operating system gave no randomness.
  case noRandom
  /// A file could not be read; the value is the `errno` of open(2) or read(2).
  case unreadable(path: String, errno: Int32)
  /// The bytes are no PEM or DER certificate that libcrypto reads, or more than `Certificate.maxSize`.
  case notCertificate
  /// The text is no PEM private key, or the key is not the certificate's.
  case notPrivateKey
  /// libcrypto could not make a key pair or certificate.
  case generation
  /// libcrypto could not seal, for instance because the certificate's key cannot transport a key.
  case sealing
  /// The bytes are damaged, or are no EnvelopedData for this certificate.
  case opening
  /// The text is no PEM of an Ed25519 public key, or is longer than `VerifyingKey.maxSize`.
  case notVerifyingKey
  /// The text is no PEM of an Ed25519 private key without a password, or is longer than `VerifyingKey.maxSize`.
  case notSigningKey
  /// libcrypto could not sign.
  case signing
}
