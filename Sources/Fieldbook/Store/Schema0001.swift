/// The first schema. Times are RFC 3339 texts, digests 64 lower-case hexadecimal digits, documents UTF-8 JSON.
let schema0001 = """
  -- What happened, in order. `EventLog` documents the chain.
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    installation TEXT NOT NULL,
    at TEXT NOT NULL,
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    previous_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL
  ) STRICT;
  CREATE INDEX event_of_installation ON event (installation, seq);
  CREATE TRIGGER event_is_appended BEFORE INSERT ON event
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
    BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;
  CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
    BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;
  CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
    BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;

  -- What the events add up to, in columns for lists; `record` has all of it.
  CREATE TABLE installation (
    id TEXT PRIMARY KEY,
    code TEXT,
    status TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    opened_seconds INTEGER NOT NULL,
    next_step TEXT,
    revision INTEGER NOT NULL CHECK (revision >= 1)
  ) STRICT;
  CREATE INDEX installation_by_opening ON installation (opened_seconds, id);
  CREATE INDEX installation_by_status ON installation (status, opened_seconds, id);
  CREATE TABLE record (
    installation TEXT PRIMARY KEY REFERENCES installation (id),
    body BLOB NOT NULL
  ) STRICT;

  -- The exact bytes of each closed version.
  CREATE TABLE revision (
    installation TEXT NOT NULL REFERENCES installation (id),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    seq INTEGER NOT NULL REFERENCES event (seq),
    body BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    previous_sha256 TEXT,
    PRIMARY KEY (installation, revision)
  ) STRICT;
  CREATE TRIGGER revision_is_not_changed BEFORE UPDATE ON revision
    BEGIN SELECT raise(ABORT, 'a closed revision stays as it is'); END;
  CREATE TRIGGER revision_is_not_removed BEFORE DELETE ON revision
    BEGIN SELECT raise(ABORT, 'a closed revision stays as it is'); END;

  -- The queue. A row is pending until it is acknowledged.
  CREATE TABLE delivery (
    number INTEGER PRIMARY KEY,
    installation TEXT NOT NULL,
    revision INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    attempted_at TEXT,
    acknowledged_at TEXT,
    UNIQUE (installation, revision),
    FOREIGN KEY (installation, revision) REFERENCES revision (installation, revision)
  ) STRICT;
  CREATE INDEX delivery_pending ON delivery (number) WHERE acknowledged_at IS NULL;
  CREATE TABLE delivery_file (
    installation TEXT NOT NULL REFERENCES installation (id),
    sha256 TEXT NOT NULL,
    position INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    filename TEXT NOT NULL,
    acknowledged_at TEXT,
    PRIMARY KEY (installation, sha256)
  ) STRICT;
  CREATE INDEX delivery_file_pending ON delivery_file (installation) WHERE acknowledged_at IS NULL;

  CREATE TABLE pairing_key (
    number INTEGER PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    installation TEXT NOT NULL REFERENCES installation (id),
    module_serial TEXT NOT NULL,
    secret BLOB CHECK (secret IS NULL OR length(secret) = 32),
    state TEXT NOT NULL CHECK (state IN ('prepared', 'committed', 'acknowledged', 'forgotten')),
    attempts INTEGER NOT NULL DEFAULT 0,
    attempted_at TEXT,
    acknowledged_at TEXT,
    CHECK ((secret IS NULL) = (state = 'forgotten'))
  ) STRICT;
  CREATE INDEX pairing_key_of_installation ON pairing_key (installation, module_serial);
  CREATE INDEX pairing_key_pending ON pairing_key (number) WHERE state = 'committed';

  -- Serials handed to this laptop: `taken` of them have been used up, from the first on.
  CREATE TABLE code_block (
    number INTEGER PRIMARY KEY,
    region TEXT NOT NULL,
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND count)
  ) STRICT;
  -- Every code that has left a block or came on a label from stock.
  CREATE TABLE code (
    region TEXT NOT NULL,
    serial INTEGER NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('block', 'drawn', 'stock')),
    installation TEXT UNIQUE REFERENCES installation (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (region, serial)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX code_released ON code (region, serial) WHERE origin = 'block' AND installation IS NULL;

  CREATE TABLE setting (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
  """
