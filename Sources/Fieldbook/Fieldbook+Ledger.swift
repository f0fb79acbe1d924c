public import Records

/// Reads the data of forms and figures from the columns of the ledger. No record's body is read, so that
/// 100,000 records take milliseconds. `LedgerFacts` alone decides where a welder counts; SQL only groups.
extension Fieldbook {
  // MARK: - Welders

  /// Calls `body` with each welder that a filter lets through, ordered by street, by the initials of the unit's
  /// pinyin and by the day of the record.
  /// - Parameters:
  ///   - figure: the figure in which the welders count.
  ///   - isRecordedInPeriod: whether only welders that were recorded in the period are included, as in 附件1.
  ///   - today: the day by which `due` and `overdue` are told apart.
  /// - Throws: `store`.
  public func forEachLedgerWelder(
    _ filter: LedgerFilter, in figure: LedgerFigure = .known, isRecordedInPeriod: Bool = false,
    today: CalendarDay, _ body: (LedgerWelder) -> Void
  ) throws(FieldbookError) {
    let (condition, values) = Self.condition(of: filter)
    try database.forEach(
      """
      SELECT ledger.installation, ledger.status, payer, ledger.unit_name, person, phone, supply, supply_amps,
        max_amps, process, purpose, source, power_kw, industry, industry_note, remarks, street, community,
        filled_by, filled_phone, brand, model, serial, purchased_on, recorded_on, fitted_on, retired_on, code
      FROM ledger INDEXED BY ledger_by_unit JOIN installation ON installation.id = ledger.installation
        LEFT JOIN search ON search.installation = ledger.installation
      WHERE \(condition) AND NOT \(Self.isRepeatedRefusal)
      ORDER BY street, search.unit_order, unit, recorded_on, ledger.rowid
      """, values
    ) { row in
      guard let welder = Self.welder(row) else { return }
      let facts = LedgerFacts(
        status: welder.status, payer: Funding.Payer(rawValue: row.text(2)), recordedOn: welder.recordedOn,
        fittedOn: welder.fittedOn, isFitted: welder.fittedOn != nil, retiredOn: welder.retiredOn,
        boughtOn: welder.purchasedOn, in: filter)
      if isRecordedInPeriod, facts.recorded != .inPeriod { return }
      if facts.figures(on: today).contains(figure) { body(welder) }
    }
  }

  private static func welder(_ row: Row) -> LedgerWelder? {
    guard let id = InstallationID(row.text(0)), let status = Installation.Status(rawValue: row.text(1)) else {
      return nil
    }
    func number(_ column: Int32) -> Double? { row.isNull(column) ? nil : row.real(column) }
    var welder = LedgerWelder(id: id, status: status)
    welder.unitName = row.optionalText(3)
    welder.person = row.optionalText(4)
    welder.phone = row.optionalText(5)
    welder.supply = Supply(rawValue: row.text(6))
    welder.supplyMaxAmps = number(7)
    welder.maxCurrentAmps = number(8)
    welder.weldingProcess = WeldingProcess(rawValue: row.text(9))
    welder.purpose = row.optionalText(10)
    welder.sourceType = SourceType(rawValue: row.text(11))
    welder.maxPowerKilowatts = number(12)
    welder.industry = Industry(rawValue: row.text(13))
    welder.industryNote = row.optionalText(14)
    welder.remarks = row.optionalText(15)
    welder.street = row.optionalText(16)
    welder.community = row.optionalText(17)
    welder.filledBy = row.optionalText(18)
    welder.filledByPhone = row.optionalText(19)
    welder.brand = row.optionalText(20)
    welder.model = row.optionalText(21)
    welder.serialNumber = row.optionalText(22)
    welder.purchasedOn = row.day(23)
    welder.recordedOn = row.day(24)
    welder.fittedOn = row.day(25)
    welder.retiredOn = row.day(26)
    welder.code = row.optionalText(27)
    return welder
  }

  // MARK: - Units

  /// Calls `body` with each unit that has a welder which the filter lets through, ordered by street and by the
  /// initials of the unit's pinyin. A unit with welders in two streets comes once for each street.
  /// - Throws: `store`.
  public func forEachLedgerUnit(_ filter: LedgerFilter, today: CalendarDay, _ body: (LedgerUnit) -> Void)
    throws(FieldbookError)
  {
    let (condition, values) = Self.condition(of: filter)
    try database.snapshot { () throws(FieldbookError) in
      let places = try database.rows(
        """
        SELECT street, unit, min(rowid) AS first FROM ledger INDEXED BY ledger_by_place WHERE \(condition)
        GROUP BY street, unit ORDER BY street, first
        """, values
      ) { (street: $0.optionalText(0), unit: $0.text(1)) }
      let widespread = try widespreadUnits()
      var ofStreet: [(order: String, unit: LedgerUnit)] = []
      for (index, place) in places.enumerated() {
        var unit = LedgerUnit(id: place.unit, counts: LedgerCounts())
        unit.street = place.street
        try database.forEach(
          """
          SELECT unit_name, unit_type, person, phone, operators, certified, status, payer, recorded_on, fitted_on,
            retired_on
          FROM ledger INDEXED BY ledger_by_place
          WHERE \(condition) AND street IS ?\(values.count + 1) AND unit = ?\(values.count + 2)
            AND NOT \(Self.isRepeatedRefusal) ORDER BY rowid
          """, values + [.text(place.street), .text(place.unit)]
        ) { row in
          guard let status = Installation.Status(rawValue: row.text(6)) else { return }
          let facts = LedgerFacts(
            status: status, payer: Funding.Payer(rawValue: row.text(7)), recordedOn: row.day(8),
            fittedOn: row.day(9), isFitted: !row.isNull(9), retiredOn: row.day(10), in: filter)
          let figures = facts.figures(on: today)
          guard !figures.isEmpty else { return }
          for figure in figures { unit.counts[figure] += 1 }
          Self.take(row, into: &unit)
        }
        if widespread.contains(place.unit) { try nameAsWhole(&unit) }
        if unit.counts[.known] > 0 {
          ofStreet.append((SearchWords.order(of: unit.name ?? ""), unit))
        }
        let isLast = index == places.count - 1 || places[index + 1].street != place.street
        if isLast {
          // The units are in the order of their first records, which decides between units with the same
          // initials.
          for (_, unit) in ofStreet.enumerated().sorted(by: {
            ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
          })
          .map(\.element) {
            body(unit)
          }
          ofStreet.removeAll(keepingCapacity: true)
        }
      }
    }
  }

  /// The units with records in several streets, and the units into which others were merged. The records of one
  /// street do not say everything about such a unit.
  private func widespreadUnits() throws(FieldbookError) -> Set<String> {
    Set(
      try database.rows(
        """
        SELECT unit FROM (SELECT DISTINCT street, unit FROM ledger INDEXED BY ledger_by_place)
          GROUP BY unit HAVING count(*) > 1
        UNION SELECT same_as FROM unit_merge
        """
      ) { $0.text(0) })
  }

  /// Sets a unit's name, type, person, phone and operators from all its records, whatever their street. The
  /// newest record with a value decides; records of the unit itself come before records of units merged into
  /// it.
  private func nameAsWhole(_ unit: inout LedgerUnit) throws(FieldbookError) {
    var whole = LedgerUnit(id: unit.id, counts: unit.counts)
    whole.street = unit.street
    try database.forEach(
      """
      SELECT unit_name, unit_type, person, phone, operators, certified FROM ledger INDEXED BY ledger_of_unit
      WHERE unit = ? AND status <> 'void' ORDER BY \(Self.isOwnRecord), rowid
      """, [.text(unit.id)]
    ) { Self.take($0, into: &whole) }
    unit = whole
  }

  /// Copies the values of a record into its unit: name, type, person, phone, operators and certified operators,
  /// from the first six columns. A column without a value leaves the unit's value as it is.
  private static func take(_ row: Row, into unit: inout LedgerUnit) {
    unit.name = row.optionalText(0) ?? unit.name
    unit.type = UnitType(rawValue: row.text(1)) ?? unit.type
    unit.person = row.optionalText(2) ?? unit.person
    unit.phone = row.optionalText(3) ?? unit.phone
    unit.operators = row.isNull(4) ? unit.operators : row.integer(4)
    unit.certified = row.isNull(5) ? unit.certified : row.integer(5)
  }

  // MARK: - Places

  /// The streets of all records, in the order of their names.
  /// - Throws: `store`.
  public func ledgerStreets() throws(FieldbookError) -> [String] {
    try database.rows(
      "SELECT DISTINCT street FROM ledger INDEXED BY ledger_by_place WHERE street IS NOT NULL ORDER BY street"
    ) { $0.text(0) }
  }

  /// The communities of a street's records, or of all records for a nil `street`, in the order of their names.
  /// - Throws: `store`.
  public func ledgerCommunities(of street: String?) throws(FieldbookError) -> [String] {
    try database.rows(
      """
      SELECT DISTINCT community FROM ledger
      WHERE community IS NOT NULL AND (?1 IS NULL OR street = ?1) ORDER BY community
      """, [.text(street)]
    ) { $0.text(0) }
  }

  // MARK: - Figures

  /// The data of figures and charts, all of one moment.
  public struct LedgerFigures: Sendable {
    /// The numbers of welders by street and industry, in the order of the streets' names.
    public let cells: [LedgerCell]
    /// The number of welders that were done, for each day of a first signature, the first day first.
    public let days: [(day: CalendarDay, done: Int)]
  }

  /// Counts the welders that a filter lets through.
  /// - Parameter today: the day by which `due` and `overdue` are told apart.
  /// - Throws: `store`.
  public func ledgerFigures(_ filter: LedgerFilter, today: CalendarDay) throws(FieldbookError) -> LedgerFigures
  {
    try database.snapshot { () throws(FieldbookError) in
      LedgerFigures(cells: try cells(filter, today: today), days: try days(filter))
    }
  }

  private func cells(_ filter: LedgerFilter, today: CalendarDay) throws(FieldbookError) -> [LedgerCell] {
    var cells: [Place: LedgerCounts] = [:]
    func add(_ place: Place, _ figure: LedgerFigure, _ count: Int) {
      cells[place, default: LedgerCounts()][figure] += count
    }
    let dates: Set<LedgerFigure> = [.due, .overdue]
    let days = filter.hasPeriod ? ["recorded_on", "fitted_on", "retired_on"] : []
    let others = Set(LedgerFigure.allCases).subtracting(dates)
    try fold(filter, "true", by: days, into: others, today, add)
    try fold(filter, Self.isRepeatedRefusal, by: days, into: others, today) { add($0, $1, -$2) }
    let isNew = "purchased_on >= '\(DueDate.planDay)'" + (filter.hasPeriod ? "" : " AND fitted_on IS NULL")
    try fold(filter, isNew, by: days + ["purchased_on"], into: dates, today, add)
    try fold(
      filter, "\(isNew) AND \(Self.isRepeatedRefusal)", by: days + ["purchased_on"], into: dates, today
    ) { add($0, $1, -$2) }
    return cells.map { LedgerCell(street: $0.street, industry: Industry(rawValue: $0.industry), counts: $1) }
      .filter { $0.counts[.known] > 0 }
      .sorted {
        ($0.street ?? "", $0.industry?.rawValue ?? "") < ($1.street ?? "", $1.industry?.rawValue ?? "")
      }
  }

  private func days(_ filter: LedgerFilter) throws(FieldbookError) -> [(day: CalendarDay, done: Int)] {
    let (condition, values) = Self.condition(of: filter)
    var isDone = "status IN ('open', 'closed', 'delivered', 'outOfUse')"
    var bound = values
    if let to = filter.to {
      bound.append(.text(to))
      isDone = "(\(isDone) OR status = 'retired' AND retired_on > ?\(bound.count))"
    }
    return try database.rows(
      """
      SELECT fitted_on, count(*) FROM ledger WHERE fitted_on IS NOT NULL AND \(isDone) AND \(condition)
      GROUP BY fitted_on
      """, bound
    ) { (day: $0.day(0), done: $0.integer(1)) }
    .compactMap { row in row.day.map { (day: $0, done: row.done) } }
    .filter { filter.moment(of: $0.day) == .inPeriod }
  }

  private struct Place: Hashable {
    let street: String?
    let industry: String
  }

  /// Adds groups of welders to the figures in which they count.
  /// - Parameters:
  ///   - condition: the SQL condition of the welders that are counted, besides the filter.
  ///   - days: the columns of days by which the welders are grouped, besides street, industry, status and
  ///     payer.
  ///   - chosen: the figures to which groups are added.
  private func fold(
    _ filter: LedgerFilter, _ condition: String, by days: [String], into chosen: Set<LedgerFigure>,
    _ today: CalendarDay, _ add: (Place, LedgerFigure, Int) -> Void
  ) throws(FieldbookError) {
    let (filtered, values) = Self.condition(of: filter)
    let groups = (["street", "industry", "status", "payer"] + days).joined(separator: ", ")
    // A column that is not grouped by has the value of any row of the group, and does not matter.
    try database.forEach(
      """
      SELECT street, industry, status, payer, recorded_on, fitted_on, retired_on, purchased_on, count(*),
        count(fitted_on)
      FROM ledger WHERE \(condition) AND \(filtered) GROUP BY \(groups)
      """, values
    ) { row in
      guard let status = Installation.Status(rawValue: row.text(2)) else { return }
      let place = Place(street: row.optionalText(0), industry: row.text(1))
      let fitted = row.integer(9)
      for (count, isFitted) in [(fitted, true), (row.integer(8) - fitted, false)] where count > 0 {
        let facts = LedgerFacts(
          status: status, payer: Funding.Payer(rawValue: row.text(3)), recordedOn: row.day(4),
          fittedOn: row.day(5), isFitted: isFitted, retiredOn: row.day(6), boughtOn: row.day(7), in: filter)
        for figure in facts.figures(on: today) where chosen.contains(figure) { add(place, figure, count) }
      }
    }
  }

  // MARK: - Conditions

  /// The SQL condition of a refusal after which the welder was registered again, so that only the later record
  /// counts. A serial number of one or two characters does not identify a welder.
  private static let isRepeatedRefusal = """
    (ledger.status = 'refused' AND length(ledger.serial) > 2 AND EXISTS (
      SELECT 1 FROM ledger AS later INDEXED BY ledger_by_place
      WHERE later.street IS ledger.street AND later.unit = ledger.unit AND later.rowid > ledger.rowid
        AND later.status NOT IN ('void', 'refused') AND later.serial = ledger.serial COLLATE NOCASE))
    """

  /// The SQL condition of the filter apart from its period, with the values to bind.
  private static func condition(of filter: LedgerFilter) -> (sql: String, values: [SQLValue]) {
    // A welder whose record was taken over counts on the laptop that began the record.
    var conditions = [isOwnRow]
    var values: [SQLValue] = []
    func demand(_ column: String, _ value: String?) {
      guard let value else { return }
      values.append(.text(value))
      conditions.append("\(column) = ?\(values.count)")
    }
    demand("street", filter.street)
    demand("community", filter.community)
    demand("payer", filter.payer?.rawValue)
    if let industries = filter.industries {
      let marks = industries.map { industry in
        values.append(.text(industry.rawValue))
        return "?\(values.count)"
      }
      conditions.append("industry IN (\(marks.joined(separator: ", ")))")
    }
    return (conditions.joined(separator: " AND "), values)
  }
}

extension Row {
  /// The day in a column; nil where the column has no day.
  fileprivate func day(_ column: Int32) -> CalendarDay? {
    isNull(column) ? nil : CalendarDay(text(column))
  }
}
