/// The table of modules that were on a station, passed or failed.
let schema0003 = """
  CREATE TABLE module_run (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    slot TEXT NOT NULL,
    -- Nil where the module never said who it is.
    serial_number TEXT,
    chip TEXT,
    chip_id TEXT,
    firmware_version TEXT,
    firmware_sha256 TEXT,
    -- The code of the error; nil where the module is good.
    reason TEXT,
    CHECK (reason IS NOT NULL OR serial_number IS NOT NULL)
  ) STRICT;
  CREATE INDEX module_run_of_serial ON module_run (serial_number, number);
  CREATE TRIGGER module_run_is_not_changed BEFORE UPDATE ON module_run
    BEGIN SELECT raise(ABORT, 'what a station did is only added to'); END;
  CREATE TRIGGER module_run_is_not_removed BEFORE DELETE ON module_run
    BEGIN SELECT raise(ABORT, 'what a station did is only added to'); END;
  """
