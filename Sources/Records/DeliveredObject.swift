import Characters

/// One object that a laptop delivers to a bucket or a folder. The object's key holds the digest of its
/// contents, so that on no store one object can overwrite another, and a repeated delivery writes the same
/// bytes to the same key. Only the pairing key of a module is sealed anew for each delivery, so that a store
/// may hold it in several objects.
public enum DeliveredObject: Hashable, Sendable {
  /// A photo, a label, an agreement or another file that a record names.
  case file(FileDigest)
  /// A module's key, sealed to the platform's certificate; `sha256` is the digest of the object's own bytes.
  case key(keyID: String, sha256: FileDigest)
  /// The exact bytes of one revision of a record.
  case record(InstallationID, revision: Int, sha256: FileDigest)
  /// The timestamp of an agreement; `sha256` is the digest of the token, which is the object's contents.
  case timestamp(agreement: FileDigest, sha256: FileDigest)

  /// The digest of the object's contents.
  public var sha256: FileDigest {
    switch self {
    case .file(let sha256), .key(_, let sha256), .record(_, _, let sha256), .timestamp(_, let sha256): sha256
    }
  }

  /// The key below the bucket's prefix or the folder: letters, digits, `/`, `-` and `.` only.
  public var key: String {
    switch self {
    case .file(let sha256): "files/sha256/\(sha256)"
    case .key(let keyID, let sha256): "keys/\(keyID)/\(sha256).json"
    case .record(let id, let revision, let sha256): "installations/\(id)/\(revision)-\(sha256).json"
    case .timestamp(let agreement, let sha256): "timestamps/\(agreement)/\(sha256).tst"
    }
  }

  /// Reads a key; nil for any text that `key` does not write.
  public init?(key: String) {
    let parts = Array(key.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 3 else { return nil }
    switch parts[0] {
    case "files":
      guard parts[1] == "sha256", let sha256 = FileDigest(parts[2]) else { return nil }
      self = .file(sha256)
    case "keys":
      guard Self.isKeyID(parts[1]), let sha256 = Self.digest(parts[2], before: ".json") else { return nil }
      self = .key(keyID: parts[1], sha256: sha256)
    case "installations":
      let words = parts[2].utf8.split(separator: UInt8(ascii: "-"), maxSplits: 1)
      guard words.count == 2, let id = InstallationID(parts[1]), id.text == parts[1],
        let revision = Int(String(decoding: words[0], as: UTF8.self)), revision > 0,
        let sha256 = Self.digest(String(decoding: words[1], as: UTF8.self), before: ".json")
      else { return nil }
      self = .record(id, revision: revision, sha256: sha256)
    case "timestamps":
      guard let agreement = FileDigest(parts[1]), let sha256 = Self.digest(parts[2], before: ".tst") else {
        return nil
      }
      self = .timestamp(agreement: agreement, sha256: sha256)
    default: return nil
    }
    // A number can be written in other ways, such as `+1` or `01`.
    guard self.key == key else { return nil }
  }

  private static func digest(_ name: String, before ending: String) -> FileDigest? {
    name.hasSuffix(ending) ? FileDigest(name.dropLast(ending.count)) : nil
  }

  private static func isKeyID(_ text: String) -> Bool {
    text.utf8.count == 16 && text.utf8.allSatisfy(\.isLowerCaseHexDigit)
  }
}

/// Reads what laptops delivered to one bucket or one folder, on any number of threads at once.
public protocol DeliveredObjects: Sendable {
  /// Lists the keys below a folder, such as `installations`, in the order of their bytes, a page at a time.
  /// Names that are no keys of `DeliveredObject` are listed, too, because anybody may have put them there.
  /// - Parameter after: the last key of the page before; nil for the first page.
  /// - Returns: the keys; none after the last page.
  func keys(below folder: String, after: String?) throws -> [String]
  /// Reads one object.
  /// - Throws: the error of the store, also where the object is longer than `maxBytes` or is not there.
  func contents(of key: String, maxBytes: Int) throws -> [UInt8]
}
