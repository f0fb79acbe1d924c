internal import Cryptography

/// A change of one small file of a data folder: the file's name in the folder and its new contents. Nil
/// contents remove the file.
struct PlatformChange: Hashable, Sendable {
  let name: String
  let contents: [UInt8]?
}

/// The bytes of the journal, by which the changes of a whole group of requests come to disk with one write and
/// one sync.
///
///     journal   frame, frame, …
///     frame     "WTJ1" · length of the payload (u32) · SHA-256 of the payload (32 bytes) · payload
///     payload   change, change, …
///     change    length of the name (u16) · name · 1 contents, 0 removal (u8) · length of the contents (u32) · contents
///
/// The numbers are big-endian. A frame counts as a whole or not at all.
enum PlatformJournal {
  /// The changes of a journal, oldest first.
  struct Reading {
    var changes: [PlatformChange] = []
    /// Whether a frame that is not the last one is damaged, which no crash leaves behind.
    var isDamaged = false
  }

  private static let magic = Array("WTJ1".utf8)
  private static let headBytes = 8 + SHA256Digest.byteCount

  // MARK: - Writing

  static func frame(of changes: [PlatformChange]) -> [UInt8] {
    var payload: [UInt8] = []
    payload.reserveCapacity(changes.reduce(0) { $0 + $1.name.utf8.count + ($1.contents?.count ?? 0) + 7 })
    for change in changes {
      append(UInt16(truncatingIfNeeded: change.name.utf8.count), to: &payload)
      payload += change.name.utf8
      payload.append(change.contents == nil ? 0 : 1)
      append(UInt32(truncatingIfNeeded: change.contents?.count ?? 0), to: &payload)
      payload += change.contents ?? []
    }
    var frame = magic
    frame.reserveCapacity(headBytes + payload.count)
    append(UInt32(truncatingIfNeeded: payload.count), to: &frame)
    return frame + SHA256Digest(of: payload).bytes + payload
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
  }

  // MARK: - Reading

  /// Reads a journal up to its first incomplete frame, which is the end where the platform was killed while
  /// writing. The requests of that frame were never acknowledged.
  static func reading(_ journal: [UInt8]) -> Reading {
    var reading = Reading()
    var rest = journal[...]
    while rest.count > headBytes, rest.starts(with: magic) {
      let payloadBytes = number(rest.dropFirst(4).prefix(4))
      guard payloadBytes <= rest.count - headBytes else { break }
      let payload = rest.dropFirst(headBytes).prefix(payloadBytes)
      guard Array(rest.dropFirst(8).prefix(SHA256Digest.byteCount)) == SHA256Digest(of: Array(payload)).bytes,
        let changes = changes(in: payload)
      else {
        reading.isDamaged = payload.endIndex < journal.endIndex
        break
      }
      reading.changes += changes
      rest = journal[payload.endIndex...]
    }
    return reading
  }

  private static func changes(in payload: ArraySlice<UInt8>) -> [PlatformChange]? {
    var changes: [PlatformChange] = []
    var rest = payload
    func taken(_ count: Int) -> ArraySlice<UInt8>? {
      guard count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
    while !rest.isEmpty {
      guard let nameBytes = taken(2), let name = taken(number(nameBytes)), let kind = taken(1)?.first,
        let length = taken(4), let contents = taken(number(length))
      else { return nil }
      changes.append(
        PlatformChange(name: String(decoding: name, as: UTF8.self), contents: kind == 0 ? nil : Array(contents))
      )
    }
    return changes
  }

  /// Reads a big-endian number of at most four bytes.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
