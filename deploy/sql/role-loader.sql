-- The role of whoever runs `weldtech company load`. The role can add rows, and ask which objects are loaded,
-- what somebody has to look at, and how many rows there are. It cannot read whole records, and cannot change or
-- remove anything. `--prepare` applies this file each time; psql can run it as well.
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'weldtech_loader') THEN
    CREATE ROLE weldtech_loader NOLOGIN;
  END IF;
END $$;
GRANT USAGE ON SCHEMA weldtech TO weldtech_loader;
GRANT SELECT ON weldtech.migration TO weldtech_loader;
GRANT INSERT ON weldtech.object, weldtech.revision, weldtech.delivered_key, weldtech.finding TO weldtech_loader;
GRANT EXECUTE ON FUNCTION weldtech.not_loaded(text[]), weldtech.to_look_at(), weldtech.concern(), weldtech.counts() TO weldtech_loader;
