/// The texts that a label showed, and the files that an order left.
let schema0004 = """
  -- The texts of the label's fields, as a JSON object; nil where the label was made before they were kept.
  ALTER TABLE label ADD COLUMN texts TEXT;

  -- The files of an order, by their names in its folder.
  CREATE TABLE label_file (
    job INTEGER NOT NULL REFERENCES label_job (number),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (job, name)
  ) STRICT, WITHOUT ROWID;
  """
