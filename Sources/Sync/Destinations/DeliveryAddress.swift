import Characters

/// The address of a bucket or a folder to which a laptop delivers in place of a platform, written as
/// `s3://bucket/prefix` or `file:///media/stick/weldtech`.
public enum DeliveryAddress: Hashable, Sendable, CustomStringConvertible {
  /// A bucket; the prefix stands before each key, without a slash at its ends, and may be empty.
  case bucket(String, prefix: String)
  /// A folder, by its absolute path.
  case folder(String)

  /// Parses an address.
  /// - Throws: `deliveryAddress` where the text is no such address.
  public init(_ text: String) throws(SyncError) {
    if text.hasPrefix("s3://") {
      self = try Self.bucket(of: Array(text.utf8.dropFirst("s3://".utf8.count)))
    } else if text.hasPrefix("file://") {
      self = try Self.folder(of: String(text.dropFirst("file://".count)))
    } else {
      throw .deliveryAddress
    }
  }

  public var description: String {
    switch self {
    case .bucket(let bucket, let prefix): prefix.isEmpty ? "s3://\(bucket)" : "s3://\(bucket)/\(prefix)"
    case .folder(let path): "file://\(path)"
    }
  }

  private static func bucket(of rest: [UInt8]) throws(SyncError) -> DeliveryAddress {
    let parts = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
    guard let bucket = parts.first, (3...63).contains(bucket.count),
      bucket.allSatisfy({ $0.isDigit || (0x61...0x7A).contains($0) || "-.".utf8.contains($0) }),
      bucket.first != UInt8(ascii: "."), bucket.first != UInt8(ascii: "-"), rest.first == bucket.first
    else { throw .deliveryAddress }
    for part in parts.dropFirst() {
      guard !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8),
        part.allSatisfy({ $0.isDigit || (0x41...0x5A).contains($0 & 0xDF) || "-._".utf8.contains($0) })
      else { throw .deliveryAddress }
    }
    let prefix = parts.dropFirst().map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    guard prefix.utf8.count <= 512 else { throw .deliveryAddress }
    return .bucket(String(decoding: bucket, as: UTF8.self), prefix: prefix)
  }

  private static func folder(of path: String) throws(SyncError) -> DeliveryAddress {
    guard path.utf8.first == UInt8(ascii: "/"), let decoded = PercentEncoding.decode(path, plusIsBlank: false),
      !decoded.utf8.contains(0)
    else { throw .deliveryAddress }
    let parts = Array(decoded.utf8).split(separator: UInt8(ascii: "/"))
    guard !parts.isEmpty, !parts.contains(where: { $0.elementsEqual("..".utf8) }) else {
      throw .deliveryAddress
    }
    return .folder("/" + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
  }
}

/// The web address of a bucket.
struct S3Address: Hashable, Sendable {
  /// The scheme, host and path of the bucket, with the prefix, without a slash at the end.
  private let base: String
  private let bucketURL: String
  let prefix: String
  let region: String
  let isLoopback: Bool

  /// Makes the web address of a bucket.
  /// - Parameters:
  ///   - endpoint: the address of the service; nil for Amazon's own in this region. One whose host begins with
  ///     the bucket's name and a point is the bucket's own address, as some services demand it.
  ///   - region: the region of the bucket, such as `cn-north-1`.
  /// - Throws: `deliveryAddress`, `plainHTTP`.
  init(bucket: String, prefix: String, endpoint: String?, region: String) throws(SyncError) {
    guard (1...64).contains(region.utf8.count),
      region.utf8.allSatisfy({ $0.isDigit || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
    else { throw .deliveryAddress }
    self.prefix = prefix
    self.region = region
    if let endpoint {
      let address: PlatformAddress
      do throws(SyncError) { address = try PlatformAddress(endpoint) } catch {
        guard case .plainHTTP = error else { throw .deliveryAddress }
        throw error
      }
      isLoopback = address.isLoopback
      let isOfBucket =
        address.base.hasPrefix("https://\(bucket).") || address.base.hasPrefix("http://\(bucket).")
      bucketURL = isOfBucket ? address.base : "\(address.base)/\(bucket)"
    } else {
      isLoopback = false
      let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
      // The service's certificate covers no bucket whose name has a point.
      bucketURL =
        bucket.utf8.contains(UInt8(ascii: "."))
        ? "https://s3.\(region).\(domain)/\(bucket)" : "https://\(bucket).s3.\(region).\(domain)"
    }
    base = prefix.isEmpty ? bucketURL : "\(bucketURL)/\(prefix)"
  }

  /// The address of an object, or of the bucket itself where `key` is nil.
  /// - Parameter query: the parameters of the query; they are sorted here, because the signature covers them sorted.
  func url(_ key: String?, _ query: [(name: String, value: String)]) -> String {
    let path = key.map { "\(base)/\(PercentEncoding.encode($0, keepsSlash: true))" } ?? "\(bucketURL)/"
    guard !query.isEmpty else { return path }
    let pairs = query.sorted { $0.name < $1.name }
      .map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
    return "\(path)?\(pairs.joined(separator: "&"))"
  }

  /// The key in the bucket, with the prefix, of one of this program's objects.
  func keyInBucket(_ key: String) -> String { prefix.isEmpty ? key : "\(prefix)/\(key)" }
}
