/// A part of an installation's evidence that differs from what was written.
public enum EvidenceFault: Error, Hashable, Sendable {
  /// The stored record differs from the sum of its events.
  case record
  /// An entry of the event log differs from what was written, or is not linked to its neighbours.
  case entry(seq: Int64)
  /// An entry of the event log is unchanged but cannot be read.
  case unreadableEntry(seq: Int64)
  /// The bytes of a closed revision differ from those that it was closed with.
  case revision(Int)
  /// A file that the record names is missing; `name` is its name for the platform, such as
  /// `photo-before-1.jpg`.
  case fileMissing(name: String, sha256: String)
  /// A file that the record names has other contents.
  case fileDamaged(name: String, sha256: String)
}
