"""What was paid, noted, exceeded and changed is append-only."""

from django.db import migrations

TABLES = ("works_payment", "works_claim_note", "works_exceedance", "works_record")

APPEND_ONLY = """
CREATE FUNCTION works_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION works_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION works_append_only();
"""
    for table in TABLES
)

BACK = (
    "".join(
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table};\n"
        for table in TABLES
    )
    + "DROP FUNCTION works_append_only();"
)


class Migration(migrations.Migration):
    dependencies = [("works", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
