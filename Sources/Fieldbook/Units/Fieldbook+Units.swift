public import Records

/// Lists, merges and splits units. Every record keeps the unit's id from its own registration, so that no
/// closed revision changes and nobody has to sign again. Merges and splits are stored beside the records, and
/// the ledger's column `unit` has the resulting unit.
extension Fieldbook {
  // MARK: - Looking

  /// Lists the units in the order of their names' pinyin initials.
  /// - Parameters:
  ///   - text: a text that occurs in a record of the unit; nil lists all.
  ///   - limit: maximum number of units, from 1.
  ///   - after: the last unit of the previous page; nil for the first page.
  /// - Throws: `store`.
  public func unitList(mentioning text: String? = nil, limit: Int, after: String? = nil) throws(FieldbookError)
    -> [Unit]
  {
    var conditions: [String] = []
    var values: [SQLValue] = []
    if let text {
      guard let searched = SearchedText(text) else { return [] }
      let (sql, marks) = searched.isFound
      conditions.append("unit IN (SELECT unit FROM ledger JOIN search USING (installation) WHERE \(sql))")
      values += marks
    }
    if let after {
      conditions.append("(unit_order, unit) > (SELECT unit_order, unit FROM units WHERE unit = ?)")
      values.append(.text(after))
    }
    return try units(of: "true", conditions, values, limit: limit)
  }

  /// Finds a unit by its id, by the id of a unit that was merged into it, or by its whole name.
  /// - Throws: `unitUnknown`, `unitAmbiguous`, `store`.
  public func unit(matching reference: String) throws(FieldbookError) -> Unit {
    let target = try database.first("SELECT same_as FROM unit_merge WHERE unit = ?", [.text(reference)]) {
      $0.text(0)
    }
    if let unit = try units(of: "unit = ?", [], [.text(target ?? reference)], limit: 1).first { return unit }
    let named = try units(
      of: "unit IN (SELECT unit FROM ledger WHERE unit_name = ?)", [], [.text(reference)], limit: 10)
    guard let unit = named.first else { throw .unitUnknown(reference) }
    guard named.count == 1 else { throw .unitAmbiguous(reference, units: named) }
    return unit
  }

  /// The units that were merged into this unit, the last merged first.
  /// - Throws: `store`.
  public func merges(into unit: Unit) throws(FieldbookError) -> [UnitMerge] {
    try database.rows(
      "SELECT unit, merged_at, reason FROM unit_merge WHERE same_as = ? ORDER BY merged_at DESC, unit",
      [.text(unit.id)]
    ) { UnitMerge(id: $0.text(0), mergedAt: Timestamp($0.text(1)), reason: $0.text(2)) }
  }

  /// The records that were split into this unit, the last split first.
  /// - Throws: `store`.
  public func splits(into unit: Unit) throws(FieldbookError) -> [UnitSplit] {
    try database.rows(
      """
      SELECT installation, split_at, reason FROM unit_split JOIN ledger USING (installation)
      WHERE ledger.unit = ? ORDER BY split_at DESC, installation
      """, [.text(unit.id)]
    ) { row in
      InstallationID(row.text(0)).map {
        UnitSplit(installation: $0, splitAt: Timestamp(row.text(1)), reason: row.text(2))
      }
    }.compactMap(\.self)
  }

  /// Reads units in the order of their names' pinyin initials, each with the values of its first record.
  /// - Parameters:
  ///   - records: the SQL condition on rows of the ledger that chooses whole units before anything is counted.
  ///   - conditions: the further SQL conditions on a unit.
  private func units(of records: String, _ conditions: [String], _ values: [SQLValue], limit: Int)
    throws(FieldbookError) -> [Unit]
  {
    let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    return try database.rows(
      """
      WITH placed AS (
        SELECT unit, ledger.unit_name, street, person, phone, unit_order,
          sum(ledger.status <> 'void') OVER (PARTITION BY unit) AS welders,
          row_number() OVER (PARTITION BY unit ORDER BY \(Self.isOwnRecord) DESC, opened_seconds DESC, id DESC)
            AS place
        FROM ledger JOIN installation ON id = ledger.installation JOIN search ON search.installation = id
        WHERE \(records)),
      units AS (SELECT * FROM placed WHERE place = 1)
      SELECT unit, unit_name, street, person, phone, welders FROM units \(filter) ORDER BY unit_order, unit LIMIT ?
      """, values + [.integer(max(1, limit))]
    ) {
      Unit(
        id: $0.text(0), name: $0.text(1), street: $0.optionalText(2), person: $0.optionalText(3),
        phone: $0.optionalText(4), welders: $0.integer(5))
    }
  }

  /// The records that were taken out of this unit, the last first, each with the unit that it belongs to now.
  /// The query reads the few splits, and not the whole ledger.
  /// - Throws: `store`.
  public func splits(outOf unit: Unit) throws(FieldbookError) -> [(split: UnitSplit, unit: String)] {
    try database.rows(
      """
      SELECT installation, split_at, reason, now FROM (
        SELECT ledger.installation, split_at, reason, ledger.unit AS now,
          coalesce(\(Self.ownUnit), coalesce(unit_name, '') || coalesce(phone, '')) AS own
        FROM unit_split CROSS JOIN ledger ON ledger.installation = unit_split.installation)
      WHERE now <> ?1 AND coalesce((SELECT same_as FROM unit_merge WHERE unit_merge.unit = own), own) = ?1
      ORDER BY split_at DESC, installation
      """, [.text(unit.id)]
    ) { row in
      InstallationID(row.text(0)).map {
        (
          split: UnitSplit(installation: $0, splitAt: Timestamp(row.text(1)), reason: row.text(2)),
          unit: row.text(3)
        )
      }
    }.compactMap(\.self)
  }

  // MARK: - Changing

  /// Merges the unit `other` into another unit, with all its records, present and future.
  /// - Returns: the unit into which `other` was merged.
  /// - Throws: `unitUnknown`, `unitAmbiguous`, `unitsSame`, `store`.
  public func merge(_ other: String, into reference: String, reason: WrittenText, at now: Timestamp)
    throws(FieldbookError) -> Unit
  {
    try database.transaction { () throws(FieldbookError) in
      let unit = try unit(matching: reference)
      let merged = try self.unit(matching: other)
      guard unit.id != merged.id else { throw FieldbookError.unitsSame(unit.id) }
      // Units that were merged into the merged unit earlier now lead to this unit, so that one step always
      // leads to the unit.
      try database.run(
        "UPDATE unit_merge SET direct = coalesce(direct, same_as), same_as = ? WHERE same_as = ?",
        [.text(unit.id), .text(merged.id)])
      try database.run(
        "INSERT INTO unit_merge (unit, same_as, merged_at, reason) VALUES (?, ?, ?, ?)",
        [.text(merged.id), .text(unit.id), .text(now), .text(reason)])
      try database.run("UPDATE ledger SET unit_id = ? WHERE unit = ?", [.text(unit.id), .text(merged.id)])
      return try self.unit(matching: unit.id)
    }
  }

  /// Undoes the merge of a unit into another.
  /// - Returns: false where the unit was not merged into `unit`.
  /// - Throws: `store`.
  public func unmerge(_ id: String, from unit: Unit) throws(FieldbookError) -> Bool {
    try database.transaction { () throws(FieldbookError) in
      // Units that had been merged into this unit before its own merge lead to it again.
      try database.run(
        """
        WITH RECURSIVE own (unit) AS (
          SELECT unit FROM unit_merge WHERE direct = ?1
          UNION SELECT unit_merge.unit FROM unit_merge JOIN own ON unit_merge.direct = own.unit)
        UPDATE unit_merge SET same_as = ?1
        WHERE same_as = ?2 AND unit IN (SELECT unit FROM own)
          AND EXISTS (SELECT 1 FROM unit_merge AS merged WHERE merged.unit = ?1 AND merged.same_as = ?2)
        """, [.text(id), .text(unit.id)])
      let count = try database.run(
        "DELETE FROM unit_merge WHERE unit = ? AND same_as = ?", [.text(id), .text(unit.id)])
      // The trigger puts each record into the unit to which the record itself, a split or another merge leads.
      try database.run("UPDATE ledger SET unit_id = \(Self.ownUnit) WHERE unit = ?", [.text(unit.id)])
      return count == 1
    }
  }

  /// Takes records out of a unit, as a unit of their own. Merging the two units undoes the split.
  /// - Returns: the new unit.
  /// - Throws: `unitUnknown`, `unitAmbiguous`, `recordOfOtherUnit`, `store`; then nothing has changed.
  public func split(_ records: [InstallationID], from reference: String, reason: WrittenText, at now: Timestamp)
    throws(FieldbookError) -> Unit
  {
    try database.transaction { () throws(FieldbookError) in
      let unit = try unit(matching: reference)
      let id = try freeUnit(beside: unit.id)
      for record in records {
        let present = try database.first("SELECT unit FROM ledger WHERE installation = ?", [.text(record.text)])
        {
          $0.text(0)
        }
        guard present == unit.id else { throw FieldbookError.recordOfOtherUnit(record, unit: unit.id) }
      }
      for record in records {
        try database.run(
          """
          INSERT INTO unit_split (installation, unit, split_at, reason) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET unit = excluded.unit, split_at = excluded.split_at, reason = excluded.reason
          """, [.text(record.text), .text(id), .text(now), .text(reason)])
        try database.run(
          "UPDATE ledger SET unit_id = ? WHERE installation = ?", [.text(id), .text(record.text)])
      }
      return try self.unit(matching: id)
    }
  }

  /// The SQL of the unit's id in the record of a ledger row; null where the record has no id of a unit.
  private static let ownUnit = """
    (SELECT CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.owner.unitId' END
      FROM record WHERE record.installation = ledger.installation)
    """

  /// The SQL that is true of a ledger row whose record is of the unit itself, and not of a unit merged into it.
  /// Bodies are read only for units into which others were merged.
  static let isOwnRecord = """
    (CASE WHEN ledger.unit IN (SELECT same_as FROM unit_merge) THEN coalesce(
      (SELECT unit_split.unit FROM unit_split WHERE unit_split.installation = ledger.installation),
      \(ownUnit), coalesce(ledger.unit_name, '') || coalesce(ledger.phone, '')) IS ledger.unit ELSE 1 END)
    """

  /// An id that no unit has or ever had.
  private func freeUnit(beside id: String) throws(FieldbookError) -> String {
    var number = 2
    while true {
      let candidate = "\(id)-\(number)"
      let isTaken = try database.first(
        """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM ledger WHERE unit = ?1)
          OR EXISTS (SELECT 1 FROM unit_merge WHERE ?1 IN (unit, same_as))
          OR EXISTS (SELECT 1 FROM unit_split WHERE unit = ?1)
        """, [.text(candidate)]
      ) { _ in true }
      if isTaken == nil { return candidate }
      number += 1
    }
  }
}
