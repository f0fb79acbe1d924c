import Glibc
import Records
import Sync

@testable import weldtech

extension Errors {
  static let sync: [any Error] =
    [
      SyncError.platformAddress, .plainHTTP(host: "h"), .tokenMalformed, .caBundle, .library, .unreachable,
      .interrupted, .notTrusted, .cancelled, .redirected(status: 302), .notThePlatform(status: 200),
      .answerTooLarge(limitBytes: 9), .notAcknowledged(status: 200), .credentials(status: 401),
      .platformFailed(status: 503), .timedOut, .proxyRefused(status: 407), .blocked(status: 403),
      .platformKeyShort(bits: 2048), .platformKeyShort(bits: 0), .conflict,
      .incomplete(files: [FileDigest(digest)].compactMap { $0 }, keys: ["a"]),
      .refused(status: 422, code: "x"), .platformKeyChanged(pinned: digest, offered: digest),
      .platformKeyUnreadable, .sealing, .deliveryAddress, .clockWrong, .destinationMissing,
      .destination(errno: ENOSPC), .destination(errno: EIO), .contentsChanged,
    ] as [SyncError]

  static let delivery: [any Error] = [
    DeliveryRefused.platformKey, DeliveryRefused.noCredentials, DeliveryRefused.folderMissing(path: "/f"),
    DeliveryRefused.credentials(path: "/f"),
    DeliveryRefused.credentialsOpen(path: "/f", mode: 0o644),
  ]
}
