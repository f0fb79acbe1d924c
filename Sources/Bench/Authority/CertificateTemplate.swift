import CCrypto
import Cryptography
import Records

/// The contents of an X.509 certificate that a test authority signs.
struct CertificateTemplate {
  /// The subject's attributes in order, by their short names in libcrypto, as `O` and `CN`.
  var subject: [(String, String)]
  /// First and last second of the validity, seconds since 1970-01-01T00:00:00Z.
  var validity: ClosedRange<Int64>
  /// The extensions by libcrypto's numbers, with their values as its configuration files write them.
  var extensions: [(Int32, String)]

  /// Makes and signs the certificate.
  /// - Parameters:
  ///   - key: an EVP_PKEY, whose public half the certificate names.
  ///   - name: an X509_NAME that is taken in place of `subject`.
  ///   - issuer: nil for a certificate that is its own issuer.
  ///   - issuerKey: the issuer's private key, an EVP_PKEY.
  /// - Throws: `generation`.
  func certificate(
    of key: OpaquePointer, named name: OpaquePointer? = nil, issuer: Certificate?,
    signedBy issuerKey: OpaquePointer
  ) throws(CryptographyError) -> Certificate {
    guard let handle = X509_new() else { throw .generation }
    defer { X509_free(handle) }
    let above = try issuer?.decoded()
    defer { X509_free(above) }
    try setSerial(of: handle)
    guard X509_set_version(handle, 2) == 1,  // The value 2 means X.509 v3.
      wt_x509_set_validity(handle, Self.time(validity.lowerBound), Self.time(validity.upperBound)) == 1,
      X509_set_pubkey(handle, key) == 1, let ownName = X509_get_subject_name(handle)
    else { throw .generation }
    if let name {
      guard X509_set_subject_name(handle, name) == 1 else { throw .generation }
    } else {
      for (attribute, value) in subject {
        guard
          X509_NAME_add_entry_by_txt(
            ownName, attribute, wt_mbstring_utf8, Array(value.utf8), Int32(clamping: value.utf8.count), -1, 0)
            == 1
        else { throw .generation }
      }
    }
    guard X509_set_issuer_name(handle, X509_get_subject_name(above ?? handle)) == 1 else { throw .generation }
    for (number, value) in extensions {
      guard wt_x509_add_extension(handle, above ?? handle, number, value) == 1 else { throw .generation }
    }
    guard X509_sign(handle, issuerKey, EVP_sha256()) > 0 else { throw .generation }
    return try Certificate(handle)
  }

  private func setSerial(of certificate: OpaquePointer) throws(CryptographyError) {
    var serial = try SecureRandom.bytes(16)
    serial[0] = serial[0] & 0x7F | 0x40  // The serial number is positive and of constant length.
    guard let number = BN_bin2bn(serial, Int32(serial.count), nil) else { throw .generation }
    defer { BN_free(number) }
    guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else { throw .generation }
  }

  /// The moment as GeneralizedTime, YYYYMMDDHHMMSSZ.
  static func time(_ secondsSince1970: Int64) -> String {
    let text = Timestamp(secondsSince1970: secondsSince1970, offsetSeconds: 0).description
    return text.prefix(19).filter(\.isNumber) + "Z"
  }
}
