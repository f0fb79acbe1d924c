import CCrypto

/// A digest that a seal or a timestamp may use.
enum SealDigest: CaseIterable {
  case sha256, sha384, sha512

  /// The AlgorithmIdentifier without parameters, as RFC 5754 wants it.
  var der: [UInt8] { [0x30, 0x0B] + objectIdentifier }
  /// The AlgorithmIdentifier with NULL, which RFC 5754 tells readers to accept.
  var derWithNull: [UInt8] { [0x30, 0x0D] + objectIdentifier + [0x05, 0x00] }

  private var objectIdentifier: [UInt8] {
    [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, self == .sha256 ? 1 : self == .sha384 ? 2 : 3]
  }

  var method: OpaquePointer? {
    switch self {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }

  func digest(of bytes: ArraySlice<UInt8>) -> [UInt8] { Self.digest(of: bytes, method) }

  /// Computes SHA-1, by which old timestamps name their signer's certificate. The signature with this
  /// certificate's key is checked as well.
  static func sha1(of bytes: ArraySlice<UInt8>) -> [UInt8] { digest(of: bytes, EVP_sha1()) }

  private static func digest(of bytes: ArraySlice<UInt8>, _ method: OpaquePointer?) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let done = bytes.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &digest, &count, method, nil) }
    return done == 1 ? Array(digest.prefix(Int(count))) : []
  }
}

/// A signature's algorithm.
struct SealSignatureAlgorithm: Equatable {
  enum Family { case rsa, ecdsa }

  let family: Family
  /// The digest that is part of the algorithm; nil for `rsaEncryption`, with which the signer's digest
  /// algorithm applies.
  let digest: SealDigest?

  /// Reads an AlgorithmIdentifier's DER; nil for an algorithm that is not accepted.
  init?(der: ArraySlice<UInt8>) {
    let known = Self.all.first { $0.der.elementsEqual(der) }
    guard let known else { return nil }
    self = known.algorithm
  }

  private init(_ family: Family, _ digest: SealDigest?) {
    self.family = family
    self.digest = digest
  }

  private static let all: [(der: [UInt8], algorithm: SealSignatureAlgorithm)] =
    [
      (0x01, nil), (0x0B, SealDigest.sha256), (0x0C, .sha384), (0x0D, .sha512),
    ].map { last, digest in
      (
        [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last, 0x05, 0x00],
        SealSignatureAlgorithm(.rsa, digest)
      )
    }
    + [(0x02, SealDigest.sha256), (0x03, .sha384), (0x04, .sha512)].map { last, digest in
      (
        [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, last],
        SealSignatureAlgorithm(.ecdsa, digest)
      )
    }
}

extension Certificate {
  /// Whether this certificate's key made `signature` over exactly `message`.
  func accepts(_ signature: ArraySlice<UInt8>, over message: [UInt8], digest: SealDigest) -> Bool {
    guard let handle = try? decoded() else { return false }
    defer {
      X509_free(handle)
      ERR_clear_error()
    }
    guard let key = X509_get0_pubkey(handle), let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    // libcrypto verifies RSA with PKCS #1 v1.5 padding where no other is set, and refuses an ECDSA signature that is
    // not DER. https://docs.openssl.org/3.0/man3/EVP_DigestVerifyInit/
    return EVP_DigestVerifyInit(context, nil, digest.method, nil, key) == 1
      && EVP_DigestVerify(context, Array(signature), signature.count, message, message.count) == 1
  }
}

extension KeyKind {
  /// Whether timestamps by keys of this kind are accepted. The authority chooses its key, so P-384 and P-521
  /// are accepted too.
  var stamps: Bool { seals || self == .curve("secp384r1") || self == .curve("secp521r1") }

  /// The family of the signatures; nil for a kind that neither seals nor stamps.
  var family: SealSignatureAlgorithm.Family? {
    guard stamps else { return nil }
    return if case .rsa = self { .rsa } else { .ecdsa }
  }
}
