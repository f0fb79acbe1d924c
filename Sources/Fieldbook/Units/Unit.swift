public import Records

/// A unit of the ledger, together with the units that were merged into it.
public struct Unit: Hashable, Sendable {
  /// The unit's id, or its name and phone number where its records have no id.
  public let id: String
  /// The name in the unit's record that was opened last. Records of the unit itself come before records of
  /// units merged into it.
  public let name: String
  public let street: String?
  public let person: String?
  public let phone: String?
  /// Number of the unit's welders, without void records.
  public let welders: Int

  public init(id: String, name: String, street: String?, person: String?, phone: String?, welders: Int) {
    (self.id, self.name, self.street) = (id, name, street)
    (self.person, self.phone, self.welders) = (person, phone, welders)
  }
}

/// A unit that was merged into another.
public struct UnitMerge: Hashable, Sendable {
  public let id: String
  public let mergedAt: Timestamp?
  public let reason: String
}

/// A record that was taken out of the unit that the record names.
public struct UnitSplit: Hashable, Sendable {
  public let installation: InstallationID
  public let splitAt: Timestamp?
  public let reason: String
}
