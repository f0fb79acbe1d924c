public import FoundationEssentials

/// One entry of the log, as it was written and read.
public struct LogEntry: Sendable {
  /// The place of the entry in the log, from 1 and without gaps, over all installations.
  public let seq: Int64
  public let installation: InstallationID
  public let at: Timestamp
  public let event: InstallationEvent
  /// SHA-256 of the entry, lower-case hex, which also covers the digest of the entry before.
  public let sha256: String

  public init(
    seq: Int64, installation: InstallationID, at: Timestamp, event: InstallationEvent, sha256: String
  ) {
    self.seq = seq
    self.installation = installation
    self.at = at
    self.event = event
    self.sha256 = sha256
  }

  /// Reads an entry; nil where it cannot be read.
  public init?(_ written: WrittenLogEntry, of id: InstallationID) {
    guard let at = Timestamp(written.at),
      let event = try? RecordCoding.decode(InstallationEvent.self, from: written.body),
      event.name == written.name
    else { return nil }
    self.init(seq: written.seq, installation: id, at: at, event: event, sha256: written.sha256)
  }
}

/// One entry of the log in the very words in which it was written, over which its digest is computed.
public struct WrittenLogEntry: Hashable, Sendable {
  /// The place of the entry in the log, from 1 and without gaps, over all installations.
  public let seq: Int64
  /// The time as RFC 3339 text.
  public let at: String
  /// The event's name.
  public let name: String
  /// The event as JSON.
  public let body: Data
  /// SHA-256 of the entry before this one in the log, which may be another installation's; lower-case hex.
  public let previousSha256: String
  /// SHA-256 of this entry, lower-case hex.
  public let sha256: String

  public init(seq: Int64, at: String, name: String, body: Data, previousSha256: String, sha256: String) {
    self.seq = seq
    self.at = at
    self.name = name
    self.body = body
    self.previousSha256 = previousSha256
    self.sha256 = sha256
  }
}
