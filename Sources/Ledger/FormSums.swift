public import Records

/// The sums of the rows that were added to 附件2: over all units, and for each 苏木镇 or 街道.
public struct FormSums: Sendable {
  /// A line of sums.
  public struct Line: Hashable, Sendable {
    public var units = 0
    public var counts = LedgerCounts()
    /// The number of 从业人员; nil where no unit states it.
    public var operators: Int?
    /// The number of 从业人员 who hold a certificate; nil where no unit states it.
    public var certified: Int?

    /// Adds the figures of a unit.
    /// - Parameter isCounted: whether the unit is counted already, so that only its welders are added.
    mutating func add(_ unit: LedgerUnit, isCounted: Bool) {
      counts = counts + unit.counts
      guard !isCounted else { return }
      units += 1
      if let more = unit.operators { operators = (operators ?? 0) + more }
      if let more = unit.certified { certified = (certified ?? 0) + more }
    }
  }

  /// The ids of the units that are counted in `all`.
  private var counted: Set<String> = []
  public private(set) var all = Line()
  /// The streets in the order of their rows; the name is empty where records lack it.
  public private(set) var streets: [(name: String, line: Line)] = []

  public init() {}

  public mutating func add(_ unit: LedgerUnit) {
    all.add(unit, isCounted: !counted.insert(unit.id).inserted)
    // The units come street by street.
    let name = unit.street ?? ""
    if streets.last?.name != name { streets.append((name, Line())) }
    streets[streets.count - 1].line.add(unit, isCounted: false)
  }

  /// The columns of the sums by street, after the street's name.
  static let columns: [(title: String, value: @Sendable (Line) -> Int?)] = [
    ("单位数", { $0.units }), ("电焊机数量", { $0.counts[.known] }),
    ("完成“加芯赋码”电焊机的数量", { $0.counts[.done] }), ("从业人员数量", { $0.operators }),
    ("已取证的从业人员数量", { $0.certified }), ("淘汰的电焊机数量", { $0.counts[.retired] }),
    ("尚未完成的电焊机数量", { $0.counts[.outstanding] }),
  ]
}
