/// The failures of cryptography, without the meaning that they have for a feature. No case carries key material
/// or libcrypto's own text.
public enum CryptographyError: Error, Hashable, Sendable {
  /// The operating system gave no randomness.
  case noRandom
  /// A file could not be read; the value is the `errno` of open(2) or read(2).
  case unreadable(path: String, errno: Int32)
  /// The bytes are no PEM or DER certificate that libcrypto reads, have more than `Certificate.maxSize` bytes,
  /// or hold more than `Certificate.maxChain` certificates.
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
  /// The text is no PEM of a private key without a password, or is longer than `SealKey.maxSize`.
  case notSealKey
  /// The key is of a kind with which documents are not sealed (`KeyKind.seals`).
  case sealKeyKind(KeyKind)
  /// The bytes are no PKCS #12, or one without a private key or its certificate.
  case notPKCS12
  /// The passphrase does not open the PKCS #12.
  case wrongPassphrase
  /// None of the certificates belongs to the key.
  case certificateNotOfKey
  /// The certificate may not seal (`Certificate.allowsSeals`).
  case certificateUsage
  /// A seal has `bytes` bytes, more than the maximum of `largest` bytes.
  case sealTooLarge(bytes: Int, largest: Int)
  /// The bytes are no CMS SignedData with one signer.
  case notSeal
  /// The answer of a timestamp authority cannot be used.
  case timestamp(TimestampFault)
}
