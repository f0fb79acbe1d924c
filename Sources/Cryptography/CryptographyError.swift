/// The failures of cryptography, without the features' own meaning. No case carries key material or libcrypto's own
/// text.
public enum CryptographyError: Error, Hashable, Sendable {
  /// The operating system gave no randomness.
  case noRandom
  /// A file could not be read; `errno` of open(2) or read(2).
  case unreadable(path: String, errno: Int32)
  /// The bytes are no PEM or DER certificate that libcrypto reads, or more than `Certificate.maxSize`.
  case notCertificate
  /// The text is no PEM private key, or not the certificate's.
  case notPrivateKey
  /// libcrypto could not make a key pair or certificate.
  case generation
  /// libcrypto could not seal: the certificate's key cannot transport one, for instance.
  case sealing
  /// The bytes are no EnvelopedData for this certificate, or damaged.
  case opening
  /// The text is no PEM of an Ed25519 public key, or longer than `VerifyingKey.maxSize`.
  case notVerifyingKey
  /// The text is no PEM of an Ed25519 private key without a password, or longer than `VerifyingKey.maxSize`.
  case notSigningKey
  /// libcrypto could not sign.
  case signing
}
