/// A welder as one row of 附件1, and what lists show of it besides. A damaged record lacks what could not be read.
public struct LedgerWelder: Hashable, Sendable {
  public var id: InstallationID
  /// The code of the label; nil where the record has none.
  public var code: String?
  public var status: Installation.Status
  public var unitName: String?
  public var person: String?
  public var phone: String?
  public var supply: Supply?
  public var supplyMaxAmps: Double?
  public var maxCurrentAmps: Double?
  public var weldingProcess: WeldingProcess?
  public var purpose: String?
  public var sourceType: SourceType?
  public var maxPowerKilowatts: Double?
  public var industry: Industry?
  public var industryNote: String?
  public var remarks: String?
  public var street: String?
  public var community: String?
  public var filledBy: String?
  public var filledByPhone: String?
  public var brand: String?
  public var model: String?
  public var serialNumber: String?
  public var purchasedOn: CalendarDay?
  /// The day of the record's first event.
  public var recordedOn: CalendarDay?
  /// The day of the first signature; nil where nobody has signed.
  public var fittedOn: CalendarDay?
  /// The day of the retirement; nil for a welder that is not retired.
  public var retiredOn: CalendarDay?

  public init(id: InstallationID, status: Installation.Status) {
    self.id = id
    self.status = status
  }
}

/// A unit within a street, as one row of 附件2.
public struct LedgerUnit: Hashable, Sendable {
  /// The unit's id, the same in every street, so that a unit with welders in two streets counts as one.
  public var id: String
  public var street: String?
  /// The unit's name. Name, type, person and phone are those of the unit's newest record in any street; for
  /// units that were merged, those of the newest record of the unit that was kept.
  public var name: String?
  public var type: UnitType?
  public var person: String?
  public var phone: String?
  /// 从业人员: the number of people who weld; nil where no record says it.
  public var operators: Int?
  /// The number of the operators who hold a certificate; nil where no record says it.
  public var certified: Int?
  public var counts: LedgerCounts

  public init(id: String, counts: LedgerCounts) {
    self.id = id
    self.counts = counts
  }
}
