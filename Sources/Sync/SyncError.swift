public import Records

/// The failures between this laptop and the platform. No case carries a key, a token or personal data.
public enum SyncError: Error, Hashable, Sendable {
  // MARK: Before anything is sent

  /// The address is not `https://host[:port][/path]`, or has a user, query or fragment.
  case platformAddress
  /// The address is plain HTTP, which is for loopback addresses only.
  case plainHTTP(host: String)
  /// The token is not visible ASCII, as a bearer token is.
  case tokenMalformed
  /// The CA bundle is missing, or the file is no CA bundle.
  case caBundle
  /// libcurl could not be set up.
  case library

  // MARK: No answer

  /// No connection could be made: the name is not resolved, the port refuses, or no route leads there.
  case unreachable
  /// The connection was made, but the exchange did not end within its time.
  case timedOut
  /// The environment's proxy does not let the connection through; 407 means that the proxy demands a password.
  case proxyRefused(status: Int)
  /// The connection broke after it was made.
  case interrupted
  /// The TLS handshake failed, or the certificate is not for this host.
  case notTrusted
  /// The run was cancelled, because `isCancelled` returned true.
  case cancelled

  // MARK: An answer, but not the one that counts

  /// The answer is a redirect, which is never followed; captive portals often answer so.
  case redirected(status: Int)
  /// The answer is not in the platform's own form, for instance an HTML page or no JSON.
  case notThePlatform(status: Int)
  case answerTooLarge(limitBytes: Int)
  /// The status is a success, but the answer does not name what was sent: wrong id, revision, digest, key,
  /// serial or offset.
  case notAcknowledged(status: Int)
  /// A firewall or gateway on the way refuses this request, with 403, 405 or 413 in a form that is not the
  /// platform's.
  case blocked(status: Int)
  /// The platform demands other credentials, with 401 or with 403 in its own form.
  case credentials(status: Int)
  /// The platform failed with 408, 421, 425, 429 or 5xx. The same request may succeed later, after `retryAfter`
  /// where the answer gives it.
  case platformFailed(status: Int, retryAfter: Duration? = nil)
  /// The platform has another current revision of the record, and keeps that one (412).
  case conflict
  /// The platform lacks these files and keys of a record (409). A name that is no digest is omitted.
  case incomplete(files: [FileDigest], keys: [String])
  /// The platform understood the request and refused it; `code` is the platform's own.
  case refused(status: Int, code: String?)

  // MARK: Buckets and folders

  /// The address is neither `s3://bucket/prefix` nor `file:///folder`, or the bucket's region or endpoint is
  /// malformed.
  case deliveryAddress
  /// The bucket refuses the signature because the laptop's clock differs too much from its own.
  case clockWrong
  /// The folder is not there, or holds no marker of `setup`: the stick is not plugged in, or was pulled.
  case destinationMissing
  /// The folder's file system refuses a file with this error number, as errno(3) lists them.
  case destination(errno: Int32)
  /// A folder has the name of the object with this key, and files cannot replace it.
  case occupied(key: String)
  /// The bytes on this laptop have another digest than the one that they are delivered by.
  case contentsChanged

  // MARK: Keys

  /// The platform offers another key than the pinned one. Both are SHA-256 fingerprints, lower-case hex.
  case platformKeyChanged(pinned: String, offered: String)
  /// The platform presents a key that is no certificate.
  case platformKeyUnreadable
  /// The platform's certificate has no RSA key of 3,072 bits or more, so it is not pinned; 0 means no RSA key
  /// at all.
  case platformKeyShort(bits: Int)
  /// Keys cannot be sealed to the platform's certificate.
  case sealing
}
