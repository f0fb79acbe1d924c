import Cryptography
import FoundationEssentials
import Records

/// The log of one installation as lines of JSON, with exactly the bytes over which the digests of its entries
/// are computed.
enum BagLog {
  private struct Line: Codable {
    var seq: Int64
    var at: String
    var name: String
    /// The event's JSON as text, byte for byte.
    var body: String
    var previousSha256: String
    var sha256: String
  }

  /// The maximum number of entries of a log that is read. A welder has some dozens, and all of them are
  /// replayed for every revision.
  private static let maxEntries = 5_000

  /// Writes the lines of a log.
  /// - Throws: `unencodable` for an entry whose body is not UTF-8.
  static func text(of entries: [WrittenLogEntry]) throws(ArchiveError) -> Data {
    var text = Data()
    for entry in entries {
      guard let body = String(validating: entry.body, as: UTF8.self),
        let line = try? RecordCoding.encode(
          Line(
            seq: entry.seq, at: entry.at, name: entry.name, body: body, previousSha256: entry.previousSha256,
            sha256: entry.sha256))
      else { throw .unencodable(entry: BagLayout.log) }
      text += line + [UInt8(ascii: "\n")]
    }
    return text
  }

  /// Reads the lines, and proves each entry by its digest and, where its number follows directly on the entry
  /// before, by its link.
  /// - Parameters:
  ///   - name: the file's name, for the faults.
  ///   - id: the installation's id.
  static func entries(_ text: Data, of id: InstallationID, in name: String) throws(ArchiveError)
    -> [WrittenLogEntry]
  {
    guard text.last == UInt8(ascii: "\n") else { throw .damaged(.logLine(entry: name, line: 1)) }
    var entries: [WrittenLogEntry] = []
    for line in text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let number = entries.count + 1
      guard number <= maxEntries, let read = try? RecordCoding.decode(Line.self, from: Data(line)),
        (try? RecordCoding.encode(read)) == Data(line)
      else { throw .damaged(.logLine(entry: name, line: number)) }
      let entry = WrittenLogEntry(
        seq: read.seq, at: read.at, name: read.name, body: Data(read.body.utf8),
        previousSha256: read.previousSha256, sha256: read.sha256)
      let digest = LogChain.digest(
        after: entry.previousSha256, seq: entry.seq, subject: id.text, at: entry.at, name: entry.name,
        body: entry.body)
      let last = entries.last
      let isLinked =
        last.map { $0.seq < entry.seq && ($0.seq + 1 != entry.seq || $0.sha256 == entry.previousSha256) }
        ?? (entry.seq >= 1)
      guard digest == entry.sha256, isLinked else {
        throw .damaged(.logEntry(entry: name, line: number, seq: entry.seq))
      }
      entries.append(entry)
    }
    return entries
  }
}
