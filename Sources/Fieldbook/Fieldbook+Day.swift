public import Records

extension Fieldbook {
  /// The records that had their outcome on one local day.
  public struct Outcomes: Hashable, Sendable {
    /// The installations that were signed for the first time, the earliest first; an installation that is void,
    /// refused or retired now does not count.
    public let installed: [InstallationID]
    /// The welders whose repair was confirmed, the earliest first.
    public let repaired: [InstallationID]
    /// The number of welders that were registered as retired, or taken out of use for good.
    public let retired: Int
    /// The number of installations that their owners refused.
    public let refused: Int
  }

  /// Finds what was finished on a day, by the local time of each entry.
  /// - Throws: `store`.
  public func outcomes(on day: CalendarDay) throws(FieldbookError) -> Outcomes {
    let rows = try database.rows(
      """
      SELECT event.installation, event.name, status FROM event
      JOIN installation ON installation.id = event.installation
      WHERE name IN (\(eventOutcomes)) AND name <> 'repairClosed' AND substr(at, 1, 10) = ?1 AND NOT EXISTS (
        SELECT 1 FROM event AS earlier
        WHERE earlier.installation = event.installation AND earlier.name = event.name AND earlier.seq < event.seq)
        AND \(Self.isOwn("event.installation"))
      ORDER BY event.seq
      """, [.text(day)]
    ) { (id: InstallationID($0.text(0)), name: $0.text(1), status: $0.text(2)) }
    func ids(_ name: String, _ status: Installation.Status) -> Set<InstallationID> {
      Set(rows.filter { $0.name == name && $0.status == status.rawValue }.compactMap(\.id))
    }
    let outside: Set = [
      Installation.Status.void.rawValue, Installation.Status.refused.rawValue,
      Installation.Status.retired.rawValue,
    ]
    let repaired = try database.rows(
      """
      SELECT installation FROM event JOIN installation ON installation.id = event.installation
      WHERE name IN (\(eventOutcomes)) AND name = 'repairClosed' AND substr(at, 1, 10) = ? AND status <> 'void'
      GROUP BY installation ORDER BY min(seq)
      """, [.text(day)]
    ) { InstallationID($0.text(0)) }
    return Outcomes(
      installed: rows.filter { $0.name == "signed" && !outside.contains($0.status) }.compactMap(\.id),
      repaired: repaired.compactMap(\.self),
      retired: ids("registered", .retired).union(ids("withdrawn", .retired)).count,
      refused: ids("refused", .refused).count)
  }

  /// A surveyed welder that is to be fitted on a day.
  public struct Visit: Hashable, Sendable {
    public let id: InstallationID
    public let day: CalendarDay
    public let unitName: String
    public let street: String
    public let community: String?
    public let person: String?
    public let phone: String?
    /// The note on the appointment.
    public let note: String?
  }

  /// The surveyed welders whose appointment is on a day or was before it, the earliest first, then by street and unit.
  /// - Parameter limit: maximum number of visits, from 1.
  /// - Throws: `store`.
  public func visits(until day: CalendarDay, limit: Int) throws(FieldbookError) -> [Visit] {
    try database.rows(
      """
      SELECT installation, appointment_on, coalesce(unit_name, ''), coalesce(street, ''), community, person, phone,
        (SELECT CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.appointment.note' END
          FROM record WHERE record.installation = ledger.installation)
      FROM ledger WHERE appointment_on <= ? AND status = 'surveyed'
      ORDER BY appointment_on, street, community, unit_name, installation LIMIT ?
      """, [.text(day), .integer(max(1, limit))]
    ) { row -> Visit? in
      guard let id = InstallationID(row.text(0)), let day = CalendarDay(row.text(1)) else { return nil }
      return Visit(
        id: id, day: day, unitName: row.text(2), street: row.text(3), community: row.optionalText(4),
        person: row.optionalText(5), phone: row.optionalText(6), note: row.optionalText(7))
    }.compactMap(\.self)
  }

  /// The number of surveyed welders whose appointment is on a day or was before it.
  /// - Throws: `store`.
  public func visitCount(until day: CalendarDay) throws(FieldbookError) -> Int {
    try database.first(
      "SELECT count(*) FROM ledger WHERE appointment_on <= ? AND status = 'surveyed'", [.text(day)]
    ) { $0.integer(0) } ?? 0
  }

  /// The purchase days of the welders that are in work and not fitted yet. Welders that were bought before the
  /// plan's day, to which its rule of new welders does not apply, and welders without a purchase day are left
  /// out.
  /// - Throws: `store`.
  public func purchaseDaysOfOpenWelders() throws(FieldbookError) -> [InstallationID: CalendarDay] {
    let rows = try database.rows(
      """
      SELECT installation, purchased_on FROM ledger
      WHERE status = 'open' AND fitted_on IS NULL AND purchased_on >= '\(DueDate.planDay)'
      """
    ) { (id: InstallationID($0.text(0)), day: CalendarDay($0.text(1))) }
    return rows.reduce(into: [:]) { days, row in
      if let id = row.id, let day = row.day { days[id] = day }
    }
  }
}
