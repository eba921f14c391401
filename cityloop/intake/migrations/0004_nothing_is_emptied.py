"""The book and the settings of channels cannot be emptied either."""

from django.db import migrations

TABLES = ("intake_tally", "intake_channel_setting", "intake_notice")
FORWARD = "".join(
    f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION intake_append_only();"
    for table in TABLES
)
BACK = "".join(f"DROP TRIGGER no_truncate ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_twins")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
