public import Records

extension Fieldbook {
  /// The records that had their outcome on one local day.
  public struct Outcomes: Hashable, Sendable {
    /// The installations that were signed for the first time, the earliest first; what is void now does not count.
    public let installed: [InstallationID]
    /// The welders that were registered as retired.
    public let retired: Int
    /// The installations that their owners refused.
    public let refused: Int
  }

  /// Finds what was finished on a day, by the local time of each entry.
  /// - Throws: `store`.
  public func outcomes(on day: CalendarDay) throws(FieldbookError) -> Outcomes {
    let rows = try database.rows(
      """
      SELECT event.installation, event.name, status FROM event
      JOIN installation ON installation.id = event.installation
      WHERE name IN ('signed', 'registered', 'refused') AND substr(at, 1, 10) = ?1 AND NOT EXISTS (
        SELECT 1 FROM event AS earlier
        WHERE earlier.installation = event.installation AND earlier.name = event.name AND earlier.seq < event.seq)
      ORDER BY event.seq
      """, [.text(day)]
    ) { (id: InstallationID($0.text(0)), name: $0.text(1), status: $0.text(2)) }
    func count(_ name: String, _ status: Installation.Status) -> Int {
      rows.count { $0.name == name && $0.status == status.rawValue }
    }
    let outside: Set = [Installation.Status.void.rawValue, Installation.Status.refused.rawValue]
    return Outcomes(
      installed: rows.filter { $0.name == "signed" && !outside.contains($0.status) }.compactMap(\.id),
      retired: count("registered", .retired), refused: count("refused", .refused))
  }

  /// The days on which welders were bought that are in work and not fitted yet; those that are not under the plan's rule of new
  /// welders, or have no such day, are left out.
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
