import Characters
import FoundationEssentials
public import Records

/// Reads the welders of survey lists, and imports further lists.
extension Fieldbook {
  /// A welder of a survey list, with the row of the list that was imported last.
  public struct SurveyedWelder: Hashable, Sendable {
    public let id: InstallationID
    /// The row as it was imported last, whatever was corrected since.
    public let row: InstallationEvent.Surveyed
    public let status: Installation.Status

    public init(id: InstallationID, row: InstallationEvent.Surveyed, status: Installation.Status) {
      self.id = id
      self.row = row
      self.status = status
    }
  }

  /// The welders of lists, as they were at one moment.
  public struct SurveyedWelders: Sendable {
    /// The welders in the order in which they were imported.
    public let welders: [SurveyedWelder]
    /// The number of rows that were ever imported, by which a later import is noticed.
    fileprivate let rowCount: Int
  }

  /// The change that one row of a list makes.
  public enum SurveyOrder: Hashable, Sendable {
    /// A welder that no list had.
    case new(InstallationID, InstallationEvent.Surveyed)
    /// Another row of a welder that is surveyed already; its `changes` are applied.
    case changed(InstallationID, InstallationEvent.Surveyed)
  }

  /// Finds the welders of lists at units with these phone numbers, of these names or in these streets, also those whose records
  /// are void or registered by now.
  /// - Parameters:
  ///   - phones: phone numbers as records have them.
  ///   - units: names of units as `TextNormalization.folded` has them.
  ///   - streets: streets as records have them.
  /// - Throws: `damagedRow`, `store`.
  public func surveyedWelders(
    withPhones phones: Set<String>, orUnits units: Set<String> = [], orStreets streets: Set<String> = []
  ) throws(FieldbookError) -> SurveyedWelders {
    try database.snapshot { () throws(FieldbookError) in
      let rows = try database.rows(
        """
        SELECT event.installation, installation.status, event.seq,
          CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.facts.owner.responsiblePhone' END,
          CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.facts.owner.unitName' END,
          CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.facts.owner.street' END
        FROM event JOIN installation ON installation.id = event.installation
        WHERE event.name = 'surveyed' ORDER BY event.seq
        """
      ) {
        (
          id: $0.text(0), status: $0.text(1), seq: $0.integer(2), phone: $0.optionalText(3),
          unit: $0.optionalText(4), street: $0.optionalText(5)
        )
      }
      var last: [String: Int] = [:]
      for (index, row) in rows.enumerated() { last[row.id] = index }
      // A later list is compared with the row that was imported last.
      var order: [String] = []
      var seen: Set<String> = []
      for row in rows where seen.insert(row.id).inserted { order.append(row.id) }
      var welders: [SurveyedWelder] = []
      for id in order {
        guard let index = last[id] else { continue }
        let row = rows[index]
        let isWanted =
          row.phone.map(phones.contains) ?? false || row.street.map(streets.contains) ?? false
          || !units.isEmpty && row.unit.map { units.contains(TextNormalization.folded($0)) } ?? false
        guard isWanted else { continue }
        let body = try database.first("SELECT body FROM event WHERE seq = ?", [.integer(row.seq)]) {
          $0.blob(0)
        }
        guard let body, let event = try? RecordCoding.decode(InstallationEvent.self, from: body),
          case .surveyed(let surveyed) = event, let status = Installation.Status(rawValue: row.status)
        else { throw FieldbookError.damagedRow(table: "event", key: String(row.seq)) }
        welders.append(
          SurveyedWelder(id: try Self.id(row.id, table: "event"), row: surveyed, status: status))
      }
      return SurveyedWelders(welders: welders, rowCount: rows.count)
    }
  }

  /// Imports the rows of a list, all or none.
  /// - Parameters:
  ///   - known: the welders with which the list was compared to make the orders.
  ///   - now: the clock, read within the transaction so that the dates of the log's entries are in order.
  /// - Throws: `surveyGoneOn` where another list was imported or a welder was registered since `known` was read, `notFound`,
  ///   `clockBehind`, `clockImplausible`, `alreadyOpen`, `store`.
  public func survey(
    _ orders: [SurveyOrder], since known: SurveyedWelders, at now: @autoclosure () -> Timestamp
  ) throws(FieldbookError) {
    guard !orders.isEmpty else { return }
    try database.transaction { () throws(FieldbookError) in
      let at = now()
      try checkClock(at)
      let rowCount = try database.first("SELECT count(*) FROM event WHERE name = 'surveyed'") { $0.integer(0) }
      guard rowCount == known.rowCount else { throw FieldbookError.surveyGoneOn }
      for order in orders {
        switch order {
        case .new(let id, let surveyed):
          let isKnown = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(id.text)]) { _ in
            true
          }
          if isKnown == true { throw FieldbookError.alreadyOpen(id) }
          let entry = try EventLog.append(.surveyed(surveyed), to: id, at: at, in: database)
          try insertProjection(
            of: Installation(id: id, surveyed: surveyed, at: at, entrySha256: entry.sha256))
        case .changed(let id, let surveyed):
          var installation = try record(of: id)
          guard installation.status == .surveyed else { throw FieldbookError.surveyGoneOn }
          _ = try log(.surveyed(surveyed), at: at, into: &installation)
          try updateProjection(of: installation)
        }
      }
    }
  }
}
