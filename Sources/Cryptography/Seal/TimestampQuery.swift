import CCrypto

/// A question to a timestamp authority (RFC 3161, section 2.4.1): SHA-256 of a value, a nonce, and the request
/// for the authority's certificate.
public struct TimestampQuery: Hashable, Sendable {
  /// The number of random bytes in a query's nonce.
  public static let nonceByteCount = 8

  public let der: [UInt8]
  private let imprint: SHA256Digest

  /// Makes a query.
  /// - Parameter value: what the timestamp is taken over, usually the value of a seal's signature.
  /// - Parameter nonce: `nonceByteCount` random bytes, by which the answer is recognised.
  /// - Throws: `sealing`.
  public init(over value: [UInt8], nonce: [UInt8]) throws(CryptographyError) {
    defer { ERR_clear_error() }
    imprint = SHA256Digest(of: value)
    guard let query = TS_REQ_new() else { throw .sealing }
    defer { TS_REQ_free(query) }
    guard let message = TS_MSG_IMPRINT_new() else { throw .sealing }
    defer { TS_MSG_IMPRINT_free(message) }
    guard let algorithm = X509_ALGOR_new() else { throw .sealing }
    defer { X509_ALGOR_free(algorithm) }
    // A nonce is positive and keeps its length: its first bit is 0, and the next 1.
    guard let first = nonce.first,
      let number = BN_bin2bn([first & 0x7F | 0x40] + nonce.dropFirst(), Int32(clamping: nonce.count), nil)
    else { throw .sealing }
    defer { BN_free(number) }
    guard let integer = BN_to_ASN1_INTEGER(number, nil) else { throw .sealing }
    defer { ASN1_INTEGER_free(integer) }
    var bytes = imprint.bytes
    guard X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nil) == 1,
      TS_MSG_IMPRINT_set_algo(message, algorithm) == 1,
      TS_MSG_IMPRINT_set_msg(message, &bytes, Int32(bytes.count)) == 1,
      TS_REQ_set_version(query, 1) == 1, TS_REQ_set_msg_imprint(query, message) == 1,
      TS_REQ_set_nonce(query, integer) == 1, TS_REQ_set_cert_req(query, 1) == 1,
      let output = MemoryBIO(), i2d_TS_REQ_bio(output.handle, query) == 1
    else { throw .sealing }
    der = output.contents
  }

  /// Takes the token out of an authority's answer. The answer must grant this query and be signed by the
  /// certificate that the answer carries, which must be for timestamps only. Whether that certificate is
  /// trusted is decided by the reader of the token.
  /// - Throws: `timestamp`.
  public func token(fromReply reply: [UInt8]) throws(CryptographyError) -> TimestampToken {
    defer { ERR_clear_error() }
    guard reply.count <= TimestampToken.maxReplySize else {
      throw .timestamp(.tooLarge(bytes: reply.count))
    }
    guard let input = MemoryBIO(reply), let response = d2i_TS_RESP_bio(input.handle, nil),
      wt_bio_eof(input.handle) == 1
    else { throw .timestamp(.notReply) }
    defer { TS_RESP_free(response) }
    guard let info = TS_RESP_get_status_info(response), let status = TS_STATUS_INFO_get0_status(info) else {
      throw .timestamp(.notReply)
    }
    let value = ASN1_INTEGER_get(status)
    // 0 is granted, 1 granted with modifications.
    guard value == 0 || value == 1 else { throw .timestamp(.refused(status: Int(value))) }
    guard let token = TS_RESP_get_token(response) else { throw .timestamp(.notReply) }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_PKCS7(token, &bytes)
    guard let bytes, count > 0 else { throw .timestamp(.notReply) }
    defer { CRYPTO_free(bytes, #file, Int32(#line)) }
    let pruned = try TimestampToken(
      pruning: [UInt8](UnsafeBufferPointer(start: bytes, count: Int(count))))
    guard pruned.imprint == imprint else { throw .timestamp(.otherImprint) }
    guard try isAnswered(by: pruned, checking: wt_ts_nonce) else { throw .timestamp(.otherNonce) }
    guard try isAnswered(by: pruned, checking: wt_ts_all) else { throw .timestamp(.signature) }
    // A timestamp that a strict reader refuses would make it refuse the whole document.
    do throws(SealFault) {
      _ = try TimestampVerification(pruned.der, overSHA256: imprint)
    } catch { throw .timestamp(.signature) }
    return pruned
  }

  /// Whether libcrypto accepts the token in the respects that `flags` name. Every certificate in the token
  /// counts as trusted, and no date is checked.
  private func isAnswered(by token: TimestampToken, checking flags: Int32) throws(CryptographyError) -> Bool {
    guard let input = MemoryBIO(der), let query = d2i_TS_REQ_bio(input.handle, nil) else { throw .sealing }
    defer { TS_REQ_free(query) }
    // The context takes digest and nonce from the query, and the caller frees the context.
    // https://docs.openssl.org/3.0/man3/TS_VERIFY_CTX_set_certs/
    guard let context = TS_REQ_to_TS_VERIFY_CTX(query, nil) else { throw .sealing }
    defer { TS_VERIFY_CTX_free(context) }
    guard let store = X509_STORE_new() else { throw .sealing }
    // The context owns the store.
    _ = TS_VERIFY_CTX_set_store(context, store)
    guard X509_STORE_set_flags(store, wt_partial_chain_any_time) == 1 else { throw .sealing }
    for element in try SignedDataParts(token.der).certificates {
      let handle = try Certificate(der: element.encoded).decoded()
      defer { X509_free(handle) }
      guard X509_STORE_add_cert(store, handle) == 1 else { throw .sealing }
    }
    _ = TS_VERIFY_CTX_set_flags(context, flags)
    guard let tokenInput = MemoryBIO(token.der), let parsed = d2i_PKCS7_bio(tokenInput.handle, nil) else {
      throw .timestamp(.notReply)
    }
    defer { PKCS7_free(parsed) }
    return TS_RESP_verify_token(context, parsed) == 1
  }
}
