PRAGMA foreign_keys = OFF;
PRAGMA user_version = 0;
PRAGMA application_id = 2004103217;
BEGIN TRANSACTION;
CREATE TABLE "code" (
  region TEXT NOT NULL,
  serial INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('block', 'drawn', 'stock', 'listed')),
  installation TEXT UNIQUE REFERENCES installation (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (region, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO "code" VALUES('150621',2500000,'listed',NULL);
INSERT INTO "code" VALUES('150621',2500001,'listed',NULL);
INSERT INTO "code" VALUES('150621',2600000,'listed',NULL);
INSERT INTO "code" VALUES('150621',2600001,'listed',NULL);
INSERT INTO "code" VALUES('150621',2600002,'listed',NULL);
INSERT INTO "code" VALUES('150621',2600003,'listed',NULL);
INSERT INTO "code" VALUES('150621',2600004,'listed',NULL);
CREATE TABLE code_block (
  number INTEGER PRIMARY KEY,
  region TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND count)
) STRICT;
INSERT INTO "code_block" VALUES(1,'150621',466560,50,0);
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY,
  installation TEXT NOT NULL,
  revision INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  attempted_at TEXT,
  acknowledged_at TEXT,
  UNIQUE (installation, revision),
  FOREIGN KEY (installation, revision) REFERENCES revision (installation, revision)
) STRICT;
CREATE TABLE delivery_file (
  installation TEXT NOT NULL REFERENCES installation (id),
  sha256 TEXT NOT NULL,
  position INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  filename TEXT NOT NULL,
  acknowledged_at TEXT,
  PRIMARY KEY (installation, sha256)
) STRICT;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  installation TEXT NOT NULL,
  at TEXT NOT NULL,
  name TEXT NOT NULL,
  body BLOB NOT NULL,
  previous_sha256 TEXT NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;
CREATE TABLE installation (
  id TEXT PRIMARY KEY,
  code TEXT,
  status TEXT NOT NULL,
  unit_name TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  opened_seconds INTEGER NOT NULL,
  next_step TEXT,
  revision INTEGER NOT NULL CHECK (revision >= 1)
) STRICT;
CREATE TABLE label (
  region TEXT NOT NULL,
  serial INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('printing', 'printed', 'handedOut', 'spoiled')),
  job INTEGER REFERENCES label_job (number),
  payload TEXT,
  sha256 TEXT,
  before TEXT,
  reason TEXT, texts TEXT,
  PRIMARY KEY (region, serial),
  FOREIGN KEY (region, serial) REFERENCES code (region, serial) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
INSERT INTO "label" VALUES('150621',2500000,'printed',1,'https://127.0.0.1:9/w/150621-01HL0G-6','f7436bb9e4d77a7a77718cd0e8deb24e2a8ff35d2179c8b7c6a9bcb81449c2aa',NULL,NULL,'{"street":"树林召镇","unitName":"第0电焊铺"}');
INSERT INTO "label" VALUES('150621',2500001,'printed',1,'https://127.0.0.1:9/w/150621-01HL0H-4','c8620efde223d63ff973eb7495acf86b6c8a92299123a30007bc0cbb39b11f83',NULL,NULL,'{"street":"树林召镇","unitName":"第1电焊铺"}');
INSERT INTO "label" VALUES('150621',2600000,'printed',2,'https://127.0.0.1:9/w/150621-01JQ68-Z','fa5d11f3e59d96727953013c2ae04cd47ab27129247643af9c1ccf10ac446276',NULL,NULL,'{"street":"树林召镇","unitName":"第0电焊铺"}');
INSERT INTO "label" VALUES('150621',2600001,'printed',2,'https://127.0.0.1:9/w/150621-01JQ69-X','e56b9817aa01379a5f20c9a524221837e979982935abed5df637fdc4abed6c49',NULL,NULL,'{"street":"树林召镇","unitName":"第1电焊铺"}');
INSERT INTO "label" VALUES('150621',2600002,'printing',2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "label" VALUES('150621',2600003,'printing',2,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "label" VALUES('150621',2600004,'printing',2,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "label_event" VALUES(1,'150621',2500000,'2026-11-29T00:41:20+00:00','printed',NULL);
INSERT INTO "label_event" VALUES(2,'150621',2500001,'2026-11-29T00:41:20+00:00','printed',NULL);
INSERT INTO "label_event" VALUES(3,'150621',2600000,'2026-11-29T00:41:21+00:00','printed',NULL);
INSERT INTO "label_event" VALUES(4,'150621',2600001,'2026-11-29T00:41:21+00:00','printed',NULL);
CREATE TABLE label_file (
  job INTEGER NOT NULL REFERENCES label_job (number),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "label_file" VALUES(1,'150621-01HL0G-6.png','f7436bb9e4d77a7a77718cd0e8deb24e2a8ff35d2179c8b7c6a9bcb81449c2aa');
INSERT INTO "label_file" VALUES(1,'150621-01HL0H-4.png','c8620efde223d63ff973eb7495acf86b6c8a92299123a30007bc0cbb39b11f83');
INSERT INTO "label_file" VALUES(2,'150621-01JQ68-Z.png','fa5d11f3e59d96727953013c2ae04cd47ab27129247643af9c1ccf10ac446276');
INSERT INTO "label_file" VALUES(2,'150621-01JQ69-X.png','e56b9817aa01379a5f20c9a524221837e979982935abed5df637fdc4abed6c49');
CREATE TABLE label_job (
  number INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  output TEXT NOT NULL,
  begun_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
INSERT INTO "label_job" VALUES(1,'4fab6babaa53783123dea2edf4137559f0c2050cbf03c28cb51f1e93b98b9a15','/fixture/done','2026-11-29T00:41:20+00:00','2026-11-29T00:41:20+00:00');
INSERT INTO "label_job" VALUES(2,'e06d394994ea52efdb2f7c4924a9ff9d4a94d63ab955e8c221cf7b769d5356b3','/fixture/begun','2026-11-29T00:41:21+00:00',NULL);
CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "migration" VALUES(1,'0001-fieldbook');
INSERT INTO "migration" VALUES(2,'0002-labels');
INSERT INTO "migration" VALUES(3,'0003-modules');
INSERT INTO "migration" VALUES(4,'0004-label-texts');
INSERT INTO "migration" VALUES(5,'0005-evidence');
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
CREATE TABLE pairing_key (
  number INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL UNIQUE,
  installation TEXT NOT NULL REFERENCES installation (id),
  module_serial TEXT NOT NULL,
  secret BLOB CHECK (secret IS NULL OR length(secret) = 32),
  state TEXT NOT NULL CHECK (state IN ('prepared', 'committed', 'acknowledged', 'forgotten')),
  attempts INTEGER NOT NULL DEFAULT 0,
  attempted_at TEXT,
  acknowledged_at TEXT,
  CHECK ((secret IS NULL) = (state = 'forgotten'))
) STRICT;
CREATE TABLE photo_use (
  sha256 TEXT PRIMARY KEY,
  stage TEXT NOT NULL,
  installation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE record (
  installation TEXT PRIMARY KEY REFERENCES installation (id),
  body BLOB NOT NULL
) STRICT;
CREATE TABLE revision (
  installation TEXT NOT NULL REFERENCES installation (id),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  seq INTEGER NOT NULL REFERENCES event (seq),
  body BLOB NOT NULL,
  sha256 TEXT NOT NULL,
  previous_sha256 TEXT,
  PRIMARY KEY (installation, revision)
) STRICT;
CREATE TABLE seal_use (
  number TEXT PRIMARY KEY COLLATE NOCASE,
  installation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
INSERT INTO "setting" VALUES('setup',X'7B22706C6174666F726D223A22687474703A2F2F3132372E302E302E313A39222C22726567696F6E223A22313530363231222C22746563686E696369616E223A7B226365727469666963617465223A22542D31222C22636572746966696361746545787069726573223A22323039392D31322D3331222C22636F6D70616E79223A22E8BEBEE69797E7848AE5AE89222C226E616D65223A22E6ACA7E998B3E9948B222C2270686F6E65223A223133383131313132323232227D7D');
CREATE INDEX event_of_installation ON event (installation, seq);
CREATE TRIGGER event_is_appended BEFORE INSERT ON event
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
  BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
  BEGIN SELECT raise(ABORT, 'the event log is append-only'); END;
CREATE INDEX installation_by_opening ON installation (opened_seconds, id);
CREATE INDEX installation_by_status ON installation (status, opened_seconds, id);
CREATE TRIGGER revision_is_not_changed BEFORE UPDATE ON revision
  BEGIN SELECT raise(ABORT, 'a closed revision stays as it is'); END;
CREATE TRIGGER revision_is_not_removed BEFORE DELETE ON revision
  BEGIN SELECT raise(ABORT, 'a closed revision stays as it is'); END;
CREATE INDEX delivery_pending ON delivery (number) WHERE acknowledged_at IS NULL;
CREATE INDEX delivery_file_pending ON delivery_file (installation) WHERE acknowledged_at IS NULL;
CREATE INDEX pairing_key_of_installation ON pairing_key (installation, module_serial);
CREATE INDEX pairing_key_pending ON pairing_key (number) WHERE state = 'committed';
CREATE INDEX code_released ON code (region, serial) WHERE origin = 'block' AND installation IS NULL;
CREATE UNIQUE INDEX label_job_open ON label_job (output) WHERE ended_at IS NULL;
CREATE INDEX label_of_job ON label (job);
CREATE INDEX label_event_of_code ON label_event (region, serial, seq);
CREATE UNIQUE INDEX label_is_printed_once ON label_event (region, serial) WHERE event = 'printed';
CREATE TRIGGER label_event_is_not_changed BEFORE UPDATE ON label_event
  BEGIN SELECT raise(ABORT, 'what became of a label is only added to'); END;
CREATE TRIGGER label_event_is_not_removed BEFORE DELETE ON label_event
  BEGIN SELECT raise(ABORT, 'what became of a label is only added to'); END;
CREATE INDEX module_run_of_serial ON module_run (serial_number, number);
CREATE TRIGGER module_run_is_not_changed BEFORE UPDATE ON module_run
  BEGIN SELECT raise(ABORT, 'what a station did is only added to'); END;
CREATE TRIGGER module_run_is_not_removed BEFORE DELETE ON module_run
  BEGIN SELECT raise(ABORT, 'what a station did is only added to'); END;
CREATE INDEX photo_use_of_installation ON photo_use (installation);
CREATE INDEX seal_use_of_installation ON seal_use (installation);
COMMIT;