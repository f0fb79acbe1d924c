-- The role of whoever reads the database: `weldtech ledger … --database`, spreadsheets, reports. The role can
-- read the views and the table of migrations, no other table, and cannot change anything. `--prepare` applies
-- this file each time; psql can run it as well.
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'weldtech_reader') THEN
    CREATE ROLE weldtech_reader NOLOGIN;
  END IF;
END $$;
GRANT USAGE ON SCHEMA weldtech TO weldtech_reader;
GRANT SELECT ON weldtech.migration TO weldtech_reader;
GRANT SELECT ON weldtech.ledger, weldtech.welder, weldtech.survey_form, weldtech.progress_form, weldtech.progress, weldtech.due,
  weldtech.out_of_use, weldtech.history, weldtech.delivered_revision, weldtech.conflict, weldtech.waiting_revision,
  weldtech.missing_file, weldtech.foreign_key, weldtech.open_finding TO weldtech_reader;
