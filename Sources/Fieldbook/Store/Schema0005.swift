/// The tables of photos and seals, each of which is evidence of exactly one installation. Void records have no
/// rows.
let schema0005 = """
  CREATE TABLE photo_use (
    sha256 TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    installation TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX photo_use_of_installation ON photo_use (installation);
  -- A number is the same in capitals.
  CREATE TABLE seal_use (
    number TEXT PRIMARY KEY COLLATE NOCASE,
    installation TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX seal_use_of_installation ON seal_use (installation);

  -- What there is, the oldest first.
  \(readable)
  INSERT OR IGNORE INTO photo_use (sha256, stage, installation)
    SELECT photo.value ->> '$.sha256', photo.value ->> '$.stage', readable.id
    FROM readable, json_each(readable.body, '$.photos') AS photo
    WHERE photo.value ->> '$.sha256' IS NOT NULL AND photo.value ->> '$.stage' IS NOT NULL
    ORDER BY readable.opened_seconds, readable.id;
  \(readable)
  INSERT OR IGNORE INTO seal_use (number, installation)
    SELECT body ->> '$.seal.number', id FROM readable WHERE body ->> '$.seal.number' IS NOT NULL
    ORDER BY opened_seconds, id;
  \(readable)
  INSERT OR IGNORE INTO seal_use (number, installation)
    SELECT seal.value, readable.id
    FROM readable, json_each(readable.body, '$.seal.previousNumbers') AS seal
    WHERE seal.type = 'text' ORDER BY readable.opened_seconds, readable.id;
  """

/// Only bodies that are JSON are used, so that a damaged record does not keep the database from being opened.
private let readable = """
  WITH readable AS (
    SELECT installation.id, installation.opened_seconds,
      CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) ELSE '{}' END AS body
    FROM installation JOIN record ON record.installation = installation.id
    WHERE installation.status <> 'void')
  """
