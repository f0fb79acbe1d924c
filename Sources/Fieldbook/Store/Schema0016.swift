/// The sizes of the revisions in the queue, so that the queue is counted without touching their bodies.
let schema0016 = """
  ALTER TABLE delivery ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE delivery SET bytes = (SELECT length(body) FROM revision
    WHERE revision.installation = delivery.installation AND revision.revision = delivery.revision);
  """
