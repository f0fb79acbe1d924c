/// The tables for searching and sorting, for the units of records, and for codes given to other laptops.
let schema0013 = """
  -- What `list --search` looks through, a row a record. `SearchWords` says how the columns are made.
  CREATE TABLE search (
    number INTEGER PRIMARY KEY,
    installation TEXT NOT NULL UNIQUE REFERENCES installation (id),
    -- The record's words, folded, a line each.
    words TEXT NOT NULL,
    -- By these units and streets stand in the order of pinyin.
    unit_order TEXT NOT NULL,
    street_order TEXT NOT NULL
  ) STRICT;
  CREATE INDEX search_by_unit ON search (unit_order, installation);
  CREATE INDEX search_by_street ON search (street_order, unit_order, installation);
  -- The pairs of neighbouring characters of `words`, which narrow a search to a few rows. The pairs themselves are not kept:
  -- before a row's words change, its old pairs are taken out by the command 'delete'. Every character of ASCII but quotes and
  -- white space belongs to a pair, and so does every other character.
  CREATE VIRTUAL TABLE search_index USING fts5 (
    pairs, content = '', columnsize = 0, detail = none,
    tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
  );

  -- What was finished on a day, which `today` asks for.
  CREATE INDEX event_outcome ON event (substr(at, 1, 10)) WHERE name IN ('signed', 'registered', 'refused');

  -- A unit that is the same as another. `unit` is the id or, without one, name and phone as the ledger has them; `same_as` is
  -- never itself the same as a third.
  CREATE TABLE unit_merge (
    unit TEXT PRIMARY KEY,
    same_as TEXT NOT NULL,
    merged_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    CHECK (unit <> same_as)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unit_merge_into ON unit_merge (same_as);
  -- A record that belongs to another unit than its own words say.
  CREATE TABLE unit_split (
    installation TEXT PRIMARY KEY REFERENCES installation (id),
    unit TEXT NOT NULL,
    split_at TEXT NOT NULL,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- The ledger has the unit that a record belongs to, whatever writes its row.
  CREATE TRIGGER ledger_follows_unit_of_new AFTER INSERT ON ledger
  BEGIN
    \(followUnit);
  END;
  CREATE TRIGGER ledger_follows_unit AFTER UPDATE OF unit_id, unit_name, phone ON ledger
  BEGIN
    \(followUnit);
  END;

  -- The blocks of serials that this laptop gave to others with `setup --export`, so that none is given twice.
  CREATE TABLE given_block (
    number INTEGER PRIMARY KEY,
    region TEXT NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    given_at TEXT NOT NULL,
    UNIQUE (region, first)
  ) STRICT;
  """

/// The statement that sets the unit of a ledger row: the unit into which its record was split, or else the unit
/// that the record names, or the unit into which that unit was merged. The change runs the trigger a second
/// time, when nothing differs any more.
private let followUnit = """
  UPDATE ledger SET unit_id = (
      SELECT coalesce((SELECT same_as FROM unit_merge WHERE unit_merge.unit = own.unit), own.unit) FROM (
        SELECT coalesce((SELECT unit FROM unit_split WHERE installation = NEW.installation), NEW.unit) AS unit) AS own)
    WHERE installation = NEW.installation AND unit IS NOT (
      SELECT coalesce((SELECT same_as FROM unit_merge WHERE unit_merge.unit = own.unit), own.unit) FROM (
        SELECT coalesce((SELECT unit FROM unit_split WHERE installation = NEW.installation), NEW.unit) AS unit) AS own)
  """
