import Archives
import Cryptography
import FoundationEssentials
import Records
import Sync

/// Seals the bags of an archive with this laptop's key, and takes their timestamps where an authority is set up.
final class BagSealing {
  private let identity: SealIdentity
  private let client: TimestampClient?
  private let random: (Int) throws -> [UInt8]
  /// The number of seals for which the authority that is set up gave no timestamp.
  private(set) var withoutTimestamp = 0
  /// Whether the authority did not answer. It is not asked again, so that a laptop without a network does not
  /// wait for each bag.
  private var isUnreachable = false

  var isSelfIssued: Bool { identity.isSelfIssued }

  /// - Throws: `SealRefused`, `SyncError` for an address that is none.
  init(_ workplace: Workplace) throws {
    identity = try workplace.sealIdentity()
    client = try workplace.timestampClient()
    random = workplace.random
  }

  /// Makes the seal over a list of files, with a timestamp where the authority gives one.
  func seal(_ manifest: Data) throws -> DetachedSeal {
    let seal = try DetachedSeal.over(manifest, by: identity)
    guard let client else { return seal }
    guard !isUnreachable else {
      withoutTimestamp += 1
      return seal
    }
    let query = try TimestampQuery(over: seal.signatureValue, nonce: random(TimestampQuery.nonceByteCount))
    do {
      return try seal.timestamped(by: client.token(for: query))
    } catch is TimestampError {
      isUnreachable = true
      withoutTimestamp += 1
      return seal
    }
  }
}
