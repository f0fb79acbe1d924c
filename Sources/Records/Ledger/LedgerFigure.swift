/// A figure of the ledger: a set of welders that is counted, and that `ledger rows` lists one by one. The names
/// are kept for ever, because scripts use them.
public enum LedgerFigure: String, Hashable, Sendable, Codable, CaseIterable {
  /// 电焊机数量: every welder that was surveyed or registered.
  case known
  /// 完成“加芯赋码”: the welders that have a module and whose owner has signed.
  case done
  /// 淘汰: the welders that were taken out of use for good.
  case retired
  /// The welders that are neither done nor retired: the sum of `surveyed`, `begun` and `refused`.
  case outstanding
  /// The welders that are known from a survey, and not registered.
  case surveyed
  /// The welders that are registered, and whose owner has not signed.
  case begun
  /// The welders whose owner refuses the module.
  case refused
  /// The welders of `done` that are stopped until a fault is repaired.
  case outOfUse
  /// The welders of `done` that the Banner pays for.
  case fundedByBanner
  /// The welders of `done` that the owner pays for.
  case fundedByOwner
  /// The welders of `outstanding` that are newly bought, up to the fifteenth day after their purchase.
  case due
  /// The welders of `outstanding` that were newly bought, more than 15 days ago.
  case overdue
}

/// The number of welders of each figure.
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

/// The figures of one industry within a street. The street or the industry is nil where records lack it.
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
