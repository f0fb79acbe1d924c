/// The table of records that a retry cannot deliver without a change on this laptop or on the platform.
let schema0015 = """
  CREATE TABLE set_aside (
    installation TEXT PRIMARY KEY,
    -- The revision that was tried.
    revision INTEGER NOT NULL,
    -- A dotted code of `sync --json`.
    reason TEXT NOT NULL,
    -- The platform's own word for it, where it gave one.
    detail TEXT,
    since TEXT NOT NULL,
    tried_at TEXT NOT NULL
  ) STRICT;
  """
