"""The locks that hold even against hand-written SQL: see docs/adr/0002."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION cases_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_event
FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_event
FOR EACH STATEMENT EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_attachment
FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_seal
FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER no_delete BEFORE DELETE ON cases_case
FOR EACH ROW EXECUTE FUNCTION cases_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_case
FOR EACH STATEMENT EXECUTE FUNCTION cases_append_only();
"""

APPEND_ONLY_BACK = """
DROP TRIGGER append_only ON cases_event; DROP TRIGGER no_truncate ON cases_event;
DROP TRIGGER append_only ON cases_attachment; DROP TRIGGER append_only ON cases_seal;
DROP TRIGGER no_delete ON cases_case; DROP TRIGGER no_truncate ON cases_case;
DROP FUNCTION cases_append_only();
"""

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


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(VERSION_HAS_EVENT, VERSION_BACK),
        migrations.RunSQL(
            "INSERT INTO cases_flow (code, parameters, published_at) "
            "VALUES ('default', '{}', now())",
            migrations.RunSQL.noop,
        ),
    ]
