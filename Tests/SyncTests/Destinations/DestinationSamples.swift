import Cryptography
import Foundation
import Records
import Testing
import Threads

@testable import Sync

/// Objects with contents that agree with their keys.
enum Sample {
  static func digest(_ bytes: [UInt8]) throws -> FileDigest {
    try #require(FileDigest(SHA256Digest(of: bytes).hex))
  }

  static func file(_ bytes: [UInt8]) throws -> DeliveredObject { .file(try digest(bytes)) }
}

extension Retry {
  /// Makes a retry that does not wait.
  static func atOnce(attempts: Int = 3) -> Retry {
    Retry(policy: RetryPolicy(attempts: attempts), sleep: { _ in })
  }
}

/// A store in memory, which can be made to lose or to change what it is given.
final class MemoryStore: ObjectStore {
  private let objects = Monitor<[String: [UInt8]]>([:])
  private let log = Monitor<[String]>([])
  /// Changes the bytes on their way into the store.
  let change: @Sendable ([UInt8]) -> [UInt8]

  init(change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) { self.change = change }

  var keys: [String] { objects.withLock { $0.keys.sorted() } }
  var puts: [String] { log.withLock { $0 } }

  func forget(_ object: DeliveredObject) { objects.withLock { _ = $0.removeValue(forKey: object.key) } }

  func put(_ bytes: [UInt8], at object: DeliveredObject) throws(SyncError) {
    guard SHA256Digest(of: bytes).hex == object.sha256.hex else { throw .contentsChanged }
    log.withLock { $0.append(object.key) }
    objects.withLock { $0[object.key] = change(bytes) }
    guard try has(object) else { throw .notAcknowledged(status: 200) }
  }

  func has(_ object: DeliveredObject) throws(SyncError) -> Bool {
    let bytes = objects.withLock { $0[object.key] }
    return bytes.map { SHA256Digest(of: $0).hex == object.sha256.hex } ?? false
  }

  func size(of object: DeliveredObject) throws(SyncError) -> Int? {
    objects.withLock { $0[object.key]?.count }
  }

  func keys(below folder: String, after: String?) throws(SyncError) -> [String] {
    let all = objects.withLock { $0.keys.sorted() }
    return all.filter { $0.hasPrefix(folder + "/") && $0 > after ?? "" }
  }

  func contents(of key: String, maxBytes: Int) throws(SyncError) -> [UInt8] {
    guard let bytes = objects.withLock({ $0[key] }) else { throw .refused(status: 404, code: nil) }
    return bytes
  }
}
