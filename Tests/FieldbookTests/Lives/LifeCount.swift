import Records

/// What a test counts of one welder by itself, from what it did and not from what the fieldbook says. Days are numbers of days
/// since 1970 where the laptop is.
struct LifeCount: Codable {
  enum Standing: String, Codable {
    /// On a survey list, and not registered.
    case surveyed
    /// Registered, and not signed.
    case begun
    /// Signed at least once.
    case installed
    case retired, refused, void
  }

  let id: String
  var standing: Standing
  /// Number of entries in the log.
  var entries = 0

  // MARK: - What was fitted

  /// All that the welder ever had, the present one last.
  var modules: [String] = []
  var seals: [String] = []
  var labels: [String] = []
  var owners: [String] = []
  /// Whether the last of the modules is still in.
  var hasModule = false
  /// Number of times that its label was printed again.
  var reprints = 0
  var inspections = 0

  // MARK: - Whether it may be used

  /// Whether the open repair is of a fault that makes the welder unsafe.
  var isUnsafe = false
  /// Whether a technician is at work on it.
  var isInWork = false
  /// Whether the last test passed, with the seal, module and firmware that are there now.
  var testHolds = false
  /// Whether the work is a repair, and whether the last test of it failed.
  var isInRepair = false
  var hasFailed = false
  var isOutOfUse: Bool { isInRepair && hasFailed || isUnsafe && !(isInWork && testHolds) }

  // MARK: - What the ledger counts by

  var unit: String
  let phone: String
  let serial: String
  var street: String
  var industry: String
  /// The industry by which was decided who pays.
  var fundedIndustry: String
  let purchased: Int?
  let recorded: Int
  var fitted: Int?
  var retired: Int?

  var installationID: InstallationID? { InstallationID(id) }
}

/// The figures of docs/ledger.md, counted from the counts of single welders by its table and nothing else.
struct LifeFigures {
  let welders: [LifeCount]
  /// The period, as days since 1970; both ends belong to it.
  var from: Int?
  var to: Int?
  let today: Int

  /// 24 July 2024 and 15 December 2024, as days since 1970.
  private static let planDay = 19_928
  private static let deadline = 20_072
  /// 住建, 应急管理 and 市场监管 lead these by section two of the plan, and their units pay themselves.
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
        // Nobody pays for a welder that was retired with its registration; this one was fitted before.
        figures.formUnion(["done", isBanner ? "fundedByBanner" : "fundedByOwner"])
      }
      if welder.standing == .installed, welder.isOutOfUse { figures.insert("outOfUse") }
      return figures
    }
    var figures: Set = ["known", "outstanding"]
    switch welder.standing {
    case .surveyed: figures.insert("surveyed")
    case .refused: figures.insert("refused")
    // What a record was before is not kept, so that a welder that was fitted later was begun.
    case .begun, .installed, .retired, .void: figures.insert("begun")
    }
    if let bought = welder.purchased, bought >= Self.planDay {
      figures.insert(bought + 15 < today ? "overdue" : "due")
    }
    return figures
  }

  /// Adds the figures of some welders up by a property of theirs, such as the street.
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
