public import Records

/// The sums of the rows that were added to 附件2: over all units, and for each 苏木镇 or 街道.
public struct FormSums: Sendable {
  /// A line of sums.
  public struct Line: Hashable, Sendable {
    public var units = 0
    public var counts = LedgerCounts()
    public var operators = 0
    public var certified = 0

    mutating func add(_ unit: LedgerUnit) {
      units += 1
      counts = counts + unit.counts
      operators += unit.operators ?? 0
      certified += unit.certified ?? 0
    }
  }

  public private(set) var all = Line()
  /// The streets in the order of their rows; the name is empty where records lack it.
  public private(set) var streets: [(name: String, line: Line)] = []

  public init() {}

  public mutating func add(_ unit: LedgerUnit) {
    all.add(unit)
    // The units come street by street.
    let name = unit.street ?? ""
    if streets.last?.name != name { streets.append((name, Line())) }
    streets[streets.count - 1].line.add(unit)
  }

  /// The columns of the sums by street, after the street's name.
  static let columns: [(title: String, value: @Sendable (Line) -> Int)] = [
    ("单位数", { $0.units }), ("电焊机数量", { $0.counts[.known] }),
    ("完成“加芯赋码”电焊机的数量", { $0.counts[.done] }), ("从业人员数量", { $0.operators }),
    ("已取证的从业人员数量", { $0.certified }), ("淘汰的电焊机数量", { $0.counts[.retired] }),
    ("尚未完成的电焊机数量", { $0.counts[.outstanding] }),
  ]
}
