-- What a person has to look at, with all numbers and with the place that each revision came from. `weldtech.to_look_at()` stays for
-- programs from before this step.

-- Of each area the first 1,000 things, each with the first 20 records that it is about; `records` and `total` count all of them.
CREATE FUNCTION weldtech.concern()
  RETURNS TABLE (
    area text, kind text, subject text, id text, revision integer, sha256 text, source text, detail text, records bigint,
    total bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH concern AS (
    SELECT 'conflict' AS area, c.kind, c.subject, c.id, c.revision, c.sha256, '' AS detail FROM weldtech.conflict AS c
    UNION ALL
    SELECT 'waiting', 'revision', w.id || '/' || w.revision, w.id, w.revision, w.sha256, '' FROM weldtech.waiting_revision AS w
    UNION ALL
    SELECT 'waiting', 'file', m.sha256, m.id, m.revision, m.sha256, '' FROM weldtech.missing_file AS m
    UNION ALL
    SELECT 'finding', 'foreignKey', k.key_id, k.installation, 0, k.sha256, '' FROM weldtech.foreign_key AS k
    UNION ALL
    SELECT 'finding', f.kind, f.key, '', 0, '', f.detail FROM weldtech.open_finding AS f WHERE f.is_loaded),
  placed AS (
    SELECT c.*,
      pg_catalog.row_number() OVER (PARTITION BY c.area, c.kind, c.subject ORDER BY c.id, c.revision, c.sha256) AS place,
      pg_catalog.count(*) OVER (PARTITION BY c.area, c.kind, c.subject) AS records
    FROM concern AS c),
  numbered AS (
    SELECT p.*, pg_catalog.count(*) FILTER (WHERE p.place = 1) OVER (PARTITION BY p.area) AS total,
      pg_catalog.count(*) FILTER (WHERE p.place = 1) OVER (
        PARTITION BY p.area ORDER BY p.kind, p.subject, p.place ROWS UNBOUNDED PRECEDING) AS number
    FROM placed AS p)
  SELECT n.area, n.kind, n.subject, n.id, n.revision, n.sha256,
    coalesce(
      (SELECT r.source FROM weldtech.revision AS r WHERE r.id = n.id AND r.revision = n.revision AND r.sha256 = n.sha256),
      (SELECT k.source FROM weldtech.delivered_key AS k WHERE k.key_id = n.subject AND k.sha256 = n.sha256), ''),
    n.detail, n.records, n.total
  FROM numbered AS n WHERE n.number <= 1000 AND n.place <= 20
  ORDER BY n.area, n.kind, n.subject, n.place
$$;
REVOKE ALL ON FUNCTION weldtech.concern() FROM PUBLIC;
