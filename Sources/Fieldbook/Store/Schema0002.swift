/// The tables of labels. For a code without a row in `label`, this laptop has made no label.
let schema0002 = """
  -- 'listed' is a code that a company's list brought.
  CREATE TABLE code_0002 (
    region TEXT NOT NULL,
    serial INTEGER NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('block', 'drawn', 'stock', 'listed')),
    installation TEXT UNIQUE REFERENCES installation (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (region, serial)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO code_0002 SELECT region, serial, origin, installation FROM code;
  DROP TABLE code;
  ALTER TABLE code_0002 RENAME TO code;
  CREATE INDEX code_released ON code (region, serial) WHERE origin = 'block' AND installation IS NULL;

  -- A run of the printer. `sha256` is over all that was ordered. One that was cut off has no end.
  CREATE TABLE label_job (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    output TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    ended_at TEXT
  ) STRICT;
  CREATE UNIQUE INDEX label_job_open ON label_job (output) WHERE ended_at IS NULL;

  -- `printing` is written before the first dot is, `before` and `reason` go with a reprint that is under way.
  CREATE TABLE label (
    region TEXT NOT NULL,
    serial INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('printing', 'printed', 'handedOut', 'spoiled')),
    job INTEGER REFERENCES label_job (number),
    payload TEXT,
    sha256 TEXT,
    before TEXT,
    reason TEXT,
    PRIMARY KEY (region, serial),
    FOREIGN KEY (region, serial) REFERENCES code (region, serial) DEFERRABLE INITIALLY DEFERRED
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX label_of_job ON label (job);

  CREATE TABLE label_event (
    seq INTEGER PRIMARY KEY,
    region TEXT NOT NULL,
    serial INTEGER NOT NULL,
    at TEXT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('printed', 'reprinted', 'handedOut', 'spoiled')),
    -- Why it was reprinted or spoiled, who it was handed to.
    note TEXT,
    CHECK (event = 'printed' OR note IS NOT NULL)
  ) STRICT;
  CREATE INDEX label_event_of_code ON label_event (region, serial, seq);
  CREATE UNIQUE INDEX label_is_printed_once ON label_event (region, serial) WHERE event = 'printed';
  CREATE TRIGGER label_event_is_not_changed BEFORE UPDATE ON label_event
    BEGIN SELECT raise(ABORT, 'what became of a label is only added to'); END;
  CREATE TRIGGER label_event_is_not_removed BEFORE DELETE ON label_event
    BEGIN SELECT raise(ABORT, 'what became of a label is only added to'); END;

  -- The labels that installations had made before there was a stock.
  INSERT INTO label (region, serial, state, payload)
    SELECT code.region, code.serial, 'printed', CAST(record.body AS TEXT) ->> '$.label.payload'
    FROM code JOIN record USING (installation)
    WHERE CAST(record.body AS TEXT) ->> '$.label.template' <> 'stock';
  INSERT INTO label_event (region, serial, at, event)
    SELECT label.region, label.serial,
      coalesce(
        (SELECT max(entry.value ->> '$.at') FROM json_each(CAST(record.body AS TEXT), '$.history') AS entry
          WHERE entry.value ->> '$.event' = 'labelled'),
        CAST(record.body AS TEXT) ->> '$.openedAt'),
      'printed'
    FROM label JOIN code USING (region, serial) JOIN record USING (installation);
  """
