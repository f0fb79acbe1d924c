public import Records

/// What goes wrong between this laptop and the platform. No case carries a key, a token or personal data.
public enum SyncError: Error, Hashable, Sendable {
  // MARK: Before anything is sent

  /// Not `https://host[:port][/path]`, or with a user, query or fragment.
  case platformAddress
  /// Plain HTTP is for loopback addresses only.
  case plainHTTP(host: String)
  /// A bearer token is visible ASCII.
  case tokenMalformed
  /// The CA bundle is missing or not one.
  case caBundle
  /// libcurl could not be set up.
  case library

  // MARK: No answer

  /// No connection: name not resolved, refused, no route.
  case unreachable
  /// The connection stood, and the exchange did not end within its time.
  case timedOut
  /// The proxy of the environment does not let the connection through; 407 is one that wants a password.
  case proxyRefused(status: Int)
  /// The connection broke after it stood.
  case interrupted
  /// The TLS handshake failed or the certificate is not one for this host.
  case notTrusted
  /// `isCancelled` said so.
  case cancelled

  // MARK: An answer, but not the one that counts

  /// A redirect, which is never followed. A captive portal's usual first answer.
  case redirected(status: Int)
  /// Not the platform's own form: a page of HTML, no JSON.
  case notThePlatform(status: Int)
  case answerTooLarge(limitBytes: Int)
  /// A good status, but not naming what was sent: wrong id, revision, digest, key, serial or offset.
  case notAcknowledged(status: Int)
  /// 403, 405 or 413 that is not the platform's own: a firewall or gateway on the way refuses this request.
  case blocked(status: Int)
  /// 401, or 403 in the platform's own form.
  case credentials(status: Int)
  /// 408, 421, 425, 429 or 5xx: the same request may succeed later, after `retryAfter` where the answer says so.
  case platformFailed(status: Int, retryAfter: Duration? = nil)
  /// 412 for a record: the platform has another current revision, and keeps it.
  case conflict
  /// 409 for a record: the platform lacks these. What it named and is no digest is left out.
  case incomplete(files: [FileDigest], keys: [String])
  /// The platform understood and refused; `code` is its own.
  case refused(status: Int, code: String?)

  // MARK: Keys

  /// The platform offers another key than the pinned one. Both are SHA-256 fingerprints, lower-case hex.
  case platformKeyChanged(pinned: String, offered: String)
  /// What the platform offers as its key is not a certificate.
  case platformKeyUnreadable
  /// The platform's certificate has no RSA key of 3,072 bits or more, so it is not pinned; 0 is no RSA key at all.
  case platformKeyShort(bits: Int)
  /// The platform's certificate cannot seal.
  case sealing
}
