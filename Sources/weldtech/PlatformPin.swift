import Cryptography
import Fieldbook
import Records
import Sync
import Terminal

/// The platform's certificate, which this laptop pins at the first contact.
struct PlatformPin {
  let fieldbook: Fieldbook
  let clock: any Clock
  /// A function that requests the certificate from the platform.
  let ask: () throws -> Certificate
  /// A function that shows a message to the user.
  let tell: (Text) -> Void

  /// The pinned certificate; at the first contact the platform's certificate is requested and pinned.
  /// - Throws: `SetupMissing.platformKey` where no certificate is pinned and the platform gives none;
  ///   `SyncError.platformKeyShort`.
  func certificate() throws -> Certificate {
    if let pinned = try pinned() { return pinned }
    let certificate: Certificate
    do {
      certificate = try ask()
    } catch {
      throw SetupMissing.platformKey
    }
    guard certificate.rsaBits >= Certificate.minRSABits else {
      throw SyncError.platformKeyShort(bits: certificate.rsaBits)
    }
    try pin(certificate)
    return certificate
  }

  /// The pinned certificate; nil before the first contact.
  func pinned() throws -> Certificate? {
    try fieldbook.setup().platformKey.map { try Certificate(pem: $0.certificatePEM) }
  }

  /// Pins a certificate and tells the user its fingerprint.
  func pin(_ certificate: Certificate) throws {
    try fieldbook.updateSetup {
      $0.platformKey = Setup.PlatformKey(certificatePEM: certificate.pem, firstSeenAt: clock.now())
    }
    tell(
      Text(
        zh: "已记住平台公钥，指纹 \(certificate.fingerprint.prefix(16))…，请向公司核对",
        en:
          "pinned the platform's key, fingerprint \(certificate.fingerprint.prefix(16))…; check it with the company"
      ))
  }
}
