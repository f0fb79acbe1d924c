/// The indexes that find rare events, units by their whole name, and pages of a list in their order, and the
/// column with the steps of a chain of merges.
let schema0014 = """
  -- The rows of survey lists, which an import compares its own with, and the modules that repairs took out, which every
  -- pairing asks for. `OR` lets SQLite see that a search for one name needs no other rows; with `IN` it does not.
  CREATE INDEX event_rare ON event (name) WHERE name = 'surveyed' OR name = 'moduleRetired';
  -- The strokes of each signature, which the next one is compared with.
  CREATE INDEX event_strokes ON event (CASE WHEN instr(CAST(body AS TEXT), '"strokesSha256":"') > 0
      THEN substr(CAST(body AS TEXT), instr(CAST(body AS TEXT), '"strokesSha256":"') + 17, 64) ELSE '' END)
    WHERE name IN ('signed', 'repairClosed');
  CREATE INDEX ledger_by_name ON ledger (unit_name);
  -- The orders of a list by what is due and by appointment: '~' follows all days.
  CREATE INDEX ledger_in_order_of_due ON ledger (
    (CASE WHEN status IN ('surveyed', 'open') AND fitted_on IS NULL AND purchased_on >= '2024-07-24'
      THEN purchased_on ELSE '~' END), installation);
  CREATE INDEX ledger_in_order_of_appointment ON ledger ((coalesce(appointment_on, '~')), installation);
  -- The unit into which a unit was merged itself, where that one was merged into `same_as` later; null where it is `same_as`.
  ALTER TABLE unit_merge ADD COLUMN direct TEXT;
  -- What was finished on a day, which `today` asks for, with repairs and retirements.
  DROP INDEX event_outcome;
  CREATE INDEX event_outcome ON event (substr(at, 1, 10))
    WHERE name IN ('signed', 'registered', 'refused', 'withdrawn', 'repairClosed');
  """

/// The names of the events by which something is finished, as SQL. The index `event_outcome` is for this list.
let eventOutcomes = "'signed', 'registered', 'refused', 'withdrawn', 'repairClosed'"

/// The SQL expression for the digest of the strokes that an event of a signature names; empty for an event in
/// which none is found. It does not use the JSON functions, which SQLite 3.40 treats as unsafe in an index. The
/// key cannot occur within a text of the event, because every quotation mark in a text has a backslash before
/// it. The index `event_strokes` is for this expression.
let eventStrokes = """
  CASE WHEN instr(CAST(body AS TEXT), '\(strokesKey)') > 0
    THEN substr(CAST(body AS TEXT), instr(CAST(body AS TEXT), '\(strokesKey)') + \(strokesKey.utf8.count), 64) ELSE '' END
  """

/// The JSON key of the digest, as it occurs in the bytes of an event.
private let strokesKey = #""strokesSha256":""#
