import Records

/// The state of one welder that a test counts from its own steps, and not from what the fieldbook says. Days
/// are numbers of days since 1970 in the laptop's zone.
struct LifeCount: Codable {
  enum Standing: String, Codable {
    /// The welder is on a survey list, and not registered.
    case surveyed
    /// The welder is registered, and its record not signed.
    case begun
    /// The record was signed at least once.
    case installed
    case retired, refused, void
  }

  let id: String
  var standing: Standing
  /// Number of entries in the log.
  var entries = 0

  // MARK: - What was fitted

  /// The modules that the welder ever had, the present module last.
  var modules: [String] = []
  /// The seals that the welder ever had, the present seal last.
  var seals: [String] = []
  /// The templates of the labels that the welder ever had, the present label last.
  var labels: [String] = []
  /// The units that ever owned the welder, the present owner last.
  var owners: [String] = []
  /// Whether the last of the modules is still in the welder.
  var hasModule = false
  /// Number of times that the welder's label was printed again.
  var reprints = 0
  var inspections = 0

  // MARK: - Whether it may be used

  /// Whether the open repair is of a fault that makes the welder unsafe.
  var isUnsafe = false
  /// Whether a technician is at work on the welder.
  var isInWork = false
  /// Whether the last test passed, with the seal, module and firmware that are there now.
  var testHolds = false
  /// Whether the work is a repair.
  var isInRepair = false
  /// Whether the last test of the repair failed.
  var hasFailed = false
  var isOutOfUse: Bool { isInRepair && hasFailed || isUnsafe && !(isInWork && testHolds) }

  // MARK: - What the ledger counts by

  var unit: String
  let phone: String
  let serial: String
  var street: String
  var industry: String
  /// The industry that decided who pays.
  var fundedIndustry: String
  let purchased: Int?
  let recorded: Int
  var fitted: Int?
  var retired: Int?

  var installationID: InstallationID? { InstallationID(id) }
}

/// The figures of docs/ledger.md, computed from the counts of single welders by the table of that document
/// alone.
struct LifeFigures {
  let welders: [LifeCount]
  /// The first day of the period, in days since 1970; nil for no first day.
  var from: Int?
  /// The last day of the period, in days since 1970; nil for no last day.
  var to: Int?
  let today: Int

  /// 24 July 2024, in days since 1970.
  private static let planDay = 19_928
  /// 15 December 2024, in days since 1970.
  private static let deadline = 20_072
  /// The industries that 住建, 应急管理 and 市场监管 lead by section two of the plan, and whose units pay themselves.
  private static let departments: Set = ["mining", "construction", "municipal", "specialEquipment"]

  private var isPeriod: Bool { from != nil || to != nil }

  private func hasHappened(_ day: Int?) -> Bool {
    guard isPeriod else { return day != nil }
    return day.map { $0 <= to ?? .max } ?? false
  }

  private func isInPeriod(_ day: Int?) -> Bool { hasHappened(day) && (day ?? .min) >= from ?? .min }

  /// Whether a refused welder was registered again and that record is neither void nor refused.
  private func isRepeated(_ welder: LifeCount, at place: Int) -> Bool {
    welder.standing == .refused
      && welders.dropFirst(place + 1).contains {
        $0.serial == welder.serial && $0.unit == welder.unit && $0.phone == welder.phone
          && $0.street == welder.street && $0.standing != .void && $0.standing != .refused
      }
  }

  /// The figures in which each welder counts, by its id; none for a welder that does not count.
  func byWelder() -> [String: Set<String>] {
    var all: [String: Set<String>] = [:]
    for (place, welder) in welders.enumerated() where !isRepeated(welder, at: place) {
      let figures = figures(of: welder)
      if !figures.isEmpty { all[welder.id] = figures }
    }
    return all
  }

  private func figures(of welder: LifeCount) -> Set<String> {
    guard welder.standing != .void, hasHappened(welder.recorded) else { return [] }
    if welder.standing == .retired, hasHappened(welder.retired) {
      return isInPeriod(welder.retired) ? ["known", "retired"] : ["known"]
    }
    if welder.standing != .refused, hasHappened(welder.fitted) {
      var figures: Set = ["known"]
      if isInPeriod(welder.fitted) {
        let isBanner =
          (welder.fitted ?? .max) < Self.deadline && !Self.departments.contains(welder.fundedIndustry)
        // Nobody pays for a welder that was retired with its registration; this welder was fitted before.
        figures.formUnion(["done", isBanner ? "fundedByBanner" : "fundedByOwner"])
      }
      if welder.standing == .installed, welder.isOutOfUse { figures.insert("outOfUse") }
      return figures
    }
    var figures: Set = ["known", "outstanding"]
    switch welder.standing {
    case .surveyed: figures.insert("surveyed")
    case .refused: figures.insert("refused")
    // The earlier status of a record is not kept, so that a welder that was fitted later counts as begun.
    case .begun, .installed, .retired, .void: figures.insert("begun")
    }
    if let bought = welder.purchased, bought >= Self.planDay {
      figures.insert(bought + 15 < today ? "overdue" : "due")
    }
    return figures
  }

  /// Adds up the figures of some welders by one of their properties, such as the street.
  func sums(
    where includes: (LifeCount) -> Bool = { _ in true }, by property: (LifeCount) -> String
  ) -> [String: [String: Int]] {
    let figures = byWelder()
    var sums: [String: [String: Int]] = [:]
    for welder in welders where includes(welder) {
      for figure in figures[welder.id] ?? [] { sums[property(welder), default: [:]][figure, default: 0] += 1 }
    }
    return sums
  }
}
