/// The columns for the sizes of the revisions in the queue, so that the queue is counted without reading their
/// bodies, and for keys as they were delivered.
let schema0016 = """
  ALTER TABLE delivery ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  -- A revision may be missing; the check before delivery says so.
  UPDATE delivery SET bytes = coalesce((SELECT length(body) FROM revision
    WHERE revision.installation = delivery.installation AND revision.revision = delivery.revision), 0);
  -- The key sealed to the platform's certificate, as it was delivered; null where it was not, or before this column.
  ALTER TABLE pairing_key ADD COLUMN sealed BLOB;
  """
