"""The history of components is append-only."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION assets_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON assets_component_change
  FOR EACH ROW EXECUTE FUNCTION assets_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON assets_component_change
  FOR EACH STATEMENT EXECUTE FUNCTION assets_append_only();
"""

BACK = """
DROP TRIGGER append_only ON assets_component_change;
DROP TRIGGER no_truncate ON assets_component_change;
DROP FUNCTION assets_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
