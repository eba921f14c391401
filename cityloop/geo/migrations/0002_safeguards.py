"""What the database itself keeps true about grids, and the functions that place a point."""

from django.db import migrations

GRID_CODES = r"""
-- One number within a community is used once, whichever edition's spelling a code has.
CREATE UNIQUE INDEX geo_unitgrid_number
  ON geo_unitgrid ((left(code, 12) || lpad(substr(code, 13), 3, '0')));

-- A grid changes in one way only: by what a cancelled change had planned. A grid that was to end goes
-- on; one that was to be made begins on another day. Without such a row nothing of it ever changes.
CREATE FUNCTION geo_unitgrid_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'unit grid % is retired, not deleted: its code must never come back', OLD.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_never_deleted';
  END IF;
  IF (NEW.code, NEW.community_code, NEW.street_code, NEW.district_code)
     IS DISTINCT FROM (OLD.code, OLD.community_code, OLD.street_code, OLD.district_code)
     OR NEW.valid_from <> OLD.valid_from AND NOT EXISTS (
       SELECT 1 FROM geo_gridchange c
        WHERE OLD.code = ANY(c.made) AND c.day = OLD.valid_from AND c.cancelled_at IS NOT NULL)
     OR NEW.valid_from <> OLD.valid_from AND EXISTS (
       SELECT 1 FROM geo_gridchange c
        WHERE OLD.code = ANY(c.made) AND c.day = OLD.valid_from AND c.cancelled_at IS NULL) THEN
    RAISE EXCEPTION 'unit grid %: code, place and first day never change', OLD.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_code_never_changes';
  END IF;
  IF OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to AND (
       NOT EXISTS (
         SELECT 1 FROM geo_gridchange c
          WHERE OLD.code = ANY(c.retired) AND c.day = OLD.valid_to AND c.cancelled_at IS NOT NULL)
       OR EXISTS (
         SELECT 1 FROM geo_gridchange c
          WHERE OLD.code = ANY(c.retired) AND c.day = OLD.valid_to AND c.cancelled_at IS NULL)
     ) THEN
    RAISE EXCEPTION 'unit grid % was retired on %: a retired code has no second life',
      OLD.code, OLD.valid_to
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_retired_for_good';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER geo_unitgrid_keep BEFORE UPDATE OR DELETE ON geo_unitgrid
  FOR EACH ROW EXECUTE FUNCTION geo_unitgrid_keep();
"""

RESPONSIBILITY = """
-- A unit grid has one responsibility grid at a time, of its own community. The rows of a statement
-- are checked together: a district's forty thousand cost one look-up, not forty thousand.
CREATE FUNCTION geo_responsibility_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  -- Two writers of the same unit grid wait for each other here.
  PERFORM 1 FROM geo_unitgrid WHERE id IN (SELECT unitgrid_id FROM added)
    ORDER BY id FOR NO KEY UPDATE;
  SELECT u.code AS unit, mine.code AS mine INTO wrong
    FROM added a
    JOIN geo_unitgrid u ON u.id = a.unitgrid_id
    JOIN geo_responsibilitygrid mine ON mine.id = a.responsibilitygrid_id
    JOIN geo_region c ON c.id = mine.community_id
   WHERE u.community_code <> c.code LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit grid % is of another community than responsibility grid %',
      wrong.unit, wrong.mine
      USING ERRCODE = 'check_violation', CONSTRAINT = 'responsibility_grid_one_community';
  END IF;
  SELECT u.code AS unit, other.code AS other INTO wrong
    FROM added a
    JOIN geo_responsibilitygrid_unit_grids m
      ON m.unitgrid_id = a.unitgrid_id AND m.responsibilitygrid_id <> a.responsibilitygrid_id
    JOIN geo_responsibilitygrid mine ON mine.id = a.responsibilitygrid_id
    JOIN geo_responsibilitygrid other ON other.id = m.responsibilitygrid_id
    JOIN geo_unitgrid u ON u.id = a.unitgrid_id
   WHERE daterange(other.valid_from, other.valid_to) && daterange(mine.valid_from, mine.valid_to)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit grid % already belongs to responsibility grid %', wrong.unit, wrong.other
      USING ERRCODE = 'check_violation', CONSTRAINT = 'responsibility_grid_once_a_day';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER geo_responsibility_added AFTER INSERT ON geo_responsibilitygrid_unit_grids
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION geo_responsibility_members();
CREATE TRIGGER geo_responsibility_changed AFTER UPDATE ON geo_responsibilitygrid_unit_grids
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION geo_responsibility_members();

-- A responsibility grid may end; its days never reach into another's of the same unit grid.
CREATE FUNCTION geo_responsibility_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  SELECT u.code AS unit, other.code AS other INTO wrong
    FROM geo_responsibilitygrid_unit_grids a
    JOIN geo_responsibilitygrid_unit_grids m
      ON m.unitgrid_id = a.unitgrid_id AND m.responsibilitygrid_id <> a.responsibilitygrid_id
    JOIN geo_responsibilitygrid other ON other.id = m.responsibilitygrid_id
    JOIN geo_unitgrid u ON u.id = a.unitgrid_id
   WHERE a.responsibilitygrid_id = NEW.id
     AND daterange(other.valid_from, other.valid_to) && daterange(NEW.valid_from, NEW.valid_to)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'unit grid % already belongs to responsibility grid %', wrong.unit, wrong.other
      USING ERRCODE = 'check_violation', CONSTRAINT = 'responsibility_grid_once_a_day';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER geo_responsibility_days AFTER UPDATE OF valid_from, valid_to
  ON geo_responsibilitygrid FOR EACH ROW EXECUTE FUNCTION geo_responsibility_days();
"""

SERVICE = """
CREATE FUNCTION geo_servicearea_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM geo_servicepiece WHERE area_id = OLD.id;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  INSERT INTO geo_servicepiece (area_id, geom, starts_on, ends_on)
  SELECT NEW.id, (ST_Dump(part)).geom, NEW.starts_on, NEW.ends_on
    FROM ST_Subdivide(NEW.geom, 48) AS part;
  RETURN NEW;
END $$;
CREATE TRIGGER geo_servicearea_pieces AFTER INSERT OR UPDATE ON geo_servicearea
  FOR EACH ROW EXECUTE FUNCTION geo_servicearea_pieces();
CREATE TRIGGER geo_servicearea_gone BEFORE DELETE ON geo_servicearea
  FOR EACH ROW EXECUTE FUNCTION geo_servicearea_pieces();
"""

LOCATE = """
-- One row, or none outside every grid. A point on a border belongs to the older grid. Plain SQL,
-- so that the planner takes it into the calling statement; "+ 0" keeps it from walking the primary
-- key in search of the first match.
CREATE FUNCTION cityloop_locate(lon float8, lat float8, on_day date)
RETURNS TABLE (grid_id bigint, grid_code text, community_code text, street_code text,
               district_code text, in_service boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT g.id, g.code::text, g.community_code::text, g.street_code::text, g.district_code::text,
         EXISTS (SELECT 1 FROM geo_servicepiece p
                  WHERE ST_Covers(p.geom, ST_SetSRID(ST_MakePoint(lon, lat), 4326))
                    AND p.starts_on <= on_day AND (p.ends_on IS NULL OR p.ends_on > on_day))
         OR NOT EXISTS (SELECT 1 FROM geo_servicepiece)
    FROM geo_unitgrid g
   WHERE ST_Covers(g.geom, ST_SetSRID(ST_MakePoint(lon, lat), 4326))
     AND g.valid_from <= on_day AND (g.valid_to IS NULL OR g.valid_to > on_day)
   ORDER BY g.id + 0
   LIMIT 1
$$;
"""

COVERAGE = """
-- How the unit grids of a community that hold on a day cover it. Areas in square metres.
CREATE FUNCTION cityloop_grid_coverage(community text, on_day date)
RETURNS TABLE (grids bigint, gap_m2 float8, outside_m2 float8, overlap_m2 float8, seamless boolean)
LANGUAGE sql STABLE AS $$
  WITH region AS (
    SELECT r.geom FROM geo_region r
     WHERE r.code = community AND r.valid_from <= on_day
       AND (r.valid_to IS NULL OR r.valid_to > on_day)
  ), unit AS (
    SELECT count(*) AS grids, ST_Union(g.geom) AS geom, sum(ST_Area(g.geom)) AS degrees
      FROM geo_unitgrid g
     WHERE g.community_code = community AND g.valid_from <= on_day
       AND (g.valid_to IS NULL OR g.valid_to > on_day)
  ), met AS (
    SELECT region.geom AS whole, unit.grids, unit.degrees,
           coalesce(unit.geom, ST_GeomFromText('POLYGON EMPTY', 4326)) AS covered
      FROM region, unit
  )
  SELECT grids,
         ST_Area(ST_Difference(whole, covered)::geography),
         ST_Area(ST_Difference(covered, whole)::geography),
         -- the surplus of all grids' areas over their union, in the ratio of degrees to metres
         greatest(0, coalesce(degrees, 0) - ST_Area(covered))
           * ST_Area(whole::geography) / ST_Area(whole),
         grids > 0 AND ST_Equals(whole, covered)
           AND coalesce(degrees, 0) - ST_Area(covered) < 1e-12 * ST_Area(whole)
    FROM met
$$;
"""

CHANGES = """
CREATE FUNCTION geo_gridchange_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.begun_at IS NULL AND OLD.cancelled_at IS NULL
     AND to_jsonb(NEW) - 'begun_at' - 'cancelled_at' - 'cancelled_on' - 'cancelled_by'
         - 'cancel_reason'
       = to_jsonb(OLD) - 'begun_at' - 'cancelled_at' - 'cancelled_on' - 'cancelled_by'
         - 'cancel_reason' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a change of unit grids begins or is cancelled once, and is never rewritten'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER geo_gridchange_keep BEFORE UPDATE OR DELETE ON geo_gridchange
  FOR EACH ROW EXECUTE FUNCTION geo_gridchange_keep();
"""

UNDO = """
DROP FUNCTION geo_gridchange_keep() CASCADE;
DROP FUNCTION cityloop_grid_coverage(text, date);
DROP FUNCTION cityloop_locate(float8, float8, date);
DROP FUNCTION geo_servicearea_pieces() CASCADE;
DROP FUNCTION geo_responsibility_days() CASCADE;
DROP FUNCTION geo_responsibility_members() CASCADE;
DROP FUNCTION geo_unitgrid_keep() CASCADE;
DROP INDEX geo_unitgrid_number;
"""


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("geo", "0001_initial"),
        ("geo", "0002_rules"),
        ("geo", "0003_grid_changes"),
    ]

    dependencies = [
        ("geo", "0001_tables"),
    ]
    operations = [
        migrations.RunSQL(
            GRID_CODES + RESPONSIBILITY + SERVICE + LOCATE + COVERAGE + CHANGES, UNDO
        ),
    ]
