-- Two reports of one problem at the same moment: neither can see the other. Before a report opens its
-- case it takes the ground about it (in_cells, sorted, until the commit), and looks whether a case
-- stands there by now that it was not told of (seen: ids). Then nothing is written, and it asks again.
-- The same places, classes, distances and number as in context.sql, or it would be refused for ever.
CREATE FUNCTION intake_alone(in_cells int[], in_reports jsonb) RETURNS int
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
DECLARE
  cell int;
BEGIN
  FOREACH cell IN ARRAY in_cells LOOP
    PERFORM pg_advisory_xact_lock(1229868110, cell);
  END LOOP;
  IF EXISTS (
    SELECT FROM jsonb_to_recordset(in_reports) AS r(lon float8, lat float8, metres float8,
             wide float8, high float8, since timestamptz, class bigint, pictures boolean,
             seen bigint[]),
           LATERAL (SELECT ST_SetSRID(ST_MakePoint(r.lon, r.lat), 4326) AS here) h,
           LATERAL (SELECT c.id, c.point FROM cases_case c
             WHERE c.point && ST_Expand(h.here, r.wide, r.high)
               AND c.reported_at > r.since
               AND (r.pictures OR r.class IS NULL OR c.problem_class_id IS NULL
                    OR c.problem_class_id = r.class)
             ORDER BY c.reported_at DESC, c.id DESC LIMIT 50) n
     WHERE n.id <> ALL(r.seen) AND ST_DistanceSphere(n.point, h.here) <= r.metres
  ) THEN
    RAISE EXCEPTION 'somebody told of a problem here at the same moment'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'report_alone';
  END IF;
  RETURN cardinality(in_cells);
END $$;
