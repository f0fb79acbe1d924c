import FoundationEssentials
public import Records

extension Fieldbook {
  // MARK: - What becomes of a label

  /// Hands out labels from stock, all or none.
  /// - Parameter recipient: the person who receives them.
  /// - Throws: `labelIs` where a label is not in stock, `codeBound`, `store`.
  public func handOut(_ codes: [LabelCode], to recipient: String, at: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for code in codes {
        if let other = try installation(boundTo: code) { throw FieldbookError.codeBound(code, to: other) }
        let state = try labelState(of: code)
        guard state == .printed else { throw FieldbookError.labelIs(code, state) }
        try change(code, to: .handedOut, .handedOut, note: recipient, at: at)
      }
    }
  }

  /// Records labels as spoiled, all or none: their codes are used up unless their labels are made again. A
  /// label of an interrupted order can be recorded as spoiled, too; a bound one is made again instead.
  /// - Throws: `labelIs` where there is no label or it is spoiled already, `codeBound`, `store`.
  public func spoil(_ codes: [LabelCode], reason: String, at: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for code in codes {
        if let other = try installation(boundTo: code) { throw FieldbookError.codeBound(code, to: other) }
        switch try labelState(of: code) {
        case .printing:
          // The printer may have printed something, so from here on the label counts as printed.
          let isFirst = try database.first(
            "SELECT before IS NULL, reason FROM label WHERE region = ? AND serial = ?", Self.values(of: code)
          ) { (isFirst: $0.integer(0) == 1, reason: $0.optionalText(1)) }
          let event: StockedLabel.Event.Name = isFirst?.isFirst == true ? .printed : .reprinted
          try logLabel(code, event, note: isFirst?.reason, at: at)
        case .printed, .handedOut: break
        case let state: throw FieldbookError.labelIs(code, state)
        }
        try change(code, to: .spoiled, .spoiled, note: reason, at: at)
      }
    }
  }

  private func change(
    _ code: LabelCode, to state: LabelState, _ event: StockedLabel.Event.Name, note: String, at: Timestamp
  ) throws(FieldbookError) {
    try database.run(
      "UPDATE label SET state = ?, before = NULL, reason = NULL WHERE region = ? AND serial = ?",
      [.text(state.rawValue)] + Self.values(of: code))
    try logLabel(code, event, note: note, at: at)
  }

  // MARK: - Looking

  /// The state of a code's label; nil where the code has none.
  public func labelState(of code: LabelCode) throws(FieldbookError) -> LabelState? {
    let text = try database.first(
      "SELECT state FROM label WHERE region = ? AND serial = ?", Self.values(of: code)
    ) { $0.text(0) }
    guard let text else { return nil }
    guard let state = LabelState(rawValue: text) else {
      throw .damagedRow(table: "label", key: code.description)
    }
    return state
  }

  /// Everything that is known of a code's label, even for an unknown code.
  public func label(of code: LabelCode) throws(FieldbookError) -> StockedLabel {
    try database.snapshot { () throws(FieldbookError) in
      let known = try database.first(
        "SELECT payload, sha256, texts FROM label WHERE region = ? AND serial = ?", Self.values(of: code)
      ) { (payload: $0.optionalText(0), sha256: $0.optionalText(1), texts: $0.optionalText(2)) }
      let texts = try known?.texts.map { (text) throws(FieldbookError) -> [String: String] in
        guard let texts = try? RecordCoding.decode([String: String].self, from: Data(text.utf8)) else {
          throw FieldbookError.damagedRow(table: "label", key: code.description)
        }
        return texts
      }
      let events = try database.rows(
        "SELECT event, at, note FROM label_event WHERE region = ? AND serial = ? ORDER BY seq",
        Self.values(of: code)
      ) { (row) throws(FieldbookError) in
        guard let name = StockedLabel.Event.Name(rawValue: row.text(0)), let at = Timestamp(row.text(1)) else {
          throw FieldbookError.damagedRow(table: "label_event", key: code.description)
        }
        return StockedLabel.Event(name: name, at: at, note: row.optionalText(2))
      }
      return StockedLabel(
        code: code, state: try labelState(of: code), payload: known?.payload, sha256: known?.sha256,
        texts: texts,
        installation: try installation(boundTo: code), events: events)
    }
  }

  /// The numbers of labels in the whole stock, all counted at the same moment.
  public func labelCounts() throws(FieldbookError) -> LabelCounts {
    let counts = try database.first(
      """
      WITH standing AS (
        SELECT origin, state, before, installation IS NOT NULL AS bound,
          EXISTS (SELECT 1 FROM label_event AS e
            WHERE e.region = code.region AND e.serial = code.serial AND event = 'printed') AS printed_here,
          EXISTS (SELECT 1 FROM label_event AS e
            WHERE e.region = code.region AND e.serial = code.serial) AS has_event
        FROM code LEFT JOIN label USING (region, serial))
      SELECT
        count(*) FILTER (WHERE state IS NULL AND NOT bound AND origin IN ('drawn', 'listed')),
        count(*) FILTER (WHERE state = 'printing'),
        count(*) FILTER (WHERE state = 'printing' AND before IS NOT NULL),
        (SELECT count(*) FROM label_event WHERE event = 'printed'),
        count(*) FILTER (WHERE NOT printed_here
          AND (has_event OR before IS NOT NULL OR (state IS NULL AND bound AND origin <> 'block'))),
        (SELECT count(*) FROM label_event WHERE event = 'reprinted'),
        count(*) FILTER (WHERE state = 'printed' AND NOT bound),
        count(*) FILTER (WHERE state = 'handedOut' AND NOT bound),
        count(*) FILTER (WHERE bound AND state IN ('printed', 'handedOut')
          OR bound AND state IS NULL AND origin <> 'block'),
        count(*) FILTER (WHERE state = 'spoiled')
      FROM standing
      """
    ) { row in
      LabelCounts(
        waiting: row.integer(0), printing: row.integer(1), reprinting: row.integer(2), printed: row.integer(3),
        printedElsewhere: row.integer(4), reprinted: row.integer(5), inStock: row.integer(6),
        handedOut: row.integer(7), bound: row.integer(8), spoiled: row.integer(9))
    }
    return counts ?? LabelCounts()
  }
}
