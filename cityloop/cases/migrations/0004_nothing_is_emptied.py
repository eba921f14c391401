"""What is append-only cannot be emptied either: TRUNCATE passes by the triggers of rows."""

from django.db import migrations

TABLES = ("cases_attachment", "cases_seal")
FORWARD = "".join(
    f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION cases_append_only();"
    for table in TABLES
)
BACK = "".join(f"DROP TRIGGER no_truncate ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_open_by_time_left")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
