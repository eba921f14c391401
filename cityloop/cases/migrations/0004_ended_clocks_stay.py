"""A clock that has ended stays as it is, but for what becomes of an appeal; no clock goes."""

from django.db import migrations

from cityloop.kernel.append_only import append_only

STAYS = """
CREATE FUNCTION cases_ended_clock_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  given cases_timer;
BEGIN
  IF OLD.state = 'ended' THEN
    given := NEW;
    given.appeal := OLD.appeal;
    IF given IS DISTINCT FROM OLD THEN
      RAISE EXCEPTION 'a clock that has ended stays as it is'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ended_stays BEFORE UPDATE ON cases_timer
FOR EACH ROW EXECUTE FUNCTION cases_ended_clock_stays();
"""

BACK = "DROP TRIGGER ended_stays ON cases_timer; DROP FUNCTION cases_ended_clock_stays();"


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_open_points")]

    operations = [
        append_only("cases_append_only", "cases_timer", changes=True),
        migrations.RunSQL(STAYS, BACK),
    ]
