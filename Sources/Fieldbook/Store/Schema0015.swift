/// The records that a repetition cannot deliver without a change here or there.
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
