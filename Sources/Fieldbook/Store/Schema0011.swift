/// The table of sealed agreements and their timestamps.
let schema0011 = """
  -- A row for each sealed agreement. A record names the agreement's file as it was sealed, so that its timestamp, which may come
  -- later, is a file of its own.
  CREATE TABLE agreement_timestamp (
    -- SHA-256 of the agreement's file.
    agreement TEXT PRIMARY KEY,
    installation TEXT NOT NULL,
    -- SHA-256 and size of the token's file, and the time that it states in seconds since 1970; null before there is one.
    sha256 TEXT,
    bytes INTEGER,
    time INTEGER,
    acknowledged_at TEXT,
    CHECK ((sha256 IS NULL) = (bytes IS NULL) AND (sha256 IS NULL) = (time IS NULL)),
    CHECK (sha256 IS NOT NULL OR acknowledged_at IS NULL)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX agreement_timestamp_missing ON agreement_timestamp (installation) WHERE sha256 IS NULL;
  CREATE INDEX agreement_timestamp_pending ON agreement_timestamp (installation)
    WHERE sha256 IS NOT NULL AND acknowledged_at IS NULL;
  """
