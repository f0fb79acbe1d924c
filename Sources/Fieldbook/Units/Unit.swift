public import Records

/// A unit of the ledger, with all that counts as the same.
public struct Unit: Hashable, Sendable {
  /// The unit's id, or its name and phone number where its records have no id.
  public let id: String
  /// The name in the record that was opened last; of units that were merged, in one of the unit that was kept.
  public let name: String
  public let street: String?
  public let person: String?
  public let phone: String?
  /// Number of its welders, void records apart.
  public let welders: Int

  public init(id: String, name: String, street: String?, person: String?, phone: String?, welders: Int) {
    (self.id, self.name, self.street) = (id, name, street)
    (self.person, self.phone, self.welders) = (person, phone, welders)
  }
}

/// A unit that counts as another since somebody said so.
public struct UnitMerge: Hashable, Sendable {
  public let id: String
  public let mergedAt: Timestamp?
  public let reason: String
}

/// A record that was taken out of the unit that its own words name.
public struct UnitSplit: Hashable, Sendable {
  public let installation: InstallationID
  public let splitAt: Timestamp?
  public let reason: String
}
