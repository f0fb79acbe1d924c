/// The columns that distinguish originals from copies, and that name the method by which a picture's marks were
/// computed.
let schema0009 = """
  -- 1 for the original of a photo whose copy is a row of its own: the record does not wait for it.
  ALTER TABLE delivery_file ADD COLUMN is_original INTEGER NOT NULL DEFAULT 0 CHECK (is_original IN (0, 1));
  CREATE INDEX delivery_file_original ON delivery_file (installation)
    WHERE is_original = 1 AND acknowledged_at IS NULL;

  -- The way in which a picture was made small before its marks were taken: the same pixels have the same marks only where
  -- that is the same. A picture of an earlier way is looked at again.
  ALTER TABLE photo_mark ADD COLUMN method INTEGER NOT NULL DEFAULT 1;
  """
