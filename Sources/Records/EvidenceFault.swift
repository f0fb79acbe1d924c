/// A part of the evidence of one installation that is not as it was written.
public enum EvidenceFault: Error, Hashable, Sendable {
  /// The record that is kept is not what its events add up to.
  case record
  /// An entry of the event log is not what was written, or is not joined to the entries beside it.
  case entry(seq: Int64)
  /// An entry of the event log is what was written and cannot be read.
  case unreadableEntry(seq: Int64)
  /// The bytes of a closed revision are not those that it was closed with.
  case revision(Int)
  /// A file that the record names is gone; `name` is the one that the platform is told, `photo-before-1.jpg`.
  case fileMissing(name: String, sha256: String)
  /// A file that the record names has other contents.
  case fileDamaged(name: String, sha256: String)
}
