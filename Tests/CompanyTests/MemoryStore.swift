import Company
import Cryptography
import Foundation
import Records

/// Delivered objects in memory.
final class MemoryObjects: DeliveredObjects, @unchecked Sendable {
  var contents: [String: [UInt8]] = [:]
  var pageSize = 3
  private(set) var reads: [String] = []

  struct NotThere: Error {}

  func keys(below folder: String, after: String?) throws -> [String] {
    let after = Array((after ?? "").utf8)
    let keys = contents.keys.filter { $0.hasPrefix(folder + "/") && after.lexicographicallyPrecedes($0.utf8) }
    return Array(keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(pageSize))
  }

  func contents(of key: String, maxBytes: Int) throws -> [UInt8] {
    reads.append(key)
    guard let bytes = contents[key], bytes.count <= maxBytes else { throw NotThere() }
    return bytes
  }

  func forgetReads() { reads = [] }

  /// Puts an object under the key that its contents make.
  @discardableResult
  func put(_ bytes: some Sequence<UInt8>, as key: (FileDigest) -> DeliveredObject) throws -> String {
    let bytes = Array(bytes)
    let object = key(FileDigest(SHA256Digest(of: bytes).hex)!)
    contents[object.key] = bytes
    return object.key
  }
}

/// A store in memory, which shows what reached it.
final class MemoryStore: CompanyStore {
  private(set) var items: [CompanyItem] = []
  private(set) var findings: [Finding] = []
  private var keys: Set<String> = []
  private var added = CompanyCounts()

  func notLoaded(_ keys: [String]) throws(CompanyError) -> Set<String> { Set(keys).subtracting(self.keys) }

  func add(_ item: CompanyItem) throws(CompanyError) {
    guard keys.insert(item.key).inserted else { return }
    items.append(item)
    switch item.contents {
    case .presence: if item.key.hasPrefix("files/") { added.files += 1 } else { added.timestamps += 1 }
    case .revision: added.revisions += 1
    case .key: added.keys += 1
    }
  }

  func add(_ finding: Finding) throws(CompanyError) { findings.append(finding) }

  func flush() throws(CompanyError) -> (added: CompanyCounts, refused: [Finding]) {
    defer { added = CompanyCounts() }
    return (added, [])
  }

  func concerns() throws(CompanyError) -> CompanyConcerns { CompanyConcerns() }
}
