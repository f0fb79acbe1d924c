/// The reason why an answer of a timestamp authority is not used.
public enum TimestampFault: Error, Hashable, Sendable {
  /// The answer is no TimeStampResp of RFC 3161, or its token is no timestamp token.
  case notReply
  /// The answer has `bytes` bytes, more than `TimestampToken.maxReplySize`.
  case tooLarge(bytes: Int)
  /// The authority refused; the value is its PKIStatus (2 rejection, 3 waiting, 4 and 5 revocation).
  case refused(status: Int)
  /// The token is over another signature than the one that was sent.
  case otherImprint
  /// The token answers another query.
  case otherNonce
  /// The token's own signature is not its certificate's, or the certificate is not for timestamps, or
  /// `TimestampVerification` does not accept the key, the digest or the form.
  case signature
}
