/// The table with the values of each record that the forms and the figures need.
let schema0012 = """
  -- One row a record. Days are YYYY-MM-DD by the laptop's zone, choices are codes, and whatever a record lacks is null.
  CREATE TABLE ledger (
    installation TEXT PRIMARY KEY REFERENCES installation (id),
    status TEXT NOT NULL,
    unit_id TEXT,
    unit_name TEXT,
    unit_type TEXT,
    person TEXT,
    phone TEXT,
    street TEXT,
    community TEXT,
    industry TEXT,
    industry_note TEXT,
    process TEXT,
    supply TEXT,
    source TEXT,
    supply_amps REAL,
    max_amps REAL,
    power_kw REAL,
    purpose TEXT,
    operators INTEGER,
    certified INTEGER,
    brand TEXT,
    model TEXT,
    serial TEXT,
    condition TEXT,
    filled_by TEXT,
    filled_phone TEXT,
    remarks TEXT,
    payer TEXT,
    module_serial TEXT,
    seal_number TEXT,
    purchased_on TEXT,
    -- The day of the record's first event.
    recorded_on TEXT,
    -- The day of the first signature, by which the module counts as fitted.
    fitted_on TEXT,
    -- The day on which a retired welder was taken out of use.
    retired_on TEXT,
    appointment_on TEXT,
    -- The key by which welders belong to one unit, also where a record has no id of a unit.
    unit TEXT GENERATED ALWAYS AS
      (coalesce(unit_id, coalesce(unit_name, '') || coalesce(phone, ''))) VIRTUAL
  ) STRICT;

  CREATE TRIGGER ledger_follows_status AFTER UPDATE OF status ON installation WHEN NEW.status IS NOT OLD.status
  BEGIN
    UPDATE ledger SET status = NEW.status WHERE installation = NEW.id;
  END;

  \(ledgerRows("true"));

  -- The rows of 附件1 in their order, the figures, the weeks, what is due, what was refused, the rows of 附件2, a
  -- unit's welders, and the day's visits.
  CREATE INDEX ledger_by_unit ON ledger (street, unit_name, unit, recorded_on);
  CREATE INDEX ledger_by_figure ON ledger
    (street, industry, status, payer, recorded_on, fitted_on, retired_on, purchased_on);
  CREATE INDEX ledger_by_fitting ON ledger (fitted_on)
    WHERE fitted_on IS NOT NULL AND status IN ('open', 'closed', 'delivered', 'outOfUse');
  CREATE INDEX ledger_due ON ledger
    (street, industry, status, payer, purchased_on, recorded_on, fitted_on, retired_on)
    WHERE purchased_on >= '2024-07-24' AND fitted_on IS NULL;
  CREATE INDEX ledger_refused ON ledger (street, industry, status, payer) WHERE status = 'refused';
  CREATE INDEX ledger_by_place ON ledger (street, unit);
  CREATE INDEX ledger_of_unit ON ledger (unit);
  CREATE INDEX ledger_by_appointment ON ledger (appointment_on) WHERE appointment_on IS NOT NULL;
  """

/// The statement that fills the rows of the records that meet a condition.
func ledgerRows(_ condition: String) -> String {
  """
  INSERT INTO ledger (installation, status, \(columns.map(\.name).joined(separator: ", ")))
    \(ledgerSelection(condition)) WHERE true
    ON CONFLICT (installation) DO UPDATE SET status = excluded.status,
      \(columns.map { "\($0.name) = excluded.\($0.name)" }.joined(separator: ", "))
  """
}

/// The query for the ledger's rows from the records that meet a condition, under the names of the ledger's
/// columns. A body that is not JSON, and a number of another type than its column's, give no values, so that a
/// damaged record does not keep the database from being opened.
private func ledgerSelection(_ condition: String) -> String {
  """
  SELECT id AS installation, status, \(columns.map { "\($0.value) AS \($0.name)" }.joined(separator: ", "))
    FROM (
      SELECT installation.id, installation.status,
        CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ELSE '{}' END AS body
      FROM record JOIN installation ON installation.id = record.installation
      WHERE \(condition) LIMIT -1)
  """
}

/// The query that selects 1 where the ledger's row of the record whose id is bound has the record's values, and
/// the unit that merges and splits give it.
let soundLedgerRow = """
  SELECT 1 FROM (\(ledgerSelection("record.installation = ?"))) AS made
    JOIN ledger ON ledger.installation = made.installation
  WHERE \((["status"] + columns.map(\.name).filter { $0 != "unit_id" }).map { "made.\($0) IS ledger.\($0)" }
    .joined(separator: " AND "))
    AND ledger.unit IS (
      SELECT coalesce((SELECT same_as FROM unit_merge WHERE unit_merge.unit = own.unit), own.unit) FROM (
        SELECT coalesce((SELECT unit FROM unit_split WHERE unit_split.installation = made.installation), made.unit_id,
          coalesce(made.unit_name, '') || coalesce(made.phone, '')) AS unit) AS own)
  """

private typealias Column = (name: String, value: String)

private let columns: [Column] =
  [
    ("unit_id", "owner.unitId"), ("unit_name", "owner.unitName"), ("unit_type", "owner.unitType"),
    ("person", "owner.responsibleName"), ("phone", "owner.responsiblePhone"), ("street", "owner.street"),
    ("community", "owner.community"), ("industry", "owner.industry"), ("industry_note", "owner.industryNote"),
    ("process", "welder.weldingProcess"), ("supply", "welder.supply"), ("source", "welder.sourceType"),
    ("purpose", "welder.purpose"), ("brand", "welder.brand"), ("model", "welder.model"),
    ("serial", "welder.serialNumber"), ("condition", "welder.condition"), ("filled_by", "survey.filledBy"),
    ("filled_phone", "survey.filledByPhone"), ("remarks", "remarks"), ("payer", "funding.payer"),
    ("module_serial", "module.serialNumber"), ("seal_number", "seal.number"),
    ("purchased_on", "welder.purchasedOn"), ("appointment_on", "appointment.day"),
  ].map { (name: $0.0, value: "body ->> '$.\($0.1)'") }
  + [
    ("supply_amps", "welder.supplyMaxAmps"), ("max_amps", "welder.maxCurrentAmps"),
    ("power_kw", "welder.maxPowerKilowatts"),
  ].map { number($0.0, "'integer', 'real'", at: $0.1) }
  + [("operators", "owner.operators"), ("certified", "owner.certifiedOperators")]
  .map { number($0.0, "'integer'", at: $0.1) }
  + [
    ("recorded_on", "substr(body ->> '$.history[0].at', 1, 10)"),
    (
      "fitted_on",
      "substr(coalesce(body ->> '$.earlierAgreements[0].signedAt', body ->> '$.agreement.signedAt'), 1, 10)"
    ),
    ("retired_on", "CASE WHEN body ->> '$.status' = 'retired' THEN substr(body ->> '$.closedAt', 1, 10) END"),
  ]

private func number(_ name: String, _ types: String, at path: String) -> Column {
  (name, "CASE WHEN json_type(body, '$.\(path)') IN (\(types)) THEN body ->> '$.\(path)' END")
}
