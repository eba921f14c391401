"""Reports never change and never go: what was received can always be counted again (O01, O02)."""

from django.db import migrations

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
    dependencies = [("intake", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
