public import FoundationEssentials

/// The chain over the log of events. An entry's digest is SHA-256 over
/// ```
/// "weldtech-log/1"       14 bytes, ASCII
/// previous digest        32 bytes; zeros for the first entry
/// seq                    u64, big-endian
/// subject                length u32, big-endian ‖ ASCII: the installation's id, or the word for the laptop
/// at                     length u32 ‖ RFC 3339 text as stored
/// event name             length u32 ‖ ASCII
/// body                   length u32 ‖ JSON as stored
/// ```
public enum LogChain {
  /// The digest that the first entry names as the one before it.
  public static let beginning = String(repeating: "0", count: 64)

  /// Computes an entry's digest as 64 digits of lower-case hex; nil where `previous` is no digest.
  public static func digest(
    after previous: String, seq: Int64, subject: String, at: String, name: String, body: Data
  ) -> String? {
    guard let previous = SHA256Digest(hex: previous) else { return nil }
    var hasher = SHA256Hasher()
    hasher.update(Array("weldtech-log/1".utf8))
    hasher.update(previous.bytes)
    hasher.update(bigEndian(UInt64(bitPattern: seq)))
    for part in [Data(subject.utf8), Data(at.utf8), Data(name.utf8), body] {
      hasher.update(bigEndian(UInt32(clamping: part.count)))
      hasher.update(part)
    }
    return hasher.finish().hex
  }

  private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
