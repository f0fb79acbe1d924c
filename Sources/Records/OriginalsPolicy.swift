/// Says when the originals of photos with an upload copy go to the platform. The copies always go before the
/// record.
public enum OriginalsPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// The originals go before their record, which waits for them.
  case always
  /// The originals go once all records of a run are delivered, and no record waits for them.
  case later
  /// The originals stay on the laptop.
  case never
}
