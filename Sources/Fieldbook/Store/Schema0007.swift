/// The tables of the platform's records, and of inspections that are carried over to them.
let schema0007 = """
  -- The moment at which a revision was carried over: what it adds is sent as a `visit`, and it is not sent itself.
  ALTER TABLE delivery ADD COLUMN carried_at TEXT;
  DROP INDEX delivery_pending;
  CREATE INDEX delivery_pending ON delivery (number) WHERE acknowledged_at IS NULL AND carried_at IS NULL;

  -- The revision that an entry of the log makes of the platform's record, which is not in this fieldbook or has gone on
  -- without it. A platform that was set back to a backup may give a number twice.
  CREATE TABLE visit_0007 (
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
    acknowledged_at TEXT
  ) STRICT;
  INSERT INTO visit_0007 SELECT number, installation, revision, code, entry, body, sha256, previous_sha256,
    attempts, attempted_at, acknowledged_at FROM visit;
  DROP TABLE visit;
  ALTER TABLE visit_0007 RENAME TO visit;
  CREATE INDEX visit_of_installation ON visit (installation, entry);
  CREATE INDEX visit_pending ON visit (entry) WHERE acknowledged_at IS NULL;

  -- The platform's record as this laptop saw it last, byte for byte, with columns for lists.
  CREATE TABLE remote_record (
    installation TEXT PRIMARY KEY,
    code TEXT,
    status TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    body BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    seen_at TEXT NOT NULL
  ) STRICT;
  INSERT INTO remote_record
    SELECT installation, code,
      coalesce(CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.status' END, 'closed'),
      coalesce(CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ->> '$.owner.unitName' END, ''),
      revision, body, sha256, coalesce(acknowledged_at, attempted_at, '')
    FROM visit AS latest
    WHERE acknowledged_at IS NOT NULL AND revision = (
      SELECT max(revision) FROM visit
      WHERE visit.installation = latest.installation AND visit.acknowledged_at IS NOT NULL);

  -- Records of which the platform has another one, so that nothing of them can be delivered.
  CREATE TABLE conflict (installation TEXT PRIMARY KEY, found_at TEXT NOT NULL) STRICT;
  """
