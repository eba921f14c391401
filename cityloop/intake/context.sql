-- Everything that deciding on a report needs, in one round trip: fresh ids, the place, the report
-- of the same key, the component, the stored photos, the cases nearby. Points in
-- WGS 84, metres; in_photos: SHA-256 sums with a space between.
-- A function, because its plans are made once a session: planning took ten times as long as running.
CREATE FUNCTION intake_context(
  in_channel text, in_key text, in_lon float8, in_lat float8, in_day date, in_class bigint,
  in_component text, in_photos text, in_since timestamptz, in_metres float8, in_contact boolean,
  OUT out_case bigint, OUT out_reporter bigint, OUT out_grid text, OUT out_community text,
  OUT out_service boolean, OUT out_known text, OUT out_component text, OUT out_files text,
  OUT out_nearby text)
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan
-- A plan made while a table was empty would read it whole for as long as the session lasts.
SET enable_seqscan = off AS $$
DECLARE
  here geometry := ST_SetSRID(ST_MakePoint(in_lon, in_lat), 4326);
  high float8 := in_metres / 110500;  -- degrees; a little more than the circle
  wide float8 := high / greatest(cos(radians(in_lat)), 0.01);
  pictures boolean := in_photos <> '';
  report bigint;
BEGIN
  IF in_key <> '' THEN
    IF in_key LIKE 'client:%' THEN  -- a client's key is one in all channels
      SELECT r.id INTO report FROM intake_report r
       WHERE r.source_key = in_key AND r.source_key LIKE 'client:%';
    ELSE
      SELECT r.id INTO report FROM intake_report r
       WHERE r.channel = in_channel AND r.source_key = in_key
         AND r.source_key <> '' AND r.source_key NOT LIKE 'client:%';
    END IF;
    SELECT jsonb_build_object('number', c.number, 'version', c.version, 'status', c.status,
             'ordinal', r.ordinal, 'digest', r.digest, 'checks', r.checks,
             'suggestions', r.suggestions)
      INTO out_known
      FROM intake_report r JOIN cases_case c ON c.id = r.case_id
     WHERE r.id = report;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  out_case := nextval('cases_case_id_seq');
  IF in_contact THEN
    out_reporter := nextval('intake_reporter_id_seq');
  END IF;
  IF in_component <> '' THEN
    SELECT jsonb_build_object('id', a.id, 'class', a.problem_class_id,
             'metres', ST_DistanceSphere(a.point, here))
      INTO out_component FROM assets_component a WHERE a.code = in_component;
  END IF;
  IF pictures THEN
    SELECT jsonb_agg(jsonb_build_object('id', f.id, 'sha256', f.sha256,
             'media_type', f.media_type, 'taken_at', f.taken_at, 'phash', f.phash,
             'metres', ST_DistanceSphere(f.taken_point, here),
             'cases', (SELECT array_agg(DISTINCT c.number)
                         FROM cases_attachment t JOIN cases_case c ON c.id = t.case_id
                        WHERE t.file_id = f.id)))
      INTO out_files FROM kernel_file f WHERE f.sha256 = ANY(string_to_array(in_photos, ' '));
  END IF;
  IF here IS NULL THEN
    RETURN;
  END IF;
  SELECT p.grid_code, p.community_code, p.in_service INTO out_grid, out_community, out_service
    FROM cityloop_locate(in_lon, in_lat, in_day) p;
  SELECT jsonb_agg(jsonb_build_array(n.id, n.number, n.status, n.record_type, n.problem_class_id,
           n.component_id, left(n.description, 500), round(n.metres::numeric, 1), n.area_code,
           n.units, n.members, (
             SELECT jsonb_build_array(jsonb_agg(r.files), jsonb_agg(r.phashes))
               FROM intake_report r WHERE pictures AND r.case_id = n.id),
           -- What the latest that joined it told, and the first in their own words where the
           -- acceptor put them otherwise; of a case as it came nothing is read.
           CASE WHEN n.version > 1 THEN (
             SELECT jsonb_agg(jsonb_build_array(r.problem_class_id, left(r.text, 500)))
               FROM (SELECT * FROM intake_report r WHERE r.case_id = n.id AND r.ordinal > 1
                      ORDER BY r.ordinal DESC LIMIT 5) r
              WHERE r.text <> '') END,
           CASE WHEN n.version > 1 THEN (
             SELECT jsonb_build_array(r.problem_class_id, left(r.text, 500))
               FROM intake_report r WHERE r.case_id = n.id AND r.ordinal = 1
                AND r.text NOT IN ('', n.description)) END)
           ORDER BY n.metres)
    INTO out_nearby
    FROM (SELECT c.*, ST_DistanceSphere(c.point, here) AS metres
            FROM cases_case c
           WHERE c.point && ST_Expand(here, wide, high)
             AND c.reported_at > in_since
             AND (pictures OR in_class IS NULL OR c.problem_class_id IS NULL
                  OR c.problem_class_id = in_class)
           ORDER BY c.reported_at DESC, c.id DESC LIMIT 50) n
   WHERE n.metres <= in_metres;
END $$;
