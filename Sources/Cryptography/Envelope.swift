import CCrypto

/// CMS EnvelopedData (RFC 5652): AES-256-CBC, with the key transported by RSAES-OAEP with SHA-256 (RFC 3560).
/// An envelope keeps its contents secret and does not authenticate them, so that whoever opens one has to check
/// the contents.
public enum Envelope {
  /// The size of the largest envelope that `open` reads, bytes.
  public static let maxSize = 65_536

  /// Seals bytes to a certificate.
  /// - Returns: DER.
  /// - Throws: `notCertificate`, `sealing`.
  public static func seal(_ bytes: [UInt8], to certificate: Certificate) throws(CryptographyError) -> [UInt8] {
    let handle = try certificate.decoded()
    defer { X509_free(handle) }
    let flags = UInt32(CMS_BINARY | CMS_PARTIAL)
    guard let content = CMS_encrypt(nil, nil, EVP_aes_256_cbc(), flags) else { throw .sealing }
    defer { CMS_ContentInfo_free(content) }
    // CMS_KEY_PARAM makes the context of the recipient available, so that the padding can be chosen. The
    // recipient owns the context. https://docs.openssl.org/3.0/man3/CMS_add1_recipient_cert/
    guard let recipient = CMS_add1_recipient_cert(content, handle, flags | UInt32(CMS_KEY_PARAM)),
      let context = CMS_RecipientInfo_get0_pkey_ctx(recipient),
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1,
      EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1,
      EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1,
      let input = MemoryBIO(bytes),
      CMS_final(content, input.handle, nil, UInt32(CMS_BINARY)) == 1,
      let output = MemoryBIO(), i2d_CMS_bio(output.handle, content) == 1
    else { throw .sealing }
    return output.contents
  }

  /// Opens an envelope.
  /// - Throws: `notPrivateKey`, `opening`. All faults of an envelope are reported by one case, so that an
  ///   attacker learns nothing from the difference.
  public static func open(_ der: [UInt8], with identity: PlatformIdentity) throws(CryptographyError) -> [UInt8]
  {
    let key = try identity.decodedKey()
    defer { EVP_PKEY_free(key) }
    let certificate = try identity.certificate.decoded()
    defer { X509_free(certificate) }
    defer { ERR_clear_error() }
    guard der.count <= maxSize, let input = MemoryBIO(der),
      let content = d2i_CMS_bio(input.handle, nil)
    else { throw .opening }
    defer { CMS_ContentInfo_free(content) }
    guard OBJ_obj2nid(CMS_get0_type(content)) == NID_pkcs7_enveloped, let output = MemoryBIO(),
      CMS_decrypt(content, key, certificate, nil, output.handle, UInt32(CMS_BINARY)) == 1
    else { throw .opening }
    return output.contents
  }
}
