/// When the originals of photos go to the platform that have an upload copy. The copies always go before the record.
public enum OriginalsPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// The originals go before their record, which waits for them.
  case always
  /// The originals go once all records of a run are delivered, and no record waits for them.
  case later
  /// The originals stay on the laptop.
  case never
}
