import Cryptography
import Foundation
import Sync

@testable import weldtech

/// The errors of keys, seals and timestamps.
extension Errors {
  static let cryptography: [any Error] =
    [
      CryptographyError.noRandom, .unreadable(path: "/f", errno: ENOENT), .notCertificate, .notPrivateKey,
      .generation, .sealing, .opening, .notVerifyingKey, .notSigningKey, .signing, .notSealKey, .notPKCS12,
      .wrongPassphrase, .certificateNotOfKey, .certificateUsage, .sealTooLarge(bytes: 9_000, largest: 6_144),
      .notSeal,
    ] as [CryptographyError] + keyKinds.map { CryptographyError.sealKeyKind($0) }
    + timestampFaults.map { CryptographyError.timestamp($0) } + [SigningKeyRejected(path: "/k.pem")]

  private static let keyKinds: [KeyKind] = [
    .p256, .rsa(bits: 2048), .rsa(bits: 16_384), .ed25519, .sm2, .curve("secp384r1"), .other("X25519"),
  ]
  private static let timestampFaults: [TimestampFault] = [
    .notReply, .tooLarge(bytes: 70_000), .refused(status: 2), .otherImprint, .otherNonce, .signature,
  ]

  private static let sealRefusals: [SealRefused] = [
    .damaged(path: "/h/seal/identity.pem"), .notValid(from: day, until: day, today: laterDay),
    .notValid(from: laterDay, until: laterDay, today: day), .nothingRequested,
    .passphraseOpen(path: "/f", mode: 0o644), .passphrase(path: "/f"), .notCertificate(path: "/f"),
    .timestampAddress("http://tsa.example"),
  ]
  private static let timestampErrors: [TimestampError] =
    [.sync(.unreachable), .status(500)] + timestampFaults.map { .fault($0) }
  static let seal: [any Error] = sealRefusals + timestampErrors
}
