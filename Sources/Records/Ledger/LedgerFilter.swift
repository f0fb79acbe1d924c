/// The conditions on the welders that a form or a figure counts; a property that is nil sets no condition.
public struct LedgerFilter: Hashable, Sendable {
  /// 所属苏木镇、街道, as the records have it.
  public var street: String?
  /// 所属社区, as the records have it.
  public var community: String?
  public var industry: Industry?
  public var department: Department?
  public var payer: Funding.Payer?
  /// The first day of the period, inclusive. Each figure counts by a day of its own: `done` and its parts by
  /// the day of the first signature, `retired` by the day of the retirement. The others count what was known at
  /// the end.
  public var from: CalendarDay?
  /// The last day of the period, inclusive.
  public var to: CalendarDay?

  public init() {}

  /// The industries that the filter lets through; nil lets all through, also an industry that cannot be read.
  public var industries: [Industry]? {
    guard industry != nil || department != nil else { return nil }
    return Industry.allCases.filter {
      (industry == nil || $0 == industry) && (department == nil || $0.department == department)
    }
  }
}
