/// A figure of the ledger: a set of welders that is counted, and that `ledger rows` lists one by one. The names are kept for
/// ever, because scripts use them.
public enum LedgerFigure: String, Hashable, Sendable, Codable, CaseIterable {
  /// 电焊机数量: every welder that was surveyed or registered.
  case known
  /// 完成“加芯赋码”: the module is fitted and the owner has signed.
  case done
  /// 淘汰: the welder was taken out of use for good.
  case retired
  /// The welders that are neither done nor retired: the sum of `surveyed`, `begun` and `refused`.
  case outstanding
  /// Known from a survey, and not begun.
  case surveyed
  /// Registered, and not signed.
  case begun
  /// The owner refuses the module.
  case refused
  /// Done, and stopped until a fault is repaired.
  case outOfUse
  /// Done, and paid by the Banner.
  case fundedByBanner
  /// Done, and paid by the owner.
  case fundedByOwner
  /// Outstanding and newly bought, with days left of the 15 since the purchase.
  case due
  /// Outstanding and newly bought, more than 15 days ago.
  case overdue
}

/// Figures by their names.
public struct LedgerCounts: Hashable, Sendable {
  private var counts: [LedgerFigure: Int] = [:]

  public init() {}

  /// The number of welders of a figure, from 0.
  public subscript(figure: LedgerFigure) -> Int {
    get { counts[figure] ?? 0 }
    set { counts[figure] = newValue }
  }

  public static func + (left: LedgerCounts, right: LedgerCounts) -> LedgerCounts {
    var sum = left
    for figure in LedgerFigure.allCases { sum[figure] += right[figure] }
    return sum
  }
}

/// The figures of one industry within a street; either is nil where records lack it.
public struct LedgerCell: Hashable, Sendable {
  public let street: String?
  public let industry: Industry?
  public let counts: LedgerCounts

  public init(street: String?, industry: Industry?, counts: LedgerCounts) {
    self.street = street
    self.industry = industry
    self.counts = counts
  }
}
