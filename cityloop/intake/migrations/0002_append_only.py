"""Reports never change and never go (O01, O02); the one question that `receive` asks."""

from pathlib import Path

from django.db import migrations

CONTEXT = (Path(__file__).parents[1] / "context.sql").read_text(encoding="utf-8")
CONTEXT_BACK = "DROP FUNCTION intake_context"

APPEND_ONLY = """
CREATE FUNCTION intake_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON intake_report
FOR EACH ROW EXECUTE FUNCTION intake_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON intake_report
FOR EACH STATEMENT EXECUTE FUNCTION intake_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON intake_tally
FOR EACH ROW EXECUTE FUNCTION intake_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON intake_channel_setting
FOR EACH ROW EXECUTE FUNCTION intake_append_only();
CREATE TRIGGER no_delete BEFORE DELETE ON intake_notice
FOR EACH ROW EXECUTE FUNCTION intake_append_only();
"""

BACK = """
DROP TRIGGER append_only ON intake_report; DROP TRIGGER no_truncate ON intake_report;
DROP TRIGGER append_only ON intake_tally; DROP TRIGGER append_only ON intake_channel_setting;
DROP TRIGGER no_delete ON intake_notice;
DROP FUNCTION intake_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial"), ("assets", "0001_initial"), ("geo", "0002_rules")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, BACK),
        migrations.RunSQL(CONTEXT, CONTEXT_BACK),
    ]
