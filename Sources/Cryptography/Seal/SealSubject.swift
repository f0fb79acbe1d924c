import CCrypto

/// The person or company that a seal's certificate names.
public struct SealSubject: Hashable, Sendable {
  /// The largest number of characters of a name in a certificate (`ub-common-name`, `ub-organization-name` of
  /// RFC 5280).
  public static let maxCharacters = 64

  /// The country, two capital letters of ISO 3166-1.
  public static let country = "CN"

  /// The company, as the attribute O; only the first `maxCharacters` characters are kept.
  public let organization: String
  /// The person or company that seals, as the attribute CN; only the first `maxCharacters` characters are kept.
  public let commonName: String

  public init(organization: String, commonName: String) {
    self.organization = Self.shortened(organization)
    self.commonName = Self.shortened(commonName)
  }

  private static func shortened(_ text: String) -> String {
    var short = String.UnicodeScalarView()
    short.append(contentsOf: text.unicodeScalars.prefix(maxCharacters))
    return String(short)
  }

  /// Writes the attributes into OpenSSL's name: country, company, person. An attribute without a text is left out.
  /// - Returns: false where libcrypto refuses an attribute.
  func write(to name: OpaquePointer) -> Bool {
    for (field, text) in [("C", Self.country), ("O", organization), ("CN", commonName)] where !text.isEmpty {
      guard
        X509_NAME_add_entry_by_txt(
          name, field, wt_mbstring_utf8, Array(text.utf8), Int32(clamping: text.utf8.count), -1, 0) == 1
      else { return false }
    }
    return true
  }
}
