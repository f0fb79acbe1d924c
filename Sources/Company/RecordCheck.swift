import FoundationEssentials
import Records

/// Judges the bytes of one revision by themselves, where they enter.
struct RecordCheck {
  let record: RemoteRecord

  /// Judges one revision.
  /// - Parameters:
  ///   - bytes: the object's contents, of which the digest was compared with the key.
  ///   - object: what the key says.
  /// - Throws: the first finding.
  init(_ bytes: [UInt8], _ object: DeliveredObject) throws(Finding.Problem) {
    guard case .record(let id, let revision, let sha256) = object else { throw Finding.Problem(.record, "key") }
    do throws(RemoteRecord.Fault) {
      record = try RemoteRecord(Data(bytes), sha256: sha256.hex, of: id, revision: revision)
    } catch {
      switch error {
      case .tooLarge: throw Finding.Problem(.record, "tooLarge")
      case .schema: throw Finding.Problem(.record, "schema")
      case .unreadable: throw Finding.Problem(.record, "unreadable")
      case .another: throw Finding.Problem(.another)
      case .revision: throw Finding.Problem(.record, "revision")
      case .missing(let part): throw Finding.Problem(.record, "missing.\(part.rawValue)")
      case .malformed(let path): throw Finding.Problem(.record, path)
      case .history: throw Finding.Problem(.history)
      }
    }
    // Only a record with one of the statuses of `isDelivered` ever leaves a laptop.
    guard record.installation.status.isDelivered else { throw Finding.Problem(.notClosed) }
    // The bytes are JSON in UTF-8 by now.
    switch JSONAmbiguity(in: bytes) {
    case .none: break
    case .some(.keys): throw Finding.Problem(.ambiguous)
    case .some(.zero): throw Finding.Problem(.zero)
    }
  }

  /// The files that the record cannot do without. Originals of photos may stay on the laptop, where the record
  /// has a copy.
  var files: [FileDigest] {
    RecordFile.named(by: record.installation).filter { !$0.isOriginal }.compactMap { FileDigest($0.sha256) }
  }
}

extension Finding {
  /// A problem of an object, without the object's key.
  struct Problem: Error, Hashable {
    let kind: Kind
    let detail: String

    init(_ kind: Kind, _ detail: String = "") {
      self.kind = kind
      self.detail = detail
    }

    func of(_ key: String) -> Finding { Finding(key: key, kind: kind, detail: detail) }
  }
}

extension Installation.Status {
  /// Whether a record of this status leaves the laptop.
  fileprivate var isDelivered: Bool {
    switch self {
    case .closed, .outOfUse, .retired, .refused, .void: true
    // `delivered` is a laptop's own mark and stands in no revision.
    case .surveyed, .open, .delivered: false
    }
  }
}

/// A property of a JSON document by which two readers can read two things, or a database refuses it.
enum JSONAmbiguity {
  /// An object has a key twice, or one with an escape, or more keys than any object of a record.
  case keys
  /// A string has the character U+0000.
  case zero

  private static let maxKeys = 512

  /// Finds the first ambiguity; nil where there is none.
  /// - Parameter bytes: JSON in UTF-8 that was checked.
  init?(in bytes: [UInt8]) {
    var found: JSONAmbiguity?
    bytes.withUnsafeBufferPointer { bytes in
      // The keys of each open object; an array has none.
      var open: [[Range<Int>]] = []
      var offset = 0
      while offset < bytes.count {
        switch bytes[offset] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): open.append([])
        case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
        case UInt8(ascii: "\""):
          let start = offset + 1
          var hasEscape = false
          offset = start
          while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") {
              hasEscape = true
              if bytes[offset...].starts(with: #"\u0000"#.utf8) {
                found = .zero
                return
              }
              offset += 1
            }
            offset += 1
          }
          let end = min(offset, bytes.count)
          var after = offset + 1
          while after < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[after]) { after += 1 }
          guard after < bytes.count, bytes[after] == UInt8(ascii: ":"), !open.isEmpty else { break }
          let isTwice = open[open.count - 1].contains { bytes[$0].elementsEqual(bytes[start..<end]) }
          if hasEscape || isTwice || open[open.count - 1].count == Self.maxKeys {
            found = .keys
            return
          }
          open[open.count - 1].append(start..<end)
        default: break
        }
        offset += 1
      }
    }
    guard let found else { return nil }
    self = found
  }
}
