public import Cryptography

/// One place at which an archive is not what weldtech writes, or at which it contradicts itself.
public enum ArchiveFault: Hashable, Sendable {
  // MARK: The zip
  /// The file does not end as a zip does; `offset` is that of the first wrong byte, from the file's start.
  case end(offset: Int)
  /// A byte of a header is not what follows from the other header and the contents.
  case header(entry: String, offset: Int)
  /// A header cannot be read, or its name is not one that an archive can have.
  case unreadableHeader(offset: Int)
  /// The entries do not follow each other in the order of their names, each name once.
  case order(entry: String, offset: Int)
  /// An entry does not begin where the one before ends.
  case gap(entry: String, offset: Int)
  /// The zip has more entries than `ZipReader.maxEntries`.
  case tooManyEntries(count: Int)
  /// The bytes of an entry, from `offset` on, do not have its CRC-32.
  case checksum(entry: String, offset: Int, size: Int)

  // MARK: The bag
  /// A file that belongs in the bag is missing.
  case missing(entry: String)
  /// The file does not belong in the bag.
  case unexpected(entry: String)
  /// The file's SHA-256 is not the one in the list of files.
  case digest(entry: String, list: String)
  /// The file differs from what follows from the other files; `offset` is the first byte that differs, from 0.
  case differs(entry: String, offset: Int)
  /// The file is longer than a file of its kind can be.
  case tooLarge(entry: String, bytes: Int)
  /// The bag's folder, or the date of its entries, does not follow from the record.
  case notOfRecord(entry: String)

  // MARK: The record
  /// A line of the log cannot be read; lines count from 1.
  case logLine(entry: String, line: Int)
  /// The digest of a log entry is not that of its contents, or the entry is not linked to the one before.
  case logEntry(entry: String, line: Int, seq: Int64)
  /// The log's entries do not begin with a registration, or need a closed revision that is not there.
  case replay(entry: String)
  /// The revision is not what the log's entries add up to.
  case revision(entry: String)

  // MARK: The seal
  /// The seal over the list of files does not hold.
  case seal(entry: String, SealFault)
}
