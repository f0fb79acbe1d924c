/// The table of registrations that were begun and not opened.
let schema0010 = """
  -- The answers of a registration that was left before its record was opened, as JSON. A number is never used twice, so
  -- that two programs cannot mean different answers by one.
  CREATE TABLE draft (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    changed_at TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  """
