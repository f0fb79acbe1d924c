import CCrypto

/// The kind of an asymmetric key.
public enum KeyKind: Hashable, Sendable {
  /// A key on the curve P-256 (FIPS 186-5), the default kind of a new key.
  case p256
  /// An RSA key with a length of `bits` bits.
  case rsa(bits: Int)
  case ed25519
  /// A key of GB/T 32918 on its own curve.
  case sm2
  /// A key on another curve, by libcrypto's short name of the curve.
  case curve(String)
  /// A key of another kind, by libcrypto's name of the algorithm.
  case other(String)

  /// The range of lengths of RSA keys that seal, bits.
  public static let rsaBits = 3072...8192

  /// Whether documents are sealed with keys of this kind. Readers of PDF documents refuse Ed25519 and SM2, and
  /// an RSA key below 3,072 bits does not outlast the time for which an agreement is kept.
  public var seals: Bool {
    switch self {
    case .p256: true
    case .rsa(let bits): Self.rsaBits.contains(bits)
    case .ed25519, .sm2, .curve, .other: false
    }
  }

  /// Finds the kind of OpenSSL's key.
  init(of key: OpaquePointer) {
    if EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1 {
      // A key that is restricted to RSASSA-PSS cannot make PKCS #1 v1.5 signatures.
      self =
        EVP_PKEY_is_a(key, "RSA") == 1 ? .rsa(bits: Int(EVP_PKEY_get_bits(key))) : .other("RSA-PSS")
    } else if EVP_PKEY_is_a(key, "ED25519") == 1 {
      self = .ed25519
    } else if EVP_PKEY_is_a(key, "SM2") == 1 {
      self = .sm2
    } else if EVP_PKEY_is_a(key, "EC") == 1 {
      let name = Self.text { EVP_PKEY_get_group_name(key, $0, $1, $2) }
      self =
        switch name {
        case "prime256v1", "P-256": .p256
        case "SM2": .sm2
        default: .curve(name)
        }
    } else {
      self = .other(EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "")
    }
  }

  private static func text(
    _ read: (UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<Int>) -> Int32
  ) -> String {
    var name = [CChar](repeating: 0, count: 80)
    var count = 0
    guard read(&name, name.count, &count) == 1 else { return "" }
    return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
