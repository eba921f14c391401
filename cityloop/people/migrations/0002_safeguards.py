"""The record of changes is append-only; a matrix line only ever gets an end; roles are seeded."""

from django.db import migrations

from cityloop.people.roles import SEEDS

APPEND_ONLY = """
CREATE FUNCTION people_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER people_change_append_only BEFORE UPDATE OR DELETE ON people_change
  FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER people_change_not_truncated BEFORE TRUNCATE ON people_change
  FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
CREATE FUNCTION people_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'valid_to' IS DISTINCT FROM to_jsonb(OLD) - 'valid_to' THEN
    RAISE EXCEPTION 'a line of the responsibility matrix is ended, never edited'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_responsibility_not_edited BEFORE UPDATE ON people_responsibility
  FOR EACH ROW EXECUTE FUNCTION people_refuse_edit();
CREATE TRIGGER people_responsibility_not_deleted BEFORE DELETE ON people_responsibility
  FOR EACH ROW EXECUTE FUNCTION people_refuse_change();
"""
# The path of a row follows from its parents, whoever writes the row; a circle is refused.
TREE = """
CREATE FUNCTION people_organisation_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above text := '/';
BEGIN
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
    RETURN NEW;  -- moved together with a row above
  END IF;
  IF NEW.parent_id IS NOT NULL THEN
    SELECT path INTO above FROM people_organisation WHERE id = NEW.parent_id;
    IF TG_OP = 'UPDATE' AND above LIKE OLD.path || '%' THEN
      RAISE EXCEPTION 'organisation % cannot stand below itself', NEW.code
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  NEW.path := above || NEW.id || '/';
  RETURN NEW;
END $$;
CREATE TRIGGER people_organisation_path BEFORE INSERT OR UPDATE OF parent_id, path
  ON people_organisation FOR EACH ROW EXECUTE FUNCTION people_organisation_path();
CREATE FUNCTION people_organisation_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    UPDATE people_organisation SET path = NEW.path || substr(path, length(OLD.path) + 1)
    WHERE path LIKE OLD.path || '%' AND id <> NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER people_organisation_moved AFTER UPDATE ON people_organisation FOR EACH ROW
  WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION people_organisation_moved();
"""

UNDO_TREE = """
DROP TRIGGER people_organisation_moved ON people_organisation;
DROP TRIGGER people_organisation_path ON people_organisation;
DROP FUNCTION people_organisation_moved();
DROP FUNCTION people_organisation_path();
"""

UNDO = """
DROP TRIGGER people_responsibility_not_deleted ON people_responsibility;
DROP TRIGGER people_responsibility_not_edited ON people_responsibility;
DROP TRIGGER people_change_not_truncated ON people_change;
DROP TRIGGER people_change_append_only ON people_change;
DROP FUNCTION people_refuse_edit();
DROP FUNCTION people_refuse_change();
"""


def seed(apps, schema_editor):
    """One row a role; the city may relabel it and change its permissions later."""
    role = apps.get_model("people", "Role")
    role.objects.bulk_create(
        [
            role(
                code=row.code,
                label_zh=row.label_zh,
                label_en=row.label_en,
                permissions=list(row.permissions),
                offered=sorted(row.permissions),
                position=10 * (place + 1),
            )
            for place, row in enumerate(SEEDS)
        ],
        ignore_conflicts=True,
    )
    revision = apps.get_model("people", "Revision")
    revision.objects.get_or_create(name="people", defaults={"stamp": "first"})


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_rules"),
        ("people", "0003_posts"),
    ]

    dependencies = [
        ("people", "0001_tables"),
    ]
    operations = [
        migrations.RunSQL(APPEND_ONLY, UNDO),
        migrations.RunSQL(TREE, UNDO_TREE),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
