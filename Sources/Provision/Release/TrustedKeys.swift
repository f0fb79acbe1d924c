public import Cryptography
internal import Files

/// The public keys one of which must have signed an image before it is flashed.
public struct TrustedKeys: Sendable {
  /// The keys in the order of their names; a name is the file's name without `.pem`.
  public let keys: [(name: String, key: VerifyingKey)]
  /// Paths of files called `*.pem` that hold no Ed25519 public key and therefore add no trusted key.
  public let flaws: [String]

  private static let fileByteLimit = 4096

  public init(_ keys: [String: VerifyingKey]) {
    self.keys = keys.sorted { $0.key < $1.key }.map { (name: $0.key, key: $0.value) }
    flaws = []
  }

  private init(keys: [(name: String, key: VerifyingKey)], flaws: [String]) {
    self.keys = keys
    self.flaws = flaws
  }

  /// The union of these keys and others.
  public func adding(_ other: TrustedKeys) -> TrustedKeys {
    TrustedKeys(keys: keys + other.keys, flaws: flaws + other.flaws)
  }

  /// Reads every `*.pem` of the folder.
  /// - Throws: `unreadable` where the folder cannot be listed.
  public init(directory: String) throws(ImageFault) {
    let names: [String]
    do throws(FileError) {
      names = try Folder.names(in: FilePath(directory)).map(\.text)
    } catch {
      throw .unreadable(path: directory, errno: error.errno)
    }
    var keys: [(name: String, key: VerifyingKey)] = []
    var flaws: [String] = []
    for name in names.sorted() where name.hasSuffix(".pem") && !name.hasPrefix(".") {
      let path = "\(directory)/\(name)"
      do {
        let text = String(decoding: try ImageFile.read(path, limit: Self.fileByteLimit), as: UTF8.self)
        keys.append((name: String(name.dropLast(4)), key: try VerifyingKey(pem: text)))
      } catch {
        flaws.append(path)
      }
    }
    self.keys = keys
    self.flaws = flaws
  }

  /// The name of a key; nil where the key is not trusted.
  public func name(of key: VerifyingKey) -> String? { self.key(withID: key.keyID)?.name }

  func key(withID keyID: String) -> (name: String, key: VerifyingKey)? {
    keys.first { $0.key.keyID == keyID }
  }
}
