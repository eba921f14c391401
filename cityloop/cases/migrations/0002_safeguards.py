"""The locks that hold even against hand-written SQL: see docs/adr/0002."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal

# Deferred: at commit every case row that was written must have the history line of its version,
# with the same status and as the head of its chain.
VERSION_HAS_EVENT = """
CREATE FUNCTION cases_version_has_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM cases_event e
    WHERE e.case_id = NEW.id AND e.version = NEW.version AND e.target = NEW.status
      AND e.hash = NEW.head
  ) THEN
    RAISE EXCEPTION 'case % version % (%) has no history line', NEW.number, NEW.version, NEW.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER version_has_event AFTER INSERT OR UPDATE ON cases_case
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_version_has_event();

CREATE FUNCTION cases_version_goes_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.version <= OLD.version THEN
    RAISE EXCEPTION 'case % changes only by a step that raises its version', OLD.number
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_goes_up BEFORE UPDATE ON cases_case
FOR EACH ROW EXECUTE FUNCTION cases_version_goes_up();
"""

VERSION_BACK = """
DROP TRIGGER version_has_event ON cases_case; DROP FUNCTION cases_version_has_event();
DROP TRIGGER version_goes_up ON cases_case; DROP FUNCTION cases_version_goes_up();
"""

# The flow that a city begins with; a published one never changes, so a running case keeps its own.
FIRST_FLOW = """
INSERT INTO cases_flow (code, parameters, published_at) VALUES ('default', '{}', '2000-01-01 00:00:00+00')
"""


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_locks"),
        ("cases", "0003_open_by_time_left"),
        ("cases", "0004_nothing_is_emptied"),
        ("cases", "0005_modes"),
        ("cases", "0006_replies"),
        ("cases", "0007_recheck"),
        ("cases", "0008_coordination"),
        ("cases", "0009_substitute_works"),
        ("cases", "0010_clocks"),
        ("cases", "0011_statuses_together"),
        ("cases", "0012_lean_indexes"),
        ("cases", "0013_posts"),
        ("cases", "0014_supervision"),
        ("cases", "0015_state_behind_a_step"),
        ("cases", "0016_whose_clock"),
        ("cases", "0017_reported_again"),
    ]

    dependencies = [
        ("cases", "0001_tables"),
    ]
    operations = [
        refusal("cases_append_only"),
        append_only("cases_append_only", "cases_event", "cases_attachment", "cases_seal"),
        append_only("cases_append_only", "cases_case", changes=True),
        append_only("cases_append_only", "cases_flow"),
        migrations.RunSQL(VERSION_HAS_EVENT, VERSION_BACK),
        migrations.RunSQL(FIRST_FLOW, migrations.RunSQL.noop),
    ]
