-- What laptops delivered, in the company's database. `weldtech company load --prepare` applies this file once, in one transaction;
-- a file of this folder whose name begins with a number is never changed after a release, and the next one is added behind it.

CREATE SCHEMA weldtech;
REVOKE ALL ON SCHEMA weldtech FROM PUBLIC;

CREATE TABLE weldtech.migration (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- The objects that were read from the bucket or the folder and found to be what their keys say. What stands here is not read again.
CREATE TABLE weldtech.object (
  key text COLLATE "C" PRIMARY KEY,
  bytes bigint NOT NULL CHECK (bytes >= 0),
  loaded_at timestamptz NOT NULL DEFAULT now(),
  source text NOT NULL
);

-- Every revision of every record. A loader gives the exact bytes; what they say is taken from them here, so that no column can say
-- anything else. Two different records of one revision stand here both, since the digest belongs to the key.
CREATE TABLE weldtech.revision (
  id text COLLATE "C" NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  sha256 text COLLATE "C" NOT NULL,
  previous_sha256 text COLLATE "C",
  raw bytea NOT NULL,
  body jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  source text NOT NULL,
  -- The digests of the files that the record names and cannot do without; originals of photos of which it has a copy are left out.
  files text[] NOT NULL,
  -- What the loader found of the sealed agreement: trusted, unvouched, notSealed, changed, notChecked or none.
  agreement text NOT NULL,

  -- What the plan's forms and figures need, by the names that the fieldbook's ledger has. Days are YYYY-MM-DD by the laptop's zone.
  status text NOT NULL GENERATED ALWAYS AS (body ->> 'status') STORED,
  code text GENERATED ALWAYS AS (body ->> 'code') STORED,
  opened_at text GENERATED ALWAYS AS (body ->> 'openedAt') STORED,
  unit_id text GENERATED ALWAYS AS (body #>> '{owner,unitId}') STORED,
  unit_name text GENERATED ALWAYS AS (body #>> '{owner,unitName}') STORED,
  unit_type text GENERATED ALWAYS AS (body #>> '{owner,unitType}') STORED,
  person text GENERATED ALWAYS AS (body #>> '{owner,responsibleName}') STORED,
  phone text GENERATED ALWAYS AS (body #>> '{owner,responsiblePhone}') STORED,
  street text GENERATED ALWAYS AS (body #>> '{owner,street}') STORED,
  community text GENERATED ALWAYS AS (body #>> '{owner,community}') STORED,
  industry text GENERATED ALWAYS AS (body #>> '{owner,industry}') STORED,
  industry_note text GENERATED ALWAYS AS (body #>> '{owner,industryNote}') STORED,
  operators bigint GENERATED ALWAYS AS ((body #>> '{owner,operators}')::bigint) STORED,
  certified bigint GENERATED ALWAYS AS ((body #>> '{owner,certifiedOperators}')::bigint) STORED,
  process text GENERATED ALWAYS AS (body #>> '{welder,weldingProcess}') STORED,
  supply text GENERATED ALWAYS AS (body #>> '{welder,supply}') STORED,
  source_type text GENERATED ALWAYS AS (body #>> '{welder,sourceType}') STORED,
  supply_amps double precision GENERATED ALWAYS AS ((body #>> '{welder,supplyMaxAmps}')::double precision) STORED,
  max_amps double precision GENERATED ALWAYS AS ((body #>> '{welder,maxCurrentAmps}')::double precision) STORED,
  power_kw double precision GENERATED ALWAYS AS ((body #>> '{welder,maxPowerKilowatts}')::double precision) STORED,
  purpose text GENERATED ALWAYS AS (body #>> '{welder,purpose}') STORED,
  brand text GENERATED ALWAYS AS (body #>> '{welder,brand}') STORED,
  model text GENERATED ALWAYS AS (body #>> '{welder,model}') STORED,
  serial text GENERATED ALWAYS AS (body #>> '{welder,serialNumber}') STORED,
  condition text GENERATED ALWAYS AS (body #>> '{welder,condition}') STORED,
  purchased_on text GENERATED ALWAYS AS (body #>> '{welder,purchasedOn}') STORED,
  filled_by text GENERATED ALWAYS AS (body #>> '{survey,filledBy}') STORED,
  filled_phone text GENERATED ALWAYS AS (body #>> '{survey,filledByPhone}') STORED,
  remarks text GENERATED ALWAYS AS (body ->> 'remarks') STORED,
  payer text GENERATED ALWAYS AS (body #>> '{funding,payer}') STORED,
  module_serial text GENERATED ALWAYS AS (body #>> '{module,serialNumber}') STORED,
  key_id text GENERATED ALWAYS AS (body #>> '{module,keyId}') STORED,
  seal_number text GENERATED ALWAYS AS (body #>> '{seal,number}') STORED,
  recorded_on text GENERATED ALWAYS AS (left(body #>> '{history,0,at}', 10)) STORED,
  fitted_on text GENERATED ALWAYS AS
    (left(coalesce(body #>> '{earlierAgreements,0,signedAt}', body #>> '{agreement,signedAt}'), 10)) STORED,
  retired_on text GENERATED ALWAYS AS
    (CASE WHEN body ->> 'status' = 'retired' THEN left(body ->> 'closedAt', 10) END) STORED,
  appointment_on text GENERATED ALWAYS AS (body #>> '{appointment,day}') STORED,

  PRIMARY KEY (id, revision, sha256)
);

-- lz4 takes half the time of the default packing; a server that was built without it packs as before.
DO $$
BEGIN
  ALTER TABLE weldtech.revision ALTER raw SET COMPRESSION lz4, ALTER body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;

-- Which revision of a record counts: the last one up to which the chain of digests is whole. It is made from the table above and
-- can be made again from it.
CREATE TABLE weldtech.installation (
  id text COLLATE "C" PRIMARY KEY,
  revision integer NOT NULL,
  sha256 text COLLATE "C" NOT NULL
);

-- The key of a module, sealed to the platform's certificate, as it was delivered.
CREATE TABLE weldtech.delivered_key (
  key_id text COLLATE "C" NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  installation text COLLATE "C" NOT NULL,
  module_serial text NOT NULL,
  raw bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  source text NOT NULL,
  PRIMARY KEY (key_id, sha256)
);
CREATE INDEX delivered_key_of ON weldtech.delivered_key (installation);

-- An object that a loader refused or doubted, by the kind of its fault. A row stays; the view `weldtech.open_finding` shows those
-- whose object was not loaded since.
CREATE TABLE weldtech.finding (
  key text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  detail text NOT NULL,
  -- Whether the object was loaded all the same.
  is_loaded boolean NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  source text NOT NULL,
  PRIMARY KEY (key, kind)
);

CREATE INDEX revision_code ON weldtech.revision (code) WHERE code IS NOT NULL;
CREATE INDEX revision_module ON weldtech.revision (module_serial) WHERE module_serial IS NOT NULL;
CREATE INDEX revision_key ON weldtech.revision (key_id) WHERE key_id IS NOT NULL;

-- What may happen to the tables -----------------------------------------------------------------------------------------------

CREATE FUNCTION weldtech.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION 'weldtech.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON weldtech.revision EXECUTE FUNCTION weldtech.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON weldtech.object EXECUTE FUNCTION weldtech.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON weldtech.delivered_key EXECUTE FUNCTION weldtech.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON weldtech.finding EXECUTE FUNCTION weldtech.refuse();

-- One transaction at a time adds revisions, so that of two that carry neighbouring revisions the later one sees the earlier one's.
CREATE FUNCTION weldtech.take_turn() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(2025072400);
  RETURN NULL;
END $$;
CREATE TRIGGER take_turn BEFORE INSERT ON weldtech.revision EXECUTE FUNCTION weldtech.take_turn();

-- Takes what a record says from its bytes, whatever was given for it.
CREATE FUNCTION weldtech.take_from_bytes() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.body := pg_catalog.convert_from(NEW.raw, 'UTF8')::jsonb;
  NEW.id := NEW.body ->> 'id';
  NEW.revision := (NEW.body ->> 'revision')::integer;
  NEW.previous_sha256 := NEW.body ->> 'previousSha256';
  NEW.sha256 := pg_catalog.encode(pg_catalog.sha256(NEW.raw), 'hex');
  RETURN NEW;
END $$;
CREATE TRIGGER take_from_bytes BEFORE INSERT ON weldtech.revision FOR EACH ROW EXECUTE FUNCTION weldtech.take_from_bytes();

-- Moves a record on to its newest revision up to which the chain is whole. A revision that came before its predecessor is reached
-- when that one comes. Of two different records of one revision the one that came first stays.
CREATE FUNCTION weldtech.advance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  at_revision integer;
  at_sha256 text;
  has_moved boolean := false;
  next_sha256 text;
BEGIN
  IF NEW.revision = 1 THEN
    INSERT INTO weldtech.installation (id, revision, sha256) VALUES (NEW.id, 1, NEW.sha256) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN NULL; END IF;
    at_revision := 1;
    at_sha256 := NEW.sha256;
  ELSE
    SELECT head.revision, head.sha256 INTO at_revision, at_sha256 FROM weldtech.installation AS head WHERE head.id = NEW.id;
    IF NOT FOUND OR NEW.revision <> at_revision + 1 THEN RETURN NULL; END IF;
  END IF;
  LOOP
    SELECT later.sha256 INTO next_sha256 FROM weldtech.revision AS later
      WHERE later.id = NEW.id AND later.revision = at_revision + 1 AND later.previous_sha256 = at_sha256
      ORDER BY later.received_at, later.sha256 LIMIT 1;
    EXIT WHEN NOT FOUND;
    at_revision := at_revision + 1;
    at_sha256 := next_sha256;
    has_moved := true;
  END LOOP;
  IF has_moved THEN
    UPDATE weldtech.installation AS head SET revision = at_revision, sha256 = at_sha256 WHERE head.id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION weldtech.advance() FROM PUBLIC;
CREATE TRIGGER advance AFTER INSERT ON weldtech.revision FOR EACH ROW EXECUTE FUNCTION weldtech.advance();

-- The rows that count ---------------------------------------------------------------------------------------------------------

-- A row a record, by its current revision, with the columns of the fieldbook's ledger. A record that was delivered is `delivered`.
CREATE VIEW weldtech.ledger AS
  SELECT r.id, r.code, r.revision, r.sha256,
    CASE r.status WHEN 'closed' THEN 'delivered' ELSE r.status END AS status, r.opened_at,
    r.unit_id, r.unit_name, r.unit_type, r.person, r.phone, r.street, r.community, r.industry, r.industry_note, r.process,
    r.supply, r.source_type, r.supply_amps, r.max_amps, r.power_kw, r.purpose, r.operators, r.certified, r.brand, r.model,
    r.serial, r.condition, r.filled_by, r.filled_phone, r.remarks, r.payer, r.module_serial, r.key_id, r.seal_number,
    r.purchased_on, r.recorded_on, r.fitted_on, r.retired_on, r.appointment_on,
    coalesce(r.unit_id, coalesce(r.unit_name, '') || coalesce(r.phone, '')) AS unit
  FROM weldtech.installation AS head
    JOIN weldtech.revision AS r ON r.id = head.id AND r.revision = head.revision AND r.sha256 = head.sha256;

-- The welders that count, each with what it counts as: docs/ledger.md has the rules. A refusal after which the same welder was
-- registered again does not count, where its serial number is longer than two characters.
CREATE VIEW weldtech.welder AS
  SELECT l.*,
    CASE
      WHEN l.status = 'retired' THEN 'retired'
      WHEN l.status <> 'refused' AND l.fitted_on IS NOT NULL THEN 'done'
      WHEN l.status IN ('surveyed', 'refused') THEN l.status
      ELSE 'begun'
    END AS counts_as,
    CASE WHEN l.purchased_on >= '2024-07-24' AND l.status <> 'retired' AND (l.fitted_on IS NULL OR l.status = 'refused')
      THEN l.purchased_on::date + 15 END AS due_on
  FROM (
    -- A window goes through the records once, whatever the planner knows of them.
    SELECT ordered.*, max(ordered.place) FILTER (WHERE ordered.status NOT IN ('void', 'refused'))
      OVER (PARTITION BY ordered.street, ordered.unit, lower(ordered.serial)) AS last_place
    FROM (
      SELECT *, (to_char(opened_at::timestamptz AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') || id) COLLATE "C" AS place
      FROM weldtech.ledger) AS ordered) AS l
  WHERE l.status <> 'void'
    AND (l.status <> 'refused' OR coalesce(length(l.serial), 0) <= 2 OR l.last_place IS NULL OR l.last_place < l.place);

-- The forms -------------------------------------------------------------------------------------------------------------------

-- 附件1, a row a welder.
CREATE VIEW weldtech.survey_form AS
  SELECT unit_name AS "企业/店铺名称", person AS "责任人姓名", phone AS "责任人电话", supply AS "焊机用电类型",
    supply_amps AS "最大电流安数A", max_amps AS "焊机最大电流", process AS "焊机类型", purpose AS "作业用途",
    source_type AS "电源类型", power_kw AS "最大功率kW", industry AS "应用行业", street AS "所属街道/苏木镇",
    community AS "所属社区", concat_ws('；', industry_note, remarks) AS "备注", filled_by AS "填表人",
    filled_phone AS "填表人电话", id, code, counts_as, recorded_on
  FROM weldtech.welder;

-- 附件2, a row a unit and street. Names and operators are those of the newest record that says so.
CREATE VIEW weldtech.progress_form AS
  SELECT street AS "所属街道/苏木镇",
    (array_agg(unit_name ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE unit_name IS NOT NULL))[1] AS "企业/店铺名称",
    (array_agg(unit_type ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE unit_type IS NOT NULL))[1] AS "企业类型",
    (array_agg(person ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE person IS NOT NULL))[1] AS "责任人",
    (array_agg(phone ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE phone IS NOT NULL))[1] AS "联系电话",
    (array_agg(operators ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE operators IS NOT NULL))[1] AS "从业人员",
    (array_agg(certified ORDER BY opened_at::timestamptz DESC, id DESC) FILTER (WHERE certified IS NOT NULL))[1] AS "持证人员",
    count(*) AS "电焊机数量", count(*) FILTER (WHERE counts_as = 'done') AS "完成加芯赋码",
    count(*) FILTER (WHERE counts_as = 'retired') AS "淘汰",
    count(*) FILTER (WHERE counts_as IN ('surveyed', 'begun')) AS "待装", count(*) FILTER (WHERE counts_as = 'refused') AS "拒装",
    count(*) FILTER (WHERE status = 'outOfUse' AND counts_as = 'done') AS "停用", unit
  FROM weldtech.welder GROUP BY street, unit;

-- The figures of `ledger stats`, by street and industry.
CREATE VIEW weldtech.progress AS
  SELECT street, industry, count(*) AS known, count(*) FILTER (WHERE counts_as = 'done') AS done,
    count(*) FILTER (WHERE counts_as = 'retired') AS retired,
    count(*) FILTER (WHERE counts_as IN ('surveyed', 'begun', 'refused')) AS outstanding,
    count(*) FILTER (WHERE counts_as = 'surveyed') AS surveyed, count(*) FILTER (WHERE counts_as = 'begun') AS begun,
    count(*) FILTER (WHERE counts_as = 'refused') AS refused,
    count(*) FILTER (WHERE status = 'outOfUse' AND counts_as = 'done') AS out_of_use,
    count(*) FILTER (WHERE counts_as = 'done' AND payer = 'banner') AS funded_by_banner,
    count(*) FILTER (WHERE counts_as = 'done' AND payer = 'owner') AS funded_by_owner,
    count(*) FILTER (WHERE due_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date) AS due, count(*) FILTER (WHERE due_on < (now() AT TIME ZONE 'Asia/Shanghai')::date) AS overdue
  FROM weldtech.welder GROUP BY street, industry;

-- New welders that are not done, the most urgent first.
CREATE VIEW weldtech.due AS
  SELECT due_on, due_on < (now() AT TIME ZONE 'Asia/Shanghai')::date AS is_overdue, id, code, status, street, community, unit_name, person, phone, brand, model,
    serial, purchased_on
  FROM weldtech.welder WHERE due_on IS NOT NULL ORDER BY due_on, id;

-- Welders that are stopped until a fault is repaired.
CREATE VIEW weldtech.out_of_use AS
  SELECT id, code, street, community, unit_name, person, phone, brand, model, serial, module_serial, fitted_on
  FROM weldtech.welder WHERE status = 'outOfUse' ORDER BY street, unit_name, id;

-- Every event of every record, by its current revision, with the revisions that were delivered.
CREATE VIEW weldtech.history AS
  SELECT r.id, r.code, e.number, (e.entry ->> 'at')::timestamptz AS at, e.entry ->> 'event' AS event, e.entry
  FROM weldtech.installation AS head
    JOIN weldtech.revision AS r ON r.id = head.id AND r.revision = head.revision AND r.sha256 = head.sha256,
    jsonb_array_elements(r.body -> 'history') WITH ORDINALITY AS e (entry, number);
CREATE VIEW weldtech.delivered_revision AS
  SELECT r.id, r.revision, r.sha256, r.previous_sha256, r.status, r.code, r.agreement, r.received_at, r.source, r.body,
    head.id IS NOT NULL AS is_current
  FROM weldtech.revision AS r
    LEFT JOIN weldtech.installation AS head ON head.id = r.id AND head.revision = r.revision AND head.sha256 = r.sha256;

-- What somebody has to look at ------------------------------------------------------------------------------------------------

-- Records that contradict each other. Both are kept, and a person decides.
CREATE VIEW weldtech.conflict AS
  -- One code on two welders.
  SELECT 'code' AS kind, l.code AS subject, l.id, l.revision, l.sha256 FROM weldtech.ledger AS l
    WHERE l.status <> 'void' AND l.code IN (
      SELECT code FROM weldtech.ledger WHERE code IS NOT NULL AND status <> 'void' GROUP BY code HAVING count(*) > 1)
  UNION ALL
  -- One module, by its serial number, in two welders that are in service.
  SELECT 'module', l.module_serial, l.id, l.revision, l.sha256 FROM weldtech.ledger AS l
    WHERE l.status NOT IN ('void', 'refused', 'retired') AND l.module_serial IN (
      SELECT module_serial FROM weldtech.ledger
      WHERE module_serial IS NOT NULL AND status NOT IN ('void', 'refused', 'retired')
      GROUP BY module_serial HAVING count(*) > 1)
  UNION ALL
  -- One key in two welders that are in service.
  SELECT 'key', l.key_id, l.id, l.revision, l.sha256 FROM weldtech.ledger AS l
    WHERE l.status NOT IN ('void', 'refused', 'retired') AND l.key_id IN (
      SELECT key_id FROM weldtech.ledger WHERE key_id IS NOT NULL AND status NOT IN ('void', 'refused', 'retired')
      GROUP BY key_id HAVING count(*) > 1)
  UNION ALL
  -- Two different records of one revision.
  SELECT 'revision', r.id || '/' || r.revision, r.id, r.revision, r.sha256 FROM weldtech.revision AS r
    WHERE (r.id, r.revision) IN (
      SELECT id, revision FROM weldtech.revision GROUP BY id, revision HAVING count(*) > 1)
  UNION ALL
  -- A key that two laptops delivered for two installations or two modules.
  SELECT 'deliveredKey', k.key_id, k.installation, 0, k.sha256 FROM weldtech.delivered_key AS k
    WHERE k.key_id IN (
      SELECT key_id FROM weldtech.delivered_key GROUP BY key_id HAVING count(DISTINCT (installation, module_serial)) > 1)
  UNION ALL
  -- A key whose record says that the key is another module's.
  SELECT 'keyModule', k.key_id, k.installation, l.revision, k.sha256 FROM weldtech.delivered_key AS k
    JOIN weldtech.ledger AS l ON l.id = k.installation AND l.key_id = k.key_id
    WHERE l.module_serial IS DISTINCT FROM k.module_serial;

-- Revisions whose predecessor has not come, or is another than they go on from. They are kept apart and count nowhere.
CREATE VIEW weldtech.waiting_revision AS
  SELECT r.id, r.revision, r.sha256, coalesce(head.revision, 0) AS last_revision, r.received_at
  FROM weldtech.revision AS r LEFT JOIN weldtech.installation AS head ON head.id = r.id
  WHERE r.revision > coalesce(head.revision, 0);

-- Files that a record names and that have not come.
CREATE VIEW weldtech.missing_file AS
  SELECT r.id, r.revision, f.sha256
  FROM weldtech.installation AS head
    JOIN weldtech.revision AS r ON r.id = head.id AND r.revision = head.revision AND r.sha256 = head.sha256,
    unnest(r.files) AS f (sha256)
  WHERE NOT EXISTS (SELECT 1 FROM weldtech.object AS o WHERE o.key = 'files/sha256/' || f.sha256);

-- Keys whose record has come and names another key, now and in all its modules before.
CREATE VIEW weldtech.foreign_key AS
  SELECT k.key_id, k.sha256, k.installation, k.module_serial
  FROM weldtech.delivered_key AS k JOIN weldtech.ledger AS l ON l.id = k.installation
  WHERE l.key_id IS DISTINCT FROM k.key_id AND NOT EXISTS (
    SELECT 1 FROM weldtech.revision AS r WHERE r.id = k.installation AND (
      r.key_id = k.key_id OR r.body -> 'history' @> jsonb_build_array(jsonb_build_object('keyId', k.key_id))
      OR r.body -> 'retiredModules' @> jsonb_build_array(jsonb_build_object('keyId', k.key_id))));

-- Objects that were refused or doubted, and are so still.
CREATE VIEW weldtech.open_finding AS
  SELECT key, kind, detail, is_loaded, found_at, source FROM weldtech.finding AS f
  WHERE is_loaded OR NOT EXISTS (SELECT 1 FROM weldtech.object AS o WHERE o.key = f.key);

-- What a loader may ask ---------------------------------------------------------------------------------------------------------

-- The keys of a list that were not loaded yet. A loader sees which objects are here, and nothing of what they say.
CREATE FUNCTION weldtech.not_loaded(keys text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT k FROM pg_catalog.unnest(keys) AS k WHERE NOT EXISTS (SELECT 1 FROM weldtech.object AS o WHERE o.key = k)
$$;

-- All that somebody has to look at: conflicts, what waits, and what was loaded with a doubt, 1,000 rows of each kind at most.
CREATE FUNCTION weldtech.to_look_at()
  RETURNS TABLE (area text, kind text, subject text, id text, revision integer, sha256 text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  (SELECT 'conflict', c.kind, c.subject, c.id, c.revision, c.sha256 FROM weldtech.conflict AS c
    ORDER BY c.kind, c.subject, c.id, c.revision, c.sha256 LIMIT 1000)
  UNION ALL
  (SELECT 'waiting', 'revision', w.id || '/' || w.revision, w.id, w.revision, w.sha256 FROM weldtech.waiting_revision AS w
    ORDER BY w.id, w.revision, w.sha256 LIMIT 1000)
  UNION ALL
  (SELECT 'waiting', 'file', m.sha256, m.id, m.revision, m.sha256 FROM weldtech.missing_file AS m
    ORDER BY m.id, m.sha256 LIMIT 1000)
  UNION ALL
  (SELECT 'finding', 'foreignKey', k.key_id, k.installation, 0, k.sha256 FROM weldtech.foreign_key AS k
    ORDER BY k.key_id, k.sha256 LIMIT 1000)
  UNION ALL
  (SELECT 'finding', f.kind, f.key, '', 0, '' FROM weldtech.open_finding AS f WHERE f.is_loaded
    ORDER BY f.key, f.kind LIMIT 1000)
$$;

-- How much is here.
CREATE FUNCTION weldtech.counts() RETURNS TABLE (objects bigint, revisions bigint, installations bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT (SELECT pg_catalog.count(*) FROM weldtech.object), (SELECT pg_catalog.count(*) FROM weldtech.revision),
    (SELECT pg_catalog.count(*) FROM weldtech.installation)
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA weldtech FROM PUBLIC;
