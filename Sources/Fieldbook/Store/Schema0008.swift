/// The tables of the marks of pictures, by which the same or nearly the same picture is found again.
let schema0008 = """
  -- A row for each photo that was looked at, whoever uses it; `photo_use` says whose evidence it is. `pixels` is null for a
  -- file that cannot be decoded any more.
  CREATE TABLE photo_mark (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    pixels TEXT
  ) STRICT;
  CREATE INDEX photo_mark_pixels ON photo_mark (pixels) WHERE pixels IS NOT NULL;
  -- The hashes of each picture that is not even, in a table of their own, because a search reads all of it.
  CREATE TABLE photo_hash (
    number INTEGER PRIMARY KEY REFERENCES photo_mark (number),
    hashes BLOB NOT NULL CHECK (length(hashes) = 320)
  ) STRICT;
  """
