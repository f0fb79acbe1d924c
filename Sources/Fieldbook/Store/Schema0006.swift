/// The table of inspections whose records only the platform has.
let schema0006 = """
  -- The revision that an inspection makes of a record that is not in this fieldbook: `body` is the platform's revision
  -- before it with the inspection added, `entry` the number of the inspection's entry in the log. A row that is not
  -- acknowledged is made anew where the platform's record has gone on meanwhile.
  CREATE TABLE visit (
    number INTEGER PRIMARY KEY,
    installation TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 2),
    code TEXT,
    entry INTEGER NOT NULL UNIQUE REFERENCES event (seq),
    body BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    previous_sha256 TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    attempted_at TEXT,
    acknowledged_at TEXT,
    UNIQUE (installation, revision)
  ) STRICT;
  CREATE INDEX visit_pending ON visit (number) WHERE acknowledged_at IS NULL;
  """
